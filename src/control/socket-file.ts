/**
 * The control socket, or another one, as a file: clears the way for it, and makes it
 * so that it never belongs to anyone but its user. Keeps out what is said over it.
 */
import { type BigIntStats, existsSync, linkSync, lstatSync, renameSync, rmSync } from "node:fs"
import type { Server } from "node:net"
import { dirname } from "node:path"
import { connect } from "./client.js"
import { ControlFault, systemCode } from "./fault.js"
import { CONTROL_SOCKET, checkSocketPath, type SocketRole } from "./socket-path.js"

/** Whoever listens there has this long to say who it is; that it listens is enough to leave it alone. */
const WHO_MS = 2000

/** Which file a socket is. The number alone may be given again as soon as the file is gone. */
interface Identity {
  readonly ino: bigint
  readonly mtimeNs: bigint
}

/**
 * Makes a socket and listens on it. One that nobody answers on any longer is replaced, whatever else
 * stands there is left as it is.
 * @throws ControlFault E_CONTROL_KIND, E_CONTROL_TAKEN, E_CONTROL_PATH
 */
export async function listenOn(
  server: Server,
  path: string,
  role: SocketRole = CONTROL_SOCKET,
): Promise<void> {
  checkSocketPath(path, role)
  const stale = await staleSocket(path, role)
  await new Promise<void>((resolve, reject) => {
    const failed = (error: Error): void => {
      const isTaken = systemCode(error) === "EADDRINUSE"
      reject(isTaken ? taken(path, "another process", role) : unmakeable(path, error, role))
    }
    server.once("error", failed)
    server.once("listening", () => {
      server.off("error", failed)
      resolve()
    })
    listenNow(server, path, stale, role)
  })
}

/**
 * All of it without a pause, so that of two that start at the same time one is through before the other looks again.
 * The server makes the file within the call, so the mask gives it its mode at birth: there is no moment in which
 * others may connect. The mask is that of the whole process, and for this moment only.
 */
function listenNow(server: Server, path: string, stale: Identity | null, role: SocketRole): void {
  const mask = process.umask(0o177)
  try {
    const aside = stale === null ? null : moveAside(path, stale, role)
    server.listen({ path, exclusive: true })
    if (aside !== null) rmSync(aside, { force: true })
  } finally {
    process.umask(mask)
  }
}

/** A socket that nobody answers on; null where there is none. */
async function staleSocket(path: string, role: SocketRole): Promise<Identity | null> {
  let found: BigIntStats | undefined
  try {
    found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
  } catch (error) {
    throw unmakeable(path, error, role)
  }
  if (found === undefined) return null
  if (!found.isSocket()) {
    const kind = found.isDirectory() ? "a directory" : found.isSymbolicLink() ? "a link" : "a file"
    throw new ControlFault(
      "E_CONTROL_KIND",
      `${path}: ${kind} stands where ${role.called} is to be: it is left alone, and the socket not made`,
      `remove it, or name another path with ${role.option}`,
    )
  }
  const listener = await listenerOn(path)
  if (listener !== null) throw taken(path, listener, role)
  return found
}

/**
 * Another one that starts may have been faster, and then this is its new socket: it is left, or put back.
 * @returns where the old one is now; null when it has gone by itself
 */
function moveAside(path: string, stale: Identity, role: SocketRole): string | null {
  const aside = `${path}.${process.pid}.old`
  const isStale = (found: Identity | undefined): boolean =>
    found?.ino === stale.ino && found.mtimeNs === stale.mtimeNs
  try {
    const found = lstatSync(path, { bigint: true, throwIfNoEntry: false })
    if (found === undefined) return null
    if (!isStale(found)) throw taken(path, "another process", role)
    renameSync(path, aside)
    if (isStale(lstatSync(aside, { bigint: true }))) return aside
    linkSync(aside, path)
    rmSync(aside)
  } catch (error) {
    throw error instanceof ControlFault ? error : unmakeable(path, error, role)
  }
  throw taken(path, "another process", role)
}

/** Who listens on a socket, in words; null for nobody. */
async function listenerOn(path: string): Promise<string | null> {
  try {
    const client = await connect(path, { helloMs: WHO_MS })
    client.close()
    return `an adaptive daemon (process ${client.hello.pid})`
  } catch (error) {
    if (!(error instanceof ControlFault)) throw error
    if (error.code === "E_CONTROL_ABSENT") return null
    return error.code === "E_CONTROL_DENIED" ? "perhaps a process of another user" : "another process"
  }
}

function taken(path: string, who: string, { option }: SocketRole): ControlFault {
  return new ControlFault(
    "E_CONTROL_TAKEN",
    `${path}: ${who} answers on this socket already: it is left alone, and no second one made`,
    `end that one first, or name another path with ${option}`,
  )
}

function unmakeable(path: string, error: unknown, { called, option }: SocketRole): ControlFault {
  const code = systemCode(error)
  // A missing directory is called forbidden where the socket is bound.
  const why =
    code === "ENOTDIR" || !existsSync(dirname(path))
      ? "its directory does not exist"
      : code === "EACCES" || code === "EPERM"
        ? "this user may not write to its directory"
        : (error as Error).message
  return new ControlFault(
    "E_CONTROL_PATH",
    `${path}: ${called} cannot be made: ${why}`,
    `make a directory that belongs to the daemon's user, or name another path with ${option}`,
  )
}
