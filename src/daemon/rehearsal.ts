/**
 * What other rules would have done with the last hour: the same events through the
 * rules that serve and through those that are to, each on a state of its own that
 * begins empty, and what differs. An attempt of a pair that would have been held is
 * counted as held, and by no rule.
 */
import type { Configuration } from "../config/configuration.js"
import { Engine, type EngineRules } from "../engine/engine.js"
import { plural } from "../report/words.js"
import { Store } from "../store/store.js"
import { EntryReader } from "./entries.js"

/** Differences told one by one. */
const MAX_SHOWN = 5

export interface Performance {
  readonly events: number
  /** Deliveries and failures, and those of them that would have been held. */
  readonly attempts: number
  readonly held: number
  /** By what was done and the place of the rule: how often. */
  readonly done: ReadonlyMap<string, number>
}

export interface Rehearsal {
  readonly events: number
  /** Of all attempts, percent. */
  readonly heldBefore: number
  readonly heldAfter: number
  /** What was done oftener or less often, the most different first. */
  readonly differences: readonly { readonly what: string; readonly before: number; readonly after: number }[]
}

/** @param blocks of events, each by itself */
export function perform(
  blocks: readonly Uint8Array[],
  ruling: EngineRules,
  configuration: Configuration,
): Performance {
  const store = new Store()
  const done = new Map<string, number>()
  const engine = new Engine({
    ...ruling,
    lookup: configuration,
    store,
    listener: {
      matched() {},
      unmatched() {},
      decision({ rule, sweep, source, effects }) {
        const by = rule ?? sweep?.rule ?? null
        const place = by === null || by.file === "" ? source : `${by.file}:${by.line}`
        for (const { action, outcome } of effects) {
          if (outcome !== "applied") continue
          const what = `${action} (${place})`
          done.set(what, (done.get(what) ?? 0) + 1)
        }
      },
    },
  })
  let events = 0
  let attempts = 0
  let held = 0
  for (const block of blocks) {
    const reader = new EntryReader(store.pairs)
    reader.read(Buffer.from(block.buffer, block.byteOffset, block.byteLength), {
      event(event) {
        events++
        const { atMicros, type, pair, group } = event
        if (group !== null) store.pairs.noteGroup(store.pairs.bindingOf(pair), group)
        engine.advance(atMicros)
        if (type === "delivery" || type === "transient" || type === "permanent") {
          attempts++
          if (engine.isHeld(pair, atMicros)) {
            held++
            return
          }
        }
        engine.process(event)
      },
      clock: (atMicros) => engine.advance(atMicros),
      note() {},
    })
  }
  return { events, attempts, held, done }
}

export function compare(before: Performance, after: Performance): Rehearsal {
  const share = ({ attempts, held }: Performance): number => (attempts === 0 ? 0 : (held * 100) / attempts)
  const differences = [...new Set([...before.done.keys(), ...after.done.keys()])]
    .map((what) => ({ what, before: before.done.get(what) ?? 0, after: after.done.get(what) ?? 0 }))
    .filter((one) => one.before !== one.after)
    .sort((a, b) => Math.abs(b.after - b.before) - Math.abs(a.after - a.before) || (a.what < b.what ? -1 : 1))
  return { events: after.events, heldBefore: share(before), heldAfter: share(after), differences }
}

/** In a sentence, with the most different first. */
export function rehearsalText({ events, heldBefore, heldAfter, differences }: Rehearsal): string {
  const held = `${heldBefore.toFixed(1)} % of attempts held before, ${heldAfter.toFixed(1)} % now`
  if (differences.length === 0)
    return `the last ${plural(events, "event")}: nothing would have differed (${held})`
  const shown = differences
    .slice(0, MAX_SHOWN)
    .map(({ what, before, after }) => `${what} ${before} -> ${after}`)
    .join(", ")
  const more = differences.length > MAX_SHOWN ? `, and ${differences.length - MAX_SHOWN} more` : ""
  return `the last ${plural(events, "event")}: ${shown}${more} (${held})`
}
