/**
 * What console commands work on: the state, the time, what an operator may do
 * to it, and what there is to tell besides. A replay that has ended, a prompt
 * and a daemon each give one; a store alone is one that knows less.
 * Source: console.md; engine.md section 9, caches.
 */
import { Configuration } from "../config/configuration.js"
import { auditInstances, namedThrottles } from "../config/store-settings.js"
import type { Engine } from "../engine/engine.js"
import { type OperationDone, Operations } from "../engine/operate.js"
import type { PairName } from "../model/pair-table.js"
import type { SweepRule } from "../model/sweep-rule.js"
import type { CacheCounts } from "../store/cache-counts.js"
import { type AdjustableOption, Store } from "../store/store.js"

/** A sweep rule with what it goes by for a pair at this time. */
export interface SweepRuleCount {
  readonly rule: SweepRule
  /** Bounces or reports that it counts, in its own period. */
  readonly count: number
  /** What they are a share of. */
  readonly total: number
}

/** Rules that apply to a pair, disabled ones too, in the order in which they act; the pair need not be known. */
type SweepRulesOf = (pair: PairName) => readonly SweepRuleCount[]

/** Something that remembers. Figures that do not exist are 0. */
export interface CacheFacts extends Readonly<CacheCounts> {
  readonly name: string
  /** 0 where there is no limit. */
  readonly capacity: number
  readonly entries: number
}

export interface ModuleFacts {
  readonly scope: string
  /** Null for a module that there is but one of. */
  readonly instance: string | null
  readonly api: string
  readonly description: string
}

export interface ConsoleTarget {
  readonly store: Store
  /** The time at which commands are given. */
  readonly nowMicros: number
  readonly operations: Operations
  readonly configuration: Configuration
  /** The group of a binding: as the configuration has it, or the traffic. */
  groupOf(binding: number): string
  /** To be called when the configuration was changed. */
  changed(): void
  /** Reads the configuration again, or another one; the one before stays when that has errors. */
  reload(file: string | null): { readonly ok: boolean; readonly text: string }
  /** Goes on with another configuration. */
  reconfigure(configuration: Configuration): void
  /** What an adjusted option is in effect; the stored value itself where nothing bounds it. */
  effective(pair: number, option: AdjustableOption, stored: number): number
  /** Null where no sweep rules are known. */
  readonly sweepRulesOf: SweepRulesOf | null
  caches(): readonly CacheFacts[]
  modules(): readonly ModuleFacts[]
}

export interface TargetOptions {
  /** Told of what an operator does to a pair. */
  readonly operated?: OperationDone
  /** When commands are given; the state's time unless given, and not before it. */
  readonly nowMicros?: () => number
  readonly sweepRulesOf?: SweepRulesOf
  /** What the engine works with; nothing is set where there is none. */
  readonly configuration?: Configuration
  /** Reads a configuration; `text` says what is wrong with it. */
  readonly readConfiguration?: (file: string | null) => {
    readonly configuration: Configuration | null
    readonly text: string
  }
}

/** @param of an engine with its state; or a state alone, of which neither rules nor bounds are known */
export function consoleTarget(of: Engine | Store, options: TargetOptions = {}): ConsoleTarget {
  const store = of instanceof Store ? of : of.store
  const engine = of instanceof Store ? null : of
  const { sweepRulesOf, readConfiguration, nowMicros = () => store.nowMicros } = options
  let configuration = options.configuration ?? Configuration.empty()
  const changed = (): void => {
    engine?.reconfigure(configuration)
    const size = namedThrottles(configuration)
    if (size !== store.throttles.capacity) store.throttles.resize(size)
  }
  const reconfigure = (other: Configuration): void => {
    configuration = other
    changed()
    store.audits.keepTo(auditInstances(configuration))
  }
  return {
    store,
    get nowMicros() {
      return nowMicros()
    },
    get configuration() {
      return configuration
    },
    operations: new Operations(store, {
      nowMicros,
      ...(options.operated === undefined ? {} : { done: options.operated }),
      ...(engine === null ? {} : { liftMicros: (untilMicros) => engine.sweepAt(untilMicros) }),
    }),
    groupOf: (binding) => configuration.groupOf(store.pairs, binding),
    changed,
    reload(file) {
      if (readConfiguration === undefined) return { ok: false, text: "there is no configuration file here" }
      const { configuration: read, text } = readConfiguration(file)
      if (read === null) return { ok: false, text }
      reconfigure(read)
      return { ok: true, text }
    },
    reconfigure,
    effective: (pair, option, stored) =>
      engine === null ? stored : effectiveValue(engine, pair, option, nowMicros(), stored),
    sweepRulesOf: sweepRulesOf ?? (engine === null ? null : (name) => sweepCounts(engine, name)),
    caches: () => cachesOf(store, engine),
    modules: () => modulesOf(store),
  }
}

/**
 * A pair that was never seen has rules too; asking makes it one that is known. Counts are those of the state's
 * time: to count up to a later one would take back what events that are still to come are held against.
 */
function sweepCounts(engine: Engine, { binding, domain }: PairName): readonly SweepRuleCount[] {
  const { pairs, nowMicros } = engine.store
  return engine.sweepCounts(pairs.of(binding, domain), nowMicros)
}

function effectiveValue(
  engine: Engine,
  pair: number,
  option: AdjustableOption,
  atMicros: number,
  stored: number,
): number {
  const { value } = engine.parameter(pair, option, atMicros, engine.store.mxOf(pair))
  // What there is to say of it belongs to no decision.
  engine.takeNotes()
  return value ?? stored
}

const UNCOUNTED: CacheCounts = { hits: 0, misses: 0, stores: 0, expired: 0, evicted: 0 }

/**
 * Our state stands in columns: what the original calls caches is what corresponds to them. Where a count
 * would cost time at every event there is none.
 */
function cachesOf(store: Store, engine: Engine | null): CacheFacts[] {
  const { throttles, pairs } = store
  const plans = [...(engine?.planCounts() ?? [])].sort(([a], [b]) => (a < b ? -1 : 1))
  return [
    ...plans.map(([option, entries]) => kept(`adaptive_lookup:${option}`, entries)),
    kept("adaptive_bd_cache", pairs.count),
    {
      ...throttles.counts,
      name: "core:named_throttles",
      capacity: throttles.capacity,
      entries: throttles.size,
    },
    { ...store.alertCounts, name: "alerting_data", capacity: 0, entries: store.alertsRemembered },
  ]
}

/** What is looked up at every event: it is put in once and stays. */
function kept(name: string, entries: number): CacheFacts {
  return { ...UNCOUNTED, name, capacity: 0, entries, stores: entries }
}

function modulesOf({ audits }: Store): ModuleFacts[] {
  return [
    {
      scope: "adaptive",
      instance: null,
      api: "Singleton",
      description: "Adaptive Delivery: adjusts delivery to what receivers answer",
    },
    ...audits.names.map((instance) => ({
      scope: "outbound_audit",
      instance,
      api: "Logger",
      description: "Outbound traffic analytics: deliveries and failures of domains over time",
    })),
  ]
}
