/**
 * A request to the receiver of a webhook over the network. Redirects are not
 * followed, of the answer nothing but status and Retry-After is kept, and
 * connections are used again.
 */
import { type IncomingMessage, Agent as PlainAgent, request as requestPlain } from "node:http"
import { request as requestTls, Agent as TlsAgent } from "node:https"

export interface WebhookRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** Aborted: the answer would come too late. */
  readonly signal: AbortSignal
}

interface WebhookAnswer {
  readonly status: number
  /** Null where the receiver does not say when to come back. */
  readonly retryAfterSec: number | null
}

/** Posts, and ends soon after the signal says so. @throws Error when no answer comes */
export type WebhookTransport = (request: WebhookRequest) => Promise<WebhookAnswer>

/** Of an answer's body that is read so that the connection can be used again. */
const MAX_ANSWER_BYTES = 64 << 10
const MAX_HEADER_BYTES = 16 << 10

/** @param ca PEM text of the authority of https receivers; none: those that this host trusts */
export function webhookTransport(ca?: string): WebhookTransport {
  const plain = new PlainAgent({ keepAlive: true, maxSockets: 1 })
  const tls = new TlsAgent({ keepAlive: true, maxSockets: 1, ...(ca === undefined ? {} : { ca }) })
  const post = ({ url, headers, body, signal }: WebhookRequest, isAgain: boolean): Promise<WebhookAnswer> =>
    new Promise((resolve, reject) => {
      const options = {
        method: "POST",
        headers: { ...headers, "content-length": String(Buffer.byteLength(body)) },
        maxHeaderSize: MAX_HEADER_BYTES,
        signal,
      }
      const asked = url.startsWith("https:")
        ? requestTls(url, { ...options, agent: tls })
        : requestPlain(url, { ...options, agent: plain })
      asked.on("error", (error: NodeJS.ErrnoException) => {
        // A connection that the receiver closed while it was not in use: no fault of anybody.
        const isStale = asked.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE")
        if (isStale && !isAgain && !signal.aborted) resolve(post({ url, headers, body, signal }, true))
        else reject(error)
      })
      asked.on("response", (response) => {
        // The status counts as soon as it is here, whatever becomes of the rest.
        const answer = { status: response.statusCode ?? 0, retryAfterSec: retryAfterSec(response) }
        let bytes = 0
        response.on("data", (piece: Buffer) => {
          bytes += piece.length
          if (bytes > MAX_ANSWER_BYTES) response.destroy()
        })
        response.on("error", () => {})
        response.on("close", () => resolve(answer))
      })
      asked.end(body)
    })
  return (request) => post(request, false)
}

function retryAfterSec({ headers }: IncomingMessage): number | null {
  const text = headers["retry-after"] ?? ""
  return /^\d{1,9}$/.test(text) ? Number(text) : null
}
