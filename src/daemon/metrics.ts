/** What a daemon counts, under the names that Prometheus reads. Counts only; decides nothing. */
import { type Counter, type Labelled, Metrics } from "../http/metrics-text.js"
import { EVENT_TYPES } from "../model/event.js"
import type { ResponseRule } from "../model/rule.js"
import type { Core, Numbered } from "./core.js"
import type { Taken } from "./intake.js"
import type { SourceFacts } from "./sources.js"

/** What is asked for when the text is made. */
export interface Gauges {
  readonly core: () => Core
  readonly journalWaitingBytes: () => number
  readonly journalWrittenBytes: () => number
  readonly rulesNumber: () => number
  readonly isRefused: () => boolean
  readonly isReady: () => boolean
  /** Things that wait for their turn, or have it. */
  readonly waiting: () => number
  readonly snapshotBytes: () => number
  readonly snapshotAgeSec: () => number
  /** The rules that serve. */
  readonly rules: () => readonly ResponseRule[]
  readonly alarms: () => number
  readonly version: string
  readonly sources: () => Iterable<Pick<SourceFacts, "path" | "trouble" | "lastAtSec">>
  /** Seconds that the event loop was held up, by quantile. */
  readonly loopDelaySec: () => readonly (readonly [quantile: string, seconds: number])[]
  /** Lines of the log that could not be written. */
  readonly logLinesLost: () => number
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
  readonly #failures: Counter
  readonly #refused: Labelled<Counter>
  /** By source: a counter for each type of event. */
  readonly #ofSources = new Map<string, readonly Counter[]>()
  readonly #ofRules = new WeakMap<ResponseRule, RuleCounters>()

  constructor() {
    const { registry } = this
    const rule = ["rule"]
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
    for (const outcome of ["swapped", "refused"]) this.#reloads.labels(outcome).inc(0)
    this.#unmatched = registry
      .counter("adaptive_unmatched_failures_total", "Failures that no rule matched.")
      .labels()
    this.#refused = registry.counter("adaptive_http_refusals_total", "Requests that were refused.", ["code"])
    this.#failures = registry
      .counter("adaptive_program_faults_total", "Mistakes of this program that it has survived.")
      .labels()
  }

  /** Counts a mistake of this program. */
  failed(): void {
    this.#failures.inc()
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
    registry.asked(
      "adaptive_journal_written_bytes_total",
      "counter",
      "Bytes brought to the disk since the start.",
      [],
      one(gauges.journalWrittenBytes),
    )
    registry.asked(
      "adaptive_log_lines_lost_total",
      "counter",
      "Lines of its own log that could not be written.",
      [],
      one(gauges.logLinesLost),
    )
    registry.asked("adaptive_build_info", "gauge", "Which program this is: always 1.", ["version"], () => [
      [[gauges.version], 1],
    ])
    registry.asked(
      "adaptive_source_trouble",
      "gauge",
      "1 while a source of events cannot be read.",
      ["source"],
      () => Array.from(gauges.sources(), ({ path, trouble }) => [[path], trouble === null ? 0 : 1] as const),
    )
    registry.asked(
      "adaptive_source_last_event_timestamp_seconds",
      "gauge",
      "When the last event of a source happened; 0 before the first.",
      ["source"],
      () => Array.from(gauges.sources(), ({ path, lastAtSec }) => [[path], lastAtSec] as const),
    )
    gauge("adaptive_queue_depth", "Batches and commands that wait for their turn.", gauges.waiting)
    gauge("adaptive_snapshot_bytes", "Bytes of the last copy of the state.", gauges.snapshotBytes)
    gauge("adaptive_snapshot_age_seconds", "Since the last copy of the state.", gauges.snapshotAgeSec)
    registry.asked(
      "adaptive_rule_info",
      "gauge",
      "Where the rules that serve are written: always 1.",
      ["rule", "place"],
      () => gauges.rules().map((rule) => [[rule.id, placeOf(rule)], 1] as const),
    )
    gauge("adaptive_rules_number", "Number of the rules that serve.", gauges.rulesNumber)
    gauge("adaptive_rules_refused", "1 while what the rule files say is refused.", () =>
      gauges.isRefused() ? 1 : 0,
    )
    gauge("adaptive_ready", "1 while events are taken.", () => (gauges.isReady() ? 1 : 0))
    gauge("adaptive_alarms", "Things that are not as they should be; /v1/status says which.", gauges.alarms)
    registry.asked(
      "adaptive_event_loop_delay_seconds",
      "gauge",
      "How long the event loop was held up, in the last one to two minutes.",
      ["quantile"],
      () => gauges.loopDelaySec().map(([quantile, seconds]) => [[quantile], seconds] as const),
    )
  }

  /** A source that there is: its counts begin at 0, so that a first bad line is a rise. */
  source(path: string): readonly Counter[] {
    let counters = this.#ofSources.get(path)
    if (counters === undefined) {
      counters = EVENT_TYPES.map((type) => this.#events.labels(path, type))
      this.#ofSources.set(path, counters)
      this.#bad.labels(path).inc(0)
    }
    return counters
  }

  /** A log that is followed: its losses begin at 0, so that the first one is a rise. */
  followed(path: string): void {
    this.#losses.labels(path).inc(0)
  }

  taken(source: string, { events, badCount }: Taken): void {
    const counters = this.source(source)
    for (const { typeNumber } of events) counters[typeNumber]?.inc()
    if (badCount > 0) this.#bad.labels(source).inc(badCount)
  }

  lost(source: string): void {
    this.#losses.labels(source).inc()
  }

  matched(rule: ResponseRule, fired: boolean): void {
    let counters = this.#ofRules.get(rule)
    if (counters === undefined) {
      counters = { matched: this.#matched.labels(rule.id), fired: this.#fired.labels(rule.id) }
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
        if (outcome === "applied") this.#applied.labels(by.id, action).inc()
        else this.#ignored.labels(by.id, reason ?? "unknown").inc()
      }
    }
  }

  /** A request was refused. @param code of the catalogue */
  refused(code: string): void {
    this.#refused.labels(code).inc()
  }

  reloaded(outcome: "swapped" | "refused"): void {
    this.#reloads.labels(outcome).inc()
  }
}

function placeOf({ file, line }: { readonly file: string; readonly line: number }): string {
  return file === "" ? "" : `${file}:${line}`
}
