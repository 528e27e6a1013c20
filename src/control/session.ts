/**
 * One client of the control socket, seen from the daemon: what it asks is
 * answered one by one, in order. While an answer is on its way nothing more is
 * read, so a client that asks without reading waits in its own buffers, and costs
 * one answer here. Keeps out what commands mean, and how many clients there are.
 */
import type { Socket } from "node:net"
import { ControlFault } from "./fault.js"
import {
  type CommandReply,
  candidatesLine,
  type Decoded,
  errorLine,
  type Hello,
  helloLine,
  MessageDecoder,
  PROTOCOL_VERSION,
  type Request,
  readRequest,
  textLines,
} from "./protocol.js"

/** What a daemon does with what it is asked. */
export interface ControlHandler {
  command(line: string): CommandReply | Promise<CommandReply>
  /** Words that the last one of a line may become. */
  complete(line: string): readonly string[] | Promise<readonly string[]>
  /** The time that the state has reached. */
  nowMicros(): number
}

export interface SessionOptions {
  readonly handler: ControlHandler
  readonly programVersion: string
  /** A client that neither asks nor reads for so long is let go. */
  readonly idleMs: number
  /** Told of what a handler throws; the client hears that its request failed. */
  readonly failed: (error: unknown) => void
}

/** What a client may go on saying after its last answer, until it has seen the end. */
const MAX_UNHEARD_BYTES = 4 << 20
/** How long it may take to see it. */
const PARTING_MS = 1000
/** Of an error's own message. */
const MAX_TOLD = 1000

export class Session {
  readonly #socket: Socket
  readonly #options: SessionOptions
  readonly #decoder = new MessageDecoder()
  /** What has been read and is still to be answered, one after the other. */
  #work: Promise<void> = Promise.resolve()
  #isBusy = false
  /** A handler is at work: the client can do nothing but wait. */
  #isHandling = false
  #isParting = false
  #unheardBytes = 0

  /** @param socket with `allowHalfOpen`: a client may have said all it has to say, and read on */
  constructor(socket: Socket, options: SessionOptions) {
    this.#socket = socket
    this.#options = options
    socket.on("data", (piece: Buffer) => this.#hear(piece))
    socket.on("end", () => {
      this.#queue(this.#decoder.end())
      void this.#work.then(() => this.#part())
    })
    // A client may leave whenever it wants.
    socket.on("error", () => {})
    socket.on("timeout", () => {
      if (!this.#isHandling) socket.destroy()
    })
    socket.setTimeout(options.idleMs)
  }

  /** Answers what is being answered, and ends. */
  leave(): void {
    if (!this.#isBusy) {
      this.#part()
      return
    }
    this.#isParting = true
    this.#socket.setTimeout(PARTING_MS)
  }

  /** Ends with an error that is about no request. */
  refuse(fault: ControlFault): void {
    this.#socket.write(errorLine(null, fault))
    this.#part()
  }

  #hear(piece: Buffer): void {
    if (!this.#isParting) {
      this.#socket.pause()
      this.#queue(this.#decoder.feed(piece))
      return
    }
    // Its own words must not keep the last answer from it: they are taken, up to a bound.
    this.#unheardBytes += piece.length
    if (this.#unheardBytes > MAX_UNHEARD_BYTES) this.#socket.destroy()
  }

  #queue(decoded: Decoded): void {
    this.#work = this.#work.then(() => this.#take(decoded))
  }

  async #take({ values, fault }: Decoded): Promise<void> {
    this.#isBusy = true
    for (const value of values) {
      if (this.#isParting || this.#socket.destroyed) break
      await this.#answer(value)
    }
    this.#isBusy = false
    if (fault !== null && !this.#isParting) this.refuse(fault)
    else if (this.#isParting) this.#part()
    else this.#socket.resume()
  }

  async #answer(value: unknown): Promise<void> {
    const request = readRequest(value)
    if ("do" in request) {
      const lines = await this.#linesFor(request)
      for (const line of lines) await this.#send(line)
    } else if (request.id === null) this.refuse(request.fault)
    else await this.#send(errorLine(request.id, request.fault))
  }

  async #linesFor(request: Request): Promise<Iterable<string>> {
    const { handler, failed } = this.#options
    const { id } = request
    this.#isHandling = true
    try {
      switch (request.do) {
        case "hello":
          return [this.#greeting(request)]
        case "command":
          return textLines(id, await handler.command(request.line))
        case "complete":
          return [candidatesLine(id, await handler.complete(request.line))]
      }
    } catch (error) {
      failed(error)
      const told = error instanceof Error ? error.message : String(error)
      const fault = new ControlFault(
        "E_CONTROL_FAILED",
        `the request failed inside the daemon: ${told.slice(0, MAX_TOLD)}: the daemon goes on`,
        "its log tells more; what the command had done until then stands",
      )
      return [errorLine(id, fault)]
    } finally {
      this.#isHandling = false
    }
  }

  #greeting({ id, version }: Request & { readonly do: "hello" }): string {
    const { handler, programVersion } = this.#options
    const hello: Hello = {
      version: PROTOCOL_VERSION,
      program: "adaptive",
      programVersion,
      pid: process.pid,
      nowMicros: handler.nowMicros(),
    }
    if (version === PROTOCOL_VERSION) return helloLine(id, hello)
    const fault = new ControlFault(
      "E_CONTROL_VERSION",
      `the daemon (adaptive ${programVersion}) speaks version ${PROTOCOL_VERSION} of the protocol, the client version ${version}`,
      "use the command of the same release as the daemon, or restart the daemon",
    )
    return errorLine(id, fault)
  }

  /** Waits until the client has taken nearly all of it, or is gone. */
  async #send(line: string): Promise<void> {
    const socket = this.#socket
    if (socket.destroyed || socket.write(line)) return
    await new Promise<void>((resolve) => {
      const done = (): void => {
        socket.off("drain", done)
        socket.off("close", done)
        resolve()
      }
      socket.on("drain", done)
      socket.on("close", done)
    })
  }

  /** Says no more, and goes on taking what the client says until it has seen that. */
  #part(): void {
    this.#isParting = true
    this.#socket.end()
    this.#socket.setTimeout(PARTING_MS)
    this.#socket.resume()
  }
}
