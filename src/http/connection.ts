/**
 * One connection: its requests one after the other, so that what a client sends
 * after something else finds that done; what cannot be understood is refused in
 * JSON all the same, by hand, since there is no request to answer then.
 */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from "node:http"
import type { Socket } from "node:net"
import { type Desk, LINGER_MS, USUAL_HEADERS } from "./desk.js"
import { closingFault, Exchange, faultOf, told } from "./exchange.js"
import { faultBody, HttpFault } from "./fault.js"

/** Requests that wait for the one before them; beyond, no more is read for a while. */
const MAX_WAITING = 16

export class Connection {
  readonly #desk: Desk
  readonly #socket: Socket
  readonly #client: string
  /** Done when all requests so far are answered. */
  #tail: Promise<void> = Promise.resolve()
  readonly #waiting: Exchange[] = []
  #isRefused = false
  /** Of requests that were answered, about: what came since is the beginning of another. */
  #usedBytes: number

  constructor(desk: Desk, socket: Socket) {
    this.#desk = desk
    this.#socket = socket
    this.#client = socket.remoteAddress ?? ""
    this.#usedBytes = socket.bytesRead
    // After CONNECT nobody else would take it, and it would end the process.
    socket.on("error", () => {})
    // Node reads on after each request it has understood, whoever paused.
    socket.on("resume", () => {
      if (this.#isFull) socket.pause()
    })
    socket.on("end", () => this.#current?.hungUp())
  }

  get #isFull(): boolean {
    return this.#waiting.length > MAX_WAITING
  }

  get #current(): Exchange | undefined {
    return this.#waiting[0]
  }

  take(message: IncomingMessage, response: ServerResponse, asksFirst: boolean): void {
    if (this.#isRefused) return
    const exchange = new Exchange(this.#desk, message, response, asksFirst)
    this.#waiting.push(exchange)
    if (this.#isFull) this.#socket.pause()
    this.#tail = this.#tail.then(async () => {
      await exchange.run().catch(() => this.#socket.destroy())
      const wasFull = this.#isFull
      this.#waiting.shift()
      this.#usedBytes = this.#socket.bytesRead
      if (wasFull && !this.#isFull) this.#socket.resume()
    })
  }

  /** What came is no request, or did not come in time; the connection is of no use any more. */
  broken(error: Error): void {
    // One that is not writable has had its last answer, or is gone.
    if (this.#isRefused || !this.#socket.writable) return
    const fault = faultOf(error, this.#desk.limits.maxHeaderBytes)
    const last = this.#waiting.at(-1)
    // The damage is in the body of the last request, which is answered then, or after it.
    if (last !== undefined && !last.isComplete) last.cut(fault)
    else {
      this.#isRefused = true
      this.#tail = this.#tail.then(() => this.#refuse(fault))
    }
  }

  /** Answers what is no request of a route, and ends the connection. */
  refuse(fault: HttpFault, message?: IncomingMessage): void {
    this.#isRefused = true
    this.#tail = this.#tail.then(() => this.#refuse(fault, message))
  }

  /** Nothing moved for long. */
  idled(): void {
    const current = this.#current
    if (current === undefined) this.#socket.destroy()
    else current.idled()
  }

  /** The server ends: what runs is answered, what begins is refused, streams end. */
  close(): void {
    const current = this.#current
    if (current !== undefined) current.close()
    else if (this.#socket.bytesRead === this.#usedBytes) this.#socket.destroy()
    else if (!this.#isRefused) this.refuse(closingFault())
  }

  #refuse(fault: HttpFault, message?: IncomingMessage): void {
    const socket = this.#socket
    if (!socket.writable) return
    this.#desk.log({
      ...told(fault),
      client: this.#client,
      method: message?.method ?? null,
      target: message?.url ?? null,
    })
    const over = new AbortController()
    const end = (): void => {
      over.abort()
      socket.destroy()
    }
    socket.once("close", end)
    socket.end(rawReply(fault), () => {
      if (socket.readableEnded) end()
      else socket.once("end", end)
    })
    // What still comes is read and dropped: see LINGER_MS.
    socket.resume()
    this.#desk.timer(LINGER_MS, over.signal).then(end, end)
  }
}

function rawReply(fault: HttpFault): Buffer {
  const body = Buffer.from(faultBody(fault))
  const headers = {
    "content-type": "application/json",
    "content-length": String(body.length),
    ...USUAL_HEADERS,
    ...fault.headers,
    connection: "close",
  }
  const head = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const line = `HTTP/1.1 ${fault.status} ${STATUS_CODES[fault.status] ?? ""}\r\n`
  return Buffer.concat([Buffer.from(`${line}${head.join("")}\r\n`), body])
}

/** @param ofClient those that are too many come from one address; null: from all together */
export function busyFault(count: number, ofClient: string | null): HttpFault {
  return new HttpFault(
    503,
    "E_HTTP_BUSY",
    `there are ${count} connections already${ofClient === null ? "" : ` from ${ofClient}`}`,
    "try again later; keep connections open and use them for many requests",
    { "retry-after": "1" },
  )
}
