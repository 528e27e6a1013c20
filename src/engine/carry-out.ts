/**
 * The actions of a rule that fired, one after the other, on the state of a pair:
 * which of them may act, and what they change. What an action would do stands in
 * act.ts; this file decides whether it does.
 * Source: engine.md sections 4 to 6; rule-files.md section 4 and decision 13 of section 9.
 */
import type { Effect } from "../model/effect.js"
import type { Action } from "../model/rule.js"
import type { AdjustableOption, Store } from "../store/store.js"
import { effectsOf, ignored, type PairView, untried, withheld } from "./act.js"

export interface Site {
  readonly pair: number
  readonly atMicros: number
  readonly store: Store
  readonly view: PairView
  /** Options that may be adjusted at all. */
  readonly managed: ReadonlySet<string>
  /** At most one adjustment in this time. */
  readonly adjustmentMicros: number
}

/** Carries out actions in order; the state as the reply met it decides, so that all of one rule act alike. */
export function carryOut(actions: readonly Action[], site: Site): Effect[] {
  const { store, pair, atMicros, view } = site
  // An overridden suspension blocks a new one, and nothing else: its mail goes on.
  const wasSuspended = store.isSuspended(pair)
  const wasBlackholed = store.blackholedUntil(pair) !== 0
  const wasHeld = wasSuspended || wasBlackholed
  const isGated = atMicros - store.lastAdjustMicros(pair) < site.adjustmentMicros
  let hasAdjusted = false
  const effects = actions.flatMap((action): Effect[] => {
    switch (action.name) {
      case "suspend":
        // An active one is never lengthened or shortened, not by the same rule either.
        if (store.suspendedUntil(pair) !== 0) return [ignored(action, "already-suspended")]
        if (wasBlackholed) return [ignored(action, "suspended")]
        store.suspend(pair, atMicros + action.seconds * 1e6)
        return effectsOf(action, view)
      case "blackhole":
        if (store.blackholedUntil(pair) !== 0) return [ignored(action, "already-suspended")]
        if (wasSuspended) return [ignored(action, "suspended")]
        store.blackhole(pair, atMicros + action.seconds * 1e6)
        return effectsOf(action, view)
      case "warmup": {
        const ageSec = store.ageSec(pair, atMicros)
        if (wasHeld) return [ignored(action, "suspended", { from: ageSec })]
        store.setAge(pair, atMicros, action.seconds)
        return effectsOf(action, { ...view, ageSec })
      }
      case "transcode":
        return effectsOf(action, view)
      default: {
        if (wasHeld) return [untried(action, view, "suspended")]
        if (isGated) return [untried(action, view, "adjustment-interval")]
        const adjusted = effectsOf(action, view).flatMap((effect) => adjust(effect, site))
        hasAdjusted ||= adjusted.some(({ outcome }) => outcome === "applied")
        return adjusted
      }
    }
  })
  if (hasAdjusted) store.noteAdjust(pair, atMicros)
  return effects
}

/** Lets a planned adjustment take place, if its option is managed. */
function adjust(effect: Effect, { store, pair, managed, atMicros }: Site): Effect[] {
  const option = effect.option as AdjustableOption
  if (!managed.has(option)) return withheld([effect], "disabled")
  if (effect.outcome === "applied")
    store.adjust(pair, option, effect.from ?? 0, effect.to as number, atMicros)
  return [effect]
}
