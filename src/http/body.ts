/**
 * The body of a request: inflated, bounded before and after that, and read only as
 * fast as the handler takes it. Reading never closes the connection, so that a
 * refusal can still be told. Knows nothing of what a body says.
 */
import type { IncomingMessage } from "node:http"
import { pipeline, Readable, type Transform } from "node:stream"
import { createGunzip, createInflate } from "node:zlib"
import { HttpFault, shown } from "./fault.js"

export interface BodyOptions {
  readonly maxBodyBytes: number
  readonly maxInflatedBytes: number
  /** The client waits to be told to go on (`Expect: 100-continue`). */
  readonly goOn: () => void
}

const INFLATERS: Readonly<Record<string, (() => Transform) | null>> = {
  "": null,
  identity: null,
  gzip: () => createGunzip({ chunkSize: 64 << 10 }),
  "x-gzip": () => createGunzip({ chunkSize: 64 << 10 }),
  deflate: () => createInflate({ chunkSize: 64 << 10 }),
}

export class RequestBody {
  readonly #message: IncomingMessage
  readonly #options: BodyOptions
  #fault: HttpFault | null = null
  #isTaken = false
  #wake: (() => void) | null = null

  constructor(message: IncomingMessage, options: BodyOptions) {
    this.#message = message
    this.#options = options
  }

  /** A reader waits for the client, not the client for a reader. */
  get isAwaited(): boolean {
    return this.#wake !== null
  }

  /**
   * What its headers already tell.
   * @throws HttpFault E_HTTP_ENCODING, E_HTTP_SIZE
   */
  check(): void {
    const encoding = this.#encoding()
    if (!Object.hasOwn(INFLATERS, encoding))
      throw new HttpFault(
        415,
        "E_HTTP_ENCODING",
        `the body's content-encoding is ${shown(encoding)}`,
        "send it plain, or with content-encoding gzip or deflate",
        { "accept-encoding": "gzip, deflate" },
      )
    const told = Number(this.#message.headers["content-length"] ?? 0)
    if (told > this.#options.maxBodyBytes) throw tooLarge(told, this.#options.maxBodyBytes)
  }

  /** Whoever reads is told this, now or later; what still comes is not handed on. */
  fail(fault: HttpFault): void {
    this.#fault ??= fault
    this.#wake?.()
  }

  /** Lets what is left come and go unread. */
  discard(): void {
    // A stream with this listener does not flow.
    this.#message.removeAllListeners("readable")
    this.#message.resume()
  }

  /**
   * The inflated bytes, in pieces; once.
   * @throws HttpFault E_HTTP_SIZE, E_HTTP_DAMAGED, E_HTTP_CUT, E_HTTP_SLOW
   */
  async *pieces(): AsyncGenerator<Buffer, void, undefined> {
    if (this.#isTaken) throw new Error("a body is read once")
    this.#isTaken = true
    const inflater = INFLATERS[this.#encoding()]
    if (inflater === undefined || inflater === null) yield* this.#sent()
    else yield* this.#inflated(inflater())
  }

  /**
   * The whole of it, inflated.
   * @throws HttpFault E_HTTP_SIZE for more than that, besides those of `pieces`
   */
  async bytes(maxBytes: number): Promise<Buffer> {
    const pieces: Buffer[] = []
    let bytes = 0
    for await (const piece of this.pieces()) {
      bytes += piece.length
      if (bytes > maxBytes) throw tooLarge(null, maxBytes)
      pieces.push(piece)
    }
    return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces)
  }

  /**
   * The whole of it, as JSON in UTF-8. It is parsed at once, and everybody waits meanwhile: it must not be long.
   * @throws HttpFault E_HTTP_JSON besides those of `bytes`
   */
  async json(maxBytes: number): Promise<unknown> {
    const bytes = await this.bytes(maxBytes)
    try {
      return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes))
    } catch (error) {
      const why = bytes.length === 0 ? "it is empty" : (error as Error).message
      throw new HttpFault(400, "E_HTTP_JSON", `the body is not JSON: ${why}`, "send one JSON text in UTF-8")
    }
  }

  #encoding(): string {
    return (this.#message.headers["content-encoding"] ?? "").trim().toLowerCase()
  }

  /** The bytes as they were sent. */
  async *#sent(): AsyncGenerator<Buffer, void, undefined> {
    const message = this.#message
    const { maxBodyBytes, goOn } = this.#options
    const wake = (): void => this.#wake?.()
    for (const event of ["readable", "end", "error", "close"]) message.on(event, wake)
    goOn()
    let bytes = 0
    for (;;) {
      if (this.#fault !== null) throw this.#fault
      const piece = message.read() as Buffer | null
      if (piece !== null) {
        bytes += piece.length
        if (bytes > maxBodyBytes) throw tooLarge(null, maxBodyBytes)
        yield piece
      } else if (message.readableEnded) return
      else if (message.destroyed) throw cutFault()
      else
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      this.#wake = null
    }
  }

  async *#inflated(inflater: Transform): AsyncGenerator<Buffer, void, undefined> {
    const { maxInflatedBytes } = this.#options
    // What fails here fails the inflater too, where it is seen.
    pipeline(Readable.from(this.#sent(), { objectMode: false }), inflater, () => {})
    let bytes = 0
    try {
      for await (const piece of inflater as AsyncIterable<Buffer>) {
        bytes += piece.length
        if (bytes > maxInflatedBytes)
          throw new HttpFault(
            413,
            "E_HTTP_SIZE",
            `the body inflates to more than ${maxInflatedBytes} bytes`,
            "send less at a time",
          )
        yield piece
      }
    } catch (error) {
      if (this.#fault !== null) throw this.#fault
      if (error instanceof HttpFault) throw error
      throw new HttpFault(
        400,
        "E_HTTP_DAMAGED",
        `the body cannot be inflated: ${(error as Error).message}`,
        `send what content-encoding ${this.#encoding()} says, whole, or send it plain`,
      )
    }
  }
}

export function cutFault(): HttpFault {
  return new HttpFault(
    400,
    "E_HTTP_CUT",
    "the request ends before all of it is here",
    "send all the headers, and as many bytes as content-length says",
  )
}

function tooLarge(toldBytes: number | null, maxBytes: number): HttpFault {
  const what = toldBytes === null ? "has more" : `has ${toldBytes} bytes, more`
  return new HttpFault(413, "E_HTTP_SIZE", `the body ${what} than ${maxBytes}`, "send less at a time")
}
