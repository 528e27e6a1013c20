/**
 * What happened, written down before anyone is told: records in segments, brought
 * to the disk many at a time. A record is there whole or not at all. When it
 * cannot be written nothing is lost: records wait, and the next commit tries again.
 * What records say is not known here.
 */
import { type FileHandle, open, readdir, readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import { StoreFault } from "../fault.js"
import { syncDirectory, unlessMissing } from "./files.js"
import {
  JOURNAL_VERSION,
  MAX_RECORD_BYTES,
  readRecord,
  recordHead,
  SEGMENT_HEAD_BYTES,
  segmentHead,
  segmentName,
  segmentNumber,
  segmentVersion,
  wasSynced,
} from "./journal-format.js"

/** Records of one segment that wait. */
interface Batch {
  readonly segment: number
  readonly pieces: Uint8Array[]
  bytes: number
}

interface OpenSegment {
  readonly number: number
  readonly file: FileHandle
  /** Bytes of it that are on the disk. */
  synced: number
}

export class Journal {
  readonly directory: string
  #segment: number
  /** Bytes of records that were added to the segment. */
  segmentBytes = 0
  #open: OpenSegment | null = null
  #batches: Batch[] = []
  #running: Promise<void> | null = null
  #next: Promise<void> | null = null
  /** Bytes of records that are not on the disk yet. */
  waitingBytes = 0
  /** Bytes brought to the disk so far. */
  writtenBytes = 0

  private constructor(directory: string, segment: number) {
    this.directory = directory
    this.#segment = segment
  }

  /**
   * Begins a segment of its own, behind all that are there; it is made with its first record.
   * @param atLeast its number is no smaller: segments that were dropped had theirs
   */
  static async begin(directory: string, atLeast = 1): Promise<Journal> {
    const numbers = await segmentsOf(directory)
    return new Journal(directory, Math.max((numbers.at(-1) ?? 0) + 1, atLeast))
  }

  /** The segment that records are added to now. */
  get segment(): number {
    return this.#segment
  }

  /** Adds a record; it is on the disk when `commit`, called afterwards, has ended. */
  append(payload: Uint8Array): void {
    if (payload.length === 0 || payload.length > MAX_RECORD_BYTES)
      throw new RangeError(`a record of ${payload.length} bytes`)
    let batch = this.#batches.at(-1)
    if (batch === undefined || batch.segment !== this.#segment) {
      batch = { segment: this.#segment, pieces: [], bytes: 0 }
      this.#batches.push(batch)
    }
    const head = recordHead(payload, this.#open?.number === this.#segment ? this.#open.synced : 0)
    batch.pieces.push(head, payload)
    const bytes = head.length + payload.length
    batch.bytes += bytes
    this.segmentBytes += bytes
    this.waitingBytes += bytes
  }

  /** What is added from now on stands in a segment of its own. @returns its number */
  rotate(): number {
    // Numbers have no gaps: one that is missing is a loss.
    if (this.segmentBytes > 0) this.#segment++
    this.segmentBytes = 0
    return this.#segment
  }

  /**
   * Brings everything that was added before to the disk; who calls meanwhile shares one write.
   * @throws StoreFault E_JOURNAL_WRITE; what was added waits for the next call then
   */
  commit(): Promise<void> {
    if (this.#running === null) return this.#batches.length === 0 ? Promise.resolve() : this.#begin()
    const begin = (): Promise<void> => this.#begin()
    this.#next ??= this.#running.then(begin, begin)
    return this.#next
  }

  /** Removes segments before one: what they told is kept elsewhere. */
  async dropBefore(segment: number): Promise<void> {
    for (const number of await segmentsOf(this.directory))
      if (number < segment) await rm(join(this.directory, segmentName(number)), { force: true })
  }

  /** @throws StoreFault E_JOURNAL_WRITE */
  async close(): Promise<void> {
    try {
      await this.commit()
    } finally {
      await this.#open?.file.close()
      this.#open = null
    }
  }

  #begin(): Promise<void> {
    this.#next = null
    const running = this.#write().finally(() => {
      if (this.#running === running) this.#running = null
    })
    this.#running = running
    return running
  }

  async #write(): Promise<void> {
    const batches = this.#batches
    this.#batches = []
    try {
      for (let batch = batches[0]; batch !== undefined; batch = batches[0]) {
        await this.#writeBatch(batch)
        this.waitingBytes -= batch.bytes
        this.writtenBytes += batch.bytes
        batches.shift()
      }
    } catch (error) {
      // Whatever was written of it stands behind what is synced, and is written over.
      this.#batches = [...batches, ...this.#batches]
      throw new StoreFault(
        "E_JOURNAL_WRITE",
        `${this.directory}: the journal cannot be written: ${(error as Error).message}`,
        "make room, or give a state directory that can be written to; nothing is lost while this program runs",
      )
    }
  }

  async #writeBatch({ segment, pieces }: Batch): Promise<void> {
    const into = await this.#openSegment(segment)
    const bytes = Buffer.concat(pieces)
    try {
      for (let at = 0; at < bytes.length; )
        at += (await into.file.write(bytes, at, bytes.length - at, into.synced + at)).bytesWritten
      await into.file.datasync()
      into.synced += bytes.length
    } catch (error) {
      // Half a record at the end of a segment that is not the last one would look like damage.
      await into.file.truncate(into.synced).catch(() => {})
      throw error
    }
  }

  async #openSegment(number: number): Promise<OpenSegment> {
    if (this.#open?.number === number) return this.#open
    await this.#open?.file.close()
    this.#open = null
    const file = await open(join(this.directory, segmentName(number)), "w", 0o600)
    try {
      await file.write(segmentHead(), 0, SEGMENT_HEAD_BYTES, 0)
      await file.datasync()
      await syncDirectory(this.directory)
    } catch (error) {
      await file.close()
      throw error
    }
    this.#open = { number, file, synced: SEGMENT_HEAD_BYTES }
    return this.#open
  }
}

/** What was found behind the last whole record of the last segment: a write that the end of the process cut off. */
export interface TornEnd {
  readonly path: string
  readonly bytes: number
}

/** A record, and the segment it stands in. */
export interface JournalRecord {
  readonly segment: number
  readonly payload: Buffer
}

/**
 * Reads the records of a directory in order, those of the segment `from` and of all behind it; where there are
 * any, that one has to be there. A record that was not written whole when its process ended is taken off the end
 * of the last segment; one that was whole once is not.
 * @param torn told of what was taken off
 * @throws StoreFault E_JOURNAL_DAMAGED, E_JOURNAL_VERSION
 */
export async function* readJournal(
  directory: string,
  from: number,
  torn: (end: TornEnd) => void = () => {},
): AsyncGenerator<JournalRecord> {
  const numbers = (await segmentsOf(directory)).filter((number) => number >= from)
  for (const [i, number] of numbers.entries()) {
    const path = join(directory, segmentName(number))
    if (number !== (i === 0 ? from : (numbers[i - 1] as number) + 1))
      throw damaged(path, "the segment before it is missing")
    const bytes = await readFile(path)
    const isLast = i === numbers.length - 1
    let at = 0
    // The head is on the disk before any record is: without it nothing was told.
    const isHeadTorn = segmentVersion(bytes) === null && readRecord(bytes, SEGMENT_HEAD_BYTES) === null
    if (!isLast || !isHeadTorn) {
      checkHead(path, bytes)
      at = SEGMENT_HEAD_BYTES
      for (let record = readRecord(bytes, at); record !== null; record = readRecord(bytes, at)) {
        yield { segment: number, payload: record.payload }
        at = record.end
      }
    }
    if (at === bytes.length && at > 0) continue
    if (!isLast || (at > 0 && wasSynced(bytes, at)))
      throw damaged(path, `no whole record stands at byte ${at} of ${bytes.length}`)
    if (bytes.length > at) torn({ path, bytes: bytes.length - at })
    // One that was only just made goes too: behind others an empty one would look like damage.
    await cut(path, at)
  }
}

function checkHead(path: string, bytes: Buffer): void {
  const version = segmentVersion(bytes)
  if (version === null) throw damaged(path, "it does not begin as a segment does")
  if (version === JOURNAL_VERSION) return
  throw new StoreFault(
    "E_JOURNAL_VERSION",
    `${path}: this is a journal of version ${version}; this program reads version ${JOURNAL_VERSION}`,
    "run the program that wrote it, or give another state directory",
  )
}

function damaged(path: string, why: string): StoreFault {
  return new StoreFault(
    "E_JOURNAL_DAMAGED",
    `${path}: the journal is damaged: ${why}`,
    "move the state directory aside and start anew, or restore it from a copy; nothing of it has been changed",
  )
}

/** A segment without its torn end; one that is only that is removed. */
async function cut(path: string, length: number): Promise<void> {
  if (length < SEGMENT_HEAD_BYTES) {
    await rm(path)
    return
  }
  const file = await open(path, "r+")
  try {
    await file.truncate(length)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function segmentsOf(directory: string): Promise<number[]> {
  const names = await readdir(directory).catch((error: unknown) => {
    unlessMissing(error)
    return []
  })
  return names.flatMap((name) => segmentNumber(name) ?? []).sort((a, b) => a - b)
}
