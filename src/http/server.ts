/**
 * A small HTTP server for the daemon's handlers: node:http with every bound set,
 * every refusal a JSON text, and an end that comes. It knows nothing of rules,
 * stores or engines, and reads no clock: time and pauses are given.
 */
import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from "node:http"
import { createServer as createTls, Server as TlsServer } from "node:https"
import type { AddressInfo, Socket } from "node:net"
import { type SecureOptions, secureOptions } from "./certificates.js"
import { busyFault, Connection } from "./connection.js"
import type { Desk, HttpEvent, Timer } from "./desk.js"
import { HttpFault, HttpStartFault } from "./fault.js"
import { checkStart, Guard, type HttpAuth, isLoopback } from "./guard.js"
import { checkedLimits, type HttpLimits } from "./limits.js"
import { type Route, RouteTable } from "./request.js"
import { clientKey, TokenBuckets } from "./token-buckets.js"

export interface HttpOptions {
  /** A name or address of this host. */
  readonly host: string
  /** 0: any that is free. */
  readonly port: number
  readonly routes: readonly Route[]
  /** Those that are not given have defaults that suit a daemon on a mail host. */
  readonly limits?: Partial<HttpLimits>
  readonly auth: HttpAuth
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number
  readonly timer: Timer
  /** Told of each refusal and failure; must not throw. */
  readonly log: (event: HttpEvent) => void
}

export interface HttpServer {
  readonly host: string
  readonly port: number
  /** Open at the moment. */
  readonly connections: number
  /**
   * Other certificates, for connections from now on; those that are open go on. Nothing else of `auth` counts.
   * @throws HttpStartFault E_HTTP_TLS where they cannot be used: those before go on serving
   */
  renew(auth: HttpAuth): void
  /**
   * Takes no more connections, lets running requests end, ends streams; what is
   * left after `withinMs` is cut off.
   */
  close(withinMs: number): Promise<void>
}

/** Clients whose requests are counted; the one not seen for longest is forgotten. */
const MAX_CLIENTS = 10_000
/** Connections beyond the bound that are told so; beyond these they are closed without a word. */
const MAX_TOLD = 64

/**
 * Starts to listen.
 * @throws HttpStartFault E_HTTP_OPEN, E_HTTP_TOKEN, E_HTTP_TLS, E_HTTP_LISTEN
 */
export async function startHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, auth, routes, nowMs, timer, log } = options
  checkStart(host, auth)
  const limits = checkedLimits(options.limits ?? {})
  const desk: Desk = {
    routes: new RouteTable(routes),
    limits,
    guard: new Guard(host, auth),
    buckets: new TokenBuckets({
      perSec: limits.requestsPerSec,
      burst: limits.requestBurst,
      maxClients: MAX_CLIENTS,
    }),
    nowMs,
    timer,
    log,
    isClosing: false,
    unreadBytes: 0,
  }
  const secure = secureOptions(auth, "not listening")
  const server = makeServer(auth, secure, limits)
  const open = watch(server, desk, secure !== null)
  const address = await listen(server, options)
  if (auth.kind === "none" && !isLoopback(address.address)) {
    server.close()
    // A name like localhost that this host's resolver leads elsewhere.
    checkStart(address.address, auth)
  }
  let closed: Promise<void> | null = null
  return {
    host: address.address,
    port: address.port,
    get connections() {
      return open.sockets.size
    },
    renew(other) {
      const renewed = secureOptions(other, "those before go on serving")
      if (renewed !== null && server instanceof TlsServer) server.setSecureContext(renewed)
    },
    close(withinMs) {
      closed ??= close(server, desk, open, withinMs)
      return closed
    },
  }
}

interface Open {
  /** All of them, also those on which TLS is not agreed on yet. */
  readonly sockets: Set<Socket>
  readonly connections: Map<Socket, Connection>
}

function makeServer(auth: HttpAuth, secure: SecureOptions | null, limits: HttpLimits): Server {
  const { headerTimeoutMs, requestTimeoutMs, idleTimeoutMs } = limits
  const plain = {
    maxHeaderSize: limits.maxHeaderBytes,
    headersTimeout: Math.min(headerTimeoutMs, requestTimeoutMs),
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: idleTimeoutMs,
    // What is late is found late by this much at most.
    connectionsCheckingInterval: Math.ceil(Math.min(1000, headerTimeoutMs / 4, requestTimeoutMs / 4)),
    // Missing hosts are refused in our own words.
    requireHostHeader: false,
    noDelay: true,
  }
  const server =
    secure === null
      ? createPlain(plain)
      : createTls({
          ...plain,
          ...secure,
          handshakeTimeout: headerTimeoutMs,
          // The guard refuses who has no certificate, in words that a handshake does not have.
          ...(auth.kind === "tls" ? { requestCert: true, rejectUnauthorized: false } : {}),
        })
  server.timeout = idleTimeoutMs
  // One more than may be is enough to see it.
  server.maxHeadersCount = limits.maxHeaders + 1
  server.maxConnections = limits.maxConnections + MAX_TOLD
  // Whoever ends its side after the request still gets the answer. Not in Node's types, but in its
  // server since 0.x: without it the answer is cut.
  Object.assign(server, { httpAllowHalfOpen: true })
  return server
}

/** Leads the events of the server to its connections. */
function watch(server: Server, desk: Desk, isTls: boolean): Open {
  const { maxConnections, maxClientConnections } = desk.limits
  const sockets = new Set<Socket>()
  const connections = new Map<Socket, Connection>()
  const byClient = new Map<string, number>()
  server.on("connection", (socket: Socket) => {
    sockets.add(socket)
    socket.once("close", () => sockets.delete(socket))
  })
  server.on(isTls ? "secureConnection" : "connection", (socket: Socket) => {
    const connection = new Connection(desk, socket)
    connections.set(socket, connection)
    const client = socket.remoteAddress ?? ""
    const key = clientKey(client)
    const ofClient = (byClient.get(key) ?? 0) + 1
    byClient.set(key, ofClient)
    socket.once("close", () => {
      connections.delete(socket)
      const left = (byClient.get(key) ?? 0) - 1
      if (left > 0) byClient.set(key, left)
      else byClient.delete(key)
    })
    if (sockets.size > maxConnections) connection.refuse(busyFault(maxConnections, null))
    else if (ofClient > maxClientConnections) connection.refuse(busyFault(maxClientConnections, client))
  })
  const take = (asksFirst: boolean) => (message: IncomingMessage, response: ServerResponse) =>
    connections.get(message.socket)?.take(message, response, asksFirst)
  server.on("request", take(false))
  server.on("checkContinue", take(true))
  // Answered as any other: the exchange judges what is expected.
  server.on("checkExpectation", take(false))
  server.on("connect", (message, socket) =>
    connections
      .get(socket as Socket)
      ?.refuse(
        new HttpFault(
          405,
          "E_HTTP_METHOD",
          "this server is no proxy: it does not take CONNECT",
          "use GET or POST",
        ),
        message,
      ),
  )
  server.on("clientError", (error, socket) => {
    const connection = connections.get(socket as Socket)
    // Without one, TLS was never agreed on.
    if (connection === undefined) socket.destroy()
    else connection.broken(error)
  })
  server.on("timeout", (socket) => connections.get(socket)?.idled())
  server.on("tlsClientError", (error: Error, socket: Socket) => {
    desk.log({
      code: "E_HTTP_TLS",
      status: 0,
      message: `the TLS handshake failed: ${error.message}`,
      hint: "connect with TLS 1.2 or later, to the name the certificate is for",
      client: socket.remoteAddress ?? "",
      method: null,
      target: null,
    })
  })
  return { sockets, connections }
}

function listen(server: Server, { host, port, log }: HttpOptions): Promise<AddressInfo> {
  return new Promise((resolve, reject) => {
    server.on("error", (error: Error) => {
      const message = `${host} port ${port} cannot be listened on: ${error.message}`
      const hint = "choose an address of this host and a port that is free, or stop what has it"
      reject(new HttpStartFault("E_HTTP_LISTEN", message, hint))
      // Later, a connection that could not be accepted: the others go on.
      if (server.listening)
        log({ code: "E_HTTP_LISTEN", status: 0, message, hint, client: "", method: null, target: null })
    })
    server.listen({ host: host.replace(/^\[|\]$/g, ""), port }, () =>
      resolve(server.address() as AddressInfo),
    )
  })
}

async function close(
  server: Server,
  desk: Desk,
  { sockets, connections }: Open,
  withinMs: number,
): Promise<void> {
  desk.isClosing = true
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const answered = new Promise<void>((resolve) => {
    const look = (): void => {
      if (connections.size === 0) resolve()
    }
    for (const [socket, connection] of connections) {
      // After the listener that takes it off the list.
      socket.once("close", look)
      connection.close()
    }
    look()
  })
  const over = new AbortController()
  const late = desk.timer(withinMs, over.signal).catch(() => {})
  await Promise.race([answered, late])
  over.abort()
  const gone = [...sockets].map((socket) => new Promise((resolve) => socket.once("close", resolve)))
  for (const socket of [...connections.keys(), ...sockets]) socket.destroy()
  await Promise.all([closed, ...gone])
}
