/**
 * A compiled pattern: chooses, subject by subject, between the RegExp and the bounded
 * engine. The RegExp runs only where it says exactly what PCRE says and where its worst
 * case fits the budget; RegExps and the engine are built at their first use. Keeps out
 * how either works.
 */
import { analyse, type Cost } from "./analyse.js"
import { Engine } from "./engine.js"
import { type PatternError, PatternFault } from "./fault.js"
import { type LiteralFacts, literalFacts } from "./literals.js"
import { parsePattern } from "./parse.js"
import { type Translation, translate } from "./translate.js"

export interface MatchFound {
  /** Where the match starts and ends (exclusive), in UTF-16 units. */
  readonly index: number
  readonly end: number
  /** The text of each group, [0] being the whole match; undefined: took no part. */
  readonly groups: readonly (string | undefined)[]
}

/** "limit": the search was given up; like PCRE's match limit, neither yes nor no. */
export type MatchOutcome = MatchFound | "limit" | null

export interface CompiledPattern {
  readonly source: string
  readonly groupCount: number
  readonly groupNames: readonly (readonly [name: string, group: number])[]
  /** What the pattern can cost a backtracking matcher such as Momentum's. */
  readonly cost: Cost
  /** The leftmost match at or after `from` (UTF-16 units). Never throws. */
  exec(subject: string, from?: number): MatchOutcome
  /** Whether there is a match; quicker than `exec`. Never throws. */
  test(subject: string): boolean | "limit"
}

/** What is known of every pattern. */
interface Outline {
  readonly source: string
  readonly groupCount: number
  readonly groupNames: readonly (readonly [name: string, group: number])[]
  readonly facts: LiteralFacts
}

/** What is found out when a pattern is first tried: of many rules most never are. */
interface Means {
  readonly cost: Cost
  /** Undefined: only the engine can run it. */
  readonly regExp: (Translation & { readonly maxLength: number }) | undefined
}

/** All there is to know of a pattern as plain data: what crosses thread borders. */
export type PatternData = Outline & Means

export type CompileResult =
  | { readonly ok: true; readonly pattern: CompiledPattern }
  | { readonly ok: false; readonly error: PatternError }

/** Compiles a pattern, or says why not. Never throws. */
export function compilePattern(source: string): CompileResult {
  try {
    const { root, groupCount, groupNames } = parsePattern(source)
    return { ok: true, pattern: new Pattern({ source, groupCount, groupNames, facts: literalFacts(root) }) }
  } catch (fault) {
    if (fault instanceof PatternFault) return { ok: false, error: fault.error }
    throw fault
  }
}

/** A pattern as plain data, for `hydratePattern` in another thread. */
export function describePattern(pattern: CompiledPattern): PatternData {
  return (pattern as Pattern).describe()
}

/** The pattern that was described. Cheap: nothing is parsed before the engine is needed. */
export function hydratePattern(data: PatternData): CompiledPattern {
  return new Pattern(data, data)
}

function meansOf(source: string): Means {
  const ast = parsePattern(source)
  const { cost, regExpMaxLength } = analyse(ast.root)
  const translation = translate(ast)
  return { cost, regExp: translation && { ...translation, maxLength: regExpMaxLength } }
}

const SURROGATE = /[\ud800-\udfff]/

/** Does the subject hold characters of two units? Then only the engine is right. */
export function hasPairs(subject: string): boolean {
  return SURROGATE.test(subject)
}

class Pattern implements CompiledPattern {
  #means: Means | undefined
  #regExp: RegExp | undefined
  #engine: Engine | undefined
  /** Set when V8 refused the RegExp (too large, stack overflow). */
  #regExpFailed = false

  constructor(
    readonly outline: Outline,
    means?: Means,
  ) {
    this.#means = means
  }

  get source(): string {
    return this.outline.source
  }
  get groupCount(): number {
    return this.outline.groupCount
  }
  get groupNames(): readonly (readonly [string, number])[] {
    return this.outline.groupNames
  }
  get cost(): Cost {
    return this.#known().cost
  }
  get facts(): LiteralFacts {
    return this.outline.facts
  }

  #known(): Means {
    this.#means ??= meansOf(this.source)
    return this.#means
  }

  describe(): PatternData {
    const { source, groupCount, groupNames, facts } = this.outline
    const { cost, regExp } = this.#known()
    return { source, groupCount, groupNames, facts, cost, regExp }
  }

  exec(subject: string, from = 0): MatchOutcome {
    const { regExp } = this.#known()
    if (regExp?.exact === "captures") {
      try {
        const search = this.#regExpFor(subject, hasPairs(subject))
        if (search) {
          search.lastIndex = from
          const match = search.exec(subject)
          return match && found(match, regExp.groups)
        }
      } catch {
        this.#regExpFailed = true
      }
    }
    return this.#search(subject, from)
  }

  test(subject: string): boolean | "limit" {
    return this.testKnowing(subject, hasPairs(subject))
  }

  /** `test` for a caller that has many patterns and asks `hasPairs` once. */
  testKnowing(subject: string, pairs: boolean): boolean | "limit" {
    try {
      const search = this.#regExpFor(subject, pairs)
      if (search) {
        search.lastIndex = 0
        return search.test(subject)
      }
    } catch {
      this.#regExpFailed = true
    }
    const outcome = this.#search(subject, 0)
    return outcome === "limit" ? outcome : outcome !== null
  }

  /** The RegExp, if it is right and safe on this subject. */
  #regExpFor(subject: string, pairs: boolean): RegExp | undefined {
    const { regExp } = this.#known()
    if (!regExp || pairs || subject.length > regExp.maxLength || this.#regExpFailed) return undefined
    this.#regExp ??= new RegExp(regExp.source, "g")
    return this.#regExp
  }

  #search(subject: string, from: number): MatchOutcome {
    this.#engine ??= new Engine(parsePattern(this.source))
    const spans = this.#engine.search(subject, from)
    if (spans === "limit") return spans
    if (spans === undefined) return null
    const [index = 0, end = 0] = spans
    const groups = Array.from({ length: this.groupCount + 1 }, (_, i) => {
      const start = spans[2 * i] as number
      return start < 0 ? undefined : subject.slice(start, spans[2 * i + 1])
    })
    return { index, end, groups }
  }
}

function found(match: RegExpExecArray, mapping: Translation["groups"]): MatchFound {
  const groups = mapping.map((indexes) => {
    for (const index of indexes) if (match[index] !== undefined) return match[index]
    return undefined
  })
  return { index: match.index, end: match.index + match[0].length, groups }
}
