/** Which binding of a group may send? Ours beside looking at one binding after the other, as the original does. */
import { globalOptions } from "../../dist/config/global-options.js"
import { Runtime } from "../../dist/engine/runtime.js"
import { loadRules } from "../../dist/reload/load.js"

const ASKED = 20_000
const AT_SEC = 1_790_000_000

/** Nanoseconds a question, for groups of several sizes of which a share is suspended. */
export async function benchGroups() {
  const { rules } = await loadRules([new URL("../../rules/adaptive_rules.lua", import.meta.url).pathname])
  const rows = []
  for (const share of [0, 0.5, 0.99, 1]) {
    const row = { "share of the group suspended": `${share * 100} %` }
    for (const size of [10, 100, 1000]) {
      const [ours, loop] = measure(rules, size, share)
      row[`${size} bindings`] = `${ours.toFixed(0)} ns`
      row[`${size}, one after the other`] = `${loop.toFixed(0)} ns`
    }
    rows.push(row)
  }
  return rows
}

function measure(rules, size, share) {
  const runtime = new Runtime(rules, () => ({ ok: false, reason: "", isNil: true }), globalOptions([]))
  const { store } = runtime
  const names = Array.from({ length: size }, (_, i) => `b${i}`)
  const held = Math.floor(size * share)
  for (const [i, name] of names.entries()) {
    const pair = store.pairs.of(name, "gmail.com")
    store.pairs.noteGroup(i, "pool")
    if (i < held) store.suspend(pair, (AT_SEC + 86_400) * 1e6)
  }
  runtime.advance(AT_SEC)
  const ours = timed(() => runtime.sendFromGroup("pool", "gmail.com", AT_SEC), ASKED)
  // The plain way: the first one that is not held.
  const loop = timed(() => {
    for (const name of names) {
      const answer = runtime.send(name, "gmail.com", AT_SEC)
      if (answer.allowed) return answer
    }
    return null
  }, ASKED / size)
  return [ours, loop]
}

function timed(ask, count) {
  for (let i = 0; i < count / 4; i++) ask()
  const start = process.hrtime.bigint()
  for (let i = 0; i < count; i++) ask()
  return Number(process.hrtime.bigint() - start) / count
}

if (import.meta.url === `file://${process.argv[1]}`) console.table(await benchGroups())
