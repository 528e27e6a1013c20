/** Logs and records on disk: batches, rotation, what cannot be written, names of bindings that are no file names. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, beforeEach, describe, expect, test } from "vitest"
import { AdaptiveLog } from "../../src/sinks/adaptive-log.js"
import { fileNameOf } from "../../src/sinks/file-name.js"
import { Jlog } from "../../src/sinks/jlog.js"
import { LineFile } from "../../src/sinks/line-file.js"
import { LineFiles } from "../../src/sinks/line-files.js"
import { decision, SUSPENDED } from "../report/deciding.js"

const root = mkdtempSync(join(tmpdir(), "adaptive-sinks-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let dir = root
let faults: string[] = []
let count = 0
const tell = ({ code, message }: { code: string; message: string }): void => {
  faults.push(`${code} ${message.replaceAll(dir, "DIR")}`)
}
beforeEach(() => {
  dir = join(root, String(count++))
  mkdirSync(dir)
  faults = []
})

const lineFile = (path: string): LineFile => new LineFile(path, { unit: "line", tell })
const linesOf = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1)

describe("a file of lines", () => {
  test("is added to, in order, in batches of any size", async () => {
    const path = join(dir, "a.log")
    writeFileSync(path, "before\n")
    const file = lineFile(path)
    const lines = Array.from({ length: 5000 }, (_, i) => `${i} ${"ü".repeat(i % 50)}`)
    for (const [i, line] of lines.entries()) {
      file.line(line)
      if (i % 700 === 0) await file.flush()
    }
    await file.close()
    expect(linesOf(path)).toEqual(["before", ...lines])
    expect(faults).toEqual([])
  })

  test("is not made where nothing is written", async () => {
    const file = lineFile(join(dir, "a.log"))
    await file.flush()
    await file.close()
    expect(existsSync(file.path)).toBe(false)
  })

  test("begins a line of its own after one that was cut off", async () => {
    const path = join(dir, "a.log")
    writeFileSync(path, "whole\ncut of")
    const file = lineFile(path)
    file.line("next")
    await file.flush()
    file.line("last")
    await file.close()
    expect(linesOf(path)).toEqual(["whole", "cut of", "next", "last"])
  })

  test("may be moved away at any time: every line is in one of the files", async () => {
    const path = join(dir, "a.log")
    const file = lineFile(path)
    const wanted: string[] = []
    for (let round = 0; round < 20; round++) {
      for (let i = 0; i < 1000; i++) {
        const line = `${round} ${i} ${"x".repeat(100)}`
        wanted.push(line)
        file.line(line)
      }
      // The move meets a batch on its way, or comes between two.
      const writing = file.flush()
      if (round % 2 === 0) await writing
      if (existsSync(path)) renameSync(path, `${path}.${String(round).padStart(2, "0")}`)
      await writing
    }
    await file.close()
    const found = readdirSync(dir)
      .sort()
      .flatMap((name) => linesOf(join(dir, name)))
    expect(new Set(found)).toEqual(new Set(wanted))
    expect(found).toHaveLength(wanted.length)
  })

  test("that cannot be written is told once; lines are kept until it can", async () => {
    const path = join(dir, "later", "a.log")
    const file = lineFile(path)
    file.line("one")
    await file.flush()
    file.line("two")
    await file.flush()
    expect(faults).toEqual([
      expect.stringMatching(
        /^E_LOG_WRITE DIR\/later\/a\.log: cannot be written: ENOENT: .*: lines are kept and tried again, up to 4 MiB of them$/,
      ),
    ])
    mkdirSync(join(dir, "later"))
    file.line("three")
    await file.close()
    expect(linesOf(path)).toEqual(["one", "two", "three"])
    expect(faults).toHaveLength(1)
  })

  test.each([
    ["a directory", () => dir, "EISDIR"],
    ["below a file", () => join(dir, "file", "a.log"), "ENOTDIR"],
    ["a full disk", () => "/dev/full", "ENOSPC"],
  ])("%s: what is lost is counted", async (_, path, code) => {
    writeFileSync(join(dir, "file"), "")
    const file = lineFile(path())
    for (let i = 0; i < 3; i++) file.line(String(i))
    await file.close()
    expect(faults[0]).toContain(`cannot be written: ${code}`)
    expect(faults.slice(1)).toEqual([expect.stringMatching(/^E_LOG_WRITE .*: 3 lines are lost$/)])
  })

  test("what was lost is told when it can be written again", async () => {
    const path = join(dir, "later", "a.log")
    const file = lineFile(path)
    for (let i = 0; i < 6; i++) {
      file.line(`${i}${"x".repeat(1 << 20)}`)
      await file.flush()
    }
    expect([file.trouble, file.isIdle]).toEqual([expect.stringMatching(/^cannot be written: ENOENT/), false])
    mkdirSync(join(dir, "later"))
    await file.flush()
    expect([file.trouble, file.isIdle]).toEqual([null, true])
    expect(linesOf(path).map((line) => line[0])).toEqual([..."012"])
    await file.close()
    expect(faults.slice(1)).toEqual(["E_LOG_WRITE DIR/later/a.log: 3 lines are lost"])
  })

  test("more than may wait is counted", async () => {
    const file = lineFile("/dev/full")
    file.line("x".repeat(1 << 20))
    await file.flush()
    for (let i = 0; i < 5; i++) file.line("x".repeat(1 << 20))
    await file.close()
    expect(faults.at(-1)).toMatch(/: 6 lines are lost$/)
  })

  test("that can be written takes all at once, however much it is", async () => {
    const file = lineFile(join(dir, "a.log"))
    for (let i = 0; i < 9; i++) file.line(`${i}${"x".repeat(1 << 20)}`)
    await file.close()
    expect(linesOf(join(dir, "a.log")).map((line) => line[0])).toEqual([..."012345678"])
    expect(faults).toEqual([])
  })
})

describe("the adaptive log", () => {
  const settings = { least: "notice", isSplit: false } as const
  const made = (binding: string) => decision([SUSPENDED], { binding, alerts: ["suspension"] })

  test("one file for all", async () => {
    const log = new AdaptiveLog({ ...settings, directory: dir }, () => "mta1", new LineFiles("line", tell))
    for (const binding of ["b1", "b2"]) log.decision(made(binding), "g")
    await log.close()
    expect(readdirSync(dir)).toEqual(["adaptive.log"])
    expect(linesOf(join(dir, "adaptive.log")).map((line) => line.split("@")[3])).toEqual([
      "b1",
      "b1",
      "b2",
      "b2",
    ])
  })

  test("a file for each binding, none outside of the directory", async () => {
    const log = new AdaptiveLog(
      { ...settings, directory: dir, isSplit: true },
      () => null,
      new LineFiles("line", tell),
    )
    const bindings = [
      "b1",
      "../b1",
      "..",
      ".",
      "a/b",
      "b1%2F",
      "B 1",
      "x".repeat(300),
      "ü",
      "b\u00001",
      "default",
    ]
    for (const binding of bindings) log.decision(made(binding), "g")
    await log.close()
    const names = readdirSync(dir)
    expect(names).toHaveLength(bindings.length)
    expect(names).toEqual(
      expect.arrayContaining([
        "b1.log",
        "%2E.%2Fb1.log",
        "%2E..log",
        "%2E.log",
        "a%2Fb.log",
        "b1%252F.log",
        "B%201.log",
      ]),
    )
    expect(readdirSync(root)).toHaveLength(count)
    expect(faults).toEqual([])
  })

  test("a thousand bindings need no thousand open files", async () => {
    const log = new AdaptiveLog(
      { ...settings, directory: dir, isSplit: true },
      () => null,
      new LineFiles("line", tell),
    )
    for (let i = 0; i < 3000; i++) log.decision(made(`b${i % 1500}`), "g")
    await log.close()
    expect(readdirSync(dir)).toHaveLength(1500)
    expect(faults).toEqual([])
  })
})

describe("files that fail together", () => {
  test("flushes that meet lose no line", async () => {
    const files = new LineFiles("line", tell)
    const wanted: string[] = []
    const flushes: Promise<void>[] = []
    for (let i = 0; i < 200; i++) {
      const name = `${i % 3}.log`
      files.of(join(dir, name)).line(String(i))
      wanted.push(String(i))
      flushes.push(files.flush())
      if (i % 7 === 0) await flushes[i - (i % 5)]
    }
    await Promise.all(flushes)
    await files.close()
    const found = readdirSync(dir).flatMap((name) => linesOf(join(dir, name)))
    expect(found.sort()).toEqual(wanted.sort())
  })

  test("a few are told, and that there are more; all are written when they can be", async () => {
    const files = new LineFiles("line", tell)
    const path = (i: number) => join(dir, "later", `${i}.log`)
    for (let i = 0; i < 50; i++) files.of(path(i)).line(String(i))
    await files.flush()
    await files.flush()
    expect(faults).toHaveLength(11)
    expect(faults.at(-1)).toBe(
      "E_LOG_WRITE DIR/later: more files than 10 cannot be written: the others are not told",
    )
    expect(files.troubles.size).toBe(50)
    mkdirSync(join(dir, "later"))
    await files.flush()
    expect([files.troubles.size, readdirSync(join(dir, "later")).length, faults.length]).toEqual([0, 50, 11])
    rmSync(join(dir, "later"), { recursive: true })
    files.of(path(0)).line("again")
    await files.flush()
    expect(faults).toHaveLength(12)
  })
})

test("names of files: as they are where they can be, and each its own", () => {
  expect(["b1", "a.b-C_9"].map(fileNameOf)).toEqual(["b1", "a.b-C_9"])
  const name = fc.oneof(
    fc.string({ unit: "grapheme", maxLength: 400 }),
    fc.constantFrom("", ".", "..", "%2E", "~"),
  )
  fc.assert(
    fc.property(name, name, (one, other) => {
      const file = fileNameOf(one)
      expect(file).toMatch(/^(?!\.)[\w.%~-]{1,200}$/)
      if (one !== other) expect(file).not.toBe(fileNameOf(other))
    }),
  )
})

describe("records", () => {
  const file = () => ({ path: join(dir, "ad.rt"), subscribers: ["ad_stats", "other"] })

  test("a record a line, a position for each subscriber", async () => {
    const jlog = new Jlog(file(), new LineFiles("record", tell), tell)
    jlog.decision(decision([SUSPENDED]))
    await jlog.flush()
    writeFileSync(join(dir, "ad.rt.other"), "77\n")
    jlog.decision(decision([SUSPENDED], { binding: "b2" }))
    await jlog.close()
    expect(readdirSync(dir).sort()).toEqual(["ad.rt", "ad.rt.ad_stats", "ad.rt.other"])
    expect(linesOf(join(dir, "ad.rt")).map((line) => line.split("@").slice(2, 6))).toEqual([
      ["S", "b1", "a.test", "suspend"],
      ["S", "b2", "a.test", "suspend"],
    ])
    expect(readFileSync(join(dir, "ad.rt.ad_stats"), "utf8")).toBe("0\n")
  })

  test("a position that is there is its subscriber's", async () => {
    writeFileSync(join(dir, "ad.rt.other"), "77\n")
    await new Jlog(file(), new LineFiles("record", tell), tell).close()
    expect(readFileSync(join(dir, "ad.rt.other"), "utf8")).toBe("77\n")
    expect(faults).toEqual([])
  })

  test("a position that could not be made is made when it can be", async () => {
    const jlog = new Jlog(
      { ...file(), path: join(dir, "later", "ad.rt") },
      new LineFiles("record", tell),
      tell,
    )
    await jlog.flush()
    await jlog.flush()
    expect(faults).toHaveLength(2)
    mkdirSync(join(dir, "later"))
    await jlog.flush()
    expect(readdirSync(join(dir, "later")).sort()).toEqual(["ad.rt.ad_stats", "ad.rt.other"])
    expect(faults).toHaveLength(2)
  })

  test("where nothing can be written, each file is told", async () => {
    const jlog = new Jlog({ ...file(), path: join(dir, "no", "ad.rt") }, new LineFiles("record", tell), tell)
    jlog.decision(decision([SUSPENDED]))
    await jlog.close()
    expect(faults).toEqual([
      expect.stringMatching(/^E_LOG_WRITE DIR\/no\/ad\.rt\.ad_stats: the position .*ENOENT/),
      expect.stringMatching(/^E_LOG_WRITE DIR\/no\/ad\.rt\.other: the position .*ENOENT/),
      expect.stringMatching(/^E_LOG_WRITE DIR\/no\/ad\.rt: cannot be written: ENOENT/),
      "E_LOG_WRITE DIR/no/ad.rt: 1 record is lost",
    ])
  })
})
