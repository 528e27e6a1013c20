/**
 * What a replay adds up to: the summary of `adaptive dry-run`. It is handed
 * decisions and matches, and keeps counts; lists that could grow with the length
 * of a log have a bound, and say how much they leave off.
 * Source: cli.md, `adaptive dry-run`, last line.
 */
import { compareText } from "../model/compare.js"
import type { Decision } from "../model/decision.js"
import { EVENT_TYPES, type EventType } from "../model/event.js"
import { type ResponseRule, type RuleRef, refOf } from "../model/rule.js"
import { type SweepRule, type SweepRuleRef, sweepRefOf } from "../model/sweep-rule.js"
import type { RuleSet } from "../rules/rule-set.js"
import type { Store } from "../store/store.js"
import { type UnmatchedText, UnmatchedTexts } from "./unmatched.js"

export type HeldType = "delivery" | "transient" | "permanent"

export interface RuleTally {
  readonly rule: RuleRef | SweepRuleRef
  /** Replies of a response rule; of a sweep rule, sweeps in which a threshold was met, and so it fired. */
  readonly matched: number
  readonly fired: number
  /** Effects that took place. */
  readonly applied: number
  /** Effects that did not, by reason. */
  readonly ignored: Readonly<Record<string, number>>
  /** Event times of the first and the last firing, seconds. */
  readonly firstFired: number | null
  readonly lastFired: number | null
}

export interface HoldTally {
  readonly binding: string
  readonly domain: string
  /** Seconds since 1970. */
  readonly from: number
  readonly until: number
  /** Null when the traffic ends before. */
  readonly lifted: number | null
  /** Null for one that the rejection rate brought about, or that was there from the start. */
  readonly by: RuleRef | SweepRuleRef | null
  readonly held: Readonly<Record<HeldType, number>>
}

export interface Summary {
  readonly lines: {
    readonly read: number
    readonly bad: number
    readonly skipped: Readonly<Record<string, number>>
  }
  readonly events: Readonly<Record<EventType, number>>
  /** Failures that our own side made, not a receiver. */
  readonly local: number
  readonly span: { readonly from: number | null; readonly to: number | null }
  readonly rules: readonly RuleTally[]
  readonly suspensions: readonly HoldTally[]
  readonly blackholes: readonly HoldTally[]
  /** Suspensions and blackholes beyond what is listed. */
  readonly leftOff: number
  readonly held: Readonly<Record<HeldType, number>>
  readonly parameters: readonly {
    readonly binding: string
    readonly domain: string
    readonly option: string
    readonly initial: number
    readonly value: number
    readonly changes: number
  }[]
  readonly unmatched: { readonly failures: number; readonly top: readonly UnmatchedText[] }
}

/** Holds listed one by one; a decision is told for each in any case. */
const MAX_HOLDS = 100_000
const MAX_UNMATCHED = 20

interface MutableRule {
  readonly rule: RuleRef | SweepRuleRef
  matched: number
  fired: number
  applied: number
  readonly ignored: Record<string, number>
  firstMicros: number
  lastMicros: number
}

interface MutableHold {
  readonly binding: string
  readonly domain: string
  readonly fromMicros: number
  readonly untilMicros: number
  liftedMicros: number | null
  readonly by: RuleRef | SweepRuleRef | null
  readonly held: Record<HeldType, number>
}

const noHeld = (): Record<HeldType, number> => ({ delivery: 0, transient: 0, permanent: 0 })

export class Tally {
  /** By TYPE_NUMBER. */
  readonly #events = new Float64Array(EVENT_TYPES.length)
  local = 0
  /** -1 before the first event. */
  #firstMicros = -1
  #lastMicros = -1
  readonly unmatched = new UnmatchedTexts()
  readonly #held = noHeld()
  readonly #rules = new Map<ResponseRule, MutableRule>()
  readonly #sweepRules = new Map<SweepRule, MutableRule>()
  readonly #suspensions: MutableHold[] = []
  readonly #blackholes: MutableHold[] = []
  /** By pair: the holds in force. */
  readonly #open = new Map<number, { suspension?: MutableHold; blackhole?: MutableHold }>()
  #leftOff = 0

  constructor(rules: RuleSet) {
    for (const rule of rules.rules) this.#rules.set(rule, newTally(refOf(rule)))
    for (const rule of rules.sweepRules) this.swept(rule)
  }

  /** @param typeNumber a TYPE_NUMBER */
  count(typeNumber: number, events = 1): void {
    this.#events[typeNumber] = (this.#events[typeNumber] as number) + events
  }

  /** The traffic reaches as far as this time. */
  spans(atMicros: number): void {
    if (this.#firstMicros < 0 || atMicros < this.#firstMicros) this.#firstMicros = atMicros
    if (atMicros > this.#lastMicros) this.#lastMicros = atMicros
  }

  matched(rule: ResponseRule, fired: boolean): void {
    const tally = this.#rules.get(rule) as MutableRule
    tally.matched++
    if (fired) tally.fired++
  }

  /** A sweep rule that pairs are held against: beyond those of rule files nobody knows all before. */
  swept(rule: SweepRule): void {
    if (!this.#sweepRules.has(rule)) this.#sweepRules.set(rule, newTally(sweepRefOf(rule)))
  }

  /** An attempt that would not have been made. */
  hold(type: HeldType, pair: number): void {
    this.#held[type]++
    const open = this.#open.get(pair)
    const hold = open?.suspension ?? open?.blackhole
    if (hold !== undefined) hold.held[type]++
  }

  decision(decision: Decision): void {
    const { rule, sweep, effects, atMicros } = decision
    if (rule !== null) this.#effects(this.#rules.get(rule) as MutableRule, decision)
    if (sweep !== null) {
      const tally = this.#sweepRules.get(sweep.rule) as MutableRule
      tally.matched++
      tally.fired++
      this.#effects(tally, decision)
    }
    for (const { action, outcome, args, until } of effects) {
      if (outcome !== "applied") continue
      if (action === "suspend" || action === "blackhole") this.#begin(decision, action, until as number)
      else if (action === "lift")
        this.#close(decision, args[0] === "suspension" ? "suspension" : "blackhole", atMicros)
    }
  }

  summary(lines: Summary["lines"], store: Store): Summary {
    const seconds = (micros: number): number | null => (micros < 0 ? null : micros / 1e6)
    return {
      lines,
      events: Object.fromEntries(EVENT_TYPES.map((type, number) => [type, this.#events[number]])) as Record<
        EventType,
        number
      >,
      local: this.local,
      span: { from: seconds(this.#firstMicros), to: seconds(this.#lastMicros) },
      rules: [...this.#rules.values(), ...this.#sweepsByPlace()].map(
        ({ firstMicros, lastMicros, ...counts }) => ({
          ...counts,
          firstFired: seconds(firstMicros),
          lastFired: seconds(lastMicros),
        }),
      ),
      suspensions: this.#suspensions.map(holdTally),
      blackholes: this.#blackholes.map(holdTally),
      leftOff: this.#leftOff,
      held: { ...this.#held },
      parameters: parameters(store),
      unmatched: { failures: this.unmatched.failures, top: this.unmatched.top(MAX_UNMATCHED) },
    }
  }

  #effects(tally: MutableRule, { effects, atMicros }: Decision): void {
    if (tally.firstMicros < 0) tally.firstMicros = atMicros
    tally.lastMicros = atMicros
    for (const { outcome, reason } of effects) {
      if (outcome === "applied") tally.applied++
      else tally.ignored[reason as string] = (tally.ignored[reason as string] ?? 0) + 1
    }
  }

  /** In what order pairs met them must not show. */
  #sweepsByPlace(): MutableRule[] {
    const place = ({ rule }: MutableRule): string =>
      JSON.stringify([rule.file, String(rule.line).padStart(9), (rule as SweepRuleRef).scope, rule.id])
    return [...this.#sweepRules.values()].sort((a, b) => compareText(place(a), place(b)))
  }

  #begin(
    { pair, binding, domain, atMicros, rule, sweep }: Decision,
    action: "suspend" | "blackhole",
    untilSec: number,
  ): void {
    const hold: MutableHold = {
      binding,
      domain,
      fromMicros: atMicros,
      untilMicros: untilSec * 1e6,
      liftedMicros: null,
      by: rule !== null ? refOf(rule) : sweep !== null ? sweepRefOf(sweep.rule) : null,
      held: noHeld(),
    }
    const list = action === "suspend" ? this.#suspensions : this.#blackholes
    if (this.#suspensions.length + this.#blackholes.length < MAX_HOLDS) list.push(hold)
    else this.#leftOff++
    const kind = action === "suspend" ? "suspension" : "blackhole"
    this.#open.set(pair, { ...this.#open.get(pair), [kind]: hold })
  }

  #close({ pair }: Decision, kind: "suspension" | "blackhole", atMicros: number): void {
    const { [kind]: ended, ...rest } = this.#open.get(pair) ?? {}
    if (ended !== undefined) ended.liftedMicros = atMicros
    if (Object.keys(rest).length === 0) this.#open.delete(pair)
    else this.#open.set(pair, rest)
  }
}

function newTally(rule: RuleRef | SweepRuleRef): MutableRule {
  return { rule, matched: 0, fired: 0, applied: 0, ignored: {}, firstMicros: -1, lastMicros: -1 }
}

function holdTally({
  binding,
  domain,
  fromMicros,
  untilMicros,
  liftedMicros,
  by,
  held,
}: MutableHold): HoldTally {
  return {
    binding,
    domain,
    from: fromMicros / 1e6,
    until: untilMicros / 1e6,
    lifted: liftedMicros === null ? null : liftedMicros / 1e6,
    by,
    held: { ...held },
  }
}

/** By binding and domain: the numbers of pairs tell in what order files were read. */
function parameters(store: Store): Summary["parameters"] {
  return Array.from(store.adjustedValues(), ({ pair, option, initial, value, changes }) => ({
    ...store.pairs.name(pair),
    option,
    initial,
    value: value ?? initial,
    changes,
  })).sort((a, b) => compareText(a.binding, b.binding) || compareText(a.domain, b.domain))
}
