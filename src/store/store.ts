/**
 * All state that matters, behind one interface: what is known of pairs, named
 * series, throttles, gauges, counters and outbound audits. A copy is taken in
 * one go and goes its own way; the whole can be handed on part by part, and be
 * built up again from the parts. Nothing here reads a clock or knows a rule.
 */
import { PairTable, type PairTableState } from "../model/pair-table.js"
import { AuditSeriesStore } from "./audit-series.js"
import { Counters } from "./counters.js"
import { GaugeCaches } from "./gauges.js"
import { KeyTable } from "./key-table.js"
import { type NamedThrottleState, NamedThrottles } from "./named-throttles.js"
import { OutboundAudits } from "./outbound-audits.js"
import { PairRecords } from "./pair-records.js"
import { PairThrottles } from "./pair-throttles.js"
import type { Part } from "./part.js"
import { SweepStats } from "./sweep-stats.js"

export { ADJUSTABLE, type AdjustableOption, type AlertEvent } from "./pair-records.js"

/** How much may be remembered of what comes and goes. */
export interface StoreLimits {
  /** Pairs whose outbound throttle is remembered. */
  readonly pairThrottles?: number
  /** Named throttles: `siv_throttle_cache_size`. */
  readonly namedThrottles?: number
}

export class Store extends PairRecords {
  readonly series: AuditSeriesStore
  /** Named throttles, as scripts make them. */
  readonly throttles: NamedThrottles
  /** When the next message of a pair may go, under `outbound_throttle_messages`. */
  readonly pairThrottles: PairThrottles
  /** The same of configured throttles, which the pairs of a scope share, by `scopeNumber`. */
  readonly scopeThrottles: PairThrottles
  readonly #scopes: KeyTable
  readonly gauges: GaugeCaches
  readonly counters: Counters
  readonly audits: OutboundAudits
  /** What sweep rules are held against. */
  readonly stats: SweepStats

  /** @param original the store that this one is to be a copy of */
  constructor(pairs: PairTable = new PairTable(), limits: StoreLimits = {}, original?: Store) {
    super(pairs, original)
    this.series = original?.series.fork() ?? new AuditSeriesStore()
    this.throttles = original?.throttles.fork() ?? new NamedThrottles(limits.namedThrottles)
    this.pairThrottles = original?.pairThrottles.fork() ?? new PairThrottles(limits.pairThrottles)
    this.scopeThrottles = original?.scopeThrottles.fork() ?? new PairThrottles(limits.pairThrottles)
    this.#scopes = original === undefined ? new KeyTable() : original.#scopes.fork()
    this.gauges = original?.gauges.fork() ?? new GaugeCaches()
    this.counters = original?.counters.fork() ?? new Counters()
    this.audits = original?.audits.fork() ?? new OutboundAudits()
    this.stats = original?.stats.fork(this) ?? new SweepStats(this)
  }

  /** The number of a configuration scope, by the name that the look-up has for it. */
  scopeNumber(name: string): number {
    return this.#scopes.of(name)
  }

  /** A copy that goes its own way; large columns are shared until one side writes. */
  fork(): Store {
    return new Store(this.pairs.fork(), {}, this)
  }

  /**
   * Everything that survives a restart, as parts that together make it up again. Columns may be
   * the store's own: take parts of a fork when events go on meanwhile.
   */
  *parts(): Generator<Part> {
    const { bindings, groups, ...names } = this.pairs.state()
    yield { name: "pairs", facts: { bindings, groups }, columns: names }
    yield* this.recordParts()
    yield* this.pairThrottles.parts("pair-throttles")
    yield* this.#scopes.parts("scopes", {})
    yield* this.scopeThrottles.parts("scope-throttles")
    yield {
      name: "named",
      facts: {
        throttles: this.throttles.state(),
        counters: this.counters.state(),
      } satisfies NamedFacts,
      columns: {},
    }
    yield* this.gauges.parts()
    yield* this.series.parts()
    yield* this.stats.parts()
    yield* this.audits.parts()
  }

  /**
   * Takes over one part after the other, in the order in which they were given; only for a new
   * store. Stops now and then, so that events need not wait for all of it.
   */
  *takePart(part: Part): Generator<void> {
    const { name, facts, columns } = part
    if (this.takeRecords(part) || this.stats.takePart(part)) return
    switch (name) {
      case "pairs":
        yield* this.pairs.restore({ ...(facts as object), ...columns } as unknown as PairTableState)
        return
      case "pair-throttles":
        this.pairThrottles.takePart(part)
        return
      case "scopes":
        this.#scopes.takePart(part)
        return
      case "scope-throttles":
        this.scopeThrottles.takePart(part)
        return
      case "named": {
        const { throttles, counters } = facts as NamedFacts
        this.throttles.restore(throttles)
        this.counters.restore(counters)
        return
      }
    }
    if (!this.gauges.takePart(part) && !this.series.takePart(part)) this.audits.takePart(part)
  }
}

interface NamedFacts {
  readonly throttles: readonly NamedThrottleState[]
  readonly counters: readonly (readonly [path: string, value: number])[]
}
