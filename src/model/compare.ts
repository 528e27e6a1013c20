/** Orders texts by their code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** Leading bytes of what UTF-16 writes with the units from U+E000 on, and of what it writes with surrogates, which come before those. */
const PRIVATE = 0xee
const ASTRAL = 0xf0

/** Orders two different bytes, the first to differ in two texts in UTF-8, as `compareText` orders the texts. */
export function compareUtf8(a: number, b: number): number {
  return a >= PRIVATE && b >= PRIVATE && a >= ASTRAL !== b >= ASTRAL ? b - a : a - b
}
