/**
 * A log that grows, as `tail -F` reads it: through rotation by renaming, through
 * being cut and written anew, and on from where it was left by an earlier run,
 * also when the log was rotated meanwhile. Gives bytes, and says where what it
 * gave began. No timer: whoever wants more asks again. Knows nothing of lines.
 */
import { createHash } from "node:crypto"
import { type FileHandle, open, readdir, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { SourceError } from "./source.js"

/** How far a log was read. Plain data, to be written down and taken up again. */
export interface LogPosition {
  /** Number of the file on its file system: a renamed log keeps it. */
  readonly inode: string
  readonly offset: number
  /** Of its first bytes: a number may be given to another file, and a log may be cut and grow again. */
  readonly head: { readonly bytes: number; readonly hash: string }
}

/** What the reader of a log is told between its bytes. */
export type TailEvent =
  /** Bytes of one file, one behind the other; valid until the next are asked for. */
  | { readonly kind: "bytes"; readonly bytes: Buffer }
  /** What comes is of another file, from its beginning: a line that is open will not go on. */
  | { readonly kind: "rotated" }
  /** The file was cut, or is another one than was left: what it held besides cannot be found. */
  | { readonly kind: "lost"; readonly reason: string }

export interface TailOptions {
  /** Where to go on; null to begin. */
  readonly position?: LogPosition | null
  /** Without a position: begins with what is written from now on. */
  readonly fromEnd?: boolean
  readonly chunkBytes?: number
}

/** Enough to tell logs apart: their first lines hold times. */
const HEAD_BYTES = 256
const CHUNK_BYTES = 1 << 18
/** Looks at the end of a file that was renamed before it is left: whoever writes may not have opened the new one yet. */
const LAST_LOOKS = 2

/** What rotation puts behind a log's name: a number or a date. Copies of other names are none of ours. */
const ROTATED = /^[.-]\d[\d._-]*(?:\.(?:gz|bz2|xz|zst))?$/
const PACKED = /\.(?:gz|bz2|xz|zst)$/

interface OpenLog {
  readonly handle: FileHandle
  readonly inode: string
  offset: number
  head: LogPosition["head"]
}

export class LogTail {
  readonly path: string
  readonly #chunk: Buffer
  readonly #fromEnd: boolean
  #left: LogPosition | null
  #log: OpenLog | null = null
  /** Looks at its end since another file has its name. */
  #lastLooks = 0
  #isBegun = false

  constructor(
    path: string,
    { position = null, fromEnd = false, chunkBytes = CHUNK_BYTES }: TailOptions = {},
  ) {
    this.path = path
    this.#left = position
    this.#fromEnd = fromEnd
    this.#chunk = Buffer.allocUnsafeSlow(chunkBytes)
  }

  /**
   * Where to go on: behind all bytes that were given, less those that are not used up.
   * @param unused bytes at the end of what was given, e.g. of a line whose end is not there yet
   */
  position(unused = 0): LogPosition | null {
    if (this.#log === null) return this.#left
    const { inode, offset, head } = this.#log
    return { inode, offset: offset - unused, head }
  }

  /**
   * Settles where a log is begun that is taken from its end: at what is its end now. Where there is no such file
   * yet, all that will be in it is new. @throws SourceError
   */
  async mark(): Promise<void> {
    if (this.#log !== null || this.#left !== null || !this.#fromEnd) return
    // Nothing was read before: there is nothing to tell of.
    for await (const _ of this.#begin());
  }

  /**
   * Everything that is there to be read now; nothing where there is no such file yet.
   * @throws SourceError E_TRAFFIC_UNREADABLE, E_TRAFFIC_DIRECTORY
   */
  async *read(): AsyncGenerator<TailEvent> {
    for (;;) {
      if (this.#log === null) yield* this.#begin()
      const log = this.#log as OpenLog | null
      if (log === null) return
      const cut = await this.#cutReason(log)
      if (cut !== null) {
        yield { kind: "lost", reason: cut }
        yield { kind: "rotated" }
        log.offset = 0
        log.head = NO_HEAD
      }
      for (;;) {
        const { bytesRead } = await log.handle.read(this.#chunk, 0, this.#chunk.length, log.offset)
        if (bytesRead === 0) break
        await this.#learnHead(log)
        log.offset += bytesRead
        this.#lastLooks = 0
        yield { kind: "bytes", bytes: this.#chunk.subarray(0, bytesRead) }
      }
      if (!(await this.#isReplaced(log))) return
      if (this.#lastLooks++ < LAST_LOOKS) return
      const { mtimeMs } = await log.handle.stat()
      await this.close()
      this.#left = null
      yield { kind: "rotated" }
      yield* this.#openBetween(log.inode, mtimeMs)
    }
  }

  async close(): Promise<void> {
    const log = this.#log
    this.#left = this.position()
    this.#log = null
    this.#lastLooks = 0
    await log?.handle.close()
  }

  /** Opens the file that is to be read next: the one that was left, or the one of this name. */
  async *#begin(): AsyncGenerator<TailEvent> {
    const left = this.#left
    const isFirst = !this.#isBegun
    if (left !== null) {
      const found = await this.#find(left)
      if (found !== null) {
        this.#isBegun = true
        this.#log = found
        return
      }
    }
    const log = await this.#open(this.path)
    this.#isBegun = true
    if (log === null) return
    this.#left = null
    this.#log = log
    if (left !== null) yield { kind: "lost", reason: "the file that was read before is not there any more" }
    else if (isFirst && this.#fromEnd) log.offset = (await log.handle.stat()).size
    if (log.offset > 0) await this.#learnHead(log)
  }

  /** The file that was left, under its name or under the one that rotation gave it. */
  async #find(left: LogPosition): Promise<OpenLog | null> {
    const directory = dirname(this.path)
    const own = basename(this.path)
    const names = await readdir(directory).catch(() => [])
    // A rotated log is nearly always named after what it was.
    const likely = names
      .filter((name) => name !== own)
      .sort((a, b) => Number(b.startsWith(own)) - Number(a.startsWith(own)))
    for (const name of [own, ...likely]) {
      const path = join(directory, name)
      const facts = await stat(path, { bigint: true }).catch(() => null)
      if (facts === null || !facts.isFile() || String(facts.ino) !== left.inode) continue
      const log = await this.#open(path)
      if (log === null) continue
      if (
        Number(facts.size) >= left.offset &&
        (await headOf(log.handle, left.head.bytes)).hash === left.head.hash
      ) {
        log.offset = left.offset
        log.head = left.head
        return log
      }
      await log.handle.close()
    }
    return null
  }

  /** After a file that was left long ago others may have had its name, before the one that has it now. */
  async *#openBetween(inode: string, mtimeMs: number): AsyncGenerator<TailEvent> {
    const directory = dirname(this.path)
    const current = await stat(this.path, { bigint: true }).catch(() => null)
    const between: { readonly path: string; readonly mtimeMs: number }[] = []
    for (const name of await readdir(directory).catch(() => [])) {
      const path = join(directory, name)
      if (!name.startsWith(basename(this.path)) || !ROTATED.test(name.slice(basename(this.path).length)))
        continue
      const facts = await stat(path, { bigint: true }).catch(() => null)
      if (facts === null || !facts.isFile() || [inode, String(current?.ino)].includes(String(facts.ino)))
        continue
      if (Number(facts.mtimeMs) > mtimeMs) between.push({ path, mtimeMs: Number(facts.mtimeMs) })
    }
    for (const { path } of between.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
      if (PACKED.test(path)) {
        yield { kind: "lost", reason: `${path} was packed before it was read` }
        continue
      }
      this.#log = await this.#open(path)
      if (this.#log !== null) return
    }
  }

  async #open(path: string): Promise<OpenLog | null> {
    try {
      const handle = await open(path, "r")
      const facts = await handle.stat({ bigint: true })
      if (facts.isDirectory()) {
        await handle.close()
        throw new SourceError("E_TRAFFIC_DIRECTORY", path, "is a directory", "name the log in it")
      }
      return { handle, inode: String(facts.ino), offset: 0, head: NO_HEAD }
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (error instanceof SourceError) throw error
      if (code === "ENOENT") return null
      throw new SourceError(
        "E_TRAFFIC_UNREADABLE",
        path,
        `cannot be read: ${code ?? String(error)}`,
        "check who may read it",
      )
    }
  }

  /** Why what was read is no longer what the file begins with; null where it is. */
  async #cutReason(log: OpenLog): Promise<string | null> {
    const { size } = await log.handle.stat()
    if (size < log.offset) return `the file was cut to ${size} bytes, ${log.offset} had been read`
    if (log.head.bytes === 0) return null
    const { hash } = await headOf(log.handle, log.head.bytes)
    return hash === log.head.hash ? null : "the file was written anew"
  }

  /** Takes down how the file begins, as far as that is there. */
  async #learnHead(log: OpenLog): Promise<void> {
    if (log.head.bytes < HEAD_BYTES) log.head = await headOf(log.handle, HEAD_BYTES)
  }

  /** Has another file the name now? */
  async #isReplaced({ inode }: OpenLog): Promise<boolean> {
    const facts = await stat(this.path, { bigint: true }).catch(() => null)
    return facts !== null && String(facts.ino) !== inode
  }
}

const NO_HEAD: LogPosition["head"] = Object.freeze({ bytes: 0, hash: "" })

async function headOf(handle: FileHandle, bytes: number): Promise<LogPosition["head"]> {
  const buffer = Buffer.alloc(bytes)
  const { bytesRead } = await handle.read(buffer, 0, bytes, 0)
  if (bytesRead === 0) return NO_HEAD
  const hash = createHash("sha256").update(buffer.subarray(0, bytesRead)).digest("hex").slice(0, 32)
  return { bytes: bytesRead, hash }
}
