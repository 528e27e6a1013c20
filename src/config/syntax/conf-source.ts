/**
 * The text of one configuration file with its places: bytes as characters, so
 * that columns count bytes, as those of all findings do. Reads nothing.
 */
import type { Place } from "../../model/diagnostic.js"

export class ConfSource {
  readonly file: string
  /** One character a byte. */
  readonly text: string
  /** Where it was included, innermost first; empty for the file that was named. */
  readonly includedFrom: readonly Place[]
  #lineStarts: readonly number[] | null = null

  constructor(file: string, bytes: Uint8Array, includedFrom: readonly Place[] = []) {
    this.file = file
    this.text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1")
    this.includedFrom = includedFrom
  }

  placeAt(offset: number): Place {
    this.#lineStarts ??= lineStartsOf(this.text)
    const starts = this.#lineStarts
    let low = 0
    let high = starts.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((starts[middle] as number) <= offset) low = middle
      else high = middle - 1
    }
    return { file: this.file, line: low + 1, column: offset - (starts[low] as number) + 1 }
  }
}

/** LF, CR and CRLF end lines, as they do where lines are quoted. */
function lineStartsOf(text: string): number[] {
  const starts = [0]
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code !== 0x0a && code !== 0x0d) continue
    const pair = code === 0x0d ? 0x0a : 0x0d
    if (text.charCodeAt(i + 1) === pair) i++
    starts.push(i + 1)
  }
  return starts
}
