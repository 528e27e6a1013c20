/**
 * Snapshots on a real disk: what was written comes back, what is damaged is
 * refused and the one before it taken, and a process that is killed at any
 * moment leaves a whole state.
 */
import { spawn } from "node:child_process"
import { once } from "node:events"
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import fc from "fast-check"
import { afterAll, beforeEach, describe, expect, test } from "vitest"
import { SnapshotFile } from "../../src/store/backing/snapshot.js"
import { StoreFault } from "../../src/store/fault.js"
import type { Part } from "../../src/store/part.js"
import { Store } from "../../src/store/store.js"

const ROOT = mkdtempSync(join(tmpdir(), "adaptive-snapshot-"))
afterAll(() => rmSync(ROOT, { recursive: true, force: true }))
let folder = ""
let path = ""
beforeEach(() => {
  folder = mkdtempSync(join(ROOT, "case-"))
  path = join(folder, "state")
})

const AT = 1_790_000_000e6

/** A store with something of everything in it. */
function filled(pairs: number): Store {
  const store = new Store()
  store.startMicros = AT - 1000
  store.nowMicros = AT
  store.audits.define("outbound_audit1", {
    monitors: [
      { sizeSec: 300, count: 6 },
      { sizeSec: 1800, count: 4 },
    ],
  })
  store.audits.define("listed", { domainList: ["d1.test"], threshold: 5 })
  store.series.define("s", { type: "string", monitors: [{ sizeSec: 60, count: 3 }], persist: true })
  store.series.define("v6", { type: "cidr_ipv6", monitors: [{ sizeSec: 60, count: 3 }], persist: true })
  store.series.define("not kept", { type: "string", monitors: [{ sizeSec: 60, count: 3 }], persist: false })
  store.series.add("not kept", "k", 1, AT)
  store.gauges.define("g", { maxElems: 50, ttlSec: 60 })
  for (let i = 0; i < pairs; i++) {
    const pair = store.pairs.of(`b${i % 3}`, `d${i}.test`)
    const at = AT + i * 1000
    store.touch(pair, at)
    store.noteMx(pair, i % 4 === 0 ? null : `mx${i % 7}.test`)
    if (i % 5 === 0) store.suspend(pair, at + 3600e6)
    if (i % 7 === 0) store.blackhole(pair, at + 60e6)
    if (i % 10 === 0) store.override(pair)
    if (i % 3 === 0) store.adjust(pair, "retry_interval", 1200, 900 + i, at)
    if (i % 6 === 0) store.restart(pair)
    if (i % 2 === 0) store.countMatch(pair, `rule${i % 11}`, at, 20e6)
    if (i % 2 === 0) store.countMatch(pair, `rule${i % 11}`, at + 500, 20e6)
    if (i % 9 === 0) store.alert(pair, "suspension", at, 1e6)
    store.pairThrottles.take(pair, 100 + i, at)
    store.scopeThrottles.take(store.scopeNumber(`scope ${i % 4}`), 1000, at)
    store.series.add("s", `k@${i}:x`, i - 3, at)
    store.series.add("v6", `2001:db8::${(i % 50).toString(16)}`, 1, at)
    store.gauges.change("g", `g${i}`, 1, at)
    store.audits.record(store.pairs, pair, i % 4, at, i % 4 === 1 ? 8_000_000 + i : -1)
  }
  store.series.remove("s", "k@1:x")
  store.throttles.create("t", "3/60", AT)
  store.throttles.increment("t", AT, 2)
  const counter = store.counters.open("/c")
  if (counter !== null) counter.value = 42
  return store
}

const partsOf = (store: Store): Part[] => [...store.parts()]

test("what was written comes back, all of it, and goes on", async () => {
  for (const pairs of [0, 1, 500, 5000]) {
    const store = filled(pairs)
    const file = new SnapshotFile(path)
    const bytes = await file.write(store)
    expect(readFileSync(path).length).toBe(bytes)
    const restored = await new SnapshotFile(path).read()
    expect(restored?.path).toBe(path)
    expect(restored?.refused).toEqual([])
    const copy = restored?.store as Store
    expect(partsOf(copy)).toEqual(partsOf(store))
    expect(copy.series.spec("not kept")).toBe(null)
    for (const one of [store, copy]) {
      one.pairs.of("b9", "new.test")
      one.series.add("s", "new", 5, AT)
      one.audits.record(one.pairs, 0, 1, AT + 400e6, 5)
      one.lift(0, AT + 7200e6)
      one.recomputeDue()
    }
    expect(copy.nextDueMicros).toBe(store.nextDueMicros)
    expect(copy.audits.get("outbound_audit1").globalWindows(AT + 400e6)).toEqual(
      store.audits.get("outbound_audit1").globalWindows(AT + 400e6),
    )
    expect(partsOf(copy)).toEqual(partsOf(store))
  }
})

test("the same state gives the same bytes", async () => {
  await new SnapshotFile(path).write(filled(300))
  await new SnapshotFile(`${path}2`).write(filled(300).fork())
  expect(readFileSync(`${path}2`).equals(readFileSync(path))).toBe(true)
})

test("#5087, #5619: a snapshot is the state at the time of the call, whatever happens meanwhile", async () => {
  const store = filled(2000)
  const want = partsOf(filled(2000))
  const file = new SnapshotFile(path)
  const first = file.write(store)
  for (let i = 0; i < 2000; i++) {
    store.audits.record(store.pairs, i, 2, AT + i)
    store.suspend(i, AT + 1)
    store.adjust(i, "max_outbound_connections", 20, i, AT + i)
    store.pairs.of("other", `o${i}.test`)
    store.series.add("s", `k@${i}:x`, 100, AT)
    store.countMatch(i, "rule1", AT + 9e6, 20e6)
    store.pairThrottles.take(i, 5, AT + 1e9)
  }
  const second = file.write(store)
  await first
  const copy = (await file.read())?.store as Store
  await second
  // The second may have taken the name already; the first is the previous one then.
  const states = [partsOf(copy), partsOf((await file.read())?.store as Store)]
  expect(states[1]).toEqual(partsOf(store))
  copyFileSync(`${path}.previous`, `${path}3`)
  expect(partsOf((await new SnapshotFile(`${path}3`).read())?.store as Store)).toEqual(want)
})

describe("damage", () => {
  test("R16, MO-4892: anywhere is seen, and the previous snapshot is taken", async () => {
    const file = new SnapshotFile(path)
    await file.write(filled(20))
    await file.write(filled(40))
    const whole = readFileSync(path)
    const previous = partsOf((await new SnapshotFile(`${path}.previous`).read())?.store as Store)
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 0, max: whole.length - 1 })),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom("flip", "cut", "longer", "hole"),
        async (at, change, kind) => {
          const damaged =
            kind === "cut"
              ? whole.subarray(0, at)
              : kind === "longer"
                ? Buffer.concat([whole, Buffer.alloc(change, at & 255)])
                : Buffer.from(whole)
          if (kind === "flip") damaged[at] = (damaged[at] as number) ^ change
          if (kind === "hole") damaged.fill(0, at, Math.min(damaged.length, at + change * 16))
          fc.pre(!damaged.equals(whole))
          writeFileSync(path, damaged)
          // Of a head in which the version is damaged, nothing can be said but that.
          const isVersion = kind !== "cut" && at >= 12 && at < 16 && kind === "flip"
          if (isVersion) {
            await expect(file.read()).rejects.toMatchObject({ code: "E_SNAPSHOT_VERSION" })
            return
          }
          const restored = await file.read().catch((fault: unknown) => {
            if (kind === "hole" && (fault as StoreFault).code === "E_SNAPSHOT_VERSION")
              return "version" as const
            throw fault
          })
          if (restored === "version") return
          expect(restored?.path).toBe(`${path}.previous`)
          expect(restored?.refused.map(({ code }) => code)).toEqual(["E_SNAPSHOT_DAMAGED"])
          expect(restored?.refused[0]?.message).toMatch(/state: the snapshot is damaged at byte \d+ of \d+: /)
          expect(partsOf(restored?.store as Store)).toEqual(previous)
        },
      ),
      { numRuns: 150 },
    )
  })

  test("of both: refused, with both places told, and both files kept", async () => {
    const file = new SnapshotFile(path)
    await file.write(filled(2))
    await file.write(filled(2))
    writeFileSync(path, "")
    writeFileSync(`${path}.previous`, "adstore\n what is this")
    const fault = await file.read().catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(StoreFault)
    expect((fault as StoreFault).code).toBe("E_SNAPSHOT_DAMAGED")
    expect((fault as StoreFault).message).toContain(`${path}: the snapshot is damaged`)
    expect((fault as StoreFault).message).toContain(`${path}.previous: the snapshot is damaged`)
    expect((fault as StoreFault).message).toContain("none is whole, and nothing is changed")
    expect((fault as StoreFault).hint).toMatch(/^put a backup in its place, or move it away, /)
    expect(readdirSync(folder).sort()).toEqual(["state", "state.previous"])
  })

  test("the damaged one never takes the place of the whole one before it", async () => {
    const writer = new SnapshotFile(path)
    await writer.write(filled(2))
    await writer.write(filled(3))
    const whole = readFileSync(`${path}.previous`)
    for (const damage of ["", "adstore\n what is this"]) {
      writeFileSync(path, damage)
      const file = new SnapshotFile(path)
      expect((await file.read())?.path).toBe(`${path}.previous`)
      await file.write(filled(4))
      expect(readFileSync(`${path}.damaged`, "utf8")).toBe(damage)
      expect(readFileSync(`${path}.previous`).equals(whole)).toBe(true)
      expect((await file.read())?.store.pairs.count).toBe(4)
    }
    // Those that are whole follow one another as ever.
    const fourth = readFileSync(path)
    const file = new SnapshotFile(path)
    await file.read()
    await file.write(filled(5))
    expect(readFileSync(`${path}.previous`).equals(fourth)).toBe(true)
    expect(readdirSync(folder).sort()).toEqual(["state", "state.damaged", "state.previous"])
  })

  test("a newest one that vanished: the previous one is taken", async () => {
    const file = new SnapshotFile(path)
    await file.write(filled(2))
    await file.write(filled(3))
    rmSync(path)
    expect((await file.read())?.store.pairs.count).toBe(2)
  })

  test("none was ever written: there is nothing to restore", async () => {
    expect(await new SnapshotFile(path).read()).toBe(null)
  })
})

test.each([
  [2, "move the file away"],
  [4, "run the newer program"],
])(
  "a snapshot of version %d is refused, and the previous one is not taken for it",
  async (version, remedy) => {
    const file = new SnapshotFile(path)
    await file.write(filled(2))
    await file.write(filled(3))
    const bytes = readFileSync(path)
    bytes.writeUInt32LE(version, 12)
    writeFileSync(path, bytes)
    await expect(file.read()).rejects.toMatchObject({
      code: "E_SNAPSHOT_VERSION",
      message: `${path}: this is a snapshot of version ${version}; this program reads version 3`,
      hint: expect.stringContaining(remedy),
    })
    expect(readFileSync(path).equals(bytes)).toBe(true)
  },
)

test.each<[name: string, at: () => string]>([
  ["no such directory", () => join(folder, "nowhere", "state")],
  ["a file where a directory should be", () => join(path, "state")],
  [
    "a directory in its place",
    () => {
      mkdirSync(join(folder, "taken", "x"), { recursive: true })
      mkdirSync(join(folder, "taken.previous", "x"), { recursive: true })
      return join(folder, "taken")
    },
  ],
])("a snapshot that cannot be written is told, and loses nothing: %s", async (_name, at) => {
  await new SnapshotFile(path).write(filled(3))
  const store = filled(4)
  const before = partsOf(store)
  const target = at()
  const fault = await new SnapshotFile(target).write(store).catch((error: unknown) => error)
  expect(fault).toBeInstanceOf(StoreFault)
  expect(fault).toMatchObject({ code: "E_SNAPSHOT_WRITE", hint: expect.stringContaining("is kept") })
  expect((fault as Error).message).toContain(target)
  expect(partsOf(store)).toEqual(before)
  expect(existsSync(`${target}.new`)).toBe(false)
  expect((await new SnapshotFile(path).read())?.store.pairs.count).toBe(3)
})

test("killed a hundred times while it writes, a process always finds a whole state", {
  timeout: 300_000,
}, async () => {
  const keys = 3000
  const script = fileURLToPath(new URL("snapshot-child.mjs", import.meta.url))
  let seed = 7
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
    return Math.floor((seed / 2 ** 32) * below)
  }
  let acknowledged = 0
  let interrupted = 0
  let fromPrevious = 0
  for (let round = 0; round < 100; round++) {
    const child = spawn(process.execPath, [script, path, String(keys)], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    let lines = 0
    const wanted = 1 + random(4)
    const enough = new Promise<void>((resolve) => {
      let rest = ""
      child.stdout.on("data", (bytes: Buffer) => {
        const told = `${rest}${bytes}`.split("\n")
        rest = told.pop() as string
        for (const line of told) acknowledged = Number(line.replace("written ", ""))
        lines += told.length
        if (lines >= wanted) resolve()
      })
    })
    await enough
    // At any point of the next one: it takes some ten milliseconds.
    await new Promise((resolve) => setTimeout(resolve, random(40)))
    child.kill("SIGKILL")
    await once(child, "close")
    if (existsSync(`${path}.new`)) interrupted++
    const restored = await new SnapshotFile(path).read()
    if (restored === null) throw new Error("no state was found")
    expect(restored.refused).toEqual([])
    if (restored.path !== path) fromPrevious++
    const { series, audits } = restored.store
    const generation = series.count("s", "key 0", 0, 0, AT)
    // Every acknowledged snapshot is there; and it is of one generation throughout.
    expect(generation).toBeGreaterThanOrEqual(acknowledged)
    for (let key = 0; key < keys; key++) expect(series.count("s", `key ${key}`, 0, 0, AT)).toBe(generation)
    expect(series.count("s", "later", 0, 0, AT)).toBe(generation - 1)
    expect(audits.get("outbound_audit1").globalWindows(AT)[0]?.deliveries).toBe(generation * keys)
  }
  // It was indeed in the middle of writing, more often than not.
  expect(interrupted).toBeGreaterThan(20)
  console.log(
    `killed 100 times: ${interrupted} while writing, ${fromPrevious} times the previous one was taken`,
  )
})
