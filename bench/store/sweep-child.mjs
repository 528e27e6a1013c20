/**
 * One sweep over many pairs with three rules, beside a plain loop that reads the same counters:
 * `node sweep-child.mjs few|all KEYS`; few: one pair in a thousand fires, all: every one does.
 * Prints one JSON line, times in milliseconds; a slice is what an event waits for at most.
 */
import { Engine } from "../../dist/engine/engine.js"
import { RuleSet } from "../../dist/rules/rule-set.js"
import { Store } from "../../dist/store/store.js"
import { memory, nameOf } from "./measure.mjs"

const [, , kind, keysText] = process.argv
const keys = Number(keysText)
const START = 1_790_000_000e6
const PAIRS_A_SLICE = 2000
const REPEATS = 5

const action = (name, args, more = {}) => ({
  percent: 0,
  words: [name, ...args],
  actions: [{ name, args, ...more }],
})
const down = action("throttle", ["down"])
const suspend = action("suspend", ["4 hours"], { seconds: 14_400 })
const rule = (name, family, codes, percent) => ({
  id: name,
  file: "bench",
  line: 1,
  name,
  scope: "",
  enabled: true,
  family,
  codes,
  classes: family === "bounce" ? codes : [],
  categories: family === "fbl" ? codes : [],
  low: { ...down, percent },
  high: { ...suspend, percent: percent * 3 },
})
const share = kind === "all" ? 10 : 50
const rules = [
  rule("invalid", "bounce", [10, 30], share),
  rule("blocked", "bounce", [50, 51, 52], share),
  rule("complaints", "fbl", ["abuse"], share),
]
const written = {
  adaptive_attempt_threshold: "1",
  adaptive_fbl_volume_threshold: "1",
  outbound_throttle_messages: "10",
}
const lookup = {
  lookup: (_scope, option) => written[option] ?? null,
  declaration: () => "",
  bindingsOf: () => [],
  sweepRules: () => rules,
  likeness: () => "",
  isUniform: true,
}
const noRules = new RuleSet({
  revision: "bench",
  domains: [],
  aliases: [],
  deadAliases: [],
  mxSuffixes: [],
  counts: { domains: 0, aliases: 0, responses: 0, configurations: 0 },
  diagnostics: [],
})

/** Four deliveries of each pair and one bounce, and a complaint of one in ten; of every thousandth far more bounces. */
function filled() {
  const store = new Store()
  const pairs = Array.from({ length: keys }, (_, key) => store.pairs.of(...nameOf(key)))
  const before = memory()
  store.startMicros = START
  const { stats } = store
  for (let round = 0; round < 4; round++)
    for (const pair of pairs) {
      const at = START + 1e6 + ((round * keys + pair) / keys) * 800e6
      store.touch(pair, at)
      stats.sent(pair, at)
      stats.delivered(pair, at)
      if (round === 3) stats.bounced(pair, pair % 2 === 0 ? 10 : 50, false, at)
      if (round === 3 && pair % 10 === 0) stats.reported(pair, "abuse", at)
      if (round === 3 && pair % 1000 === 0) for (let i = 0; i < 8; i++) stats.bounced(pair, 10, false, at)
    }
  store.nowMicros = START + 3500e6
  return { store, bytesAPair: (memory() - before) / keys }
}

function makeEngine(store, decisions) {
  const listener = { decision: () => decisions.count++, matched() {}, unmatched() {} }
  return new Engine({
    rules: noRules,
    ask: () => ({ ok: false, reason: "", isNil: true }),
    lookup,
    store,
    listener,
  })
}

const { store, bytesAPair } = filled()
const at = START + 3600e6

/** The same counters and the same comparisons, with nothing around them. */
function plainLoop() {
  let firing = 0
  const { stats } = store
  for (let pair = 0; pair < keys; pair++)
    for (const { family, classes, categories, low } of rules) {
      const isBounce = family === "bounce"
      const count = isBounce ? stats.bounces(pair, classes) : stats.reports(pair, categories)
      const total = isBounce ? stats.attempts(pair) : stats.deliveries(pair, at)
      if (total > 0 && (count * 100) / total >= low.percent) firing++
    }
  return firing
}

let ours = Number.POSITIVE_INFINITY
let plain = Number.POSITIVE_INFINITY
let longest = 0
let decisions = 0
let slices = 0
for (let i = 0; i < REPEATS; i++) {
  // Acting changes the state: each time on a copy.
  const told = { count: 0 }
  const engine = makeEngine(store.fork(), told)
  // What the copy before has left is not this one's to clear away.
  memory()
  const sweep = engine.sweepSlices(at, PAIRS_A_SLICE)
  let whole = 0
  let worst = 0
  slices = 0
  for (let isDone = false; !isDone; slices++) {
    const began = process.hrtime.bigint()
    isDone = sweep.next().done
    const took = Number(process.hrtime.bigint() - began) / 1e6
    whole += took
    worst = Math.max(worst, took)
  }
  ours = Math.min(ours, whole)
  // Of all of them: what an event would have waited for at the worst time.
  longest = Math.max(longest, worst)
  decisions = told.count
  const began = process.hrtime.bigint()
  const firing = plainLoop()
  plain = Math.min(plain, Number(process.hrtime.bigint() - began) / 1e6)
  if (firing !== decisions) throw new Error(`the loop finds ${firing}, the sweep ${decisions}`)
}
console.log(JSON.stringify({ ours, plain, longest, decisions, slices, bytesAPair }))
