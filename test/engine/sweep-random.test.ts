/** Random mail through the engine and through the plain model of sweep rules: the same rules fire alike. */
import fc from "fast-check"
import { expect, test } from "vitest"
import {
  type ModelEvent,
  type ModelOptions,
  type ModelPair,
  type ModelRule,
  modelSweeps,
} from "./sweep-model.js"
import { START_SEC, Sweeping, sweepRule, threshold } from "./sweeping.js"

const BINDINGS = ["b2", "b1", "B3"]
const DOMAINS = ["b.test", "a.test"]
const CLASSES = ["bc:10", "bc:24", "bc:1", "bc:77"]
const CATEGORIES = ["fbl:abuse", "fbl:not-spam"]

const percent = fc.constantFrom(0, 0.2, 3, 5, 7, 10, 29, 50, 57, 100)
const action = fc.constantFrom("down" as const, 1, 4)

const rule = fc.record({
  enabled: fc.constantFrom(true, true, true, false),
  codes: fc.oneof(fc.subarray(CLASSES, { minLength: 1 }), fc.subarray(CATEGORIES, { minLength: 1 })),
  low: percent,
  high: percent,
  lowAction: action,
  highAction: action,
})

const set = fc.record({
  enabled: fc.constantFrom(true, true, true, false),
  rules: fc.array(rule, { maxLength: 3 }),
  attemptThreshold: fc.nat({ max: 8 }),
  volumeThreshold: fc.nat({ max: 8 }),
})

const happening = fc.record({
  gap: fc.oneof(
    { weight: 6, arbitrary: fc.nat({ max: 300_000 }) },
    { weight: 2, arbitrary: fc.constantFrom(0, 1000, 3_600_000, 1_800_000) },
    { weight: 1, arbitrary: fc.nat({ max: 30_000_000 }) },
  ),
  binding: fc.nat({ max: 2 }),
  domain: fc.nat({ max: 1 }),
  type: fc.constantFrom(
    "delivery",
    "delivery",
    "delivery",
    "permanent",
    "permanent",
    "transient",
    "oob",
    "fbl",
    "reception",
  ),
  code: fc.nat({ max: 3 }),
  count: fc.integer({ min: 1, max: 4 }),
})

const options = fc.record({
  sweepSec: fc.constantFrom(600, 1800, 3600, 5400, 7200, 0),
  liftSec: fc.constantFrom(60, 60, 3600, 0),
  adjustmentSec: fc.constantFrom(0, 60, 4000),
  perHour: fc.constantFrom(3, 1_000_000_000, 1_000_000_000),
  window: fc.constantFrom([14_400, 6] as const, [3600, 2] as const, [86_400, 1] as const),
  bounces: fc.constantFrom(true, true, true, false),
  feedback: fc.constantFrom(true, true, true, false),
})

test("engine and model agree", () => {
  let fired = 0
  const kinds = new Set<string>()
  fc.assert(
    fc.property(
      fc.array(set, { minLength: 3, maxLength: 3 }),
      fc.array(happening, { minLength: 10, maxLength: 70 }),
      options,
      fc.nat({ max: 999 }),
      (sets, steps, { window, ...some }, fraction) => {
        const named = sets.map((one) => ({
          ...one,
          rules: one.rules.map((each, i): ModelRule => ({ ...each, name: `r${i}` })),
        }))
        const pairs: Record<string, ModelPair> = {}
        for (const [i, binding] of BINDINGS.entries())
          for (const domain of DOMAINS) pairs[`${binding} ${domain}`] = named[i] as ModelPair
        const model: ModelOptions = { ...some, pairs, fblSizeSec: window[0], fblCount: window[1] }
        const sweeping = new Sweeping({
          beginsLater: true,
          options: {
            bounce_sweep_interval: String(some.sweepSec),
            suspend_sweep_interval: String(some.liftSec),
            adaptive_adjustment_interval: String(some.adjustmentSec),
            outbound_throttle_messages: `${some.perHour}/3600`,
            // Nothing grows meanwhile.
            adaptive_positive_adjustment_interval: "1000000000",
            fbl_stats_monitor: window.join(","),
            enable_bounce_stats: String(some.bounces),
            enable_fbl_stats: String(some.feedback),
          },
          bindings: Object.fromEntries(
            named.map((one, i) => [
              BINDINGS[i],
              {
                adaptive_enabled: String(one.enabled),
                adaptive_attempt_threshold: String(one.attemptThreshold),
                adaptive_fbl_volume_threshold: String(one.volumeThreshold),
              },
            ]),
          ),
          rules: Object.fromEntries(named.map((one, i) => [BINDINGS[i], one.rules.map(made)])),
        })
        const events: ModelEvent[] = []
        let millis = fraction
        for (const { gap, binding, domain, type, code, count } of steps) {
          millis += gap
          for (let i = 0; i < count; i++) {
            const at = (START_SEC * 1000 + millis) * 1000
            const what = type === "fbl" ? (CATEGORIES[code % 2] as string) : (CLASSES[code] as string)
            const names = { binding: BINDINGS[binding] as string, domain: DOMAINS[domain] as string }
            events.push({ at, pair: `${names.binding} ${names.domain}`, type, code: what })
            const number = what.slice(what.indexOf(":") + 1)
            const told = type === "fbl" ? { fblType: number } : { bounceClass: number }
            sweeping.event(millis / 1000, type, { ...names, ...told })
          }
        }
        const expected = modelSweeps(model, events)
        const first = events[0]?.at ?? 0
        const words = sweeping.decisions.flatMap(({ atMicros, binding, domain, sweep, effects }) =>
          sweep === null
            ? []
            : [
                `${atMicros - first} ${binding} ${domain} ${sweep.rule.name} ${sweep.level} ${sweep.count}/${sweep.total}: ${effects
                  .map(({ action: done, outcome, reason }) => `${done} ${reason ?? outcome}`)
                  .join(", ")}`,
              ],
        )
        expect(words).toEqual(expected)
        fired += words.length
        for (const word of words) kinds.add(word.replace(/.*: /, ""))
      },
    ),
    { numRuns: 1500 },
  )
  // The model would agree with an engine that does nothing, if nothing ever fired.
  expect(fired).toBeGreaterThan(500)
  expect([...kinds].sort()).toEqual([
    "suspend already-suspended",
    "suspend applied",
    "throttle adjustment-interval",
    "throttle applied",
    "throttle at-bound",
    "throttle suspended",
  ])
})

function made({ name, enabled, codes, low, high, lowAction, highAction }: ModelRule) {
  const words = (act: "down" | number): [string, string] =>
    act === "down" ? ["throttle", "down"] : ["suspend", `${act} hours`]
  return sweepRule(name, codes, {
    enabled,
    low: threshold(low, ...words(lowAction)),
    high: threshold(high, ...words(highAction)),
  })
}
