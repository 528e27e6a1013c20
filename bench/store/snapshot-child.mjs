/**
 * A store of many keys to disk, or back from it, while events go on:
 * `node snapshot-child.mjs write|read KEYS FILE`. Reading is another process: it is what a restart does.
 * Prints one JSON line: seconds, bytes, and the longest time that events had to wait for a turn.
 */
import { SnapshotFile } from "../../dist/store/backing/snapshot.js"
import { Store } from "../../dist/store/store.js"
import { nameOf } from "./measure.mjs"

const [, , side, count, path] = process.argv
const keys = Number(count)
const START = 1_790_000_100e6
const TYPES = [0, 1, 1, 2, 3]

function filled() {
  const store = new Store()
  const audit = store.audits.define("outbound_audit1", {
    monitors: [
      { sizeSec: 300, count: 6 },
      { sizeSec: 1800, count: 4 },
    ],
  })
  for (const back of [7200, 5400, 3600, 1800, 1500, 1200, 900, 600, 300, 0]) {
    for (let key = 0; key < keys; key++) {
      const pair = store.pairs.of(...nameOf(key))
      store.touch(pair, START - 7200e6)
      audit.record(store.pairs, pair, TYPES[key % 5], START - back * 1e6, 8_200_000)
      if (back === 0 && key % 100 === 0) store.suspend(pair, START + 3600e6)
      if (back === 0 && key % 10 === 0) store.adjust(pair, "max_outbound_connections", 20, 10, START)
      if (back === 0 && key % 10 === 1) store.pairThrottles.take(pair, 100, START)
      if (back === 0 && key % 10 === 2) store.countMatch(pair, "0123456789ab", START, 3600e6)
    }
  }
  return store
}

/** Runs something while events come in; tells how long it took and the longest time without a turn. */
async function beside(target, act) {
  let longest = 0
  let events = 0
  let going = true
  let last = process.hrtime.bigint()
  const turn = () => {
    for (let i = 0; i < 100; i++, events++) {
      const pair = (events * 7919) % keys
      if (target !== null) target.audits.record(target.pairs, pair, TYPES[events % 5], START + 1e6, 8_200_000)
    }
    const now = process.hrtime.bigint()
    longest = Math.max(longest, Number(now - last) / 1e6)
    last = now
    if (going) setImmediate(turn)
  }
  // The first turn comes before the work: what is measured is what events wait.
  setImmediate(turn)
  await new Promise((done) => setImmediate(done))
  const began = process.hrtime.bigint()
  const result = await act()
  going = false
  const seconds = Number(process.hrtime.bigint() - began) / 1e9
  await new Promise((done) => setImmediate(done))
  return { result, seconds, longest, events }
}

const file = new SnapshotFile(path)
if (side === "write") {
  const store = filled()
  const { result, seconds, longest } = await beside(store, () => file.write(store))
  console.log(JSON.stringify({ megabytes: result / 1e6, seconds, longest }))
} else {
  const { result, seconds, longest } = await beside(null, () => file.read())
  if (result.store.pairs.count !== keys) throw new Error("not all pairs came back")
  console.log(JSON.stringify({ seconds, longest }))
}
