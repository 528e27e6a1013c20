/**
 * A store on disk. A snapshot is what the store was at one instant, although
 * events go on while it is written: a copy is taken first, which shares what
 * nobody changes. It is written beside the last one, brought to the disk, and
 * only then takes its name; the last one stays as the previous one, unless it was
 * found to be damaged: then it stands aside, and the one before it stays. So
 * whenever the process ends, a whole state is found.
 */
import { type FileHandle, open, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { setImmediate as turn } from "node:timers/promises"
import { crc32 } from "node:zlib"
import { StoreFault } from "../fault.js"
import type { Part, PartColumn } from "../part.js"
import { Store, type StoreLimits } from "../store.js"
import { syncDirectory, unlessMissing } from "./files.js"
import {
  bytesOf,
  CHECKSUM_BYTES,
  columnBytes,
  END,
  HEAD_BYTES,
  headBytes,
  makeColumn,
  RECORD_HEAD_BYTES,
  readFacts,
  recordBytes,
  SNAPSHOT_VERSION,
  versionOf,
} from "./snapshot-format.js"

/** Bytes handled between two turns of the event loop. */
const PIECE_BYTES = 1 << 20
/** A part that is a piece of the note. */
const NOTE = "note"
/** Entries of a list in a note that make one text. */
const LIST_PIECE = 500

/** Plain data that stands beside a store, by name. */
export type SnapshotNote = object

export interface Restored {
  readonly store: Store
  /** What was written with it; null without. */
  readonly note: SnapshotNote | null
  /** The file it was read from. */
  readonly path: string
  readonly bytes: number
  /** When that was written, seconds since 1970, as the file system has it. */
  readonly writtenAtSec: number
  /** What was refused before it: a damaged newer one, whose predecessor was taken. */
  readonly refused: readonly StoreFault[]
}

export class SnapshotFile {
  readonly path: string
  readonly #previous: string
  readonly #damaged: string
  /** What stands under the name was read, and is not whole: it must not take the place of one that is. */
  #isDamaged = false
  /** One at a time. */
  #writing: Promise<unknown> = Promise.resolve()

  constructor(path: string) {
    this.path = path
    this.#previous = `${path}.previous`
    this.#damaged = `${path}.damaged`
  }

  /**
   * Writes the store as it is at the time of the call. One under its name that `read` found damaged is kept as `….damaged`.
   * @param note plain data that belongs to this state, such as where the events that made it end
   * @returns bytes written
   * @throws StoreFault E_SNAPSHOT_WRITE; the snapshots before are as they were then
   */
  write(store: Store, note: SnapshotNote | null = null): Promise<number> {
    const frozen = store.fork()
    const written = this.#writing.then(() => this.#write(frozen, note))
    this.#writing = written.catch(() => {})
    return written
  }

  /**
   * Reads the latest whole state; null when none was ever written. Changes nothing on the disk.
   * @throws StoreFault E_SNAPSHOT_VERSION, E_SNAPSHOT_DAMAGED when no whole one is left
   */
  async read(limits: StoreLimits = {}): Promise<Restored | null> {
    const refused: StoreFault[] = []
    for (const path of [this.path, this.#previous]) {
      const file = await openIfThere(path)
      if (file === null) continue
      try {
        const { size, mtimeMs } = await file.stat()
        const read = await readStore(file, path, limits)
        this.#isDamaged = refused.length > 0
        return { ...read, path, bytes: size, writtenAtSec: mtimeMs / 1000, refused }
      } catch (fault) {
        if (!(fault instanceof StoreFault) || fault.code !== "E_SNAPSHOT_DAMAGED") throw fault
        refused.push(fault)
      } finally {
        await file.close()
      }
    }
    const [first, ...rest] = refused
    if (first === undefined) return null
    const also = rest.map(({ message }) => `; ${message}`).join("")
    throw new StoreFault(
      "E_SNAPSHOT_DAMAGED",
      `${first.message}${also}: none is whole, and nothing is changed`,
      "put a backup in its place, or move it away, with the journal beside it if there is one, to begin without what it held",
    )
  }

  async #write(store: Store, note: SnapshotNote | null): Promise<number> {
    const fresh = `${this.path}.new`
    try {
      const file = await open(fresh, "w", 0o600)
      let bytes: number
      try {
        bytes = await writeStore(store, note, file)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(this.path, this.#isDamaged ? this.#damaged : this.#previous).catch(unlessMissing)
      await rename(fresh, this.path)
      this.#isDamaged = false
      await syncDirectory(dirname(this.path))
      return bytes
    } catch (error) {
      await rm(fresh, { force: true }).catch(() => {})
      throw new StoreFault(
        "E_SNAPSHOT_WRITE",
        `${this.path}: the snapshot could not be written: ${(error as Error).message}`,
        "the snapshot before it is kept; make room, or name a directory that can be written to",
      )
    }
  }
}

async function openIfThere(path: string): Promise<FileHandle | null> {
  try {
    return await open(path, "r")
  } catch (error) {
    unlessMissing(error)
    return null
  }
}

async function writeStore(store: Store, note: SnapshotNote | null, file: FileHandle): Promise<number> {
  const output = new Output(file)
  await output.write(headBytes())
  let parts = 0
  for (const part of store.parts()) {
    await writePart(output, part)
    parts++
  }
  for (const piece of notePieces(note)) {
    await writePart(output, { name: NOTE, facts: piece, columns: {} })
    await turn()
  }
  await writePart(output, { name: END, facts: { parts }, columns: {} })
  await output.flush()
  return output.bytes
}

/** Part of a note: of a list some entries, of anything else the whole. */
interface NotePiece {
  readonly key: string
  readonly value?: unknown
  readonly list?: readonly unknown[]
}

/** A note may be megabytes: as one text it would keep others waiting. */
function* notePieces(note: SnapshotNote | null): Generator<NotePiece> {
  for (const [key, value] of Object.entries(note ?? {}))
    if (Array.isArray(value))
      for (let at = 0; at === 0 || at < value.length; at += LIST_PIECE)
        yield { key, list: value.slice(at, at + LIST_PIECE) }
    else yield { key, value }
}

async function writePart(output: Output, part: Part): Promise<void> {
  await output.write(recordBytes(part))
  let checksum = 0
  for (const column of Object.values(part.columns)) {
    const bytes = bytesOf(column)
    // A write within the buffer takes no turn of the event loop; a whole piece does.
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      const piece = bytes.subarray(at, at + PIECE_BYTES)
      checksum = crc32(piece, checksum)
      await output.write(piece)
    }
  }
  const end = Buffer.alloc(CHECKSUM_BYTES)
  end.writeUInt32LE(checksum)
  await output.write(end)
}

/** Gathers small pieces, and writes them together; always through the same buffer, which leaves no garbage. */
class Output {
  bytes = 0
  readonly #file: FileHandle
  readonly #buffer = Buffer.allocUnsafe(PIECE_BYTES)
  #filled = 0

  constructor(file: FileHandle) {
    this.#file = file
  }

  async write(piece: Uint8Array): Promise<void> {
    for (let at = 0; at < piece.length; ) {
      const some = piece.subarray(at, at + PIECE_BYTES - this.#filled)
      this.#buffer.set(some, this.#filled)
      this.#filled += some.length
      at += some.length
      if (this.#filled === PIECE_BYTES) await this.flush()
    }
  }

  async flush(): Promise<void> {
    for (let at = 0; at < this.#filled; ) {
      const { bytesWritten } = await this.#file.write(this.#buffer, at, this.#filled - at)
      at += bytesWritten
    }
    this.bytes += this.#filled
    this.#filled = 0
  }
}

async function readStore(
  file: FileHandle,
  path: string,
  limits: StoreLimits,
): Promise<Pick<Restored, "store" | "note">> {
  const input = new Input(file, path, (await file.stat()).size)
  const version = versionOf(await input.take(Math.min(HEAD_BYTES, input.left)))
  if (version === null) throw input.damaged("it does not begin as a snapshot does")
  if (version !== SNAPSHOT_VERSION) {
    throw new StoreFault(
      "E_SNAPSHOT_VERSION",
      `${path}: this is a snapshot of version ${version}; this program reads version ${SNAPSHOT_VERSION}`,
      version > SNAPSHOT_VERSION
        ? "run the newer program that wrote it, or move the file away to start without what it holds"
        : "move the file away to start without what it holds",
    )
  }
  const store = new Store(undefined, limits)
  let note: Record<string, unknown> | null = null
  for (let parts = 0; ; parts++) {
    const part = await readPart(input)
    if (part.name === NOTE) {
      note ??= {}
      const { key, value, list } = part.facts as NotePiece
      if (list === undefined) note[key] = value
      else note[key] = [...((note[key] as unknown[] | undefined) ?? []), ...list]
      parts--
      continue
    }
    if (part.name === END) {
      const { parts: wanted } = part.facts as { parts: number }
      if (wanted !== parts) throw input.damaged("parts of it are missing")
      if (input.left > 0) throw input.damaged("something stands behind its end")
      return { store, note }
    }
    for (const _ of store.takePart(part)) await turn()
    // What has been read ahead comes without a turn of the event loop: others must have theirs.
    await turn()
  }
}

async function readPart(input: Input): Promise<Part> {
  const head = await input.take(RECORD_HEAD_BYTES)
  const facts = readFacts(await input.take(head.readUInt32LE(0)), head.readUInt32LE(4))
  if (facts === null) throw input.damaged("a checksum does not hold")
  input.expect(columnBytes(facts))
  const columns: Record<string, PartColumn> = {}
  let checksum = 0
  for (const [name, type, length] of facts.columns) {
    const column = makeColumn(type, length)
    checksum = await input.fill(bytesOf(column), checksum)
    columns[name] = column
  }
  if ((await input.take(CHECKSUM_BYTES)).readUInt32LE(0) !== checksum)
    throw input.damaged(`the checksum of ${facts.name} does not hold`)
  return { name: facts.name, facts: facts.facts, columns }
}

/** Reads a file from its beginning; asking for more than is left means that it was cut. */
class Input {
  left: number
  readonly #file: FileHandle
  readonly #path: string
  readonly #size: number
  readonly #buffer = Buffer.allocUnsafe(PIECE_BYTES)
  #filled = 0
  #at = 0
  /** Of the file, behind the buffer. */
  #position = 0

  constructor(file: FileHandle, path: string, size: number) {
    this.#file = file
    this.#path = path
    this.#size = size
    this.left = size
  }

  damaged(why: string): StoreFault {
    const at = this.#size - this.left
    return new StoreFault(
      "E_SNAPSHOT_DAMAGED",
      `${this.#path}: the snapshot is damaged at byte ${at} of ${this.#size}: ${why}`,
      `the one before it is taken; when the next one is written this one is kept as ${this.#path}.damaged, for a look`,
    )
  }

  expect(bytes: number): void {
    if (bytes > this.left) throw this.damaged(`it ends ${bytes - this.left} bytes too early`)
  }

  async take(length: number): Promise<Buffer> {
    const bytes = Buffer.alloc(length <= this.left ? length : 0)
    this.expect(length)
    await this.fill(bytes, 0)
    return bytes
  }

  /** @returns the checksum, carried on */
  async fill(target: Uint8Array, checksum: number): Promise<number> {
    this.expect(target.length)
    let sum = checksum
    for (let at = 0; at < target.length; ) {
      if (this.#at === this.#filled) await this.#refill()
      const piece = this.#buffer.subarray(this.#at, Math.min(this.#filled, this.#at + target.length - at))
      target.set(piece, at)
      sum = crc32(piece, sum)
      at += piece.length
      this.#at += piece.length
      this.left -= piece.length
    }
    return sum
  }

  async #refill(): Promise<void> {
    const { bytesRead } = await this.#file.read(this.#buffer, 0, PIECE_BYTES, this.#position)
    if (bytesRead === 0) throw this.damaged("it became shorter while it was read")
    this.#position += bytesRead
    this.#filled = bytesRead
    this.#at = 0
  }
}
