/**
 * What was decided and done, for those who act on it: a bounded log of decisions by
 * their number. It outlives a restart as far as it is kept with the state, so that
 * whoever comes back goes on where he was.
 */
import { EventLog } from "../http/event-log.js"
import { decisionJson } from "../report/json.js"
import type { Numbered } from "./core.js"

const LIMITS = { maxEvents: 100_000, maxBytes: 64 << 20 }
/** What is kept with a copy of the state. */
const KEPT = { maxEvents: 10_000, maxBytes: 4 << 20 }

/** Decisions with their numbers, as they stand beside a state. */
export interface KeptEffects {
  /** Of those behind this one none is missing. */
  readonly afterId: number
  readonly list: readonly (readonly [id: number, data: string])[]
}

export class Effects {
  #log = new EventLog(LIMITS)

  get log(): EventLog {
    return this.#log
  }

  /**
   * Begins with what an earlier run left.
   * @param lastId the last decision that was told
   * @param kept beside the copy of the state; null where some are missing between these and those since
   * @param told what was decided since, and told
   */
  restore(lastId: number, kept: KeptEffects | null, told: readonly Numbered[]): void {
    // Many decisions have no effect: where the first of these stands says nothing about what is missing before.
    const afterId = kept?.afterId ?? (told[0]?.id ?? lastId + 1) - 1
    this.#log = new EventLog({ ...LIMITS, lastId: afterId })
    for (const [id, data] of kept?.list ?? []) this.#log.append(id, data)
    this.add(told)
    this.#log.passed(lastId)
  }

  /** Those of which nothing was done are left out; their numbers are known all the same. */
  add(decided: readonly Numbered[]): void {
    for (const { id, decision } of decided)
      if (decision.effects.some(({ outcome }) => outcome === "applied"))
        this.#log.append(id, decisionJson(decision, null, { sources: false }))
    this.#log.passed(decided.at(-1)?.id ?? 0)
  }

  /** The latest ones, for a copy of the state. */
  latest(): KeptEffects {
    const { afterId, events } = this.#log.latest(KEPT.maxEvents, KEPT.maxBytes)
    return { afterId, list: events.map(({ id, data }) => [id, data] as const) }
  }
}
