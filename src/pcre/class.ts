/**
 * Bracket expressions, `[…]`. PCRE's rules differ from JavaScript's nearly everywhere:
 * a first `]` is literal, POSIX names, `\Q…\E`, which hyphens make a range.
 * Source: pcre2pattern, "Square brackets and character classes".
 */
import type { Node } from "./ast.js"
import { type CharSet, contains, negate, normalise, POSIX_SETS, unionOf, WORD_CHARS } from "./charset.js"
import type { Cursor } from "./cursor.js"
import { readEscape } from "./escape.js"
import { syntaxFault } from "./fault.js"
import { closeUnderCase } from "./fold.js"

const MISSING_BRACKET = "missing terminating ] for character class"
/** \b is the backspace here, and PCRE takes \g for a plain g. */
const LETTERS_IN_CLASS: Readonly<Record<string, number>> = { b: 8, g: 0x67 }
const INVALID_RANGE = "invalid range in character class"

/**
 * `[[:<:]]` and `[[:>:]]`, the old spelling of word edges: PCRE reads them as `\b(?=\w)`
 * and `\b(?<=\w)`, so that a quantifier behind them belongs to the assertion alone.
 */
export function readWordEdge(cursor: Cursor): Node | undefined {
  const at = cursor.pos
  const behind = cursor.accept("[[:>:]]")
  if (!behind && !cursor.accept("[[:<:]]")) return undefined
  return { kind: "look", behind, negative: false, body: { kind: "set", set: WORD_CHARS }, at }
}

/** Reads a class, the cursor standing on its `[`. */
export function readClass(cursor: Cursor): CharSet {
  const at = cursor.pos
  const posix = posixAt(cursor, at)
  if (posix) {
    throw syntaxFault(
      posix.kind === ":"
        ? "POSIX named classes are supported only within a class"
        : "POSIX collating elements are not supported",
      at,
      posix.kind === ":" ? `write [${cursor.source.slice(at, posix.end)}]` : "",
    )
  }
  cursor.pos++
  const negated = skipOpening(cursor)
  const set = new ClassReader(cursor).read()
  return negated ? negate(set) : set
}

/** `^`, and what PCRE ignores before the first member. */
function skipOpening(cursor: Cursor): boolean {
  let negated = false
  for (;;) {
    if (cursor.accept("\\E") || cursor.accept("\\Q\\E")) continue
    if (cursor.options.extended === 2 && (cursor.accept(" ") || cursor.accept("\t"))) continue
    if (!negated && cursor.accept("^")) negated = true
    else return negated
  }
}

/** Is there `[:…:]`, `[.….]` or `[=…=]` at `at`? PCRE looks for the closing pair first. */
function posixAt(cursor: Cursor, at: number): { kind: string; end: number } | undefined {
  const { source } = cursor
  const kind = source[at + 1]
  if (kind !== ":" && kind !== "." && kind !== "=") return undefined
  for (let i = at + 2; i + 1 < source.length; i++) {
    const pair = source.slice(i, i + 2)
    if (pair === "\\]" || pair === "\\\\") i++
    else if (pair === `[${kind}` || pair[0] === "]") return undefined
    else if (pair === `${kind}]`) return { kind, end: i + 2 }
  }
  return undefined
}

class ClassReader {
  /** Members that take part in caseless matching, and those that do not (`\d`, POSIX). */
  readonly #plain: [number, number][] = []
  readonly #fixed: CharSet[] = []
  /** The last literal, if a hyphen behind it would open a range. */
  #rangeStart: number | undefined
  #inRange = false

  constructor(readonly cursor: Cursor) {}

  read(): CharSet {
    const { cursor } = this
    for (let first = true; ; first = false) {
      if (cursor.atEnd) throw syntaxFault(MISSING_BRACKET, cursor.pos)
      if (cursor.quoting) {
        if (cursor.accept("\\E")) cursor.quoting = false
        else this.#literal(cursor.next().codePointAt(0) as number)
        continue
      }
      if (cursor.options.extended === 2 && (cursor.accept(" ") || cursor.accept("\t"))) continue
      if (!first && cursor.accept("]")) break
      this.#member()
    }
    // a hyphen before the closing bracket is itself
    if (this.#inRange) this.#plain.push([0x2d, 0x2d])
    const plain = normalise(this.#plain)
    return unionOf([cursor.options.caseless ? closeUnderCase(plain) : plain, ...this.#fixed])
  }

  #member(): void {
    const { cursor } = this
    const at = cursor.pos
    const posix = cursor.startsWith("[") ? posixAt(cursor, at) : undefined
    if (posix) {
      if (this.#inRange) throw syntaxFault(INVALID_RANGE, at)
      this.#posix(posix)
    } else if (cursor.startsWith("-") && this.#rangeStart !== undefined && !this.#inRange) {
      cursor.pos++
      this.#inRange = true
    } else if (cursor.accept("\\")) {
      this.#escape()
    } else {
      this.#literal(cursor.next().codePointAt(0) as number)
    }
  }

  #posix(posix: { kind: string; end: number }): void {
    const { cursor } = this
    const at = cursor.pos
    if (posix.kind !== ":") throw syntaxFault("POSIX collating elements are not supported", at)
    const inner = cursor.source.slice(at + 2, posix.end - 2)
    const negated = inner.startsWith("^")
    const name = negated ? inner.slice(1) : inner
    let set = Object.hasOwn(POSIX_SETS, name) ? (POSIX_SETS[name] as CharSet) : undefined
    if (!set) throw syntaxFault("unknown POSIX class name", at + 2)
    if (cursor.options.caseless && (name === "upper" || name === "lower")) set = POSIX_SETS.alpha as CharSet
    this.#fixed.push(negated ? negate(set) : set)
    cursor.pos = posix.end
    this.#rangeStart = undefined
    this.#refuseHyphen()
  }

  #escape(): void {
    const { cursor } = this
    if (cursor.accept("Q")) {
      cursor.quoting = true
      return
    }
    if (cursor.accept("E")) return
    const member = readEscape(cursor, true)
    if (member.kind === "set") {
      if (this.#inRange) throw syntaxFault(INVALID_RANGE, cursor.pos)
      this.#fixed.push(member.set)
      this.#rangeStart = undefined
      this.#refuseHyphen()
      return
    }
    const code = member.kind === "code" ? member.code : LETTERS_IN_CLASS[member.letter]
    if (code !== undefined) {
      this.#literal(code)
      return
    }
    throw syntaxFault(
      member.kind === "letter" && member.letter === "N"
        ? "\\N is not supported in a class"
        : "escape sequence is invalid in character class",
      cursor.pos - 1,
    )
  }

  /** PCRE2 refuses `[\d-z]` where other tools take the hyphen for itself. */
  #refuseHyphen(): void {
    const { source, pos } = this.cursor
    if (source[pos] === "-" && pos + 1 < source.length && source[pos + 1] !== "]") {
      throw syntaxFault(INVALID_RANGE, pos, "put the hyphen first or last in the class")
    }
  }

  #literal(code: number): void {
    if (!this.#inRange) {
      this.#plain.push([code, code])
      this.#rangeStart = code
      return
    }
    const start = this.#rangeStart as number
    if (start > code) {
      throw syntaxFault("range out of order in character class", this.cursor.pos - 1)
    }
    this.#plain.push([start, code])
    this.#rangeStart = undefined
    this.#inRange = false
  }
}

/** A single literal under `(?i)` may stand for several characters. */
export function literalNode(code: number, caseless: boolean): Node {
  if (!caseless) return { kind: "char", code }
  const set = closeUnderCase([code, code])
  return set.length === 2 && contains(set, code) && set[0] === set[1]
    ? { kind: "char", code }
    : { kind: "set", set }
}
