/**
 * A reply with what varies from one to the next masked, so that two failures of
 * one kind are one text: addresses, URLs, IP addresses, hosts, ids, long numbers.
 * A log may be full of failures no rule knows: what is needed for each is a
 * number, and the text only for those that are shown.
 */

/** What a word consists of, as bits. */
const DIGIT = 1
const LETTER = 2
const DOT = 4
const COLON = 8
const AT = 16
const OTHER = 32

/** By character: its bit, or 0 for those that end a word. */
const CLASS = new Uint8Array(128)
for (let code = 33; code < 127; code++) {
  const character = String.fromCharCode(code)
  if (/[0-9]/.test(character)) CLASS[code] = DIGIT
  else if (/[a-z]/i.test(character)) CLASS[code] = LETTER
  else if (character === ".") CLASS[code] = DOT
  else if (character === ":") CLASS[code] = COLON
  else if (character === "@") CLASS[code] = AT
  else if (!/[<>()[\]{},;"'=|]/.test(character)) CLASS[code] = OTHER
}

/** Replies beyond this length are alike when they begin alike. */
const MAX_LENGTH = 300
const SHORTEST_ID = 6
const SHORTEST_NUMBER = 4
const GREATER = 0x3e

const MASKS = ["", "ADDRESS", "URL", "IP", "HOST", "ID", "N"] as const
const [KEEP, ADDRESS, URL, IP, HOST, ID, NUMBER] = [0, 1, 2, 3, 4, 5, 6]

/** A stretch of the reply: as it is, or masked. */
type Piece = (start: number, end: number, mask: number) => void

/** Cuts a reply into what stays and what is masked. */
function pieces(reply: string, piece: Piece): void {
  const prefix = prefixLength(reply)
  const length = Math.min(reply.length, MAX_LENGTH)
  let kept = 0
  let start = prefix
  let bits = 0
  for (let i = prefix; i <= length; i++) {
    const code = i < length ? reply.charCodeAt(i) : 32
    let bit = code < 128 ? (CLASS[code] as number) : OTHER
    // What ends a word may stand in a URL.
    if (bit === 0 && (bits & COLON) !== 0 && code > 32 && code !== GREATER && reply.startsWith("http", start))
      bit = OTHER
    if (bit !== 0) {
      bits |= bit
      continue
    }
    // Most words are plain and stay.
    if ((bits & ~(LETTER | OTHER)) !== 0) {
      const end = withoutStops(reply, start, i)
      const mask = end > start ? maskOf(reply, start, end, bits) : KEEP
      if (mask !== KEEP) {
        if (start > kept) piece(kept, start, KEEP)
        piece(start, end, mask)
        kept = end
      }
    }
    start = i + 1
    bits = 0
  }
  if (length > kept) piece(kept, length, KEEP)
}

/** Code and enhanced code tell kinds of failures apart: they stay. */
function prefixLength(reply: string): number {
  return PREFIX.exec(reply)?.[0].length ?? 0
}
const PREFIX = /^[2-5]\d\d[ -]?(?:[245]\.\d{1,3}\.\d{1,3})?/

/** A full stop, comma or colon at the end belongs to the sentence. */
function withoutStops(reply: string, start: number, end: number): number {
  let last = end
  while (last > start && ".,;:!?".includes(reply[last - 1] as string)) last--
  return last
}

/** How a word with more than letters is masked. Its bits may include those of stops behind it. */
function maskOf(reply: string, start: number, end: number, bits: number): number {
  if ((bits & COLON) !== 0 && /^https?:\/\//i.test(reply.slice(start, end))) return URL
  if ((bits & AT) !== 0) return ADDRESS
  let digits = 0
  let letters = 0
  let hex = 0
  let dots = 0
  let colons = 0
  for (let i = start; i < end; i++) {
    const code = reply.charCodeAt(i)
    const bit = code < 128 ? (CLASS[code] as number) : OTHER
    if (bit === DIGIT) digits++
    else if (bit === LETTER) {
      letters++
      if ((code | 32) <= 0x66 /* f */) hex++
    } else if (bit === DOT) dots++
    else if (bit === COLON) colons++
  }
  const others = end - start - digits - letters - dots - colons
  if (letters === 0 && others === 0 && dots === 3 && colons <= 1 && digits >= 4) return IP
  if (letters === hex && others === 0 && dots === 0 && colons >= 3) return IP
  if (dots > 0 && letters > 0 && colons === 0 && isHost(reply, start, end)) return HOST
  if (digits === 0) return KEEP
  if (letters > 0) return end - start >= SHORTEST_ID ? ID : KEEP
  return digits === end - start && digits >= SHORTEST_NUMBER ? NUMBER : KEEP
}

/** Labels of letters, digits and hyphens, the last of at least two letters. */
function isHost(reply: string, start: number, end: number): boolean {
  let label = 0
  for (let i = end - 1; i >= start; i--) {
    const code = reply.charCodeAt(i)
    const bit = code < 128 ? (CLASS[code] as number) : OTHER
    if (bit === DOT) return label >= 2 && i > start
    if (bit !== LETTER) return false
    label++
  }
  return false
}

export function maskedText(reply: string): string {
  let masked = ""
  pieces(reply, (start, end, mask) => {
    masked += mask === KEEP ? reply.slice(start, end) : (MASKS[mask] as string)
  })
  return masked
}

/** Starts and multipliers of two hashes that have nothing to do with one another. */
const [START_A, START_B] = [0x811c9dc5 | 0, 0x2f0b4a27]
const [TIMES_A, TIMES_B] = [0x01000193, 0x5bd1e995]

/** A number that replies of one masked text share, and others do not: 52 bits of two hashes. */
export function maskedHash(reply: string): number {
  let a = START_A
  let b = START_B
  pieces(reply, (start, end, mask) => {
    if (mask !== KEEP) {
      a = Math.imul(a ^ (mask + 256), TIMES_A)
      b = Math.imul(b ^ (mask + 256), TIMES_B)
      return
    }
    for (let i = start; i < end; i++) {
      const code = reply.charCodeAt(i)
      a = Math.imul(a ^ code, TIMES_A)
      b = Math.imul(b ^ code, TIMES_B)
      b ^= b >>> 15
    }
  })
  return (a >>> 0) * 2 ** 20 + (b >>> 12)
}
