/**
 * Columns that are forked without being copied: cells in chunks of a fixed
 * number of rows, shared by a column and its forks until one of them writes.
 * So a copy of a million rows is taken between two events, and a snapshot of it
 * can be written at leisure while events go on.
 */

/** Rows of a chunk: small enough to be copied in a few microseconds, large enough for its header not to count. */
export const CHUNK_BITS = 12
const CHUNK_ROWS = 1 << CHUNK_BITS
export const CHUNK_MASK = CHUNK_ROWS - 1
/** A column of a few rows should not cost a whole chunk. */
const FIRST_ROWS = 16

/** Counts begin in two bytes and become wider where one does not fit. */
export type Cells = Int16Array | Int32Array | Float64Array

export interface Chunk {
  cells: Cells
  /** The column that may write here; any other copies first. */
  owner: Owner
}

/** One column's identity. A fork gives new ones to both sides, so that neither owns what they share. */
export type Owner = Readonly<Record<never, never>>

export function newOwner(): Owner {
  return {}
}

/** A chunk with room for a row, made of an older one that was too small or is shared, or anew. */
export function ownChunk(old: Chunk | undefined, owner: Owner, row: number, width: number): Chunk {
  const length = Math.max(old?.cells.length ?? 0, roomFor(row) * width)
  if (old === undefined) return { cells: new Int16Array(length), owner }
  const cells = new (old.cells.constructor as new (length: number) => Cells)(length)
  cells.set(old.cells)
  return { cells, owner }
}

function roomFor(row: number): number {
  let rows = FIRST_ROWS
  while (rows <= row) rows *= 2
  return rows
}

/** Writes a value that did not fit: the whole chunk gets wider cells. */
export function widen(chunk: Chunk, place: number, value: number): void {
  const isWord = value === (value | 0)
  const cells =
    isWord && chunk.cells instanceof Int16Array
      ? Int32Array.from(chunk.cells)
      : Float64Array.from(chunk.cells)
  cells[place] = value
  chunk.cells = cells
}
