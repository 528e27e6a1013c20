/**
 * Events, time and commands to decisions: what a daemon does with each entry of
 * its journal, live and when a state is made up again after a restart. Both take
 * this way and no other, so what was decided then is what is decided again.
 * No clock, no I/O, no timers.
 */
import type { Configuration } from "../config/configuration.js"
import { consoleReply, type Reply } from "../console/console.js"
import { type ConsoleTarget, consoleTarget } from "../console/target.js"
import { Engine, type EngineRules } from "../engine/engine.js"
import type { EngineListener } from "../engine/event.js"
import type { Decision } from "../model/decision.js"
import { causeText } from "../report/cause.js"
import type { Store } from "../store/store.js"
import type { JournalEvent } from "./entries.js"

/** A decision, counted from the first one of this state. */
export interface Numbered {
  readonly id: number
  readonly decision: Decision
  /** Of the binding, when it was decided. */
  readonly group: string
}

/** Why a pair is held. */
export interface HoldCause {
  /** The number of the decision. */
  readonly id: number
  readonly atMicros: number
  /** The rule with its place, what it counted, the reply. */
  readonly why: string
}

export interface CoreOptions {
  readonly store: Store
  readonly ruling: EngineRules
  readonly configuration: Configuration
  /** The number of the last decision that this state has seen. */
  readonly lastId: number
  /** Why pairs are held that are. */
  readonly causes: readonly (readonly [pair: number, cause: HoldCause])[]
  /** Told of matches, for metrics. */
  readonly listener: Pick<EngineListener, "matched" | "unmatched">
  /** Reads a configuration again, for `config reload`; it is taken when that has no errors. */
  readonly readConfiguration: (file: string | null) => {
    readonly configuration: Configuration | null
    readonly text: string
  }
}

/** Pairs of which it is kept why they are held. */
const MAX_CAUSES = 10_000
const NOTHING: readonly Numbered[] = []

export class Core {
  readonly store: Store
  readonly engine: Engine
  readonly target: ConsoleTarget
  #lastId: number
  #decided: Numbered[] = []
  readonly #causes: Map<number, HoldCause>

  constructor(options: CoreOptions) {
    this.#causes = new Map(options.causes)
    const { store, ruling, configuration, listener, readConfiguration } = options
    this.store = store
    this.#lastId = options.lastId
    this.engine = new Engine({
      ...ruling,
      lookup: configuration,
      store,
      listener: {
        matched: (rule, fired) => listener.matched(rule, fired),
        unmatched: (event) => listener.unmatched(event),
        decision: (decision) => this.#decide(decision),
      },
    })
    this.target = consoleTarget(this.engine, { configuration, readConfiguration })
  }

  /** The number of the last decision. */
  get lastId(): number {
    return this.#lastId
  }

  /** Time goes on, at once; what was due by then is done. */
  clock(atMicros: number): void {
    this.engine.advance(atMicros)
  }

  /** Does an event make something due that is not done yet? */
  isDue(atMicros: number): boolean {
    return this.store.startMicros >= 0 && this.engine.nextDueMicros <= atMicros
  }

  /** The same as `clock`, and stops now and then; no event may be taken before it has ended. */
  clockSlices(atMicros: number, pairsASlice: number): Generator<void> {
    return this.engine.sweepSlices(atMicros, pairsASlice)
  }

  /** When an event counts: not before what has been done already. */
  timeOf(atMicros: number): number {
    return Math.max(atMicros, this.store.nowMicros)
  }

  /** Takes an event at a time that `timeOf` gave. */
  event(event: JournalEvent): void {
    const { store, engine } = this
    const { pairs, audits } = store
    const { pair, atMicros, typeNumber, group, deliveryMicros } = event
    if (group !== null) pairs.noteGroup(pairs.bindingOf(pair), group)
    engine.advance(atMicros)
    audits.record(pairs, pair, typeNumber, atMicros, deliveryMicros)
    engine.process(event)
  }

  /** A command of an operator, on the state as it is. */
  command(line: string): Reply {
    return consoleReply(line, this.target)
  }

  /** Why a pair is held; null where it is not, where an operator made it so, or where too many are. */
  causeOf(pair: number): HoldCause | null {
    return this.#causes.get(pair) ?? null
  }

  /** How many pairs are held by decisions. */
  get held(): number {
    let count = 0
    for (const _ of this.store.heldPairs()) count++
    return count
  }

  /** Of pairs that are held. */
  get causes(): ReadonlyMap<number, HoldCause> {
    return this.#causes
  }

  /** What was decided since the last call; nothing is added to it later, while it waits for the disk. */
  takeDecided(): readonly Numbered[] {
    if (this.#decided.length === 0) return NOTHING
    const decided = this.#decided
    this.#decided = []
    return decided
  }

  /** Of very many the first ones are let go: they stand beside each copy of the state. */
  #forgetCauses(): void {
    if (this.#causes.size <= MAX_CAUSES) return
    const [first] = this.#causes.keys()
    if (first !== undefined) this.#causes.delete(first)
  }

  #decide(decision: Decision): void {
    const group = this.target.groupOf(this.store.pairs.bindingOf(decision.pair))
    this.#decided.push({ id: ++this.#lastId, decision, group })
    const { pair, atMicros, effects } = decision
    for (const { action, outcome } of effects) {
      if (outcome !== "applied") continue
      if (action === "suspend" || action === "blackhole") {
        this.#causes.set(pair, { id: this.#lastId, atMicros, why: causeText(decision) })
        this.#forgetCauses()
      }
      // What is held twice is held until the later end.
      else if (action === "lift" && !this.store.hasHold(pair)) this.#causes.delete(pair)
    }
  }
}
