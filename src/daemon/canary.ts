/**
 * What the last hour would have been under rules that are to serve, told before they
 * do, and whether that is more than an operator lets pass (`--canary`).
 */
import type { GivenConfiguration } from "../reload/conf-files.js"
import type { KeptRevision } from "../reload/keeper.js"
import { tellUnrehearsed } from "./first-lines.js"
import type { Log } from "./log.js"
import type { RecentEvents } from "./recent.js"
import { faultOf, type RefusalFault } from "./refusal.js"
import { rehearsalText } from "./rehearsal.js"
import { rehearse } from "./rehearse.js"

export interface CanaryOptions {
  readonly serving: KeptRevision
  readonly recent: RecentEvents
  readonly given: GivenConfiguration
  readonly options: {
    readonly log: Log
    /** Rules under which more attempts would have been held, by more than so many percent, do not serve; null: they do. */
    readonly canaryPercent: number | null
    /** Waits; ends early when the signal says so. */
    readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
  }
  /** The daemon ends. */
  readonly signal: AbortSignal
}

export type Verdict =
  | { readonly kind: "bearable" | "ending" }
  /** @param morePercent null: nobody could tell */
  | { readonly kind: "unbearable"; readonly morePercent: number | null; readonly fault: RefusalFault }

/** A rehearsal of an hour takes seconds; on a machine that is very busy it may take minutes. */
const REHEARSAL_LIMIT_MS = 300_000

export async function tryOut(
  revision: KeptRevision,
  { serving, recent, given, options, signal }: CanaryOptions,
): Promise<Verdict> {
  const { log, canaryPercent, timer } = options
  const { loaded, number, rollbackOf } = revision
  const blocks = recent.blocks()
  if (blocks.length === 0) {
    if (rollbackOf === null) tellUnrehearsed(log, revision, canaryPercent)
    return { kind: "bearable" }
  }
  log.info({ number }, `revision ${number} is rehearsed on the last hour`)
  const request = {
    blocks,
    before: serving.loaded.recorded,
    after: loaded.recorded,
    configuration: given,
  }
  // Who goes back knows what he does.
  const limitPercent = rollbackOf === null ? canaryPercent : null
  try {
    const rehearsal = await rehearse(request, { limitMs: REHEARSAL_LIMIT_MS, signal, timer })
    log.info({ number, events: rehearsal.events }, `revision ${number} on ${rehearsalText(rehearsal)}`)
    const morePercent = rehearsal.heldAfter - rehearsal.heldBefore
    if (limitPercent === null || morePercent <= limitPercent) return { kind: "bearable" }
    const why = `${morePercent.toFixed(1)} % more attempts of the last hour would have been held, and --canary allows ${limitPercent} %`
    const hint = "change the rules, or start with a higher --canary"
    return { kind: "unbearable", morePercent, fault: { code: "E_RULES_REHEARSAL", why, hint } }
  } catch (error) {
    if (signal.aborted) return { kind: "ending" }
    const { code, why, hint } = faultOf(error)
    log.error({ alarm: "rehearsal", code, hint }, why)
    if (limitPercent === null) return { kind: "bearable" }
    return {
      kind: "unbearable",
      morePercent: null,
      fault: { code, why, hint: `${hint}; or start without --canary` },
    }
  }
}
