/**
 * Tree to JavaScript RegExp source, for the part of PCRE that a RegExp can say exactly.
 * Everything is spelt out (sets as ranges, `(?i)` as classes, `$` as a lookahead), so
 * the RegExp needs no flags. It is right only on subjects without surrogate pairs, where
 * a UTF-16 unit is a character; V8's `u` flag would not do for the others, as it finds
 * empty matches inside a pair. What cannot be said exactly is left to the engine.
 */
import { type Ast, canBeEmpty, type Node, type RepeatNode, singleSet, someNode } from "./ast.js"
import { type CharSet, MAX_CODE, negate, rangesOf } from "./charset.js"

export interface Translation {
  readonly source: string
  /** RegExp groups for each group of the pattern, from 0; `(?|…)` makes several. */
  readonly groups: readonly (readonly number[])[]
  /**
   * How far a RegExp agrees with PCRE: "captures" in everything, "test" only in whether
   * there is a match. They differ where JavaScript forgets groups on each round of a
   * repeat, or refuses an empty round.
   */
  readonly exact: "captures" | "test"
}

/** @returns undefined when only the engine can run the pattern */
export function translate(ast: Ast): Translation | undefined {
  if (someNode(ast.root, isBeyondRegExp)) return undefined
  if (someNode(ast.root, (node) => isAtomic(node) && someNode(node, isOptionalEmpty))) return undefined
  const exact = someNode(ast.root, (node) => isOptionalEmpty(node) || forgetsGroups(node))
    ? "test"
    : "captures"
  const writer = new Writer()
  const source = writer.write(ast.root)
  return {
    source,
    groups: Array.from({ length: ast.groupCount + 1 }, (_, i) => writer.groups.get(i) ?? []),
    exact,
  }
}

function isBeyondRegExp(node: Node): boolean {
  switch (node.kind) {
    case "backref":
    case "call":
    case "cond":
    case "keep":
      return true
    case "assert":
      return node.what === "searchStart"
    case "look":
      // JavaScript runs a lookbehind from right to left, which shows in its groups
      return node.behind && someNode(node.body, (inner) => inner.kind === "group")
    default:
      return false
  }
}

function isAtomic(node: Node): boolean {
  return node.kind === "atomic" || (node.kind === "repeat" && node.mode === "possessive")
}

/** A repeat where PCRE takes an empty round and JavaScript refuses it. */
function isOptionalEmpty(node: Node): boolean {
  return node.kind === "repeat" && node.max > node.min && canBeEmpty(node.body)
}

/** A repeat with a group that a round may leave out: PCRE keeps its old value. */
function forgetsGroups(node: Node): boolean {
  if (node.kind !== "repeat" || node.max <= 1) return false
  const always = groupsAlwaysSet(node.body)
  return someNode(node.body, (inner) => inner.kind === "group" && !always.has(inner.index))
}

function groupsAlwaysSet(node: Node): ReadonlySet<number> {
  switch (node.kind) {
    case "group":
      return new Set([node.index, ...groupsAlwaysSet(node.body)])
    case "atomic":
      return groupsAlwaysSet(node.body)
    case "look":
      return node.negative ? new Set() : groupsAlwaysSet(node.body)
    case "repeat":
      return node.min > 0 ? groupsAlwaysSet(node.body) : new Set()
    case "seq":
      return new Set(node.items.flatMap((item) => [...groupsAlwaysSet(item)]))
    case "alt": {
      const [first, ...rest] = node.branches.map(groupsAlwaysSet)
      return new Set([...(first ?? [])].filter((index) => rest.every((set) => set.has(index))))
    }
    default:
      return new Set()
  }
}

const LAST_UNIT = 0xffff

function escaped(code: number): string {
  const hex = code.toString(16)
  return code < 0x100 ? `\\x${hex.padStart(2, "0")}` : `\\u${hex.padStart(4, "0")}`
}

const ASSERTION_SOURCES = {
  subjectStart: "^",
  subjectEnd: "$",
  finalEnd: "(?=\\n?$)",
  lineStart: "(?:^|(?<=\\n)(?!$))",
  lineEnd: "(?=\\n|$)",
  wordEdge: "\\b",
  notWordEdge: "\\B",
} as const

class Writer {
  readonly groups = new Map<number, number[]>([[0, [0]]])
  #count = 0
  #inLookbehind = false

  write(node: Node): string {
    switch (node.kind) {
      case "char":
        return this.#char(node.code)
      case "set":
        return this.#set(node.set)
      case "newline":
        // the two-character end is never given back, hence the lookahead
        return "(?:\\r\\n|(?!\\r\\n)[\\n-\\r\\x85\\u2028\\u2029])"
      case "assert":
        return ASSERTION_SOURCES[node.what as keyof typeof ASSERTION_SOURCES]
      case "seq":
        return node.items.map((item) => this.#item(item)).join("")
      case "alt":
        return node.branches.map((branch) => this.write(branch)).join("|")
      case "group": {
        const index = ++this.#count
        this.groups.set(node.index, [...(this.groups.get(node.index) ?? []), index])
        return `(${this.write(node.body)})`
      }
      case "atomic":
        return this.#atomic(() => this.write(node.body))
      case "look": {
        const outer = this.#inLookbehind
        this.#inLookbehind = node.behind
        const body = this.write(node.body)
        this.#inLookbehind = outer
        return `(?${node.behind ? "<" : ""}${node.negative ? "!" : "="}${body})`
      }
      case "repeat":
        return this.#repeat(node)
      default:
        // (*FAIL); everything else was turned away before
        return "(?!)"
    }
  }

  /** An item of a sequence: alternatives need a group around them. */
  #item(node: Node): string {
    return node.kind === "alt" ? `(?:${this.write(node)})` : this.write(node)
  }

  /** What a lookahead has matched is not given back; the copy then takes the same text. */
  #atomic(body: () => string): string {
    // all ways through a lookbehind's part have one width, so there is nothing to give back
    if (this.#inLookbehind) return `(?:${body()})`
    const index = ++this.#count
    return `(?:(?=(${body()}))\\${index})`
  }

  #repeat(node: RepeatNode): string {
    if (node.max === 0) return ""
    const set = singleSet(node.body)
    if (node.mode !== "possessive" || (set && node.min === node.max)) return this.#plainRepeat(node)
    if (set && node.max === Number.POSITIVE_INFINITY) {
      // a run of one set, held: at its end another member cannot follow
      return `(?:${this.#plainRepeat(node)}(?!${this.write(node.body)}))`
    }
    return this.#atomic(() => this.#plainRepeat(node))
  }

  #plainRepeat(node: RepeatNode): string {
    const { min, max, mode } = node
    const body = singleSet(node.body) ? this.write(node.body) : `(?:${this.write(node.body)})`
    return body + counts(min, max) + (mode === "lazy" ? "?" : "")
  }

  #char(code: number): string {
    if (code > LAST_UNIT) return "[]"
    const ch = String.fromCharCode(code)
    if (/^[A-Za-z0-9 _%&'"<>,:;=@#!~`-]$/.test(ch)) return ch
    if (/^[\^$\\.*+?()[\]{}|/]$/.test(ch)) return `\\${ch}`
    return escaped(code)
  }

  #set(set: CharSet): string {
    const negated = set.at(-1) === MAX_CODE
    const ranges = rangesOf(negated ? negate(set) : set).filter(([lo]) => lo <= LAST_UNIT)
    const text = ranges.map(([lo, hi]) => this.#range(lo, Math.min(hi, LAST_UNIT))).join("")
    return `[${negated ? "^" : ""}${text}]`
  }

  #range(lo: number, hi: number): string {
    const [from, to] = [this.#inClass(lo), this.#inClass(hi)]
    if (lo === hi) return from
    return hi === lo + 1 ? from + to : `${from}-${to}`
  }

  #inClass(code: number): string {
    const ch = String.fromCharCode(code)
    return /^[A-Za-z0-9 _%'"<>,;=@]$/.test(ch) ? ch : escaped(code)
  }
}

function counts(min: number, max: number): string {
  if (max === Number.POSITIVE_INFINITY) return min === 0 ? "*" : min === 1 ? "+" : `{${min},}`
  if (min === max) return min === 1 ? "" : `{${min}}`
  return min === 0 && max === 1 ? "?" : `{${min},${max}}`
}
