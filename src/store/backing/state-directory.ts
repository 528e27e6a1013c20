/**
 * A directory that holds the state of one running program, which alone may use it,
 * and what version it is of.
 */
import { mkdir, open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { StoreFault } from "../fault.js"
import { DirectoryLock } from "./directory-lock.js"
import { syncDirectory, unlessMissing } from "./files.js"
import { readRecord, recordHead } from "./journal-format.js"

/** Raised when files in it have another meaning. */
export const STATE_VERSION = 1
const VERSION_FILE = "version"
/** Who has the lock, for whoever comes second. */
const HOLDER_FILE = "lock"

export class StateDirectory {
  readonly path: string
  readonly #lock: DirectoryLock

  private constructor(path: string, lock: DirectoryLock) {
    this.path = path
    this.#lock = lock
  }

  /**
   * Opens a directory, and makes it where there is none.
   * @throws StoreFault E_STATE_LOCKED, E_STATE_VERSION, E_STATE_UNUSABLE; nothing in it has been changed then
   */
  static async open(path: string): Promise<StateDirectory> {
    let lock: DirectoryLock | null = null
    try {
      await makeDirectory(path)
      lock = await locked(path)
      await checkVersion(path)
      return new StateDirectory(path, lock)
    } catch (error) {
      await lock?.close()
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
    await this.#lock.close()
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
async function locked(path: string): Promise<DirectoryLock> {
  const lock = await DirectoryLock.take(path)
  if (lock === "near" || lock === "apart") {
    const holder = (await readFile(join(path, HOLDER_FILE), "utf8").catch(() => "")).trim()
    const who = /^\d+$/.test(holder) ? `process ${holder}` : "another process"
    throw new StoreFault(
      "E_STATE_LOCKED",
      `${path}: the state directory is used by ${who}${lock === "apart" ? " of another container" : ""}`,
      "end that one first, or give this one a directory of its own with --state",
    )
  }
  try {
    await writeWhole(path, HOLDER_FILE, Buffer.from(`${process.pid}\n`))
    return lock
  } catch (error) {
    await lock.close()
    throw error
  }
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
