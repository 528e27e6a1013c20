/**
 * What the HTTP room refuses: a request, or to start at all. Each has a code, what
 * was seen and what to write instead; the body of every refusal is made here, so
 * that all have one form. Knows no sockets.
 */
import type { Code } from "../errors.js"

/** A request that is refused; handlers throw it too. */
export class HttpFault extends Error {
  /**
   * @param status of the reply, 400 to 599
   * @param message what was seen, and where
   * @param hint what to write instead
   * @param headers of the reply besides the usual ones, e.g. `retry-after`
   * @param cause what went wrong here; it is not told to the client
   */
  constructor(
    readonly status: number,
    readonly code: Code,
    message: string,
    readonly hint: string,
    readonly headers: Readonly<Record<string, string>> = {},
    cause?: unknown,
  ) {
    super(message, { cause })
  }
}

/** The server, or a webhook, does not start. */
export class HttpStartFault extends Error {
  constructor(
    readonly code: Extract<
      Code,
      "E_HTTP_LISTEN" | "E_HTTP_OPEN" | "E_HTTP_TOKEN" | "E_HTTP_TLS" | "E_HTTP_WEBHOOK"
    >,
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

/** The body of a refusal: `{"error":{"code","message","hint"}}` and a line end. */
export function faultBody({ code, message, hint }: HttpFault): string {
  return `${JSON.stringify({ error: { code, message, hint } })}\n`
}

const MAX_SHOWN = 60

/** What somebody sent, for a message: on one line, and short. */
export function shown(text: string): string {
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)
}
