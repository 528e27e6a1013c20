/**
 * A lock on a directory that all processes of one kernel see, in whatever container
 * they run: a socket file that its holder listens on. Who wants it puts a socket
 * there, under a name of its own, and then looks for others. Of two, whoever looks
 * later sees the other one: so who sees nobody alive is alone, and has it. Nothing is
 * moved or taken over: what a killed process left answers nobody, never will again,
 * and may be removed by anyone.
 */
import { randomUUID } from "node:crypto"
import { type FileHandle, open, readdir, rename, rm } from "node:fs/promises"
import { connect, createServer, type Socket } from "node:net"
import { join } from "node:path"

/** Somebody else has the lock. */
export class LockHeld extends Error {
  constructor() {
    super("the lock is held")
  }
}

const PREFIX = "lock."
const PUBLISHED = ".socket"
/** A socket that does not count yet. */
const FRESH = ".new"
/** What a holder says. Who only wants the lock says nothing until it has it, and hangs up when it makes way. */
const HELD = "held\n"
/** A process that is busy or stopped says nothing, and may hold it. */
const SILENT_MS = 1000
/** Each time somebody made way. */
const MAX_LOOKS = 100
/** What the address of a unix socket holds on every system, without the zero byte behind it. */
const MAX_PATH_BYTES = 103

export class LockFile {
  readonly #place: Place
  readonly #name = `${PREFIX}${randomUUID().slice(0, 8)}`
  readonly #server = createServer((socket) => this.#answer(socket))
  /** They want it too, and wait for what becomes of this one. */
  readonly #asking = new Set<Socket>()
  #isHeld = false

  private constructor(place: Place) {
    this.#place = place
    this.#server.unref()
  }

  /**
   * @param directory exists
   * @throws LockHeld, and what the system says where no socket can be made
   */
  static async take(directory: string): Promise<LockFile> {
    const lock = new LockFile(await Place.open(directory))
    try {
      await lock.#publish()
      await lock.#beAlone()
      lock.#hold()
      await lock.#tidy()
      return lock
    } catch (error) {
      await lock.close()
      throw error
    }
  }

  /** Another process may have it from now on. */
  async close(): Promise<void> {
    for (const end of [FRESH, PUBLISHED])
      await rm(this.#place.file(`${this.#name}${end}`), { force: true }).catch(() => {})
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()))
    for (const socket of this.#asking) socket.destroy()
    await closed
    await this.#place.close()
  }

  /** It listens before others see it: what does not would be taken for a dead one. */
  async #publish(): Promise<void> {
    const fresh = this.#place.file(`${this.#name}${FRESH}`)
    await new Promise<void>((resolve, reject) => {
      this.#server.on("error", reject)
      this.#server.listen({ path: fresh, exclusive: true }, resolve)
    })
    await rename(fresh, this.#place.file(`${this.#name}${PUBLISHED}`)).catch((error: unknown) => {
      // Tidied up in the moment in which it did not listen yet, and that does only who has the lock.
      throw codeOf(error) === "ENOENT" ? new LockHeld() : error
    })
  }

  /** @throws LockHeld */
  async #beAlone(): Promise<void> {
    const own = `${this.#name}${PUBLISHED}`
    for (let looks = 0; looks < MAX_LOOKS; looks++) {
      let isAlone = true
      for (const name of await this.#place.names(PUBLISHED)) {
        if (name === own) continue
        // Of two that want it the first by name stays. Were both to wait for the other, neither would have it.
        const heard = await ask(this.#place.file(name), name > own)
        if (heard === "alive") throw new LockHeld()
        if (heard === "left") isAlone = false
        else await rm(this.#place.file(name), { force: true })
      }
      if (isAlone) return
    }
    throw new LockHeld()
  }

  #hold(): void {
    this.#isHeld = true
    for (const socket of this.#asking) tell(socket)
    this.#asking.clear()
  }

  /** What was left by those that were killed before anybody could see them. */
  async #tidy(): Promise<void> {
    for (const name of await this.#place.names(FRESH)) {
      const file = this.#place.file(name)
      if ((await ask(file, false)) === "dead") await rm(file, { force: true })
    }
  }

  #answer(socket: Socket): void {
    // Whoever asks may leave before it is answered.
    socket.on("error", () => {})
    if (this.#isHeld) tell(socket)
    else {
      this.#asking.add(socket)
      socket.once("close", () => this.#asking.delete(socket))
    }
  }
}

/** A directory, by a path that leaves room for the name of a socket. */
class Place {
  readonly #path: string
  readonly #handle: FileHandle | null

  private constructor(path: string, handle: FileHandle | null) {
    this.#path = path
    this.#handle = handle
  }

  /** The system cuts a longer path off. On Linux there is a short one to every directory that is open. */
  static async open(directory: string): Promise<Place> {
    const longest = join(directory, `${PREFIX}xxxxxxxx${PUBLISHED}`)
    if (Buffer.byteLength(longest) <= MAX_PATH_BYTES) return new Place(directory, null)
    if (process.platform !== "linux")
      throw new Error(`a socket in it would have a path of more than ${MAX_PATH_BYTES} bytes`)
    const handle = await open(directory, "r")
    return new Place(`/proc/self/fd/${handle.fd}`, handle)
  }

  file(name: string): string {
    return join(this.#path, name)
  }

  /** Of files of the lock that end so. */
  async names(end: string): Promise<readonly string[]> {
    return (await readdir(this.#path)).filter((name) => name.startsWith(PREFIX) && name.endsWith(end))
  }

  async close(): Promise<void> {
    await this.#handle?.close()
  }
}

function tell(socket: Socket): void {
  socket.end(HELD, () => socket.destroy())
}

/**
 * Asks whoever listens on a socket file.
 * @param waits until it has the lock or leaves
 * @returns "dead": nobody listens there, nor will again; "left": it has made way
 */
function ask(file: string, waits: boolean): Promise<"alive" | "left" | "dead"> {
  const socket = connect(file)
  const heard = new Promise<"alive" | "left" | "dead">((resolve) => {
    socket.setTimeout(SILENT_MS)
    socket.once("connect", () => waits || resolve("alive"))
    socket.once("data", () => resolve("alive"))
    socket.once("timeout", () => resolve("alive"))
    socket.once("end", () => resolve("left"))
    socket.once("error", (error) => {
      const code = codeOf(error)
      // Anything else, such as a full queue or missing rights, is somebody's.
      if (code === "ECONNREFUSED" || code === "ENOENT") resolve("dead")
      else resolve(code === "ECONNRESET" ? "left" : "alive")
    })
  })
  return heard.finally(() => socket.destroy())
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
