/**
 * What a handler is given and what it gives back, and the table that leads from a
 * path to it. Paths are exact texts: nothing in them is decoded, joined or looked
 * up anywhere else, so there is nothing for a traversal to traverse.
 */
import type { IncomingHttpHeaders } from "node:http"
import { nearest } from "../model/nearest.js"
import { HttpFault, shown } from "./fault.js"

export interface HttpRequest {
  readonly method: string
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  /** The address of the other side. */
  readonly client: string
  /** Aborted when the client is gone; for streams also when the server ends. */
  readonly signal: AbortSignal
  /**
   * The body in pieces, inflated and bounded; it comes as fast as it is taken, once.
   * @throws HttpFault E_HTTP_SIZE, E_HTTP_DAMAGED, E_HTTP_CUT, E_HTTP_SLOW, to be passed on
   */
  readonly body: AsyncIterable<Buffer>
  /** The body as a whole. @throws HttpFault E_HTTP_SIZE for more bytes than that, besides those of `body` */
  bytes(maxBytes: number): Promise<Buffer>
  /** Everybody waits while it is parsed: it must not be long. @throws HttpFault E_HTTP_JSON besides those of `bytes` */
  json(maxBytes: number): Promise<unknown>
}

/**
 * Makes the text of an event stream, as fast as the client takes it: nothing more
 * is asked for while it does not. Ends soon after the signal says so.
 */
export type SseSource = (signal: AbortSignal) => AsyncIterable<string>

export type Reply =
  | { readonly status: number; readonly json: unknown }
  | { readonly status: number; readonly text: string; readonly contentType: string }
  | { readonly stream: SseSource }

export interface Route {
  /** Upper case. GET answers HEAD too. */
  readonly method: string
  /** Exact, e.g. "/v1/decision". */
  readonly path: string
  /** What it throws and is no HttpFault becomes a 500 that tells nothing of it. */
  handle(request: HttpRequest): Promise<Reply> | Reply
}

export class RouteTable {
  readonly #routes = new Map<string, Map<string, Route>>()

  /** @throws Error for two routes of one method and path: a mistake of the program */
  constructor(routes: readonly Route[]) {
    for (const route of routes) {
      const methods = this.#routes.get(route.path) ?? new Map<string, Route>()
      if (methods.has(route.method)) throw new Error(`two routes for ${route.method} ${route.path}`)
      this.#routes.set(route.path, methods.set(route.method, route))
    }
  }

  /** @throws HttpFault E_HTTP_PATH, E_HTTP_METHOD */
  find(method: string, path: string): Route {
    const methods = this.#routes.get(path)
    if (methods === undefined) {
      const meant = nearest(path, this.#routes.keys())
      throw new HttpFault(
        404,
        "E_HTTP_PATH",
        `there is no path ${shown(path)}`,
        meant === null ? `the paths are ${[...this.#routes.keys()].join(", ")}` : `did you mean ${meant}?`,
      )
    }
    const route = methods.get(method === "HEAD" ? "GET" : method)
    if (route !== undefined) return route
    const allowed = [...methods.keys()].flatMap((name) => (name === "GET" ? ["GET", "HEAD"] : name)).sort()
    throw new HttpFault(
      405,
      "E_HTTP_METHOD",
      `${path} does not take ${shown(method)}`,
      `use ${allowed.join(" or ")}`,
      { allow: allowed.join(", ") },
    )
  }
}

/**
 * The target of a request line, in origin form ("/path?query") or absolute form.
 * @throws HttpFault E_HTTP_TARGET
 */
export function parseTarget(target: string): { readonly path: string; readonly query: URLSearchParams } {
  const origin = /^https?:\/\/[^/?#]*/i.exec(target)?.[0] ?? ""
  const rest = target.slice(origin.length)
  const mark = rest.indexOf("?")
  const path = mark < 0 ? rest : rest.slice(0, mark)
  const text = mark < 0 ? "" : rest.slice(mark + 1)
  if (!path.startsWith("/") || rest.includes("#"))
    throw new HttpFault(
      400,
      "E_HTTP_TARGET",
      `the request target ${shown(target)} is no path`,
      "ask for a path that begins with /, e.g. GET /metrics",
    )
  try {
    decodeURIComponent(text)
  } catch {
    throw new HttpFault(
      400,
      "E_HTTP_TARGET",
      `the query ${shown(text)} holds a % that begins no UTF-8 character`,
      "write each byte of a name or value that is no letter or digit as %XX, in UTF-8; a % itself is %25",
    )
  }
  // A mark of its own, since the first one is dropped.
  return { path, query: new URLSearchParams(`?${text}`) }
}
