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
export type KeptEffects = readonly (readonly [id: number, data: string])[]

export class Effects {
  #log = new EventLog(LIMITS)

  get log(): EventLog {
    return this.#log
  }

  /**
   * Begins with what an earlier run left.
   * @param lastId the last decision that was told
   * @param kept beside the copy of the state
   * @param told what was decided since, and told
   */
  restore(lastId: number, kept: KeptEffects, told: readonly Numbered[]): void {
    const before = kept[0]?.[0] ?? told[0]?.id ?? lastId + 1
    this.#log = new EventLog({ ...LIMITS, lastId: before - 1 })
    for (const [id, data] of kept) this.#log.append(id, data)
    this.add(told)
  }

  /** Those of which nothing was done are left out. */
  add(decided: readonly Numbered[]): void {
    for (const { id, decision } of decided)
      if (decision.effects.some(({ outcome }) => outcome === "applied"))
        this.#log.append(id, decisionJson(decision, null, { sources: false }))
  }

  /** The latest ones, for a copy of the state. */
  latest(): KeptEffects {
    return this.#log.latest(KEPT.maxEvents, KEPT.maxBytes).map(({ id, data }) => [id, data] as const)
  }
}
