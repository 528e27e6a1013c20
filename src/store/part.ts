/**
 * A piece of a store's state as plain data: a few facts that JSON can hold, and
 * columns of numbers. What is written to a snapshot and read back is a sequence
 * of these; how they stand in a file is not known here.
 */

export type PartColumn = Uint8Array | Int16Array | Int32Array | Float64Array

export interface Part {
  /** Which piece of which structure, e.g. "pairs". */
  readonly name: string
  readonly facts: unknown
  readonly columns: Readonly<Record<string, PartColumn>>
}

/** Keys handed on at a time: no step of writing or reading a state takes long. */
export const KEYS_IN_PART = 4096

/** Texts as two columns. */
export function packTexts(texts: readonly string[]): { bytes: Uint8Array; lengths: Int32Array } {
  const bytes = Buffer.from(texts.join(""), "utf8")
  return { bytes, lengths: Int32Array.from(texts, (text) => Buffer.byteLength(text, "utf8")) }
}

export function unpackTexts(bytes: PartColumn | undefined, lengths: PartColumn | undefined): string[] {
  const { buffer, byteOffset, byteLength } = bytes as Uint8Array
  const all = Buffer.from(buffer, byteOffset, byteLength)
  let at = 0
  return Array.from(lengths as Int32Array, (length) => {
    at += length
    return all.toString("utf8", at - length, at)
  })
}
