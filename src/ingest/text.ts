/**
 * Bytes of a log to text. Mail logs hold whatever receivers answered: nearly
 * always ASCII, then UTF-8, sometimes Latin-1. No byte may turn into a
 * replacement character, or a pattern that names it could never match.
 */
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

/** The text of `bytes[start, end)`: UTF-8 where it is valid, else Latin-1. */
export function decodeText(bytes: Buffer, start: number, end: number): string {
  for (let i = start; i < end; i++) {
    if ((bytes[i] as number) < 0x80) continue
    try {
      return strict.decode(bytes.subarray(start, end))
    } catch {
      break
    }
  }
  return bytes.toString("latin1", start, end)
}
