/**
 * A real server on a free port of loopback, and clients that may do everything a
 * socket can. Nothing here waits for a time: a client ends when the server has
 * ended the connection, or when what is waited for has come.
 */
import { connect, type Socket } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { onTestFinished } from "vitest"
import { monotonicMs } from "../../src/clock.js"
import type { HttpEvent } from "../../src/http/desk.js"
import type { Route } from "../../src/http/request.js"
import { type HttpOptions, type HttpServer, startHttp } from "../../src/http/server.js"

export const timer = (ms: number, signal: AbortSignal): Promise<unknown> => pause(ms, undefined, { signal })

export interface Served {
  readonly server: HttpServer
  readonly port: number
  readonly url: string
  readonly events: HttpEvent[]
  readonly codes: () => string[]
}

/** Starts one, and ends it with the test. */
export async function serve(routes: readonly Route[], options: Partial<HttpOptions> = {}): Promise<Served> {
  const events: HttpEvent[] = []
  const server = await startHttp({
    host: "127.0.0.1",
    port: 0,
    routes,
    auth: { kind: "none" },
    nowMs: monotonicMs,
    timer,
    log: (event) => events.push(event),
    ...options,
  })
  onTestFinished(() => server.close(0))
  const { port } = server
  return {
    server,
    port,
    url: `http://127.0.0.1:${port}`,
    events,
    codes: () => events.map(({ code }) => code),
  }
}

/** Until it holds; whoever waits in vain runs into the limit of the test. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setImmediate(resolve))
}

/** A connection that gathers what it is sent. */
export class RawClient {
  readonly socket: Socket
  #text = ""
  /** The server has ended its side, or the connection. */
  hasEnded = false
  readonly ended: Promise<void>

  constructor(port: number, socket: Socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })) {
    this.socket = socket
    socket.setEncoding("latin1")
    socket.on("data", (text: string) => {
      this.#text += text
    })
    this.ended = new Promise((resolve) => {
      const end = (): void => {
        this.hasEnded = true
        resolve()
      }
      socket.on("end", end)
      socket.on("close", end)
      socket.on("error", end)
    })
  }

  get text(): string {
    return this.#text
  }

  send(bytes: string | Buffer): this {
    this.socket.write(bytes)
    return this
  }

  /** Until it has been sent so much, or the server has ended. */
  async got(what: string | RegExp): Promise<string> {
    await until(
      () => this.hasEnded || (typeof what === "string" ? this.#text.includes(what) : what.test(this.#text)),
    )
    return this.#text
  }

  /** All that comes until the server ends. */
  async rest(): Promise<string> {
    await this.ended
    this.socket.destroy()
    return this.#text
  }
}

/** Sends bytes, and tells what comes back until the server ends the connection. */
export function exchange(port: number, bytes: string | Buffer): Promise<string> {
  return new RawClient(port).send(bytes).rest()
}

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** The answers in a text, each of which has a content-length; a HEAD request's has no body. */
export function answersIn(text: string, isHead = false): Answer[] {
  const answers: Answer[] = []
  let rest = text
  while (rest !== "") {
    const end = rest.indexOf("\r\n\r\n")
    if (end < 0) throw new Error(`no whole answer: ${JSON.stringify(rest)}`)
    const [line = "", ...lines] = rest.slice(0, end).split("\r\n")
    const headers = Object.fromEntries(
      lines.map((one) => [
        one.slice(0, one.indexOf(":")).toLowerCase(),
        one.slice(one.indexOf(":") + 1).trim(),
      ]),
    )
    const length = isHead ? 0 : Number(headers["content-length"] ?? 0)
    const status = Number(line.split(" ")[1])
    rest = rest.slice(end + 4)
    if (status !== 100) answers.push({ status, headers, body: rest.slice(0, length) })
    rest = rest.slice(status === 100 ? 0 : length)
  }
  return answers
}

/** "status CODE" of a refusal; fails unless it has the one form of all refusals. */
export function refusalIn({ status, headers, body }: Answer): string {
  const { error, ...others } = JSON.parse(body) as { error: Record<string, string> }
  const isWhole =
    Object.keys(error).join() === "code,message,hint" && Object.values(error).every((text) => text !== "")
  if (!isWhole || Object.keys(others).length > 0) throw new Error(`no refusal: ${body}`)
  if (headers["content-type"] !== "application/json" || headers["x-content-type-options"] !== "nosniff")
    throw new Error(`headers of a refusal: ${JSON.stringify(headers)}`)
  return `${status} ${error.code}`
}

/** Of the only answer in a text. */
export function refusalOf(text: string): string {
  const answers = answersIn(text)
  if (answers.length !== 1) throw new Error(`not one answer: ${text}`)
  return refusalIn(answers[0] as Answer)
}
