/**
 * Finds the first pattern of an ordered list that matches a subject. Rules that cannot
 * match cost nothing: a literal filter names those whose required text is there, the
 * reply code the subject begins with rules out most of these, and only the rest are
 * tried, in order. Keeps out how a single pattern is matched.
 */
import { GramFilter, gramKey, type Literal } from "./gram-filter.js"
import type { Clause, LiteralFacts } from "./literals.js"
import { type CompiledPattern, hasPairs } from "./pattern.js"
import { SubjectBytes } from "./subject-bytes.js"
import type { TextPattern } from "./text-pattern.js"

export interface FirstMatch {
  /** Index of the first pattern that matches, or -1. */
  find(subject: string): number
  /** Indexes of the patterns that `find` would have to try if none matched, ascending. */
  candidates(subject: string): number[]
}

export interface FirstMatchOptions {
  /** Told when a pattern gave up on a subject (match limit); it counts as not matching. */
  readonly onLimit?: (index: number, subject: string) => void
}

/** @param patterns in rule order; null keeps the place of a disabled rule */
export function createFirstMatch(
  patterns: readonly (CompiledPattern | TextPattern | null)[],
  options: FirstMatchOptions = {},
): FirstMatch {
  return new Matcher(patterns as readonly (Tried | null)[], options)
}

/** What a search needs of a pattern. */
interface Tried {
  readonly facts: LiteralFacts
  testKnowing(subject: string, pairs: boolean): boolean | "limit"
}

const LONG_GRAM = { size: 4, mask: -1 } as const
const SHORT_GRAM = { size: 3, mask: 0xffffff } as const
const CODES = 1000

class Matcher implements FirstMatch {
  readonly #patterns: readonly (Tried | null)[]
  readonly #onLimit: FirstMatchOptions["onLimit"]
  readonly #bytes = new SubjectBytes()
  readonly #long: GramFilter
  readonly #short: GramFilter | undefined
  /** For each literal, numbered through both filters, the patterns it may stand for. */
  readonly #literalPatterns: readonly Int32Array[]
  readonly #longCount: number
  /** For each pattern its row in #codeRows; row 0 admits every code. */
  readonly #codeRow: Int32Array
  readonly #codeRows: Uint8Array
  /** Patterns without a usable literal, and by code what is left of them. */
  readonly #always: Int32Array
  readonly #alwaysByCode: (Int32Array | undefined)[] = []
  readonly #foundLiterals: Int32Array
  readonly #found: Int32Array
  readonly #foundIn: Float64Array
  #search = 0

  constructor(patterns: readonly (Tried | null)[], options: FirstMatchOptions) {
    this.#patterns = patterns
    this.#onLimit = options.onLimit
    const plan = planLiterals(patterns)
    this.#long = new GramFilter(plan.long, LONG_GRAM.mask)
    this.#short = plan.short.length > 0 ? new GramFilter(plan.short, SHORT_GRAM.mask) : undefined
    this.#longCount = plan.long.length
    this.#literalPatterns = plan.patterns
    this.#always = plan.always
    const { rowOf, rows } = codeTables(patterns)
    this.#codeRow = rowOf
    this.#codeRows = rows
    this.#foundLiterals = new Int32Array(plan.patterns.length)
    this.#found = new Int32Array(patterns.length)
    this.#foundIn = new Float64Array(patterns.length)
  }

  find(subject: string): number {
    const count = this.#collect(subject)
    const always = this.#alwaysFor(this.#bytes.code())
    const found = this.#found
    const pairs = this.#bytes.wide && hasPairs(subject)
    let i = 0
    let j = 0
    while (i < count || j < always.length) {
      const index =
        j >= always.length || (i < count && (found[i] as number) < (always[j] as number))
          ? (found[i++] as number)
          : (always[j++] as number)
      const outcome = (this.#patterns[index] as Tried).testKnowing(subject, pairs)
      if (outcome === true) return index
      if (outcome === "limit") this.#onLimit?.(index, subject)
    }
    return -1
  }

  candidates(subject: string): number[] {
    const count = this.#collect(subject)
    const always = this.#alwaysFor(this.#bytes.code())
    return [...this.#found.subarray(0, count), ...always].sort((a, b) => a - b)
  }

  /** Patterns whose literal is in the subject and whose code fits, ascending in #found. */
  #collect(subject: string): number {
    this.#bytes.load(subject)
    const code = this.#bytes.code()
    const literals = this.#foundLiterals
    this.#search++
    let count = this.#add(this.#long.search(this.#bytes, literals), 0, code, 0)
    if (this.#short) {
      count = this.#add(this.#short.search(this.#bytes, literals), this.#longCount, code, count)
    }
    sortAscending(this.#found, count)
    return count
  }

  #add(literalCount: number, firstLiteral: number, code: number, count: number): number {
    for (let i = 0; i < literalCount; i++) {
      const patterns = this.#literalPatterns[firstLiteral + (this.#foundLiterals[i] as number)] as Int32Array
      for (let j = 0; j < patterns.length; j++) {
        const index = patterns[j] as number
        if (this.#foundIn[index] === this.#search || !this.#admits(index, code)) continue
        this.#foundIn[index] = this.#search
        this.#found[count++] = index
      }
    }
    return count
  }

  #admits(index: number, code: number): boolean {
    return code < 0 || this.#codeRows[CODES * (this.#codeRow[index] as number) + code] === 1
  }

  #alwaysFor(code: number): Int32Array {
    if (code < 0) return this.#always
    let patterns = this.#alwaysByCode[code]
    if (!patterns) {
      patterns = this.#always.filter((index) => this.#admits(index, code))
      this.#alwaysByCode[code] = patterns
    }
    return patterns
  }
}

/** A few numbers, nearly in order. */
function sortAscending(numbers: Int32Array, count: number): void {
  if (count > 64) {
    numbers.subarray(0, count).sort()
    return
  }
  for (let i = 1; i < count; i++) {
    const value = numbers[i] as number
    let j = i - 1
    while (j >= 0 && (numbers[j] as number) > value) {
      numbers[j + 1] = numbers[j] as number
      j--
    }
    numbers[j + 1] = value
  }
}

interface Plan {
  readonly long: readonly Literal[]
  readonly short: readonly Literal[]
  readonly patterns: readonly Int32Array[]
  readonly always: Int32Array
}

/** Chooses for each pattern the clause whose texts will be met least often. */
function planLiterals(patterns: readonly (Tried | null)[]): Plan {
  const rarity = new Rarity(patterns)
  const byText = new Map<string, number[]>()
  const always: number[] = []
  patterns.forEach((pattern, index) => {
    if (!pattern) return
    const clause = rarity.rarest(pattern.facts.clauses)
    if (!clause) always.push(index)
    for (const text of clause ?? []) byText.set(text, [...(byText.get(text) ?? []), index])
  })
  const texts = [...byText.keys()].sort(
    (a, b) => Number(a.length < LONG_GRAM.size) - Number(b.length < LONG_GRAM.size),
  )
  const literals = texts.map((text) => rarity.literal(text))
  const longCount = texts.filter((text) => text.length >= LONG_GRAM.size).length
  return {
    long: literals.slice(0, longCount),
    short: literals.slice(longCount),
    patterns: texts.map((text) => Int32Array.from(byText.get(text) as number[])),
    always: Int32Array.from(always),
  }
}

/** Words of ordinary replies: a gram of theirs is met often, whatever the rules say. */
const ORDINARY_TEXT =
  "421 4.7.0 450 4.2.0 451 4.7.1 452 4.3.2 550 5.7.1 550 5.1.1 552 553 554 5.7.1 the mail message messages from your " +
  "this host server service unavailable refused rejected blocked temporarily deferred please try again later too many " +
  "connections connection closing for more information see https://support.google.com/mail/answer/ postmaster sender " +
  "recipient address policy reasons reputation limit exceeded rate spam content client ip not accepted network error " +
  "smtp esmtp user unknown mailbox account does not exist access denied listed domain authentication"

/** One gram in ordinary text counts as much as this many rules that quote it. */
const ORDINARY_WEIGHT = 20

type GramCounts = Map<number, number>

const noCounts = (): Readonly<Record<3 | 4, GramCounts>> => ({ 3: new Map(), 4: new Map() })

function countGrams(text: string, counts: Readonly<Record<3 | 4, GramCounts>>): void {
  for (const { size, mask } of [LONG_GRAM, SHORT_GRAM]) {
    for (let at = 0; at + size <= text.length; at++) {
      const key = gramKey(text, at, mask)
      counts[size].set(key, (counts[size].get(key) ?? 0) + 1)
    }
  }
}

let ordinaryCounts: Readonly<Record<3 | 4, GramCounts>> | undefined

/** How often grams are met, guessed from ordinary replies and from what the rules themselves quote. */
class Rarity {
  readonly #ordinary: Readonly<Record<3 | 4, GramCounts>>
  readonly #quoted = noCounts()

  constructor(patterns: readonly (Tried | null)[]) {
    if (!ordinaryCounts) {
      ordinaryCounts = noCounts()
      countGrams(ORDINARY_TEXT, ordinaryCounts)
    }
    this.#ordinary = ordinaryCounts
    for (const pattern of patterns) {
      for (const clause of pattern?.facts.clauses ?? [])
        for (const text of clause) countGrams(text, this.#quoted)
    }
  }

  /** The literal with its rarest gram; a later one on a tie, as beginnings are alike. */
  literal(text: string): Literal {
    return { text, gramAt: this.#best(text).at }
  }

  rarest(clauses: readonly Clause[]): Clause | undefined {
    const weight = (clause: Clause): number => clause.reduce((sum, text) => sum + this.#best(text).count, 0)
    return clauses.reduce<Clause | undefined>(
      (best, clause) => (best === undefined || weight(clause) < weight(best) ? clause : best),
      undefined,
    )
  }

  #best(text: string): { at: number; count: number } {
    const { size, mask } = text.length >= LONG_GRAM.size ? LONG_GRAM : SHORT_GRAM
    let best = { at: 0, count: Number.POSITIVE_INFINITY }
    for (let at = 0; at + size <= text.length; at++) {
      const key = gramKey(text, at, mask)
      const count =
        ORDINARY_WEIGHT * (this.#ordinary[size].get(key) ?? 0) + (this.#quoted[size].get(key) ?? 0)
      if (count <= best.count) best = { at, count }
    }
    return best
  }
}

/** One row of 1,000 flags for each set of codes in use. */
function codeTables(patterns: readonly (Tried | null)[]): { rowOf: Int32Array; rows: Uint8Array } {
  const rowByRanges = new Map<string, number>([["", 0]])
  const ranges: (readonly number[])[] = [[0, CODES - 1]]
  const rowOf = Int32Array.from(patterns, (pattern) => {
    const codes = pattern?.facts.codes
    if (!codes) return 0
    const name = codes.join() || "none"
    const row = rowByRanges.get(name) ?? ranges.push(codes) - 1
    rowByRanges.set(name, row)
    return row
  })
  const rows = new Uint8Array(CODES * ranges.length)
  ranges.forEach((list, row) => {
    for (let i = 0; i < list.length; i += 2) {
      rows.fill(1, CODES * row + (list[i] as number), CODES * row + (list[i + 1] as number) + 1)
    }
  })
  return { rowOf, rows }
}
