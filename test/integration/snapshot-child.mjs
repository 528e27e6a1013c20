/**
 * Counts and writes snapshots without end, to be killed in the middle of it. In generation N every
 * key has been counted N times; "written N" is told once the snapshot of generation N is on disk.
 */
import { SnapshotFile } from "../../dist/store/backing/snapshot.js"
import { Store } from "../../dist/store/store.js"

const [, , path, count] = process.argv
const keys = Number(count)
const AT = 1_790_000_000e6
const file = new SnapshotFile(path)
const restored = await file.read()
const store = restored?.store ?? new Store()
const audit = store.audits.define("outbound_audit1", { monitors: [{ sizeSec: 300, count: 1 }] })
store.series.define("s", { type: "string", monitors: [{ sizeSec: 300, count: 2 }], persist: true })
const last = store.series.count("s", "key 0", 0, 0, AT)
// What came after the snapshot was lost with the process: it is counted again.
store.series.add("s", "later", last - store.series.count("s", "later", 0, 0, AT), AT)
for (let generation = last + 1; ; generation++) {
  for (let key = 0; key < keys; key++) {
    const pair = store.pairs.of("b1", `d${key}.test`)
    store.touch(pair, AT)
    store.series.add("s", `key ${key}`, 1, AT)
    audit.record(store.pairs, pair, 1, AT, 1000)
  }
  const written = file.write(store)
  // Events go on while it is written: they belong to the next one.
  store.series.add("s", "later", 1, AT)
  await written
  process.stdout.write(`written ${generation}\n`)
}
