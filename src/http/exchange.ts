/**
 * One request and its answer: judged in a fixed order, handed to its route, and
 * whatever comes of it written down, refusals of all kinds in the same form. It
 * runs to its end whatever the client does. What a handler does is its own affair.
 */
import type { IncomingMessage, ServerResponse } from "node:http"
import { cutFault, RequestBody } from "./body.js"
import {
  type Desk,
  LINGER_BYTES,
  LINGER_MS,
  MAX_UNREAD_BYTES,
  SHORT_REPLY_BYTES,
  USUAL_HEADERS,
} from "./desk.js"
import { faultBody, HttpFault } from "./fault.js"
import { type HttpRequest, parseTarget, type Reply, type SseSource } from "./request.js"
import { clientKey } from "./token-buckets.js"

type Phase = "handling" | "sending" | "streaming" | "lingering"

export class Exchange {
  readonly #desk: Desk
  readonly #message: IncomingMessage
  readonly #response: ServerResponse
  readonly #client: string
  readonly #body: RequestBody
  /** Made where somebody asks: most answers are there before anyone could. */
  #gone: AbortController | null = null
  #isGone = false
  #phase: Phase = "handling"
  #stopLingering: () => void = () => {}

  /** @param asksFirst the client waits for a word before it sends the body */
  constructor(desk: Desk, message: IncomingMessage, response: ServerResponse, asksFirst: boolean) {
    this.#desk = desk
    this.#message = message
    this.#response = response
    this.#client = message.socket.remoteAddress ?? ""
    const goOn = asksFirst ? () => response.writeContinue() : () => {}
    this.#body = new RequestBody(message, { ...desk.limits, goOn })
    // A request that breaks off is told to whoever reads its body; nobody else has to hear of it.
    message.on("error", () => {})
    response.on("error", () => {})
  }

  get isComplete(): boolean {
    return this.#message.complete
  }

  async run(): Promise<void> {
    // Requests that waited for their turn on a connection that has ended meanwhile.
    if (!this.#message.socket.writable) return
    this.#response.once("close", () => this.#leave())
    let reply: Reply | HttpFault
    try {
      reply = await this.#answer()
    } catch (error) {
      reply = this.#refusal(error)
    }
    if (this.#message.socket.destroyed) return
    await this.#send(reply).catch((error: unknown) => this.#sendFailed(error))
  }

  /** The rest of the request will not come, or not be understood. */
  cut(fault: HttpFault): void {
    this.#body.fail(fault)
    this.#stopLingering()
  }

  /** The client has sent its last byte: it still reads answers, but nobody sits at the end of a stream. */
  hungUp(): void {
    if (this.#phase === "streaming") this.#leave()
    this.#stopLingering()
  }

  /** The server ends. */
  close(): void {
    if (this.#phase === "streaming") this.#leave()
  }

  /** Nothing moved on the connection for long. A handler that takes its time is no fault of the client. */
  idled(): void {
    if (this.#phase !== "handling") this.#message.socket.destroy()
    else if (!this.#message.complete && this.#body.isAwaited) this.cut(slowFault("nothing more of it came"))
  }

  async #answer(): Promise<Reply> {
    const desk = this.#desk
    const message = this.#message
    if (desk.isClosing) throw closingFault()
    this.#checkRate()
    desk.guard.admit(message)
    const fields = message.rawHeaders.length / 2
    if (fields > desk.limits.maxHeaders)
      throw tooManyHeaders(`${fields} headers, more than ${desk.limits.maxHeaders}`)
    const { expect } = message.headers
    if (expect !== undefined && expect.toLowerCase() !== "100-continue")
      throw new HttpFault(417, "E_HTTP_EXPECT", "Expect asks for what is not known here", "leave Expect away")
    const method = message.method ?? ""
    const { path, query } = parseTarget(message.url ?? "")
    const route = desk.routes.find(method, path)
    this.#body.check()
    const body = this.#body
    const signal = (): AbortSignal => this.#goneSignal
    const request: HttpRequest = {
      method,
      path,
      query,
      headers: message.headers,
      client: this.#client,
      get signal() {
        return signal()
      },
      body: { [Symbol.asyncIterator]: () => body.pieces() },
      bytes: (maxBytes) => body.bytes(maxBytes),
      json: (maxBytes) => body.json(maxBytes),
    }
    return route.handle(request)
  }

  #checkRate(): void {
    const { buckets, nowMs, limits } = this.#desk
    const waitMs = buckets.take(clientKey(this.#client), nowMs())
    if (waitMs === 0) return
    const waitSec = Math.ceil(waitMs / 1000)
    throw new HttpFault(
      429,
      "E_HTTP_RATE",
      `more than ${limits.requestsPerSec} requests a second from ${this.#client}`,
      `wait ${waitSec} s; send many events in one request`,
      { "retry-after": String(waitSec) },
    )
  }

  /** What the client is told of an error, and the log. */
  #refusal(error: unknown): HttpFault {
    const isMeant = error instanceof HttpFault
    const fault = isMeant
      ? error
      : new HttpFault(500, "E_HTTP_INTERNAL", "the answer could not be made", "see the log of the server")
    const cause = isMeant ? error.cause : error
    this.#desk.log({
      ...told(fault),
      client: this.#client,
      method: this.#message.method ?? null,
      target: this.#message.url ?? null,
      ...(cause === undefined ? {} : { cause }),
    })
    return fault
  }

  /** A reply of a handler that cannot be written, or a stream that broke off. */
  async #sendFailed(error: unknown): Promise<void> {
    const fault = this.#refusal(error)
    try {
      if (!this.#response.headersSent) await this.#send(fault)
    } finally {
      // Half a reply that ends like this is not taken for a whole one.
      if (!this.#response.writableFinished) this.#message.socket.destroy()
    }
  }

  async #send(reply: Reply | HttpFault): Promise<void> {
    if (reply instanceof HttpFault)
      return this.#write(reply.status, "application/json", faultBody(reply), reply.headers)
    if ("stream" in reply) return this.#stream(reply.stream)
    if ("text" in reply) return this.#write(reply.status, reply.contentType, reply.text)
    return this.#write(reply.status, "application/json", `${JSON.stringify(reply.json)}\n`)
  }

  /** Writes a reply; many long ones that nobody reads would fill the memory. */
  async #write(
    status: number,
    contentType: string,
    text: string,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<void> {
    const desk = this.#desk
    // As a text, it goes out together with its headers; a long one is made bytes of once only.
    if (text.length <= SHORT_REPLY_BYTES) return this.#writeNow(status, contentType, text, headers)
    const bytes = Buffer.from(text)
    if (desk.unreadBytes + bytes.length > MAX_UNREAD_BYTES)
      throw new HttpFault(
        503,
        "E_HTTP_BUSY",
        "long answers wait to be read by other clients: there is no room for another",
        "try again in a moment, and ask for less at a time",
        { "retry-after": "1" },
      )
    desk.unreadBytes += bytes.length
    try {
      await this.#writeNow(status, contentType, bytes, headers)
    } finally {
      desk.unreadBytes -= bytes.length
    }
  }

  async #writeNow(
    status: number,
    contentType: string,
    body: string | Buffer,
    headers: Readonly<Record<string, string>>,
  ): Promise<void> {
    const response = this.#response
    this.#phase = "sending"
    // What is left of a body would be taken for the next request; the connection ends instead.
    const isCut = !this.#message.complete
    response.writeHead(status, {
      "content-type": contentType,
      "content-length": Buffer.byteLength(body),
      ...USUAL_HEADERS,
      ...headers,
      ...(isCut || this.#desk.isClosing ? { connection: "close" } : {}),
    })
    const over = new Promise<void>((resolve) => {
      response.once("finish", resolve)
      response.once("close", resolve)
    })
    if (isCut) {
      response.write(body)
      await this.#linger()
      this.#message.socket.destroy()
    } else response.end(body)
    await over
  }

  get #goneSignal(): AbortSignal {
    this.#gone ??= new AbortController()
    if (this.#isGone) this.#gone.abort()
    return this.#gone.signal
  }

  /** The client is gone, or has nothing more to wait for. */
  #leave(): void {
    this.#isGone = true
    this.#gone?.abort()
  }

  /** Ends this side, until the client has ended its own, or has had enough time for it. */
  async #linger(): Promise<void> {
    this.#phase = "lingering"
    const message = this.#message
    const { socket } = message
    // The stream of the response would destroy the socket; this only says that nothing more comes.
    await new Promise<void>((resolve) => socket.end(resolve))
    if (socket.readableEnded) return
    const over = new AbortController()
    await new Promise<void>((resolve) => {
      this.#stopLingering = resolve
      let bytes = 0
      message.on("data", (piece: Buffer) => {
        bytes += piece.length
        if (bytes > LINGER_BYTES) resolve()
      })
      socket.once("close", resolve)
      this.#body.discard()
      this.#desk.timer(LINGER_MS, over.signal).then(
        () => resolve(),
        () => resolve(),
      )
    })
    over.abort()
  }

  async #stream(source: SseSource): Promise<void> {
    const response = this.#response
    const signal = this.#goneSignal
    this.#phase = "streaming"
    response.writeHead(200, {
      "content-type": "text/event-stream",
      ...USUAL_HEADERS,
      "x-accel-buffering": "no",
      connection: "close",
    })
    response.flushHeaders()
    if (this.#desk.isClosing || !this.#message.complete) this.#leave()
    if (this.#message.method !== "HEAD" && !signal.aborted)
      for await (const text of source(signal)) {
        if (signal.aborted) break
        if (!response.write(text)) await this.#drained()
      }
    const over = new Promise<void>((resolve) => {
      response.once("finish", resolve)
      response.once("close", resolve)
    })
    response.end()
    await over
  }

  /** Until the client has read what it was sent, or is gone. */
  #drained(): Promise<void> {
    const response = this.#response
    const signal = this.#goneSignal
    return new Promise((resolve) => {
      const done = (): void => {
        response.off("drain", done)
        signal.removeEventListener("abort", done)
        resolve()
      }
      response.once("drain", done)
      signal.addEventListener("abort", done)
      if (signal.aborted) done()
    })
  }
}

/** A fault as the log has it. */
export function told({ code, status, message, hint }: HttpFault) {
  return { code, status, message, hint }
}

function slowFault(what: string): HttpFault {
  return new HttpFault(
    408,
    "E_HTTP_SLOW",
    `the request did not come in time: ${what}`,
    "send the whole request at once, in smaller pieces if it is large",
  )
}

function tooManyHeaders(what: string): HttpFault {
  return new HttpFault(431, "E_HTTP_HEADERS", `the request has ${what}`, "send fewer and shorter headers")
}

export function closingFault(): HttpFault {
  return new HttpFault(503, "E_HTTP_CLOSING", "the server is ending", "try again when it is back", {
    "retry-after": "5",
  })
}

/** What a broken connection means for whoever sent the request. */
export function faultOf(
  error: Error & { readonly code?: string; readonly reason?: string },
  maxHeaderBytes: number,
): HttpFault {
  switch (error.code) {
    case "HPE_HEADER_OVERFLOW":
      return tooManyHeaders(`more than ${maxHeaderBytes} bytes of headers`)
    case "ERR_HTTP_REQUEST_TIMEOUT":
      return slowFault("not all of it is here")
    case "HPE_INVALID_EOF_STATE":
      return cutFault()
    default:
      return new HttpFault(
        400,
        "E_HTTP_REQUEST",
        `this is no HTTP/1.1 request${error.reason === undefined ? "" : `: ${error.reason}`}`,
        "send a request line, headers and a body as RFC 9112 has them; no TLS where http is spoken",
      )
  }
}
