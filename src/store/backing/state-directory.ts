/**
 * A directory that holds the state of one running program: who may use it, and
 * what version it is of. One process at a time: the lock is a socket of a name
 * that ends with its process, however that ends, so no lock is ever left behind.
 */
import { createHash } from "node:crypto"
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { connect, createServer, type Server } from "node:net"
import { dirname, join } from "node:path"
import { StoreFault } from "../fault.js"
import { syncDirectory, unlessMissing } from "./files.js"
import { readRecord, recordHead } from "./journal-format.js"

/** Raised when files in it have another meaning. */
export const STATE_VERSION = 1
const VERSION_FILE = "version"
const LOCK_FILE = "lock"

export class StateDirectory {
  readonly path: string
  readonly #lock: Server

  private constructor(path: string, lock: Server) {
    this.path = path
    this.#lock = lock
  }

  /**
   * Opens a directory, and makes it where there is none.
   * @throws StoreFault E_STATE_LOCKED, E_STATE_VERSION, E_STATE_UNUSABLE; nothing in it has been changed then
   */
  static async open(path: string): Promise<StateDirectory> {
    let lock: Server | null = null
    try {
      await makeDirectory(path)
      lock = await locked(path)
      await checkVersion(path)
      return new StateDirectory(path, lock)
    } catch (error) {
      lock?.close()
      if (error instanceof StoreFault) throw error
      throw new StoreFault(
        "E_STATE_UNUSABLE",
        `${path}: the state directory cannot be used: ${(error as Error).message}`,
        "give a directory that can be read and written to, with --state",
      )
    }
  }

  /** A path in it. */
  file(name: string): string {
    return join(this.path, name)
  }

  /** Writes a small file with a checksum: the old one or the new one is there, never half of one. */
  async write(name: string, bytes: Uint8Array): Promise<void> {
    await writeWhole(this.path, name, Buffer.concat([recordHead(bytes), bytes]))
  }

  /**
   * What `write` wrote; null where there is no such file.
   * @throws StoreFault E_STATE_UNUSABLE where it is damaged
   */
  async read(name: string): Promise<Buffer | null> {
    const bytes = await readFile(this.file(name)).catch((error: unknown) => {
      unlessMissing(error)
      return null
    })
    if (bytes === null) return null
    const record = readRecord(bytes, 0)
    if (record !== null && record.end === bytes.length) return record.payload
    throw new StoreFault(
      "E_STATE_UNUSABLE",
      `${this.file(name)}: the file is damaged`,
      "move it away to go on without what it holds",
    )
  }

  async remove(name: string): Promise<void> {
    await rm(this.file(name), { force: true })
  }

  /** Names of the files that begin so, in order. */
  async names(prefix: string): Promise<readonly string[]> {
    return (await readdir(this.path))
      .filter((name) => name.startsWith(prefix) && !name.endsWith(".new"))
      .sort()
  }

  /** Another process may use it from now on. */
  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#lock.close(() => resolve()))
  }
}

/** With those above it. Node's own way of doing this never ends in a file system that makes no directories. */
async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "EEXIST" && (await stat(path)).isDirectory()) return
    const above = dirname(path)
    if (code !== "ENOENT" || above === path || (await isThere(above))) throw error
    await makeDirectory(above)
    await mkdir(path, { mode: 0o700 })
  }
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  )
}

/** @throws StoreFault E_STATE_LOCKED */
async function locked(path: string): Promise<Server> {
  const { dev, ino } = await stat(path, { bigint: true })
  const server = createServer((socket) => socket.end(`${process.pid}\n`))
  try {
    const name = lockName(path, `${dev}:${ino}`)
    await listening(server, name).catch(async (error: NodeJS.ErrnoException) => {
      // A name that needs a file may have been left by a process that was killed.
      if (error.code !== "EADDRINUSE" || name.startsWith("\0") || (await isAnswered(name))) throw error
      await rm(name, { force: true })
      await listening(server, name)
    })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EADDRINUSE") throw error
    const holder = await readFile(join(path, LOCK_FILE), "utf8").catch(() => "")
    const who = /^\d+$/.test(holder.trim()) ? `process ${holder.trim()}` : "another process"
    throw new StoreFault(
      "E_STATE_LOCKED",
      `${path}: the state directory is used by ${who}`,
      "end that one first, or give this one a directory of its own with --state",
    )
  }
  server.unref()
  // Who it is, for whoever comes second; the lock itself is the socket.
  await writeWhole(path, LOCK_FILE, Buffer.from(`${process.pid}\n`))
  return server
}

function listening(server: Server, name: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(name, () => {
      server.off("error", reject)
      resolve()
    })
  })
}

function isAnswered(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name, () => resolve(true))
    socket.once("error", () => resolve(false))
    socket.once("connect", () => socket.destroy())
  })
}

/** By the directory itself, not its name: it may have several. On Linux the name needs no file; elsewhere one does. */
function lockName(path: string, identity: string): string {
  const name = createHash("sha256").update(identity).digest("hex").slice(0, 40)
  return process.platform === "linux" ? `\0adaptive-state-${name}` : join(path, "lock.socket")
}

async function checkVersion(path: string): Promise<void> {
  const text = await readFile(join(path, VERSION_FILE), "utf8").catch((error: unknown) => {
    unlessMissing(error)
    return null
  })
  if (text === null) {
    await writeWhole(path, VERSION_FILE, Buffer.from(`${STATE_VERSION}\n`))
    return
  }
  const version = /^\d{1,9}\n?$/.test(text) ? Number(text) : null
  if (version === STATE_VERSION) return
  throw new StoreFault(
    "E_STATE_VERSION",
    version === null
      ? `${path}: its file "${VERSION_FILE}" holds no version`
      : `${path}: the state directory is of version ${version}; this program reads version ${STATE_VERSION}`,
    version !== null && version > STATE_VERSION
      ? "run the newer program that wrote it, or give another directory with --state"
      : "give another directory with --state",
  )
}

async function writeWhole(directory: string, name: string, bytes: Uint8Array): Promise<void> {
  const fresh = join(directory, `${name}.new`)
  try {
    const file = await open(fresh, "w", 0o600)
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(fresh, join(directory, name))
    await syncDirectory(directory)
  } catch (error) {
    await rm(fresh, { force: true }).catch(() => {})
    throw error
  }
}
