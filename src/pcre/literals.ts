/**
 * What a subject must contain for a pattern to match: literals (ASCII, folded to lower
 * case) and, for anchored patterns, the reply codes it may begin with. Only necessary
 * conditions, read off the tree; whether the pattern does match is not asked here.
 */
import { canBeEmpty, isAnchored, type Node, type RepeatNode } from "./ast.js"
import { type CharSet, contains, normalise, rangesOf, sizeOf } from "./charset.js"
import { KELVIN_SIGN, LONG_S } from "./fold.js"

/** At least one of these texts is in every match. */
export type Clause = readonly string[]

export interface LiteralFacts {
  /** Every clause holds for every match; the most telling ones first. */
  readonly clauses: readonly Clause[]
  /**
   * Three-digit numbers the subject can begin with, as flat ranges [lo, hi, …], given
   * that it begins with three digits at all; undefined: any.
   */
  readonly codes: readonly number[] | undefined
}

/** Alternatives of one clause; more would cost the filter more than they save. */
const MAX_TEXTS = 12
/** A class with more folded members than this ends a literal. */
const MAX_MEMBERS = 4
const MIN_LENGTH = 3
const MAX_CLAUSES = 4

export function literalFacts(root: Node): LiteralFacts {
  const { exact, clauses } = factsOf(root)
  const all = exact ? [...clauses, exact] : clauses
  const useful = all.filter(
    (clause) => clause.length > 0 && clause.every((text) => text.length >= MIN_LENGTH),
  )
  useful.sort((a, b) => quality(b) - quality(a))
  return { clauses: useful.slice(0, MAX_CLAUSES), codes: codeRanges(root) }
}

function quality(clause: Clause): number {
  return Math.min(...clause.map((text) => text.length)) / Math.sqrt(clause.length)
}

/** The ASCII character a filter sees for `code`, or undefined when it is beyond ASCII. */
function foldForFilter(code: number): number | undefined {
  if (code === KELVIN_SIGN) return 0x6b
  if (code === LONG_S) return 0x73
  if (code >= 0x80) return undefined
  return code >= 0x41 && code <= 0x5a ? code | 0x20 : code
}

interface Facts {
  /** All texts the node can match, if they are few and known. */
  readonly exact: readonly string[] | undefined
  readonly clauses: readonly Clause[]
}

const NOTHING_KNOWN: Facts = { exact: undefined, clauses: [] }
const ZERO_WIDTH: Facts = { exact: [""], clauses: [] }

function factsOf(node: Node): Facts {
  switch (node.kind) {
    case "char":
      return factsOfSet([node.code, node.code])
    case "set":
      return factsOfSet(node.set)
    case "seq":
      return factsOfSequence(node.items)
    case "alt":
      return factsOfAlternatives(node.branches.map(factsOf))
    case "group":
    case "atomic":
      return factsOf(node.body)
    case "repeat":
      return factsOfRepeat(node)
    case "assert":
    case "keep":
      return ZERO_WIDTH
    case "look": {
      // what a positive assertion sees is in the subject, though not in the match
      if (node.negative) return ZERO_WIDTH
      const inside = factsOf(node.body)
      return { exact: [""], clauses: inside.exact ? [...inside.clauses, inside.exact] : inside.clauses }
    }
    default:
      return NOTHING_KNOWN
  }
}

function factsOfSet(set: CharSet): Facts {
  if (sizeOf(set) > 3 * MAX_MEMBERS) return NOTHING_KNOWN
  const texts = new Set<string>()
  for (const [lo, hi] of rangesOf(set)) {
    for (let code = lo; code <= hi; code++) {
      const folded = foldForFilter(code)
      if (folded === undefined) return NOTHING_KNOWN
      texts.add(String.fromCharCode(folded))
    }
  }
  return texts.size > MAX_MEMBERS ? NOTHING_KNOWN : { exact: [...texts], clauses: [] }
}

function factsOfSequence(items: readonly Node[]): Facts {
  const clauses: Clause[] = []
  /** Texts that end where we stand; `whole`: they began at the start of the sequence. */
  let current: readonly string[] = [""]
  let whole = true
  const flush = (next: readonly string[]): void => {
    if (current.every((text) => text !== "")) clauses.push(current)
    current = next
    whole = false
  }
  for (const item of items) {
    if (item.kind === "char") {
      // most of every pattern: no need for the general way
      const folded = foldForFilter(item.code)
      if (folded !== undefined) {
        const letter = String.fromCharCode(folded)
        current = current.map((text) => text + letter)
        continue
      }
    }
    const repeats = item.kind === "repeat" && item.min > 0 && item.max > 1
    const facts = repeats ? factsOf(item.body) : factsOf(item)
    clauses.push(...facts.clauses)
    const joined = cross(current, facts.exact)
    if (joined) current = joined
    else flush(facts.exact ?? [""])
    // behind a repeat stands its last round
    if (repeats) flush(facts.exact ?? [""])
  }
  if (whole) return { exact: current, clauses }
  flush([""])
  return { exact: undefined, clauses }
}

/** `X?` of known texts is known too; anything else that may be absent says nothing. */
function factsOfRepeat(node: RepeatNode): Facts {
  if (node.min > 0) return factsOfSequence([node])
  const texts = node.max === 1 ? factsOf(node.body).exact : undefined
  return texts ? { exact: [...new Set(["", ...texts])], clauses: [] } : NOTHING_KNOWN
}

function cross(
  heads: readonly string[],
  tails: readonly string[] | undefined,
): readonly string[] | undefined {
  if (!tails || heads.length * tails.length > MAX_TEXTS) return undefined
  return heads.flatMap((head) => tails.map((tail) => head + tail))
}

function factsOfAlternatives(branches: readonly Facts[]): Facts {
  const exact: string[] = []
  const union: string[] = []
  for (const branch of branches) {
    const clauses = branch.exact ? [...branch.clauses, branch.exact] : branch.clauses
    const usable = clauses.filter((clause) => clause.every((text) => text !== ""))
    const best = usable.sort((a, b) => quality(b) - quality(a))[0]
    union.push(...(best ?? [""]))
    exact.push(...(branch.exact ?? []))
  }
  const texts = [...new Set(exact)]
  if (branches.every((branch) => branch.exact) && texts.length <= MAX_TEXTS)
    return { exact: texts, clauses: [] }
  const clause = [...new Set(union)]
  return { exact: undefined, clauses: clause.includes("") || clause.length > MAX_TEXTS ? [] : [clause] }
}

const CODE_LENGTH = 3

/** Codes as ranges; undefined when the pattern does not say. */
function codeRanges(root: Node): readonly number[] | undefined {
  if (!isAnchored(root)) return undefined
  const heads: string[] = []
  heads.push(...digitsThrough(root, [""], heads))
  if (heads.includes("")) return undefined
  return normalise(
    heads.map((head) => {
      const open = 10 ** (CODE_LENGTH - head.length)
      const first = Number(head) * open
      return [first, first + open - 1] as const
    }),
  )
}

/**
 * The digits a subject has shown once the node has matched, given those before it.
 * Texts that are long enough, or behind which anything may come, go to `settled`.
 */
function digitsThrough(node: Node, before: readonly string[], settled: string[]): readonly string[] {
  if (before.length === 0) return before
  switch (node.kind) {
    case "char":
      return withDigits(before, [node.code, node.code], settled)
    case "set":
      return withDigits(before, node.set, settled)
    case "seq":
      return node.items.reduce((texts, item) => digitsThrough(item, texts, settled), before)
    case "alt":
      return node.branches.flatMap((branch) => digitsThrough(branch, before, settled))
    case "group":
    case "atomic":
      return digitsThrough(node.body, before, settled)
    case "repeat": {
      if (canBeEmpty(node.body)) break
      const out = node.min === 0 ? [...before] : []
      let texts = before
      for (let round = 1; round <= node.max && texts.length > 0; round++) {
        texts = digitsThrough(node.body, texts, settled)
        if (round >= node.min) out.push(...texts)
      }
      return [...new Set(out)]
    }
    case "assert":
    case "keep":
    case "look":
      return before
    case "newline":
    case "fail":
      return []
  }
  settled.push(...before)
  return []
}

function withDigits(before: readonly string[], set: CharSet, settled: string[]): readonly string[] {
  const longer = [..."0123456789"]
    .filter((digit) => contains(set, digit.charCodeAt(0)))
    .flatMap((digit) => before.map((text) => text + digit))
  settled.push(...longer.filter((text) => text.length === CODE_LENGTH))
  return longer.filter((text) => text.length < CODE_LENGTH)
}
