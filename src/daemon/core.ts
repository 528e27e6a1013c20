/**
 * Events, time and commands to decisions: what a daemon does with each entry of
 * its journal, live and when a state is made up again after a restart. Both take
 * this way and no other, so what was decided then is what is decided again.
 * No clock, no I/O, no timers.
 */
import { changesConfiguration } from "../console/config.js"
import { consoleReply, type Reply } from "../console/console.js"
import { type ConsoleTarget, consoleTarget } from "../console/target.js"
import { effect } from "../engine/act.js"
import { Engine, type EngineRules } from "../engine/engine.js"
import type { EngineListener } from "../engine/event.js"
import type { Decision } from "../model/decision.js"
import { configurationFor, type GivenConfiguration } from "../reload/conf-files.js"
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
  readonly configuration: ConfigurationState
  /** The number of the last decision that this state has seen. */
  readonly lastId: number
  /** Why pairs are held that are. */
  readonly causes: readonly (readonly [pair: number, cause: HoldCause])[]
  /** Told of matches, for metrics. */
  readonly listener: Pick<EngineListener, "matched" | "unmatched">
  /** Told of mistakes of this program. */
  readonly failed: (error: unknown) => void
}

/** A configuration as it is in force. Plain data. */
export interface ConfigurationState {
  readonly given: GivenConfiguration
  /** Commands that changed it since. */
  readonly changes: readonly string[]
}

/** Reads a configuration again, or another one; null when it has errors, which are the text. */
export type ReadConfiguration = (file: string | null) => {
  readonly given: GivenConfiguration | null
  readonly text: string
}

const NONE: readonly Numbered[] = []
const FAILED: Reply = {
  ok: false,
  text: "The command failed inside the daemon, whose log tells more; what it had done until then stands",
}
/** Pairs of which it is kept why they are held. */
const MAX_CAUSES = 10_000

export class Core {
  readonly store: Store
  readonly engine: Engine
  readonly target: ConsoleTarget
  /** For `config reload`. What is done again reads nothing: files may say something else by then. */
  readConfiguration: ReadConfiguration = () => ({ given: null, text: "" })
  #given: GivenConfiguration
  /** One that is given twice counts where it was given last: who gives it every hour must not fill memory. */
  #changes: readonly string[] = []
  /** When the command that is being done was given; between commands, never. */
  #givenMicros = Number.NEGATIVE_INFINITY
  #lastId: number
  #decided: Numbered[] = []
  readonly #causes: Map<number, HoldCause>
  readonly #failed: (error: unknown) => void

  constructor(options: CoreOptions) {
    this.#causes = new Map(options.causes)
    const { store, ruling, listener } = options
    const { given, changes } = options.configuration
    const configuration = configurationFor(given)
    this.store = store
    this.#given = given
    this.#lastId = options.lastId
    this.#failed = options.failed
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
    this.target = consoleTarget(this.engine, {
      configuration,
      nowMicros: () => Math.max(store.nowMicros, this.#givenMicros),
      operated: (pair, name, args) => this.#operated(pair, { name, args }),
      readConfiguration: (file) => {
        const { given, text } = this.readConfiguration(file)
        if (given !== null) this.#note(given)
        return { configuration: given === null ? null : configurationFor(given), text }
      },
    })
    for (const line of changes) this.command(line, null)
  }

  /** What is in force, as it can be had again. */
  get configuration(): ConfigurationState {
    return { given: this.#given, changes: this.#changes }
  }

  /** Goes on with another configuration. */
  configure(given: GivenConfiguration): void {
    this.#note(given)
    this.target.reconfigure(configurationFor(given))
  }

  /** The number of the last decision. */
  get lastId(): number {
    return this.#lastId
  }

  /** Time goes on, at once; what was due by then is done. */
  clock(atMicros: number): void {
    this.#safely(() => this.engine.advance(atMicros))
  }

  /** Does an event make something due that is not done yet? */
  isDue(atMicros: number): boolean {
    return this.store.startMicros >= 0 && this.engine.nextDueMicros <= atMicros
  }

  /** The same as `clock`, and stops now and then; no event may be taken before it has ended. */
  *clockSlices(atMicros: number, pairsASlice: number): Generator<void> {
    try {
      yield* this.engine.sweepSlices(atMicros, pairsASlice)
    } catch (error) {
      this.#failed(error)
    }
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
    try {
      if (group !== null) pairs.noteGroup(pairs.bindingOf(pair), group)
      engine.advance(atMicros)
      audits.record(pairs, pair, typeNumber, atMicros, deliveryMicros)
      engine.process(event)
    } catch (error) {
      this.#failed(error)
    }
  }

  /**
   * A command of an operator, on the state as it is: its time does not go on, though ends and ages are reckoned from
   * when the command was given.
   * @param givenMicros null: at the state's own time
   */
  command(line: string, givenMicros: number | null): Reply {
    this.#givenMicros = givenMicros ?? Number.NEGATIVE_INFINITY
    const reply = this.#safely(() => consoleReply(line, this.target)) ?? FAILED
    this.#givenMicros = Number.NEGATIVE_INFINITY
    if (reply.ok && changesConfiguration(line))
      this.#changes = [...this.#changes.filter((one) => one !== line), line]
    return reply
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
    if (this.#decided.length === 0) return NONE
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

  /** A mistake of this program must not stop it, nor keep it from starting again: it is made again, and goes on the same way. */
  #safely<T>(work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      this.#failed(error)
      return null
    }
  }

  #note(given: GivenConfiguration): void {
    this.#given = given
    this.#changes = []
  }

  /** What an operator does is told as what a rule does: whoever follows it has to act on both. */
  #operated(pair: number, action: Parameters<typeof effect>[0]): void {
    const { store } = this
    const until = action.name === "reset" ? null : store.suspendedUntil(pair) / 1e6
    this.#decide({
      atMicros: this.target.nowMicros,
      pair,
      ...store.pairs.nameOnce(pair),
      source: "operator",
      rule: null,
      sweep: null,
      response: null,
      count: null,
      effects: [effect(action, { until })],
      alerts: [],
      notes: [],
    })
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
