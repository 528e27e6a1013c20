/**
 * A log that grows, as `tail -F` reads it: through rotation by renaming, through
 * being copied and cut, and on from where it was left by an earlier run, also when
 * the log was rotated meanwhile. Gives bytes, and says where what it gave began.
 * What the system refuses is told with its place, and can be tried again. No
 * timer: whoever wants more asks again. Knows nothing of lines.
 */
import { createHash } from "node:crypto"
import { constants, type FileHandle, open } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import {
  factsOf,
  isAbsent,
  isSystemError,
  namesIn,
  PACKED,
  type RotatedFile,
  rotatedFiles,
  unreadable,
} from "./log-files.js"
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
  | {
      readonly kind: "lost"
      readonly reason: string
      /** False where all had been read at the last look: whether anything was written since, nobody knows. */
      readonly isSure: boolean
    }

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

interface OpenLog {
  readonly handle: FileHandle
  readonly inode: string
  offset: number
  head: LogPosition["head"]
  /** Everything that was there at the last look has been read. */
  isRead: boolean
  /** Rotation copied it: nobody writes to it any more. */
  isCopy: boolean
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
    // What is not used up may be of the file before.
    return { inode, offset: Math.max(0, offset - unused), head }
  }

  /** Another file has its name: it is left when its last looks find nothing more. */
  get isLeaving(): boolean {
    return this.#lastLooks > 0
  }

  /**
   * Settles where a log is begun that is taken from its end: at what is its end now. Where there is no such file
   * yet, all that will be in it is new. @throws SourceError
   */
  async mark(): Promise<void> {
    if (this.#log !== null || this.#left !== null || !this.#fromEnd) return
    // Nothing was read before: there is nothing to tell of.
    for await (const _ of this.#told(this.#begin()));
  }

  /**
   * The first bytes of the file that has the name now; none where there is no such file.
   * @throws SourceError as `read` does
   */
  async beginning(maxBytes: number): Promise<Buffer> {
    const log = await this.#open(this.path)
    if (log === null) return Buffer.alloc(0)
    try {
      return await beginningOf(log.handle, maxBytes)
    } catch (error) {
      throw unreadable(this.path, error)
    } finally {
      await letGo(log)
    }
  }

  /**
   * Everything that is there to be read now; nothing where there is no such file yet. After an error the next call
   * goes on where this one was.
   * @throws SourceError E_TRAFFIC_UNREADABLE, E_TRAFFIC_DIRECTORY
   */
  read(): AsyncGenerator<TailEvent> {
    return this.#told(this.#read())
  }

  async *#read(): AsyncGenerator<TailEvent> {
    for (;;) {
      if (this.#log === null) yield* this.#begin()
      const log = this.#log as OpenLog | null
      if (log === null) return
      const cut = yield* this.#readOn(log)
      if (cut !== null) {
        yield* this.#goOnAfterCut(log, cut)
        continue
      }
      if (!log.isCopy && !(await this.#isReplaced(log))) return
      if (!log.isCopy && this.#lastLooks++ < LAST_LOOKS) return
      const { next, lost } = await this.#following(log)
      // It has no successor yet: it is looked for again.
      if (next === null) return
      await this.close()
      this.#left = null
      this.#log = next
      for (const reason of lost) yield { kind: "lost", reason, isSure: true }
      // The place is the new file's by now: who begins again there takes nothing of the old one twice.
      yield { kind: "rotated" }
    }
  }

  /** Gives what is there of an open file. @returns why that does not go on from what was given before; null where it does */
  async *#readOn(log: OpenLog): AsyncGenerator<TailEvent, string | null> {
    for (;;) {
      const { bytesRead } = await log.handle.read(this.#chunk, 0, this.#chunk.length, log.offset)
      // Only afterwards, and each time: a file that is cut before it is read on may have grown again by then.
      const cut = await this.#cutReason(log)
      if (cut !== null) return cut
      // Less than there was room for: that was the end.
      log.isRead = bytesRead < this.#chunk.length
      if (bytesRead === 0) return null
      log.offset += bytesRead
      this.#lastLooks = 0
      yield { kind: "bytes", bytes: this.#chunk.subarray(0, bytesRead) }
      if (log.isRead) return null
    }
  }

  /** Hands on what is told, and errors of the system with their place; a file that fails is opened anew. */
  async *#told(events: AsyncGenerator<TailEvent>): AsyncGenerator<TailEvent> {
    try {
      yield* events
    } catch (error) {
      if (!isSystemError(error)) throw error
      // What a server of files has given up stays so for whoever holds it open.
      await this.close()
      throw unreadable(this.path, error)
    }
  }

  async close(): Promise<void> {
    const log = this.#log
    this.#left = this.position()
    this.#log = null
    this.#lastLooks = 0
    if (log !== null) await letGo(log)
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
    const log = await this.#open(this.path, left === null && isFirst && this.#fromEnd)
    this.#isBegun = true
    if (log === null) return
    this.#left = null
    this.#log = log
    if (left !== null) {
      const reason = "the file that was read before is not there any more"
      yield { kind: "lost", reason, isSure: true }
      yield { kind: "rotated" }
    }
    if (log.offset > 0) log.head = headOf(await beginningOf(log.handle, HEAD_BYTES))
  }

  /** The file begins anew. What it held may have been copied, as logrotate does: then the copy is read to its end first. */
  async *#goOnAfterCut(log: OpenLog, reason: string): AsyncGenerator<TailEvent> {
    const copy = await this.#findCopy(log)
    if (copy !== null) {
      await this.close()
      this.#left = null
      this.#log = copy
      return
    }
    const isSure = !log.isRead
    log.offset = 0
    log.head = NO_HEAD
    log.isRead = false
    yield { kind: "lost", reason, isSure }
    yield { kind: "rotated" }
  }

  /** The file that was left, under its name or under the one that rotation gave it, or a copy of it. */
  async #find(left: LogPosition): Promise<OpenLog | null> {
    const own = basename(this.path)
    const names = await namesIn(dirname(this.path))
    // A rotated log is nearly always named after what it was. One of which nothing was read has no other mark.
    const likely = names
      .filter((name) => name !== own && (left.head.bytes > 0 || name.startsWith(own)))
      .sort((a, b) => Number(b.startsWith(own)) - Number(a.startsWith(own)))
    for (const name of [own, ...likely]) {
      const path = join(dirname(this.path), name)
      const facts = await factsOf(path)
      if (facts === null || !facts.isFile() || String(facts.ino) !== left.inode) continue
      const log = await this.#openAt(path, left)
      if (log !== null) return log
    }
    return this.#findCopy(left)
  }

  /** What rotation has copied, and perhaps cut then: it begins as the log did, and is at least as long. */
  async #findCopy(left: LogPosition): Promise<OpenLog | null> {
    if (left.head.bytes === 0) return null
    for (const { path } of (await rotatedFiles(this.path)).reverse()) {
      if (PACKED.test(path)) continue
      const log = await this.#openAt(path, left).catch((error: unknown) => {
        // One that others keep to themselves is none that goes on here.
        if (error instanceof SourceError) return null
        throw error
      })
      if (log !== null) return Object.assign(log, { isCopy: true })
    }
    return null
  }

  /** A file, where what was read of the log stands in it too; null where it does not. */
  async #openAt(path: string, { offset, head }: LogPosition): Promise<OpenLog | null> {
    const log = await this.#open(path)
    if (log === null) return null
    try {
      const { size } = await log.handle.stat()
      if (size >= offset && headOf(await beginningOf(log.handle, head.bytes)).hash === head.hash)
        return Object.assign(log, { offset, head })
    } catch (error) {
      await letGo(log)
      throw error
    }
    await letGo(log)
    return null
  }

  /**
   * What comes after a file that was read to its end: the file of this name, or, when it was left long ago, one
   * that had the name before that; and what has been packed in between.
   */
  async #following(
    log: OpenLog,
  ): Promise<{ readonly next: OpenLog | null; readonly lost: readonly string[] }> {
    const { mtimeNs } = await log.handle.stat({ bigint: true })
    const current = await factsOf(this.path)
    const lost: string[] = []
    const isKnown = ({ facts }: Pick<RotatedFile, "facts">): boolean =>
      [log.inode, String(current?.ino)].includes(String(facts.ino))
    for (const { path, facts } of await rotatedFiles(this.path)) {
      if (isKnown({ facts }) || facts.mtimeNs <= mtimeNs || facts.size === 0n) continue
      if (PACKED.test(path)) {
        const unpacked = await factsOf(path.replace(PACKED, ""))
        // While it is being packed both are there.
        if (unpacked === null || !isKnown({ facts: unpacked }))
          lost.push(`${path} was packed before it was read`)
        continue
      }
      const next = await this.#open(path)
      if (next !== null) return { next, lost }
    }
    // Rotation makes an empty file first, and whoever writes opens it later: until then its lines go where they went.
    const isBegun = current !== null && (current.size > 0n || log.isCopy)
    return { next: isBegun ? await this.#open(this.path) : null, lost: isBegun ? lost : [] }
  }

  async #open(path: string, fromEnd = false): Promise<OpenLog | null> {
    let handle: FileHandle | null = null
    try {
      // A named pipe would hold us until somebody writes to it; for a file the flag means nothing.
      handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK)
      const facts = await handle.stat({ bigint: true })
      if (facts.isFile())
        return {
          handle,
          inode: String(facts.ino),
          offset: fromEnd ? Number(facts.size) : 0,
          head: NO_HEAD,
          isRead: false,
          isCopy: false,
        }
      await handle.close()
      if (facts.isDirectory())
        throw new SourceError("E_TRAFFIC_DIRECTORY", path, "is a directory", "name the log in it")
    } catch (error) {
      if (error instanceof SourceError) throw error
      await handle?.close().catch(() => {})
      if (isAbsent(error)) return null
      throw unreadable(path, error)
    }
    throw new SourceError(
      "E_TRAFFIC_UNREADABLE",
      path,
      "is no regular file: nothing is read from it",
      "name a log; what comes through a pipe is taken from standard input, with --follow -",
    )
  }

  /** Why what was read is no longer what the file begins with; null where it is. Takes down more of that, as far as it is there. */
  async #cutReason(log: OpenLog): Promise<string | null> {
    const { head, offset } = log
    const beginning = await beginningOf(log.handle, HEAD_BYTES)
    const { size } = await log.handle.stat()
    if (size < offset) return `the file was cut to ${size} bytes, ${offset} had been read`
    if (headOf(beginning.subarray(0, head.bytes)).hash !== head.hash) return "the file was written anew"
    if (head.bytes < HEAD_BYTES) log.head = headOf(beginning)
    return null
  }

  /** Has another file the name now? */
  async #isReplaced({ inode }: OpenLog): Promise<boolean> {
    const facts = await factsOf(this.path)
    return facts !== null && String(facts.ino) !== inode
  }
}

const NO_HEAD: LogPosition["head"] = Object.freeze({ bytes: 0, hash: "" })

function headOf(bytes: Buffer): LogPosition["head"] {
  if (bytes.length === 0) return NO_HEAD
  return { bytes: bytes.length, hash: createHash("sha256").update(bytes).digest("hex").slice(0, 32) }
}

async function beginningOf(handle: FileHandle, maxBytes: number): Promise<Buffer> {
  const { buffer, bytesRead } = await handle.read(Buffer.alloc(maxBytes), 0, maxBytes, 0)
  return buffer.subarray(0, bytesRead)
}

/** What was only read loses nothing when closing it fails. */
async function letGo({ handle }: OpenLog): Promise<void> {
  await handle.close().catch(() => {})
}
