/** What a daemon answers, on a state of its own. */
import { expect, test } from "vitest"
import { decisionOf } from "../../src/daemon/answers.js"
import { Core } from "../../src/daemon/core.js"
import { Store } from "../../src/store/store.js"
import { custom, load, NOW_SEC } from "../rules/loading.js"

test("a function is asked once for an answer, which says the same in all its places", () => {
  const { rules, functions } = load({
    "custom.lua": custom(`{ ["a.test"] = { configuration = { outbound_throttle_messages =
      (function() local n = 0 return function() n = n + 100 return n end end)() } } }`),
  })
  const core = new Core({
    store: new Store(),
    ruling: { rules, ask: (id, args) => functions.call(id, args) },
    configuration: { given: { recorded: null, assignments: [], followsGuide: false }, changes: [] },
    lastId: 0,
    causes: [],
    listener: { matched() {}, unmatched() {} },
    failed() {},
  })
  for (const limit of [100, 200]) {
    const asked = { binding: "b1", domain: "a.test", atMicros: NOW_SEC * 1e6, take: false }
    const { perHour, parameters } = decisionOf(core, asked)
    expect([perHour, parameters.outbound_throttle_messages?.value]).toEqual([limit, limit])
  }
})
