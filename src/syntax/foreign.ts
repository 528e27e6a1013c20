/**
 * Names what word processors and mail programs put into rule files: curly
 * quotes, byte order marks, no-break spaces and the like. Lua only says
 * "unexpected symbol near" and prints half a character.
 *
 * Works on bytes: UTF-8, and Windows-1252 where a byte cannot be UTF-8.
 */
import { CR, LF } from "./scanner.js"

export interface Foreign {
  /** How many bytes it takes. */
  readonly length: number
  /** `single` and `double` are quotes. */
  readonly kind: "single" | "double" | "other"
  /** What to call it, with its article. */
  readonly name: string
  readonly hint: string
}

const SINGLE_HINT = "write a straight quote: '"
const DOUBLE_HINT = 'write a straight quote: "'
const SPACE_HINT = "write an ordinary space"
const REMOVE_HINT = "remove it"

const single = (name: string) => ({ kind: "single", name, hint: SINGLE_HINT }) as const
const double = (name: string) => ({ kind: "double", name, hint: DOUBLE_HINT }) as const
const other = (name: string, hint: string) => ({ kind: "other", name, hint }) as const

/** By code point. */
const KNOWN = new Map<number, Omit<Foreign, "length">>([
  [0x00a0, other("a no-break space", SPACE_HINT)],
  [0x00ad, other("a soft hyphen", REMOVE_HINT)],
  [0x2013, other("an en dash", "write a minus sign: -")],
  [0x2014, other("an em dash", "write -- for a comment, - for minus")],
  [0x2018, single("a curly quote ‘")],
  [0x2019, single("a curly quote ’")],
  [0x201a, single("a low quote ‚")],
  [0x201b, single("a curly quote ‛")],
  [0x201c, double("a curly quote “")],
  [0x201d, double("a curly quote ”")],
  [0x201e, double("a low quote „")],
  [0x201f, double("a curly quote ‟")],
  [0x2026, other("an ellipsis …", "write three dots: ...")],
  [0x2028, other("a line separator character", "write an ordinary line end")],
  [0x202f, other("a narrow no-break space", SPACE_HINT)],
  [0x200b, other("a zero-width space", REMOVE_HINT)],
  [0x200c, other("a zero-width non-joiner", REMOVE_HINT)],
  [0x200d, other("a zero-width joiner", REMOVE_HINT)],
  [0x2060, other("a word joiner", REMOVE_HINT)],
  [0x3000, other("an ideographic space", SPACE_HINT)],
  [0xfeff, other("a byte order mark", "save the file as UTF-8 without a byte order mark")],
])

/** Windows-1252, for bytes that do not begin a UTF-8 sequence. */
const WINDOWS_1252 = new Map<number, number>([
  [0x85, 0x2026],
  [0x91, 0x2018],
  [0x92, 0x2019],
  [0x93, 0x201c],
  [0x94, 0x201d],
  [0x96, 0x2013],
  [0x97, 0x2014],
  [0xa0, 0x00a0],
])

/** Describes the character at `at`, which Lua cannot use outside strings and comments. */
export function foreignAt(source: Uint8Array, at: number): Foreign {
  const first = source[at] as number
  if (first < 0x80) {
    return { length: 1, ...other(`a control character (byte ${first})`, REMOVE_HINT) }
  }
  const length = utf8Length(source, at)
  const codePoint = length > 0 ? decodeUtf8(source, at, length) : WINDOWS_1252.get(first)
  const known = codePoint === undefined ? undefined : KNOWN.get(codePoint)
  return { length: Math.max(length, 1), ...(known ?? unknown(first, codePoint)) }
}

function unknown(first: number, codePoint: number | undefined): Omit<Foreign, "length"> {
  const hint = "only ASCII may stand outside strings and comments"
  if (codePoint === undefined) return other(`the byte 0x${first.toString(16).toUpperCase()}`, hint)
  const number = codePoint.toString(16).toUpperCase().padStart(4, "0")
  return other(`the character U+${number}`, hint)
}

/** @returns 0 if no UTF-8 sequence begins here */
function utf8Length(source: Uint8Array, at: number): number {
  const first = source[at] as number
  const length = first >= 0xf5 ? 0 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : first >= 0xc2 ? 2 : 0
  for (let i = 1; i < length; i++) if (((source[at + i] ?? 0) & 0xc0) !== 0x80) return 0
  return length
}

function decodeUtf8(source: Uint8Array, at: number, length: number): number {
  let code = (source[at] as number) & (0x7f >> length)
  for (let i = 1; i < length; i++) code = (code << 6) | ((source[at + i] as number) & 0x3f)
  return code
}

/** UTF-16, which editors on Windows call "Unicode": every second byte would be an error. */
export function isUtf16(source: Uint8Array): boolean {
  return (source[0] === 0xff && source[1] === 0xfe) || (source[0] === 0xfe && source[1] === 0xff)
}

export interface QuoteAt {
  readonly at: number
  /** Null for a straight quote. */
  readonly found: Foreign | null
}

/** The quote that closes a string opened by a curly one, if it is on the same line. */
export function closingQuote(source: Uint8Array, from: number, kind: Foreign["kind"]): QuoteAt | null {
  const straight = kind === "double" ? 34 : 39
  for (let at = from; at < source.length && source[at] !== LF && source[at] !== CR; at++) {
    if (source[at] === straight) return { at, found: null }
    if ((source[at] as number) < 0x80) continue
    const found = foreignAt(source, at)
    if (found.kind === kind) return { at, found }
    at += found.length - 1
  }
  return null
}

/** The first curly quote inside a string that did not end: most likely its intended end. */
export function curlyQuoteIn(
  source: Uint8Array,
  from: number,
  to: number,
): { at: number; found: Foreign } | null {
  for (let at = from; at < to; at++) {
    if ((source[at] as number) < 0x80) continue
    const found = foreignAt(source, at)
    if (found.kind !== "other") return { at, found }
    at += found.length - 1
  }
  return null
}
