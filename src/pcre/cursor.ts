/**
 * The reading state shared by the parts of the parser: position, options in force,
 * and the register of groups. Keeps out all syntax but the two things every part
 * needs: skipping what PCRE ignores, and reading numbers and names.
 */
import { syntaxFault } from "./fault.js"

/** Options a pattern may switch inside itself, `(?imsxnU)`. */
export interface Options {
  readonly caseless: boolean
  readonly multiline: boolean
  readonly dotAll: boolean
  /** 0 off, 1 `(?x)`, 2 `(?xx)`: blanks in classes are ignored too. */
  readonly extended: 0 | 1 | 2
  readonly noCapture: boolean
  readonly ungreedy: boolean
}

const DEFAULT_OPTIONS: Options = {
  caseless: false,
  multiline: false,
  dotAll: false,
  extended: 0,
  noCapture: false,
  ungreedy: false,
}

/** A reference that can be judged only when all groups are known. */
interface PendingReference {
  readonly to: string | number
  readonly at: number
  readonly found: (group: number) => void
  /** Instead of a fault, when there is no such group. */
  readonly missing: (() => void) | undefined
}

const MAX_GROUP_NUMBER = 65535
const MAX_NAME_BYTES = 32
const NAME_START = /^[\p{L}_]/u
const NAME_CHAR = /^[\p{L}\p{Nd}_]/u
/** What `(?x)` skips in UTF-8 mode. Source: pcre2api, PCRE2_EXTENDED. */
const PATTERN_BLANK = /^[\t-\r \u0085\u200e\u200f\u2028\u2029]/

export class Cursor {
  pos = 0
  options: Options = DEFAULT_OPTIONS
  /** Number of the last group opened; `(?|` moves it back. */
  groupNumber = 0
  /** Highest number given out so far. */
  groupCount = 0
  depth = 0
  lookDepth = 0
  readonly groupNames: [string, number][] = []
  readonly #pending: PendingReference[] = []
  /** Inside \Q…\E. */
  quoting = false

  constructor(readonly source: string) {}

  get atEnd(): boolean {
    return this.pos >= this.source.length
  }

  /** The character (code point) at the cursor, "" at the end. */
  peek(): string {
    const code = this.source.codePointAt(this.pos)
    return code === undefined ? "" : String.fromCodePoint(code)
  }

  next(): string {
    const ch = this.peek()
    this.pos += ch.length
    return ch
  }

  startsWith(text: string): boolean {
    return this.source.startsWith(text, this.pos)
  }

  accept(text: string): boolean {
    if (!this.startsWith(text)) return false
    this.pos += text.length
    return true
  }

  /** Skips `(?#…)`, stray `\E`, empty `\Q\E` and, under `(?x)`, blanks and `#` comments. */
  skipIgnored(): void {
    for (;;) {
      if (this.quoting) {
        if (!this.accept("\\E")) return
        this.quoting = false
      } else if (this.startsWith("(?#")) {
        const end = this.source.indexOf(")", this.pos)
        if (end < 0) throw syntaxFault("missing ) after (?# comment", this.source.length)
        this.pos = end + 1
      } else if (this.accept("\\E") || this.accept("\\Q\\E")) {
        // both stand for nothing
      } else if (this.options.extended > 0 && PATTERN_BLANK.test(this.peek())) {
        this.pos++
      } else if (this.options.extended > 0 && this.startsWith("#")) {
        const end = this.source.indexOf("\n", this.pos)
        this.pos = end < 0 ? this.source.length : end + 1
      } else return
    }
  }

  /** Decimal digits at the cursor, or undefined without moving. */
  readDigits(): string | undefined {
    const digits = /^[0-9]+/.exec(this.source.slice(this.pos))?.[0]
    if (digits !== undefined) this.pos += digits.length
    return digits
  }

  /** A group number, perhaps signed; signed ones count from here. */
  readGroupNumber(): number | undefined {
    const start = this.pos
    const sign = this.accept("+") ? 1 : this.accept("-") ? -1 : 0
    const digits = this.readDigits()
    if (digits === undefined) {
      this.pos = start
      return undefined
    }
    const value = Number(digits)
    if (value > MAX_GROUP_NUMBER) throw syntaxFault("subpattern number is too big", this.pos)
    if (sign === 0) return value
    if (value === 0) throw syntaxFault("a relative value of zero is not allowed", this.pos)
    const group = sign > 0 ? this.groupNumber + value : this.groupNumber - value + 1
    if (group < 1) throw syntaxFault("reference to non-existent subpattern", this.pos)
    return group
  }

  /** A group name up to its terminator, which is consumed. */
  readName(terminator: string): string {
    const start = this.pos
    if (/^[0-9]/.test(this.peek())) {
      throw syntaxFault("subpattern name must start with a non-digit", this.pos)
    }
    if (!NAME_START.test(this.peek())) throw syntaxFault("subpattern name expected", this.pos)
    while (NAME_CHAR.test(this.peek())) this.next()
    const name = this.source.slice(start, this.pos)
    if (Buffer.byteLength(name) > MAX_NAME_BYTES) {
      throw syntaxFault("subpattern name is too long (maximum 32 code units)", this.pos)
    }
    if (terminator !== "" && !this.accept(terminator)) {
      throw syntaxFault("syntax error in subpattern name (missing terminator?)", this.pos)
    }
    return name
  }

  openGroup(name: string | undefined): number {
    const group = ++this.groupNumber
    this.groupCount = Math.max(this.groupCount, group)
    if (name === undefined) return group
    for (const [other, number] of this.groupNames) {
      if (other === name && number === group) return group
      if (other === name) {
        throw syntaxFault(
          "two named subpatterns have the same name (PCRE2_DUPNAMES not set)",
          this.pos,
          "give each group its own name",
        )
      }
      if (number === group) {
        throw syntaxFault("different names for subpatterns of the same number are not allowed", this.pos)
      }
    }
    this.groupNames.push([name, group])
    return group
  }

  /** Notes a reference; it must exist once the whole pattern is read. */
  refer(to: string | number, at: number, found: (group: number) => void, missing?: () => void): void {
    this.#pending.push({ to, at, found, missing })
  }

  /** Gives every reference its number; the first one without a group is a fault. */
  resolveReferences(): void {
    const byName = new Map(this.groupNames)
    for (const { to, at, found, missing } of this.#pending) {
      const group = typeof to === "string" ? byName.get(to) : to
      if (group !== undefined && group <= this.groupCount) found(group)
      else if (missing) missing()
      else throw syntaxFault("reference to non-existent subpattern", at)
    }
  }
}
