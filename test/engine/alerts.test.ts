/**
 * Alerts that are due: one a kind, pair and interval, and the look and the note of
 * it are one step (#5085). Source: engine.md section 10.
 */
import fc from "fast-check"
import { expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { Settings } from "../../src/config/settings.js"
import { alertsOf } from "../../src/engine/alerts.js"
import type { Effect } from "../../src/model/effect.js"
import { Store } from "../../src/store/store.js"
import { BLACKHOLED, effect, SUSPENDED, THROTTLED } from "../report/deciding.js"

function settings(...set: string[]) {
  return new Settings(globalOptions(set)).of({ group: "default", binding: "b1", domain: "a.test" })
}

function ask(effects: readonly Effect[], ...set: string[]): readonly string[] {
  const store = new Store()
  return alertsOf(effects, store.pairs.of("b1", "a.test"), 1e6, settings(...set), store)
}

test("only what took place, each kind once", () => {
  expect(ask([THROTTLED, SUSPENDED, BLACKHOLED, THROTTLED, SUSPENDED])).toEqual([
    "throttle",
    "suspension",
    "blackhole",
  ])
  expect(ask([{ ...SUSPENDED, outcome: "ignored", reason: "suspended" }])).toEqual([])
  expect(ask([effect("warmup", ["1"], {}), effect("greylisted", ["1 hours"], {})])).toEqual([])
  expect(ask([effect("reduce_connections", ["1"], {}), effect("lift", ["suspension"], {})])).toEqual([])
})

test.each([
  ["adaptive_notification_events=suspension", ["suspension"]],
  ["adaptive_notification_events=( throttle blackhole )", ["throttle", "blackhole"]],
  ["adaptive_notification_events=throttle", ["throttle"]],
])("%s", (option, events) => {
  expect(ask([THROTTLED, SUSPENDED, BLACKHOLED], option)).toEqual(events)
})

test("one a kind and pair in an interval, of any sequence, however many copies are asked", () => {
  const kinds = { suspension: SUSPENDED, blackhole: BLACKHOLED, throttle: THROTTLED } as const
  const step = fc.record({
    kind: fc.constantFrom<keyof typeof kinds>("suspension", "blackhole", "throttle"),
    pair: fc.constantFrom("a.test", "b.test"),
    afterSec: fc.integer({ min: 0, max: 40 }),
    copies: fc.integer({ min: 1, max: 3 }),
  })
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), fc.constantFrom(0, 1, 30, 100), (steps, intervalSec) => {
      const store = new Store()
      const given = settings(`adaptive_notification_interval=${intervalSec}`)
      const last = new Map<string, number>()
      let atSec = 0
      for (const { kind, pair, afterSec, copies } of steps) {
        atSec += afterSec
        for (let copy = 0; copy < copies; copy++) {
          const key = `${kind} ${pair}`
          const isDue = atSec - (last.get(key) ?? Number.NEGATIVE_INFINITY) >= intervalSec
          if (isDue) last.set(key, atSec)
          const alerts = alertsOf([kinds[kind]], store.pairs.of("b1", pair), atSec * 1e6, given, store)
          expect(alerts).toEqual(isDue ? [kind] : [])
        }
      }
    }),
  )
})
