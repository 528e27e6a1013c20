/**
 * The compiled rules of one revision: frozen, typed, ready to match. The data
 * (`RuleSetData`) is built in a worker and crosses to the thread that serves;
 * patterns were judged there, and are compiled here when a domain is first
 * asked for: of thousands of rules, most traffic needs a few.
 * Source: rule-files.md sections 2 and 10.
 */

import type { Diagnostic } from "../model/diagnostic.js"
import { hostName } from "../model/host-name.js"
import type { Configuration, ResponseRule } from "../model/rule.js"
import type { SweepFamily, SweepRule } from "../model/sweep-rule.js"
import {
  type CompiledPattern,
  compilePattern,
  createFirstMatch,
  type FirstMatch,
  type MatchFound,
} from "../pcre/index.js"

export interface DomainData {
  readonly key: string
  readonly rules: readonly ResponseRule[]
  readonly configuration: readonly Configuration[]
  readonly sweepRules: readonly SweepRule[]
  /** Families that its sweep rules name, ignored ones included. */
  readonly sweepFamilies: readonly SweepFamily[]
}

/** What rule files say of sweeps for one key. */
export interface DomainSweeps {
  /** In the order in which they act: those of the key, then those of `*` whose names it does not use. */
  readonly rules: readonly SweepRule[]
  /** Families that need no default rule. */
  readonly families: readonly SweepFamily[]
}

export interface RuleSetData {
  /** Hash of the source texts. */
  readonly revision: string
  readonly domains: readonly DomainData[]
  /** Valid aliases: key to the key of a table. */
  readonly aliases: readonly (readonly [string, string])[]
  /** Aliases that are no use; the domain has no rules of its own. */
  readonly deadAliases: readonly string[]
  /** MX suffixes, longest first. */
  readonly mxSuffixes: readonly (readonly [string, string])[]
  readonly counts: RuleCounts
  readonly diagnostics: readonly Diagnostic[]
}

export interface RuleCounts {
  /** Keys that hold a table. */
  readonly domains: number
  /** Keys that hold a text. */
  readonly aliases: number
  /** Rules in all domains, disabled ones included. */
  readonly responses: number
  /** Domains with a `configuration`. */
  readonly configurations: number
}

/** The rules that one pair's replies are held against, in order. */
export interface RuleList {
  readonly rules: readonly ResponseRule[]
  /** The first rule that matches, or null. */
  first(reply: string): ResponseRule | null
  /** What a rule of this list matches in a reply; null when it does not, or ran into its limit. */
  match(rule: ResponseRule, reply: string): MatchFound | null
}

const EVERYTHING = "*"

export class RuleSet {
  readonly #domains = new Map<string, DomainData>()
  readonly #configurations = new Map<string, ReadonlyMap<string, Configuration>>()
  readonly #aliases: ReadonlyMap<string, string>
  readonly #dead: ReadonlySet<string>
  readonly #lists = new Map<string, RuleList>()
  /** Each rule's pattern is compiled once, however many lists it stands in. */
  readonly #patterns = new Map<ResponseRule, CompiledPattern | null>()
  readonly #data: RuleSetData
  readonly #hasSweepRules: boolean

  constructor(data: RuleSetData) {
    this.#data = data
    this.#hasSweepRules = data.domains.some(({ sweepFamilies }) => sweepFamilies.length > 0)
    for (const domain of data.domains) {
      // Crossing threads undoes a freeze.
      for (const rule of [...domain.rules, ...domain.sweepRules]) Object.freeze(rule)
      this.#domains.set(domain.key, domain)
      this.#configurations.set(domain.key, new Map(domain.configuration.map((one) => [one.option, one])))
    }
    this.#aliases = new Map(data.aliases)
    this.#dead = new Set(data.deadAliases)
  }

  get revision(): string {
    return this.#data.revision
  }

  get counts(): RuleCounts {
    return this.#data.counts
  }

  /** Every rule of every domain, in file order within a domain. */
  get rules(): readonly ResponseRule[] {
    return this.#data.domains.flatMap(({ rules }) => rules)
  }

  /** What each key with a table says, the system file's and the scripts' merged. */
  get domains(): readonly DomainData[] {
    return this.#data.domains
  }

  /** Keys that share the rules of another key, those of MX hosts as `mx:`; null: of none, the alias is no use. */
  get aliases(): readonly (readonly [key: string, target: string | null])[] {
    const { aliases, mxSuffixes, deadAliases } = this.#data
    return [
      ...aliases,
      ...mxSuffixes.map(([suffix, target]) => [`mx:${suffix}`, target] as const),
      ...deadAliases.map((key) => [key, null] as const),
    ]
  }

  /** Every sweep rule of every domain. */
  get sweepRules(): readonly SweepRule[] {
    return this.#data.domains.flatMap(({ sweepRules }) => sweepRules)
  }

  /** Does any domain say something of sweeps? */
  get hasSweepRules(): boolean {
    return this.#hasSweepRules
  }

  /** The sweep rules of a resolved key (null: none of its own), and those of `*`. */
  sweepsOf(key: string | null): DomainSweeps {
    const own = key === null ? undefined : this.#domains.get(key)
    const everything = this.#domains.get(EVERYTHING)
    const rules = own?.sweepRules ?? []
    const names = new Set(rules.map(({ name }) => name))
    return {
      rules: [...rules, ...(everything?.sweepRules.filter(({ name }) => !names.has(name)) ?? [])],
      families: [...(own?.sweepFamilies ?? []), ...(everything?.sweepFamilies ?? [])],
    }
  }

  /**
   * The key of the table whose rules a domain uses: its own, its alias target,
   * or that of the longest `mx:` suffix; null when only the rules of `*` apply.
   * @param domain routing domain, any case
   * @param mx MX host of the attempt, if known
   */
  resolve(domain: string, mx: string | null = null): string | null {
    const key = hostName(domain)
    const target = this.#aliases.get(key) ?? key
    if (target !== EVERYTHING && this.#domains.has(target)) return target
    if (this.#dead.has(key) || mx === null) return null
    const host = hostName(mx)
    for (const [suffix, mxTarget] of this.#data.mxSuffixes) {
      if (host.endsWith(suffix)) return mxTarget === EVERYTHING ? null : mxTarget
    }
    return null
  }

  /** The rules of a resolved key (null: none of its own), followed by those of `*`. */
  listOf(key: string | null): RuleList {
    const name = key ?? ""
    let list = this.#lists.get(name)
    if (list === undefined) {
      list = this.#makeList(key)
      this.#lists.set(name, list)
    }
    return list
  }

  /** What the rule files say of an option for a resolved key: its own table first, then `*`. */
  configured(key: string | null, option: string): Configuration | null {
    const own = key === null ? undefined : this.#configurations.get(key)?.get(option)
    return own ?? this.#configurations.get(EVERYTHING)?.get(option) ?? null
  }

  #makeList(key: string | null): RuleList {
    const parts = [key === null ? undefined : this.#domains.get(key), this.#domains.get(EVERYTHING)]
    return new LazyList(
      parts.flatMap((part) => part?.rules ?? []),
      (rule) => this.#patternOf(rule),
    )
  }

  #patternOf(rule: ResponseRule): CompiledPattern | null {
    let pattern = this.#patterns.get(rule)
    if (pattern === undefined) {
      const result = compilePattern(rule.code)
      pattern = result.ok ? result.pattern : null
      this.#patterns.set(rule, pattern)
    }
    return pattern
  }
}

class LazyList implements RuleList {
  #patterns: readonly (CompiledPattern | null)[] | null = null
  #matcher: FirstMatch | null = null

  readonly #patternOf: (rule: ResponseRule) => CompiledPattern | null

  constructor(
    readonly rules: readonly ResponseRule[],
    patternOf: (rule: ResponseRule) => CompiledPattern | null,
  ) {
    this.#patternOf = patternOf
  }

  first(reply: string): ResponseRule | null {
    this.#matcher ??= createFirstMatch(this.#compiled())
    return this.rules[this.#matcher.find(reply)] ?? null
  }

  match(rule: ResponseRule, reply: string): MatchFound | null {
    const outcome = this.#compiled()[this.rules.indexOf(rule)]?.exec(reply) ?? null
    return outcome === "limit" ? null : outcome
  }

  #compiled(): readonly (CompiledPattern | null)[] {
    this.#patterns ??= this.rules.map(this.#patternOf)
    return this.#patterns
  }
}
