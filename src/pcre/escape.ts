/**
 * What follows a backslash. Characters and sets are read here for both contexts,
 * inside and outside of a class; references and assertions only outside.
 * Source: pcre2pattern, "Backslash"; checked against PCRE2 10.42.
 */
import type { Assertion, BackrefNode, CallNode, Node } from "./ast.js"
import { type CharSet, ESCAPE_SETS, MAX_CODE, NOT_NEWLINE } from "./charset.js"
import type { Cursor } from "./cursor.js"
import { syntaxFault, unsupportedFault } from "./fault.js"
import { readProperty } from "./property.js"

/** A character, a set, or (the caller decides what it means there) a letter. */
export type Escape =
  | { readonly kind: "code"; readonly code: number }
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "letter"; readonly letter: string }

const CONTROL_CODES: Readonly<Record<string, number>> = { a: 7, e: 27, f: 12, n: 10, r: 13, t: 9 }

/**
 * Letters with a meaning of their own beyond characters and sets; in a class nearly all
 * are faults.
 */
const OTHER_LETTERS = "ABCEGKNQRXZbgkz"

const UNSUPPORTED_BY_PCRE = "FLlUu"

/** Reads one escape, the cursor standing behind the backslash. */
export function readEscape(cursor: Cursor, inClass: boolean): Escape {
  const at = cursor.pos
  const ch = cursor.next()
  if (ch === "") throw syntaxFault("\\ at end of pattern", at)
  if (!/^[0-9A-Za-z]/.test(ch)) return code(ch.codePointAt(0) as number)
  if (/[0-9]/.test(ch)) return readDigitEscape(cursor, ch, inClass)
  if (ch in CONTROL_CODES) return code(CONTROL_CODES[ch] as number)
  const set = ESCAPE_SETS[ch]
  if (set) return { kind: "set", set }
  switch (ch) {
    case "c":
      return readControl(cursor)
    case "x":
      return readHex(cursor)
    case "o":
      if (!cursor.accept("{")) throw syntaxFault("missing opening brace after \\o", cursor.pos)
      return code(readBraced(cursor, 8))
    case "p":
    case "P":
      return { kind: "set", set: readProperty(cursor, ch === "P") }
    case "N":
      if (cursor.accept("{U+")) return code(readBraced(cursor, 16))
  }
  if (OTHER_LETTERS.includes(ch)) return { kind: "letter", letter: ch }
  if (UNSUPPORTED_BY_PCRE.includes(ch)) {
    throw syntaxFault("PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u", cursor.pos)
  }
  throw syntaxFault(
    "unrecognized character follows \\",
    cursor.pos,
    `write ${ch} without the backslash to match the letter itself`,
  )
}

function code(value: number): Escape {
  return { kind: "code", code: value }
}

function readControl(cursor: Cursor): Escape {
  const ch = cursor.next()
  if (ch === "") throw syntaxFault("\\c at end of pattern", cursor.pos)
  if (!/^[ -~]$/.test(ch))
    throw syntaxFault("\\c must be followed by a printable ASCII character", cursor.pos)
  return code(ch.toUpperCase().charCodeAt(0) ^ 0x40)
}

function readHex(cursor: Cursor): Escape {
  if (cursor.accept("{")) return code(readBraced(cursor, 16))
  let digits = ""
  while (digits.length < 2 && /^[0-9A-Fa-f]/.test(cursor.peek())) digits += cursor.next()
  return code(digits === "" ? 0 : Number.parseInt(digits, 16))
}

/** The digits and closing brace of `\x{…}`, `\o{…}`, `\N{U+…}`. */
function readBraced(cursor: Cursor, base: 8 | 16): number {
  const isDigit = base === 8 ? /^[0-7]/ : /^[0-9A-Fa-f]/
  if (cursor.peek() === "" || cursor.peek() === "}") {
    throw syntaxFault("digits missing in \\x{} or \\o{} or \\N{U+}", cursor.pos)
  }
  let value = 0
  while (isDigit.test(cursor.peek())) {
    value = value * base + Number.parseInt(cursor.next(), base)
    if (value > MAX_CODE) {
      throw syntaxFault("character code point value in \\x{} or \\o{} is too large", cursor.pos)
    }
  }
  if (!cursor.accept("}")) {
    throw syntaxFault(
      base === 8
        ? "non-octal character in \\o{} (closing brace missing?)"
        : "non-hex character in \\x{} (closing brace missing?)",
      cursor.pos,
    )
  }
  if (value >= 0xd800 && value <= 0xdfff) {
    throw syntaxFault("disallowed Unicode code point (>= 0xd800 && <= 0xdfff)", cursor.pos)
  }
  return value
}

/**
 * `\` and a digit. \1 to \9 are references, as is any number that begins with 8 or 9,
 * or for which that many groups are already open; the rest is octal, or (8, 9) the
 * digit itself. References come back as the letter of the digit.
 */
function readDigitEscape(cursor: Cursor, first: string, inClass: boolean): Escape {
  if (first !== "0" && !inClass) {
    const start = cursor.pos
    const digits = first + (cursor.readDigits() ?? "")
    const group = Number(digits)
    if (group <= MAX_PLAIN_REFERENCE && (group < 10 || first >= "8" || group <= cursor.groupNumber)) {
      if (group > 65535) throw syntaxFault("subpattern number is too big", cursor.pos)
      return { kind: "letter", letter: digits }
    }
    cursor.pos = start
  }
  if (first >= "8") return code(first.charCodeAt(0))
  let octal = first
  while (octal.length < 3 && /^[0-7]/.test(cursor.peek())) octal += cursor.next()
  return code(Number.parseInt(octal, 8))
}

/** Beyond this PCRE's number reader gives up, and the digits are octal or plain again. */
const MAX_PLAIN_REFERENCE = Math.floor(0x7fffffff / 10) - 1

const ASSERTIONS: Readonly<Record<string, Assertion>> = {
  A: "subjectStart",
  B: "notWordEdge",
  G: "searchStart",
  Z: "finalEnd",
  b: "wordEdge",
  z: "subjectEnd",
}

/** The node of a letter escape outside a class. `\Q` and `\E` are the caller's. */
export function letterNode(cursor: Cursor, letter: string, at: number): Node {
  const assertion = ASSERTIONS[letter]
  if (assertion) return { kind: "assert", what: assertion }
  if (/^[0-9]/.test(letter)) return backrefTo(cursor, Number(letter), cursor.pos - 1)
  switch (letter) {
    case "N":
      // \N{3} is \N three times; any other brace would be a name
      if (cursor.startsWith("{") && !/^\{[0-9]+(,[0-9]*)?\}/.test(cursor.source.slice(cursor.pos))) {
        throw syntaxFault("PCRE2 does not support \\F, \\L, \\l, \\N{name}, \\U, or \\u", cursor.pos)
      }
      return { kind: "set", set: NOT_NEWLINE }
    case "R":
      return { kind: "newline" }
    case "K":
      if (cursor.lookDepth > 0) throw syntaxFault("\\K is not allowed in lookarounds", cursor.pos)
      return { kind: "keep" }
    case "g":
      return readG(cursor)
    case "k":
      return readK(cursor)
    case "C":
      throw unsupportedFault("\\C (a single byte)", at, "write . or [^\\n]")
    default:
      throw unsupportedFault("\\X (a grapheme cluster)", at, "write . or [^\\n]")
  }
}

/** `\g1 \g{1} \g{-1} \g{name}` refer back; `\g<…>` and `\g'…'` call. */
function readG(cursor: Cursor): Node {
  if (cursor.accept("<")) return readCallUntil(cursor, ">")
  if (cursor.accept("'")) return readCallUntil(cursor, "'")
  const braced = cursor.accept("{")
  const start = cursor.pos
  const group = cursor.readGroupNumber()
  if (group === undefined) {
    if (!braced) {
      throw syntaxFault(
        "\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number",
        cursor.pos,
      )
    }
    return backrefTo(cursor, cursor.readName("}"), start)
  }
  if (braced && !cursor.accept("}")) {
    throw syntaxFault(
      "\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number",
      cursor.pos,
    )
  }
  if (group === 0) throw syntaxFault("reference to non-existent subpattern", cursor.pos)
  return backrefTo(cursor, group, cursor.pos - 1)
}

function readCallUntil(cursor: Cursor, terminator: string): Node {
  const start = cursor.pos
  const group = cursor.readGroupNumber()
  const end = cursor.pos
  if (group === undefined) return callTo(cursor, cursor.readName(terminator), start)
  if (!cursor.accept(terminator)) {
    throw syntaxFault(
      "\\g is not followed by a braced, angle-bracketed, or quoted name/number or by a plain number",
      cursor.pos,
    )
  }
  return callTo(cursor, group, end)
}

function readK(cursor: Cursor): Node {
  for (const [open, close] of ["{}", "<>", "''"] as const) {
    if (!cursor.accept(open as string)) continue
    const start = cursor.pos
    return backrefTo(cursor, cursor.readName(close as string), start)
  }
  throw syntaxFault("\\k is not followed by a braced, angle-bracketed, or quoted name", cursor.pos)
}

/**
 * A back-reference to a group by name or number, wherever in the pattern that group is.
 * @param at where PCRE points when there is no such group
 */
export function backrefTo(cursor: Cursor, to: string | number, at: number): Node {
  const node: BackrefNode = { kind: "backref", group: 0, caseless: cursor.options.caseless }
  cursor.refer(to, at, (group) => {
    node.group = group
  })
  return node
}

/** A call of a group by name or number. */
export function callTo(cursor: Cursor, to: string | number, at: number): Node {
  const node: CallNode = { kind: "call", group: 0 }
  cursor.refer(to, at, (group) => {
    node.group = group
  })
  return node
}
