/**
 * One side of the comparison of series, in a process of its own so that memory
 * can be told: `node --expose-gc series-child.mjs ours|map KEYS`. Five metrics
 * (receptions, deliveries, their time, transient and permanent failures) by
 * binding::domain, in windows of "300,6" and "1800,4". Prints one JSON line.
 */
import { PairTable } from "../../dist/model/pair-table.js"
import { DeliverySeries, METRIC } from "../../dist/store/delivery-series.js"
import { memory, nameOf, random } from "./measure.mjs"

const MONITORS = [
  { sizeSec: 300, count: 6 },
  { sizeSec: 1800, count: 4 },
]
const START = 1_790_000_100e6
const HOT_KEYS = 10_000
const ROUND = 500_000

const [, , side, count] = process.argv
const keys = Number(count)

/** What a program would write at first: an object a key, one a monitor, one a window. */
class MapOfObjects {
  #keys = new Map()

  add(key, metric, atMicros, deliveryMicros) {
    const [binding, domain] = nameOf(key)
    const name = `${binding}::${domain}`
    let monitors = this.#keys.get(name)
    if (monitors === undefined) {
      monitors = MONITORS.map(({ sizeSec, count }) => ({
        sizeMicros: sizeSec * 1e6,
        kept: count + 1,
        windows: new Map(),
      }))
      this.#keys.set(name, monitors)
    }
    for (const { sizeMicros, kept, windows } of monitors) {
      const window = Math.floor(atMicros / sizeMicros)
      let counts = windows.get(window)
      if (counts === undefined) {
        counts = { receptions: 0, deliveries: 0, deliveryMicros: 0, transient: 0, permanent: 0 }
        windows.set(window, counts)
        windows.delete(window - kept)
      }
      if (metric === METRIC.receptions) counts.receptions++
      else if (metric === METRIC.transient) counts.transient++
      else if (metric === METRIC.permanent) counts.permanent++
      else {
        counts.deliveries++
        counts.deliveryMicros += deliveryMicros
      }
    }
  }

  count(key, from, to, atMicros) {
    const [binding, domain] = nameOf(key)
    const monitor = this.#keys.get(`${binding}::${domain}`)?.[0]
    if (monitor === undefined) return 0
    const now = Math.floor(atMicros / monitor.sizeMicros)
    let sum = 0
    for (let back = from; back <= to; back++) sum += monitor.windows.get(now - back)?.deliveries ?? 0
    return sum
  }
}

class Ours {
  #pairs = new PairTable()
  #series = new DeliverySeries(MONITORS)

  add(key, metric, atMicros, deliveryMicros) {
    const [binding, domain] = nameOf(key)
    this.#series.add(this.#pairs.of(binding, domain), metric, atMicros, deliveryMicros)
  }

  count(key, from, to, atMicros) {
    const [binding, domain] = nameOf(key)
    return this.#series.count(this.#pairs.of(binding, domain), METRIC.deliveries, 0, from, to, atMicros)
  }
}

const nanoseconds = (times, act) => {
  const began = process.hrtime.bigint()
  for (let i = 0; i < times; i++) act(i)
  return Number(process.hrtime.bigint() - began) / times
}

const before = memory()
const store = side === "ours" ? new Ours() : new MapOfObjects()
const METRICS = [METRIC.receptions, METRIC.deliveries, METRIC.deliveries, METRIC.transient, METRIC.permanent]
const millis = () => 1000 * (100 + random(9000))
// Every key has something in every window of both monitors: eight hours in windows of five minutes at the end.
const fill = [
  -21600, -19800, -14400, -12600, -10800, -9000, -7200, -5400, -3600, -1800, -1500, -1200, -900, -600, -300,
  0,
]
for (const back of fill)
  for (let key = 0; key < keys; key++) store.add(key, METRICS[key % 5], START + back * 1e6, millis())
for (const metric of METRICS) for (let key = 0; key < keys; key++) store.add(key, metric, START, millis())
const bytes = (memory() - before) / keys

const now = START + 1e6
const add = (below) => nanoseconds(ROUND, (i) => store.add(random(below), METRICS[i % 5], now, 8_200_000))
const ask = (below) => nanoseconds(ROUND, () => store.count(random(below), 0, 6, now))
const best = (act) => Math.min(act(), act(), act())
const hot = Math.min(keys, HOT_KEYS)
// What the names cost that both sides make anew for every call.
const naming = best(() => nanoseconds(ROUND, () => nameOf(random(keys)).length))
console.log(
  JSON.stringify({
    bytesPerKey: bytes,
    addAll: best(() => add(keys)) - naming,
    addHot: best(() => add(hot)) - naming,
    countAll: best(() => ask(keys)) - naming,
    countHot: best(() => ask(hot)) - naming,
  }),
)
