/**
 * A reply with what varies from one to the next masked, so that two failures of
 * one kind are one text: addresses, URLs, IP addresses, hosts, ids, long numbers.
 * One pass over the characters, since a log may be full of failures no rule knows.
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

const GREATER = 0x3e
/** Replies beyond this length are alike when they begin alike. */
const MAX_LENGTH = 300
/** Code and enhanced code tell kinds of failures apart: they stay. */
const PREFIX = /^[2-5]\d\d[ -]?(?:[245]\.\d{1,3}\.\d{1,3})?/
const SHORTEST_ID = 6
const SHORTEST_NUMBER = 4

export function maskedText(response: string): string {
  let masked = PREFIX.exec(response)?.[0] ?? ""
  const end = Math.min(response.length, MAX_LENGTH)
  let start = masked.length
  let bits = 0
  for (let i = start; i <= end; i++) {
    const code = i < end ? response.charCodeAt(i) : 32
    // What ends a word may stand in a URL.
    const isInUrl =
      code > 32 && code !== GREATER && (bits & COLON) !== 0 && response.startsWith("http", start)
    const bit = code >= 128 || isInUrl ? OTHER : (CLASS[code] as number)
    if (bit !== 0) {
      bits |= bit
      continue
    }
    // Most words are plain and stay: they are copied together with what follows.
    if ((bits & ~(LETTER | OTHER)) !== 0) masked += maskedWord(response.slice(start, i), bits)
    else masked += response.slice(start, i)
    if (i < end) masked += response[i]
    start = i + 1
    bits = 0
  }
  return masked
}

function maskedWord(word: string, bits: number): string {
  // A full stop or colon at the end belongs to the sentence.
  const tail = /[.,;:!?]*$/.exec(word)?.[0] ?? ""
  if ((bits & COLON) !== 0 && /^https?:\/\//i.test(word)) return `URL${tail}`
  const core = tail === "" ? word : word.slice(0, -tail.length)
  if ((bits & AT) !== 0) return `ADDRESS${tail}`
  if ((bits & DOT) !== 0 && /^\d{1,3}(\.\d{1,3}){3}(:\d+)?$/.test(core)) return `IP${tail}`
  if ((bits & COLON) !== 0 && /^[0-9a-f]{0,4}(:[0-9a-f]{0,4}){3,}$/i.test(core)) return `IP${tail}`
  if ((bits & (DOT | LETTER)) === (DOT | LETTER) && /^([a-z0-9_-]+\.)+[a-z]{2,}$/i.test(core))
    return `HOST${tail}`
  if ((bits & DIGIT) === 0) return word
  if ((bits & LETTER) !== 0) return core.length >= SHORTEST_ID ? `ID${tail}` : word
  return (bits & ~(DIGIT | DOT)) === 0 && /^\d+$/.test(core) && core.length >= SHORTEST_NUMBER
    ? `N${tail}`
    : word
}
