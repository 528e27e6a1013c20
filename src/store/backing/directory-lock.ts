/**
 * Who may use a directory: one process at a time, and no lock is ever left behind.
 * Two locks do that together. A socket of an abstract name is the system's own doing
 * and needs nothing of the file system, but only one network namespace sees it. A
 * socket file is seen by containers that share a volume.
 */
import { createHash } from "node:crypto"
import { stat } from "node:fs/promises"
import { createServer, type Server } from "node:net"
import { LockFile, LockHeld } from "./lock-file.js"

/** File systems without sockets, and rules that forbid them, say one of these. */
const UNSUPPORTED = ["EPERM", "EACCES", "ENOTSUP", "EOPNOTSUPP", "ENOSYS", "EINVAL"]
const IS_LINUX = process.platform === "linux"

export class DirectoryLock {
  readonly #abstract: Server | null
  readonly #file: LockFile | null

  private constructor(abstract: Server | null, file: LockFile | null) {
    this.#abstract = abstract
    this.#file = file
  }

  /**
   * @param directory exists
   * @returns who has it, where that is another process: "apart" in another network namespace, as a container's,
   * where its process id is its own
   * @throws what the system says where there can be no lock
   */
  static async take(directory: string): Promise<DirectoryLock | "near" | "apart"> {
    const abstract = IS_LINUX ? await abstractSocket(directory) : null
    if (abstract === "taken") return "near"
    try {
      return new DirectoryLock(abstract, await LockFile.take(directory))
    } catch (error) {
      // Then the abstract one has to do, for all that are not in containers.
      const isUnsupported = UNSUPPORTED.includes((error as NodeJS.ErrnoException).code ?? "")
      if (abstract !== null && isUnsupported) return new DirectoryLock(abstract, null)
      abstract?.close()
      if (!(error instanceof LockHeld)) throw error
      return IS_LINUX ? "apart" : "near"
    }
  }

  async close(): Promise<void> {
    await this.#file?.close()
    await new Promise<void>((resolve) => {
      if (this.#abstract === null) resolve()
      else this.#abstract.close(() => resolve())
    })
  }
}

async function abstractSocket(directory: string): Promise<Server | "taken"> {
  // By the directory itself, not its name: it may have several.
  const { dev, ino } = await stat(directory, { bigint: true })
  const name = createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 40)
  const server = createServer((socket) => socket.destroy())
  server.unref()
  return new Promise((resolve, reject) => {
    server.on("error", (error: NodeJS.ErrnoException) =>
      error.code === "EADDRINUSE" ? resolve("taken") : reject(error),
    )
    server.listen({ path: `\0adaptive-state-${name}`, exclusive: true }, () => resolve(server))
  })
}
