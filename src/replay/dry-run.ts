/**
 * Recorded traffic through the real engine: what the rules would have done. The
 * engine does not know that it is a replay; this room reads, decides what would
 * not have been attempted, and adds up.
 * Source: cli.md, `adaptive dry-run`.
 */

import type { OptionLookup } from "../config/lookup.js"
import { Engine } from "../engine/engine.js"
import type { EngineListener } from "../engine/event.js"
import type { AskFunction } from "../engine/parameter.js"
import type { Classify } from "../engine/sweep.js"
import type { BadLine } from "../ingest/collector.js"
import { type FileReport, readTraffic, type TrafficEvent, type TrafficOptions } from "../ingest/traffic.js"
import { readTrafficAside } from "../ingest/traffic-aside.js"
import { compareText } from "../model/compare.js"
import type { Decision, Match } from "../model/decision.js"
import { TYPE_NUMBER } from "../model/event.js"
import type { RuleSet } from "../rules/rule-set.js"
import { Store } from "../store/store.js"
import { type HeldType, type Summary, Tally } from "./tally.js"

/** Is an attempt recorded while its pair is held counted, or was it never made? */
export type Mode = "simulate" | "observe"

/** Rules ready to serve. */
interface Ruling {
  readonly rules: RuleSet
  readonly ask: AskFunction
  /** Classes of bounces whose traffic brings none; without it they are undetermined. */
  readonly classify?: Classify
}

export interface DryRunOptions extends Omit<TrafficOptions, "pairs" | "audits"> {
  /** Traffic is read ahead while they load; what a promise is rejected with ends the run. */
  readonly ruling: Ruling | Promise<Ruling>
  readonly lookup: OptionLookup
  readonly mode: Mode
  /** Only events from this time on, and before that one, seconds since 1970. */
  readonly fromSec?: number
  readonly toSec?: number
  /** Reads in a thread of its own: faster where there are two cores. */
  readonly aside?: boolean
  /** Receptions are told with their pair, as an audit wants them, though there is none. */
  readonly receptions?: boolean
  /** State carried over from an earlier run, or with outbound audits defined; it is changed by this one. */
  readonly store?: Store
}

/** Where in the traffic something happened. */
export interface Where {
  /** Lines up to it in the order of replay. */
  readonly lineNumber: number
  readonly file: string
  /** Line in that file. */
  readonly line: number
}

export interface DryRunListener {
  /** Told each event as it is recorded, before anything is decided; valid during the call only. */
  event?(event: TrafficEvent): void
  /** @param where null for a lift or a sweep, which no line brings about */
  decision?(decision: Decision, where: Where | null): void
  /** A match that did not fire. */
  match?(match: Match, where: Where): void
  bad?(line: BadLine): void
  /** Between pieces of input. */
  pause?(progress: { readonly doneBytes: number; readonly totalBytes: number | null }): Promise<void> | void
}

export interface DryRunResult {
  readonly summary: Summary
  readonly files: readonly FileReport[]
  readonly store: Store
  /** As the last event left it, for what is asked of it afterwards. */
  readonly engine: Engine
}

/**
 * Replays traffic.
 * @throws SourceError when a file cannot be read or its format cannot be told
 */
export async function dryRun(options: DryRunOptions, listener: DryRunListener = {}): Promise<DryRunResult> {
  const store = options.store ?? new Store()
  const replay = new Replay(options, store, listener)
  const { ruling: _ruling, lookup: _lookup, store: _store, receptions, ...traffic } = options
  const read = options.aside === true ? readTrafficAside : readTraffic
  const files = await read(
    { ...traffic, pairs: store.pairs, audits: receptions === true || store.audits.size > 0 },
    replay,
  )
  return { summary: replay.summary(files), files, store, engine: replay.engine }
}

/** Everything that needs the rules. */
interface Judge {
  readonly engine: Engine
  readonly tally: Tally
}

/** One replay: takes what was read, in order. */
export class Replay {
  readonly ready: Promise<void>
  /** There where nobody wants to know more of receptions than how many there were. */
  readonly receptions?: (count: number, firstMicros: number, lastMicros: number) => void
  #judge: Judge | null = null
  readonly #store: Store
  readonly #listener: DryRunListener
  readonly #told: ((event: TrafficEvent) => void) | null
  readonly #holds: boolean
  readonly #audits: boolean
  readonly #fromMicros: number
  readonly #toMicros: number
  readonly #files: readonly string[]
  #event: TrafficEvent | null = null
  #outOfRange = 0

  constructor(options: DryRunOptions, store: Store, listener: DryRunListener) {
    const { ruling, lookup, mode, fromSec, toSec } = options
    this.#store = store
    this.#listener = listener
    this.#told = listener.event === undefined ? null : (event) => listener.event?.(event)
    this.#holds = mode === "simulate"
    this.#audits = store.audits.size > 0
    this.#fromMicros = fromSec === undefined ? Number.NEGATIVE_INFINITY : Math.round(fromSec * 1e6)
    this.#toMicros = toSec === undefined ? Number.POSITIVE_INFINITY : Math.round(toSec * 1e6)
    this.#files = options.files
    const isWholeLog = fromSec === undefined && toSec === undefined
    if (this.#told === null && !this.#audits && isWholeLog) this.receptions = this.#receptions.bind(this)
    this.ready = Promise.resolve(ruling).then(({ rules, ask, classify }) => {
      const tally = new Tally(rules)
      const listener = this.#engineListener(tally)
      this.#judge = {
        tally,
        engine: new Engine({
          rules,
          ask,
          lookup,
          store,
          listener,
          ...(classify === undefined ? {} : { classify }),
        }),
      }
    })
    // Rules may be refused before anyone waits for them, or when the traffic has failed and nobody will.
    this.ready.catch(() => {})
  }

  get engine(): Engine {
    return (this.#judge as Judge).engine
  }

  event(event: TrafficEvent): void {
    const { atMicros, type } = event
    if (!this.#inRange(atMicros)) return
    const { tally, engine } = this.#judge as Judge
    tally.count(event.typeNumber)
    tally.spans(atMicros)
    this.#event = null
    this.#told?.(event)
    engine.advance(atMicros)
    if (type === "delivery" || type === "transient" || type === "permanent") {
      if (event.local) tally.local++
      if (engine.isHeld(event.pair, atMicros) && this.#holds) {
        tally.hold(type satisfies HeldType, event.pair)
        return
      }
    }
    if (this.#audits) this.#audit(event)
    // What comes back later is told of mail that went out before: a hold keeps none of it away.
    if (type === "reception") return
    this.#event = event
    engine.process(event)
  }

  #receptions(count: number, firstMicros: number, lastMicros: number): void {
    const { tally, engine } = this.#judge as Judge
    tally.count(TYPE_NUMBER.reception, count)
    tally.spans(firstMicros)
    tally.spans(lastMicros)
    this.#event = null
    engine.advance(lastMicros)
  }

  #audit({ pair, typeNumber, atMicros, deliveryMicros }: TrafficEvent): void {
    const { audits, pairs } = this.#store
    audits.record(pairs, pair, typeNumber, atMicros, deliveryMicros)
  }

  /** @returns false for a time that is out of range, to which nothing advances */
  clock(atMicros: number): boolean {
    this.#event = null
    const inRange = this.#inRange(atMicros)
    if (inRange) (this.#judge as Judge).engine.advance(atMicros)
    // A heartbeat is counted as skipped already.
    else this.#outOfRange--
    return inRange
  }

  bad(line: BadLine): void {
    this.#listener.bad?.(line)
  }

  pause(progress: { readonly doneBytes: number; readonly totalBytes: number | null }): Promise<void> | void {
    return this.#listener.pause?.(progress)
  }

  summary(files: readonly FileReport[]): Summary {
    const skipped = new Map<string, number>()
    for (const { counts } of files)
      for (const [kind, count] of counts.skipped) skipped.set(kind, (skipped.get(kind) ?? 0) + count)
    if (this.#outOfRange > 0) skipped.set("out-of-range", this.#outOfRange)
    const lines = {
      read: files.reduce((sum, { counts }) => sum + counts.read, 0),
      bad: files.reduce((sum, { counts }) => sum + counts.bad, 0),
      skipped: Object.fromEntries([...skipped].sort(([a], [b]) => compareText(a, b))),
    }
    return (this.#judge as Judge).tally.summary(lines, this.#store)
  }

  #inRange(atMicros: number): boolean {
    const inRange = atMicros >= this.#fromMicros && atMicros < this.#toMicros
    if (!inRange) this.#outOfRange++
    return inRange
  }

  #where(): Where {
    const { lineNumber, file, line } = this.#event as TrafficEvent
    return { lineNumber, file: this.#files[file] as string, line }
  }

  #engineListener(tally: Tally): EngineListener {
    const listener = this.#listener
    return {
      decision: (decision) => {
        tally.decision(decision)
        // A sweep is brought about by time, whatever line shows that it has passed.
        const isSweep = decision.source === "lift" || decision.source === "sweep"
        listener.decision?.(decision, isSweep ? null : this.#where())
      },
      matched: (rule, fired) => tally.matched(rule, fired),
      swept: (rule) => tally.swept(rule),
      ...(listener.match === undefined
        ? {}
        : { unfired: (match: Match) => listener.match?.(match, this.#where()) }),
      unmatched: ({ response, pair }) => tally.unmatched.add(response, this.#store.pairs.name(pair).domain),
    }
  }
}
