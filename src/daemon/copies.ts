/**
 * Copies of the whole state, one now and then, so that a restart need not do again
 * all that ever happened; and the journal before the last but one, which is let go.
 */
import type { Journal } from "../store/backing/journal.js"
import type { SnapshotFile } from "../store/backing/snapshot.js"
import type { Effects } from "./effects.js"
import { packed } from "./entries.js"
import type { Ledger } from "./ledger.js"
import type { Log } from "./log.js"
import type { Outputs } from "./outputs.js"
import type { Recovered, StateNote } from "./recovery.js"
import type { Revisions } from "./revisions.js"

export interface CopiesOptions {
  readonly file: SnapshotFile
  readonly ledger: Ledger
  readonly journal: Journal
  readonly outputs: Outputs
  readonly revisions: Revisions
  readonly effects: Pick<Effects, "latest">
  readonly log: Log
  /** The one that this run began with; null: there was none. */
  readonly last: Recovered["copy"]
  /** Where the journal goes on behind it. */
  readonly segment: number
  /** Microseconds since 1970. */
  readonly nowMicros: () => number
}

export class Copies {
  readonly #options: CopiesOptions
  /** Why the last one could not be written; null where it was. */
  trouble: string | null = null
  /** When the last one was written, or, where there is none, this run began, seconds since 1970. */
  atSec: number
  /** Bytes of it; 0 where there is none. */
  bytes: number
  /** Where the journal goes on behind it, and the rules that served then. */
  #segment: number
  #rules = 0

  constructor(options: CopiesOptions) {
    this.#options = options
    this.atSec = options.last?.writtenAtSec ?? options.nowMicros() / 1e6
    this.bytes = options.last?.bytes ?? 0
    this.#segment = options.segment
  }

  /** Takes one, and lets the journal before the last one go; while it cannot be written, nothing. */
  async take(): Promise<void> {
    const { log } = this.#options
    try {
      await this.#take()
      if (this.trouble !== null) log.info({}, "copies of the state can be written again")
      this.trouble = null
    } catch (error) {
      const { message, hint = null } = error as Error & { hint?: string }
      if (this.trouble === null) log.error({ alarm: "snapshot", hint }, message)
      this.trouble = message
    }
  }

  /** @throws StoreFault E_SNAPSHOT_WRITE */
  async #take(): Promise<void> {
    const { file, ledger, journal, outputs, revisions, nowMicros } = this.#options
    const taken = await ledger.atBoundary((segment) => {
      const note = this.#noteOf(segment)
      // What it knows of has been told: alerts among that are kept before it is.
      const store = ledger.core.store.fork()
      const written = outputs.keep().then(() => file.write(store, note))
      return { segment, rules: note.rules, written }
    })
    if (taken === null) return
    const { segment, rules, written } = taken
    this.bytes = await written
    this.atSec = nowMicros() / 1e6
    // The copy before this one still serves when this one turns out to be damaged: with all that came after it.
    await journal.dropBefore(this.#segment)
    revisions.neededFrom = this.#rules
    this.#segment = segment
    this.#rules = rules
  }

  /** What stands beside the store. */
  #noteOf(segment: number): StateNote {
    const { ledger, effects } = this.#options
    const { core } = ledger
    const { given, changes } = core.configuration
    const told = effects.latest()
    return {
      segment,
      lastId: core.lastId,
      positions: [...ledger.positions],
      rules: ledger.rules,
      configuration: { given: packed(given), changes },
      effects: told.list,
      effectsAfter: told.afterId,
      causes: Array.from(core.causes, ([pair, cause]) => {
        const { binding, domain } = core.store.pairs.nameOnce(pair)
        return [binding, domain, cause] as const
      }),
    }
  }
}
