/**
 * Who may come in: what is needed to listen on an address, and what a request must
 * show. Where nothing is asked for, pages of other sites are kept out as well: a
 * browser on this host would carry their requests here, or a name of theirs may
 * have been pointed at this host.
 */
import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingMessage } from "node:http"
import { isIPv4 } from "node:net"
import { TLSSocket } from "node:tls"
import { HttpFault, HttpStartFault, shown } from "./fault.js"

export type HttpAuth =
  /** Whoever reaches the address; on loopback only. */
  | { readonly kind: "none" }
  /** `Authorization: Bearer TOKEN`; over TLS where there is a certificate (PEM texts). */
  | {
      readonly kind: "token"
      readonly tokens: readonly string[]
      readonly tls?: { readonly cert: string; readonly key: string }
    }
  /** Clients show a certificate that `ca` has signed. PEM texts. */
  | { readonly kind: "tls"; readonly cert: string; readonly key: string; readonly ca: string }

export const MIN_TOKEN = 16

/** Whether only this host reaches an address. A name other than localhost may lead anywhere. */
export function isLoopback(host: string): boolean {
  const plain = host.toLowerCase().replace(/^\[|\]$/g, "")
  if (plain === "localhost" || plain === "::1") return true
  const mapped = plain.startsWith("::ffff:") ? plain.slice(7) : plain
  return isIPv4(mapped) && mapped.startsWith("127.")
}

/** @throws HttpStartFault E_HTTP_OPEN, E_HTTP_TOKEN */
export function checkStart(host: string, auth: HttpAuth): void {
  if (auth.kind === "none" && !isLoopback(host))
    throw new HttpStartFault(
      "E_HTTP_OPEN",
      `${shown(host)} can be reached from other hosts, and nothing is asked of those who come: not listening`,
      "listen on 127.0.0.1, or give a token or TLS client certificates",
    )
  if (auth.kind !== "token") return
  const { tokens } = auth
  const bad = tokens.findIndex((token) => token.length < MIN_TOKEN || !/^[\x21-\x7e]+$/.test(token))
  // Never the token itself: this goes to a log.
  const what =
    tokens.length === 0
      ? "there is no token"
      : `token ${bad + 1} has ${tokens[bad]?.length} characters, or blanks, or letters that are not ASCII`
  if (tokens.length === 0 || bad >= 0)
    throw new HttpStartFault(
      "E_HTTP_TOKEN",
      `${what}: not listening`,
      `give at least ${MIN_TOKEN} letters, digits and signs, e.g. what "openssl rand -hex 24" prints`,
    )
}

export class Guard {
  readonly #auth: HttpAuth
  readonly #host: string
  /** Of equal length, so that comparing tells nothing of theirs. */
  readonly #digests: readonly Buffer[]

  constructor(host: string, auth: HttpAuth) {
    this.#auth = auth
    this.#host = host.toLowerCase()
    this.#digests = auth.kind === "token" ? auth.tokens.map(digest) : []
  }

  /** @throws HttpFault E_HTTP_AUTH, E_HTTP_HOST, E_HTTP_ORIGIN */
  admit(message: IncomingMessage): void {
    if (this.#auth.kind === "token") this.#checkToken(message.headers.authorization)
    if (this.#auth.kind === "tls") checkCertificate(message)
    this.#checkHost(message)
  }

  #checkToken(header: string | undefined): void {
    const given = /^bearer +(\S+) *$/i.exec(header ?? "")?.[1]
    const seen = digest(given ?? "")
    let isKnown = false
    // All of them, so that the time does not tell which was nearly right.
    for (const known of this.#digests) if (timingSafeEqual(known, seen)) isKnown = true
    if (isKnown && given !== undefined) return
    throw new HttpFault(
      401,
      "E_HTTP_AUTH",
      header === undefined ? "the request has no token" : "the token is not one of those that are known here",
      "send the header Authorization: Bearer TOKEN",
      { "www-authenticate": "Bearer" },
    )
  }

  #checkHost({ headers, headersDistinct, httpVersionMajor, httpVersionMinor }: IncomingMessage): void {
    const { host, origin } = headers
    const isOld = httpVersionMajor < 1 || (httpVersionMajor === 1 && httpVersionMinor === 0)
    if (host === undefined && isOld && origin === undefined) return
    const name = hostName(`http://${host}`)
    if (host === undefined || name === null || headersDistinct.host?.length !== 1)
      throw new HttpFault(
        400,
        "E_HTTP_HOST",
        host === undefined
          ? "there is no Host header"
          : `Host is ${shown(headersDistinct.host?.join() ?? host)}`,
        "send one Host header with the name and port of this server",
      )
    if (this.#auth.kind === "none" && !isLoopback(name) && name !== this.#host)
      throw new HttpFault(
        403,
        "E_HTTP_ORIGIN",
        `${shown(host)} is no name of this server`,
        `ask ${this.#host} or localhost by that name; other names need a token or client certificates`,
      )
    const page = origin?.replace(/^https?:\/\//i, "").toLowerCase()
    if (page !== undefined && page !== host.toLowerCase())
      throw new HttpFault(
        403,
        "E_HTTP_ORIGIN",
        `a page of ${shown(origin ?? "")} makes this request`,
        "ask from a program, or from a page that this server gave",
      )
    // An image of a page elsewhere asks by GET, and a browser names no origin then; but it says from where it comes.
    const site = headers["sec-fetch-site"]
    if (this.#auth.kind === "none" && site !== undefined && site !== "same-origin" && site !== "none")
      throw new HttpFault(
        403,
        "E_HTTP_ORIGIN",
        `a page of another site makes this request: Sec-Fetch-Site is ${shown(String(site))}`,
        "ask from a program, from a page that this server gave, or by typing the address",
      )
  }
}

/**
 * A session that is resumed counts as verified for Node even if nobody ever showed
 * a certificate in it, so there has to be one.
 */
function checkCertificate({ socket }: IncomingMessage): void {
  const isShown = socket instanceof TLSSocket && socket.getPeerX509Certificate() !== undefined
  if (isShown && socket.authorized) return
  const why = isShown ? `cannot be trusted: ${socket.authorizationError}` : "is missing"
  throw new HttpFault(
    401,
    "E_HTTP_AUTH",
    `the client's certificate ${why}`,
    "connect with a certificate that the configured authority has signed",
    { connection: "close" },
  )
}

function digest(token: string): Buffer {
  return createHash("sha256").update(token).digest()
}

function hostName(url: string): string | null {
  try {
    const { hostname, pathname, username } = new URL(url)
    return pathname === "/" && username === "" ? hostname : null
  } catch {
    return null
  }
}
