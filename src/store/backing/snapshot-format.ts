/**
 * How the parts of a store stand in a snapshot: a head with magic and version,
 * then one record a part, each with a checksum of its facts and one of its
 * columns, and a last record that says how many there were. What is cut off or
 * changed anywhere does not pass. No I/O here.
 */
import { crc32 } from "node:zlib"
import type { Part, PartColumn } from "../part.js"

/** Raised when the meaning of a part changes; older ones are refused from then on unless they can be read. */
export const SNAPSHOT_VERSION = 3
const MAGIC = "adstore\n"
/** Reads back as itself only on machines with the same order of bytes, which columns are written in. */
const BYTE_ORDER = 0x01020304
export const HEAD_BYTES = 16
/** Length of the facts, and their checksum. */
export const RECORD_HEAD_BYTES = 8
export const CHECKSUM_BYTES = 4
export const END = "end"

const TYPES = {
  u8: Uint8Array,
  i16: Int16Array,
  i32: Int32Array,
  f64: Float64Array,
} as const
type TypeName = keyof typeof TYPES

/** What stands before the columns of a record. */
export interface RecordFacts {
  readonly name: string
  readonly facts: unknown
  readonly columns: readonly (readonly [name: string, type: TypeName, length: number])[]
}

export function headBytes(): Buffer {
  const head = Buffer.alloc(HEAD_BYTES)
  head.write(MAGIC, "latin1")
  new Uint32Array(head.buffer, head.byteOffset + 8, 2).set([BYTE_ORDER, SNAPSHOT_VERSION])
  return head
}

/** The version of a snapshot that begins so; null when it is none, or another machine's. */
export function versionOf(head: Buffer): number | null {
  if (head.length < HEAD_BYTES || head.toString("latin1", 0, MAGIC.length) !== MAGIC) return null
  const [order, version] = new Uint32Array(Uint8Array.prototype.slice.call(head, 8, 16).buffer)
  return order === BYTE_ORDER ? (version as number) : null
}

/** What stands before the columns of a part. */
export function recordBytes({ name, facts, columns }: Part): Buffer {
  const listed = Object.entries(columns).map(([key, column]) => [key, typeOf(column), column.length])
  const text = Buffer.from(JSON.stringify({ name, facts, columns: listed }), "utf8")
  const head = Buffer.alloc(RECORD_HEAD_BYTES)
  head.writeUInt32LE(text.length, 0)
  head.writeUInt32LE(crc32(text), 4)
  return Buffer.concat([head, text])
}

/** Facts of a record whose checksum holds; null otherwise. A stretch of zero bytes is no empty record. */
export function readFacts(text: Buffer, checksum: number): RecordFacts | null {
  return text.length > 0 && crc32(text) === checksum
    ? (JSON.parse(text.toString("utf8")) as RecordFacts)
    : null
}

export function makeColumn(type: TypeName, length: number): PartColumn {
  return new TYPES[type](length)
}

export function columnBytes({ columns }: RecordFacts): number {
  return columns.reduce((sum, [, type, length]) => sum + TYPES[type].BYTES_PER_ELEMENT * length, 0)
}

export function bytesOf(column: PartColumn): Uint8Array {
  return new Uint8Array(column.buffer, column.byteOffset, column.byteLength)
}

function typeOf(column: PartColumn): TypeName {
  for (const [name, type] of Object.entries(TYPES)) if (column instanceof type) return name as TypeName
  throw new TypeError("a column of an unknown type")
}
