/** What a daemon counts, under the names that Prometheus reads. Counts only; decides nothing. */
import { type Counter, type Labelled, Metrics } from "../http/metrics-text.js"
import { EVENT_TYPES } from "../model/event.js"
import type { ResponseRule } from "../model/rule.js"
import type { Core, Numbered } from "./core.js"
import type { Taken } from "./intake.js"

/** What is asked for when the text is made. */
export interface Gauges {
  readonly core: () => Core
  readonly journalWaitingBytes: () => number
  readonly journalWrittenBytes: () => number
  readonly rulesNumber: () => number
  readonly isRefused: () => boolean
  readonly isReady: () => boolean
  /** Seconds that the event loop was held up, by quantile. */
  readonly loopDelaySec: () => readonly (readonly [quantile: string, seconds: number])[]
}

interface RuleCounters {
  readonly matched: Counter
  readonly fired: Counter
}

export class DaemonMetrics {
  readonly registry = new Metrics()
  readonly #events: Labelled<Counter>
  readonly #bad: Labelled<Counter>
  readonly #losses: Labelled<Counter>
  readonly #matched: Labelled<Counter>
  readonly #fired: Labelled<Counter>
  readonly #applied: Labelled<Counter>
  readonly #ignored: Labelled<Counter>
  readonly #decisions: Labelled<Counter>
  readonly #reloads: Labelled<Counter>
  readonly #unmatched: Counter
  /** By source: a counter for each type of event. */
  readonly #ofSources = new Map<string, readonly Counter[]>()
  readonly #ofRules = new WeakMap<ResponseRule, RuleCounters>()

  constructor() {
    const { registry } = this
    const rule = ["rule", "place"]
    this.#events = registry.counter("adaptive_events_total", "Events taken.", ["source", "type"])
    this.#bad = registry.counter("adaptive_bad_lines_total", "Lines that are no events.", ["source"])
    this.#losses = registry.counter("adaptive_losses_total", "Times that part of a log was lost.", ["source"])
    this.#matched = registry.counter("adaptive_rule_matched_total", "Replies that a rule matched.", rule)
    this.#fired = registry.counter("adaptive_rule_fired_total", "Times that a rule fired.", rule)
    this.#applied = registry.counter("adaptive_rule_applied_total", "Actions of a rule that were done.", [
      ...rule,
      "action",
    ])
    this.#ignored = registry.counter("adaptive_rule_ignored_total", "Actions of a rule that were not done.", [
      ...rule,
      "reason",
    ])
    this.#decisions = registry.counter("adaptive_decisions_total", "Decisions, by what led to them.", [
      "source",
    ])
    this.#reloads = registry.counter(
      "adaptive_reloads_total",
      "Looks at rule files that found something new.",
      ["outcome"],
    )
    this.#unmatched = registry
      .counter("adaptive_unmatched_failures_total", "Failures that no rule matched.")
      .labels()
  }

  /** Gauges, once there is something to ask. */
  observe(gauges: Gauges): void {
    const { registry } = this
    const one = (value: () => number) => (): readonly (readonly [readonly string[], number])[] => [
      [[], value()],
    ]
    const gauge = (name: string, help: string, value: () => number): void =>
      registry.asked(name, "gauge", help, [], one(value))
    const { core } = gauges
    gauge("adaptive_pairs", "Pairs of binding and domain that are known.", () => core().store.pairs.count)
    gauge("adaptive_pairs_held", "Pairs whose mail is held by a decision.", () => core().held)
    gauge("adaptive_decisions", "Decisions ever made on this state.", () => core().lastId)
    gauge("adaptive_journal_waiting_bytes", "Bytes that are not on the disk yet.", gauges.journalWaitingBytes)
    gauge(
      "adaptive_journal_written_bytes",
      "Bytes brought to the disk since the start.",
      gauges.journalWrittenBytes,
    )
    gauge("adaptive_rules_number", "Number of the rules that serve.", gauges.rulesNumber)
    gauge("adaptive_rules_refused", "1 while what the rule files say is refused.", () =>
      gauges.isRefused() ? 1 : 0,
    )
    gauge("adaptive_ready", "1 while events are taken.", () => (gauges.isReady() ? 1 : 0))
    registry.asked(
      "adaptive_event_loop_delay_seconds",
      "gauge",
      "How long the event loop was held up, since the start.",
      ["quantile"],
      () => gauges.loopDelaySec().map(([quantile, seconds]) => [[quantile], seconds] as const),
    )
  }

  taken(source: string, { events, bad }: Taken): void {
    let counters = this.#ofSources.get(source)
    if (counters === undefined) {
      counters = EVENT_TYPES.map((type) => this.#events.labels(source, type))
      this.#ofSources.set(source, counters)
    }
    for (const { typeNumber } of events) counters[typeNumber]?.inc()
    if (bad.length > 0) this.#bad.labels(source).inc(bad.length)
  }

  lost(source: string): void {
    this.#losses.labels(source).inc()
  }

  matched(rule: ResponseRule, fired: boolean): void {
    let counters = this.#ofRules.get(rule)
    if (counters === undefined) {
      const place = placeOf(rule)
      counters = {
        matched: this.#matched.labels(rule.id, place),
        fired: this.#fired.labels(rule.id, place),
      }
      this.#ofRules.set(rule, counters)
    }
    counters.matched.inc()
    if (fired) counters.fired.inc()
  }

  unmatched(): void {
    this.#unmatched.inc()
  }

  published(decided: readonly Numbered[]): void {
    for (const { decision } of decided) {
      const { source, rule, sweep, effects } = decision
      this.#decisions.labels(source).inc()
      const by = rule ?? sweep?.rule ?? null
      if (by === null) continue
      for (const { outcome, action, reason } of effects) {
        if (outcome === "applied") this.#applied.labels(by.id, placeOf(by), action).inc()
        else this.#ignored.labels(by.id, placeOf(by), reason ?? "unknown").inc()
      }
    }
  }

  reloaded(outcome: "swapped" | "refused"): void {
    this.#reloads.labels(outcome).inc()
  }
}

function placeOf({ file, line }: { readonly file: string; readonly line: number }): string {
  return file === "" ? "" : `${file}:${line}`
}
