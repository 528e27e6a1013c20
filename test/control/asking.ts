/** A state worth asking about, and what a daemon would hand the control socket for it. */
import { complete } from "../../src/console/complete.js"
import { consoleReply } from "../../src/console/console.js"
import { consoleTarget } from "../../src/console/target.js"
import type { ControlHandler } from "../../src/control/session.js"
import { Store } from "../../src/store/store.js"

const NOW_MICROS = 1_790_000_000e6

export function filledStore(): Store {
  const store = new Store()
  store.startMicros = NOW_MICROS - 60e6
  store.nowMicros = NOW_MICROS
  for (const [binding, domain] of [
    ["default", "gmail.com"],
    ["b1", "gmail.com"],
    ["my binding", "a.test"],
  ] as const) {
    const pair = store.pairs.of(binding, domain)
    store.touch(pair, NOW_MICROS - 60e6)
    store.suspend(pair, NOW_MICROS + 14_319e6)
    store.adjust(pair, "retry_interval", 1200, 900, NOW_MICROS - 5e6)
  }
  return store
}

export function handlerOf(store: Store): ControlHandler {
  const target = consoleTarget(store)
  return {
    command: (line) => consoleReply(line, target),
    complete: (line) => complete(line, target),
    nowMicros: () => target.nowMicros,
  }
}
