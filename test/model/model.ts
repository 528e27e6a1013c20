/**
 * What a replay of a scenario must answer, worked out the slow and plain way: the only state is the list
 * of all that has happened (`history.ts`), and every question is answered by reading it again. Nothing
 * here is shared with the engine it judges.
 *
 * Sources: cli.md (dry-run); rule-files.md §3-§5, §8-§10; engine.md §1, §3-§6, §12.
 */
import type { Answer, Decision, Effect } from "./decision.js"
import { fire } from "./firing.js"
import { History, type Pair } from "./history.js"
import { type AttemptType, OPTIONS, type Option, type Scenario, type TrafficEvent } from "./scenario.js"
import { firstMatch, type Limits, limitsOf, type Matched, triggerText } from "./values.js"

export function model(scenario: Scenario): Answer {
  return new Replay(scenario).run()
}

class Replay {
  readonly #scenario: Scenario
  readonly #history = new History()
  readonly #decisions: Decision[] = []
  readonly #held: Record<AttemptType, number> = { delivery: 0, transient: 0, permanent: 0 }
  #sweepsDone = 0

  constructor(scenario: Scenario) {
    this.#scenario = scenario
  }

  run(): Answer {
    for (const event of this.#scenario.events) this.#event(event)
    return { decisions: this.#decisions, held: this.#held }
  }

  #event(event: TrafficEvent): void {
    const atUs = micros(event.time)
    this.#sweepUpTo(atUs)
    if (event.type === "reception" || event.type === "oob") return
    const pair: Pair = { binding: event.binding, domain: event.domain }
    this.#history.add({ what: "attempt", atUs, pair, mx: event.mx })
    if (this.#sweepIntervalUs() === 0) this.#lift(pair, atUs)
    if (this.#scenario.mode === "simulate" && this.#isStopped(pair)) {
      this.#held[event.type]++
    } else if (event.type === "delivery") {
      this.#grow(pair, atUs)
    } else {
      this.#failure(event, pair, atUs)
    }
  }

  /** Sweeps run from the first event on, whatever it is; one that is due goes before the event. */
  #sweepUpTo(atUs: number): void {
    const intervalUs = this.#sweepIntervalUs()
    const firstUs = micros(this.#scenario.events[0]?.time ?? 0)
    if (intervalUs === 0) return
    for (; firstUs + this.#sweepsDone * intervalUs <= atUs; this.#sweepsDone++) {
      for (const pair of this.#history.pairs()) this.#lift(pair, firstUs + this.#sweepsDone * intervalUs)
    }
  }

  #lift(pair: Pair, atUs: number): void {
    const effects: Effect[] = []
    let restarts = false
    for (const stop of ["suspension", "blackhole"] as const) {
      const untilUs = this.#history.activeUntilUs(pair, stop)
      if (untilUs === undefined || untilUs > atUs) continue
      effects.push({ ...own("lift"), args: [stop], until: untilUs / 1_000_000 })
      this.#history.add({ what: "end", pair, stop })
      if (stop === "suspension") restarts = true
    }
    if (restarts) {
      for (const option of OPTIONS) {
        const from = this.#history.stored(pair, option)
        const to = this.#limits(pair, option).start
        if (from !== undefined && from !== to) effects.push({ ...own("restart"), option, from, to })
      }
      this.#history.add({ what: "restart", pair })
    }
    if (effects.length > 0) this.#decide(atUs, pair, "lift", effects)
  }

  #grow(pair: Pair, atUs: number): void {
    if (!this.#isEnabled(pair) || this.#isStopped(pair)) return
    const sinceUs = Math.max(
      this.#history.firstAttemptUs(pair) ?? atUs,
      this.#history.lastUs("adjusted", pair),
      this.#history.lastUs("growth", pair),
      this.#history.lastUs("fired", pair),
    )
    if (atUs - sinceUs < this.#intervalUs("adaptive_positive_adjustment_interval", 3600)) return
    const effects: Effect[] = []
    for (const option of OPTIONS) {
      const from = this.#history.stored(pair, option) ?? this.#limits(pair, option).start
      const to = this.#raised(pair, option, from)
      if (from === null || to === null || from === to) continue
      this.#history.add({ what: "value", pair, option, value: to })
      effects.push({ ...own("raise"), option, from, to })
    }
    // Also when there was nothing to raise: the interval starts anew.
    this.#history.add({ what: "growth", atUs, pair })
    if (effects.length > 0) this.#decide(atUs, pair, "positive", effects)
  }

  #raised(pair: Pair, option: Option, value: number | null): number | null {
    const { start, ceiling } = this.#limits(pair, option)
    if (option === "retry_interval" || option === "max_retry_interval") return start
    if (value === null || ceiling === null || value >= ceiling) return value
    const step = option === "outbound_throttle_messages" ? Math.max(1, ceiling / 10) : 1
    return Math.min(value + step, ceiling)
  }

  #failure({ domain, mx, response = "", local }: TrafficEvent, pair: Pair, atUs: number): void {
    if (local === true && !response.includes("[internal]")) return
    const matched = firstMatch(this.#scenario.domains, domain, mx, response)
    if (matched === undefined) return
    this.#history.add({ what: "match", atUs, pair, identity: matched.identity })
    const count = this.#crossed(matched, pair, atUs)
    if (count === undefined) return
    const { key, index, rule } = matched
    const effects = fire({
      history: this.#history,
      pair,
      atUs,
      reply: response,
      actions: rule.action,
      enabled: this.#isEnabled(pair),
      observeOnly: rule.observe === true,
      adjustmentIntervalUs: this.#intervalUs("adaptive_adjustment_interval", 60),
      limits: (option) => this.#limits(pair, option),
    })
    if (rule.observe !== true) this.#history.add({ what: "fired", atUs, pair })
    this.#decide(atUs, pair, "response", effects, {
      rule: { domain: key, index, code: rule.code },
      response,
      trigger: triggerText(rule),
      count,
    })
  }

  /** Matches in the window, this one included, when they are enough to fire. */
  #crossed({ identity, rule }: Matched, pair: Pair, atUs: number): number | undefined {
    const [more, windowSec] = triggerText(rule).split("/").map(Number)
    if (more === undefined || windowSec === undefined) return 1
    const count = this.#history.matches(pair, identity, atUs - micros(windowSec), atUs)
    return count > more ? count : undefined
  }

  #decide(
    atUs: number,
    { binding, domain }: Pair,
    source: Decision["source"],
    effects: readonly Effect[],
    match: Pick<Decision, "rule" | "response" | "trigger" | "count"> = NO_MATCH,
  ): void {
    this.#decisions.push({
      kind: "decision",
      at: atUs / 1_000_000,
      binding,
      domain,
      source,
      ...match,
      effects,
    })
  }

  #isEnabled({ binding }: Pair): boolean {
    return (this.#scenario.settings.adaptive_enabled ?? "true") === "true" && binding !== "#mmove"
  }

  #isStopped(pair: Pair): boolean {
    return this.#history.isActive(pair, "suspension") || this.#history.isActive(pair, "blackhole")
  }

  #limits(pair: Pair, option: Option): Limits {
    return limitsOf(this.#scenario, pair.domain, this.#history.mxOf(pair), option)
  }

  #sweepIntervalUs(): number {
    return this.#intervalUs("suspend_sweep_interval", 60)
  }

  #intervalUs(option: string, defaultSec: number): number {
    return micros(Number(this.#scenario.settings[option] ?? defaultSec))
  }
}

const NO_MATCH = { rule: null, response: null, trigger: null, count: null } as const

/** An effect that no rule asked for, before its details. */
function own(action: "lift" | "restart" | "raise"): Effect {
  return {
    action,
    args: [],
    outcome: "applied",
    reason: null,
    option: null,
    from: null,
    to: null,
    until: null,
  }
}

function micros(seconds: number): number {
  return Math.round(seconds * 1_000_000)
}
