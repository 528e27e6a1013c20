/**
 * The control socket as a file: clears the way for it, and makes it so that it
 * never belongs to anyone but its user. Keeps out what is said over it.
 */
import { link, lstat, rename, rm } from "node:fs/promises"
import type { Server } from "node:net"
import { connect } from "./client.js"
import { ControlFault, systemCode } from "./fault.js"
import { checkSocketPath } from "./socket-path.js"

/** Whoever listens there has this long to say who it is; that it listens is enough to leave it alone. */
const WHO_MS = 1000

/**
 * Sees to it that nothing stands in the way: a socket that nobody answers on any longer is removed, anything
 * else is left as it is.
 * @throws ControlFault E_CONTROL_KIND, E_CONTROL_TAKEN, E_CONTROL_PATH
 */
export async function clearWay(path: string): Promise<void> {
  checkSocketPath(path)
  const found = await lstat(path, { bigint: true }).catch((error: unknown) => {
    if (systemCode(error) === "ENOENT") return null
    throw unmakeable(path, error)
  })
  if (found === null) return
  if (!found.isSocket()) {
    const kind = found.isDirectory() ? "a directory" : found.isSymbolicLink() ? "a link" : "a file"
    throw new ControlFault(
      "E_CONTROL_KIND",
      `${path}: ${kind} stands where the control socket is to be: it is left alone, and the socket not made`,
      "remove it, or name another path with --socket",
    )
  }
  const listener = await listenerOn(path)
  if (listener !== null) throw taken(path, listener)
  await removeStale(path, found.ino)
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

/**
 * Two that start at the same time may both find the old socket. Moving it aside tells which one came first: what
 * the other moves is the new socket, and is put back.
 */
async function removeStale(path: string, inode: bigint): Promise<void> {
  const aside = `${path}.${process.pid}.old`
  try {
    await rename(path, aside)
    const moved = await lstat(aside, { bigint: true })
    if (moved.ino !== inode) await link(aside, path)
    await rm(aside)
    if (moved.ino !== inode) throw taken(path, "another process")
  } catch (error) {
    if (error instanceof ControlFault) throw error
    // Somebody else removed it: that is as well.
    if (systemCode(error) !== "ENOENT") throw unmakeable(path, error)
  }
}

/**
 * Makes the socket and listens on it. The node library makes the file within the call, so the mask of this process
 * gives it its mode at birth: there is no moment in which others may connect.
 * @throws ControlFault E_CONTROL_TAKEN, E_CONTROL_PATH
 */
export function listenOn(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const failed = (error: Error): void => {
      reject(systemCode(error) === "EADDRINUSE" ? taken(path, "another process") : unmakeable(path, error))
    }
    server.once("error", failed)
    server.once("listening", () => {
      server.off("error", failed)
      resolve()
    })
    const mask = process.umask(0o177)
    try {
      server.listen({ path, exclusive: true })
    } finally {
      process.umask(mask)
    }
  })
}

function taken(path: string, who: string): ControlFault {
  return new ControlFault(
    "E_CONTROL_TAKEN",
    `${path}: ${who} answers on this socket already: it is left alone, and no second one made`,
    "end that one first, or name another path with --socket",
  )
}

function unmakeable(path: string, error: unknown): ControlFault {
  const code = systemCode(error)
  const why =
    code === "ENOENT" || code === "ENOTDIR"
      ? "its directory does not exist"
      : code === "EACCES" || code === "EPERM"
        ? "this user may not write to its directory"
        : (error as Error).message
  return new ControlFault(
    "E_CONTROL_PATH",
    `${path}: the control socket cannot be made: ${why}`,
    "make a directory that belongs to the daemon's user, or name another path with --socket",
  )
}
