/** What a daemon answers, on a state of its own. */
import { expect, test } from "vitest"
import { decisionOf } from "../../src/daemon/answers.js"
import { Core } from "../../src/daemon/core.js"
import { Store } from "../../src/store/store.js"
import { custom, load, NOW_SEC } from "../rules/loading.js"

function coreWith(throttle: string): Core {
  const { rules, functions } = load({
    "custom.lua": custom(`{ ["a.test"] = { configuration = { outbound_throttle_messages = ${throttle} } } }`),
  })
  return new Core({
    store: new Store(),
    ruling: { rules, ask: (id, args) => functions.call(id, args) },
    configuration: { given: { recorded: null, assignments: [], followsGuide: false }, changes: [] },
    lastId: 0,
    causes: [],
    listener: { matched() {}, unmatched() {} },
    failed() {},
  })
}

test("a function is asked once for all questions within half a minute, of its binding's age and of the time", () => {
  const core = coreWith(
    "(function() local n = 0 return function(_, _, age) n = n + 1 return n * 1000000 + age end end)()",
  )
  // A whole half minute.
  const birthSec = NOW_SEC - (NOW_SEC % 30)
  const limits = (sec: number): readonly unknown[] => {
    const { pairs } = core.store
    core.store.setBirth(pairs.bindingOf(pairs.of("b1", "a.test")), birthSec * 1e6)
    const asked = { binding: "b1", domain: "a.test", atMicros: (birthSec + sec) * 1e6, take: false }
    const { perHour, parameters } = decisionOf(core, asked)
    return [perHour, parameters.outbound_throttle_messages?.value]
  }
  expect(limits(0)).toEqual([1_000_000, 1_000_000])
  expect(limits(29)).toEqual([1_000_000, 1_000_000])
  // A step at a whole minute, hour or day is seen at once.
  expect(limits(60)).toEqual([2_000_060, 2_000_060])
  expect(limits(86_400)).toEqual([3_086_400, 3_086_400])
  expect(limits(89)).toEqual([2_000_060, 2_000_060])
})

test("a function that goes by the time of day answers for the time of the question, and decides by that of the event", () => {
  const core = coreWith('function() return 100 + os.date("!%H") end')
  const pair = core.store.pairs.of("b1", "a.test")
  const midnight = NOW_SEC - (NOW_SEC % 86_400)
  for (const hour of [0, 1, 23, 5]) {
    const atMicros = (midnight + hour * 3600) * 1e6
    const asked = { binding: "b1", domain: "a.test", atMicros, take: false }
    expect(decisionOf(core, asked).perHour).toBe(100 + hour)
    expect(core.engine.parameter(pair, "outbound_throttle_messages", atMicros).value).toBe(100 + hour)
  }
})
