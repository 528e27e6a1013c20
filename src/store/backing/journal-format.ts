/**
 * How records stand in a segment of a journal: a head with magic and version, then
 * one record behind the other, each with its length and a checksum. What is cut
 * off at the end does not pass. No I/O here.
 */
import { crc32 } from "node:zlib"

/** Raised when the frame of records changes; segments of another version are refused. */
export const JOURNAL_VERSION = 2
const MAGIC = "adjrnl\n\0"
export const SEGMENT_HEAD_BYTES = 12
/** Length, checksum, and how much of the file was on the disk. */
const RECORD_HEAD_BYTES = 12
/** A record larger than this is none: its length was never written whole. */
export const MAX_RECORD_BYTES = 64 << 20

const NAME = /^journal-(\d{12})$/

export function segmentName(number: number): string {
  return `journal-${String(number).padStart(12, "0")}`
}

/** Null for a file that is no segment. */
export function segmentNumber(name: string): number | null {
  const digits = NAME.exec(name)?.[1]
  return digits === undefined ? null : Number(digits)
}

export function segmentHead(): Buffer {
  const head = Buffer.alloc(SEGMENT_HEAD_BYTES)
  head.write(MAGIC, "latin1")
  head.writeUInt32LE(JOURNAL_VERSION, MAGIC.length)
  return head
}

/** The version of a segment that begins so; null when it is none. */
export function segmentVersion(head: Buffer): number | null {
  if (head.length < SEGMENT_HEAD_BYTES || head.toString("latin1", 0, MAGIC.length) !== MAGIC) return null
  // A head that was cut off within its version ends with zero bytes.
  const version = head.readUInt32LE(MAGIC.length)
  return version === 0 ? null : version
}

/**
 * What stands before a record.
 * @param synced bytes of its segment that were on the disk when it was made: they cannot have been cut off
 */
export function recordHead(payload: Uint8Array, synced = 0): Buffer {
  const head = Buffer.allocUnsafe(RECORD_HEAD_BYTES)
  head.writeUInt32LE(payload.length, 0)
  head.writeUInt32LE(synced, 8)
  head.writeUInt32LE(crc32(payload, crc32(head.subarray(8))), 4)
  return head
}

/** A record at a place; null where no whole one stands. */
export function readRecord(
  bytes: Buffer,
  at: number,
): { readonly payload: Buffer; readonly end: number; readonly synced: number } | null {
  if (at + RECORD_HEAD_BYTES > bytes.length) return null
  const length = bytes.readUInt32LE(at)
  const from = at + RECORD_HEAD_BYTES
  // A stretch of zero bytes is no empty record.
  if (length === 0 || length > MAX_RECORD_BYTES || from + length > bytes.length) return null
  const payload = bytes.subarray(from, from + length)
  return crc32(payload, crc32(bytes.subarray(at + 8, from))) === bytes.readUInt32LE(at + 4)
    ? { payload, end: from + length, synced: bytes.readUInt32LE(at + 8) }
    : null
}

/** Does a record behind a place say that the place was on the disk before? Then what stands there was not cut off. */
export function wasSynced(bytes: Buffer, place: number): boolean {
  for (let at = place + 1; at + RECORD_HEAD_BYTES < bytes.length; at++) {
    const record = readRecord(bytes, at)
    if (record !== null && record.synced > place) return true
  }
  return false
}
