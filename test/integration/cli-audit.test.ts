/** `adaptive dry-run --audit`, as a shell would run it. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Workplace } from "./command.js"

const place = new Workplace()
afterAll(() => place.remove())

/** The begin of a window of five minutes. */
const WINDOW = 1_789_999_200
const SAMPLE = [
  "aol.com 300/0: r: 107 d: 111 dt: 8.20 t: 2 f: 0",
  "aol.com 300/1: r: 190 d: 168 dt: 8.65 t: 1 f: 0",
  "aol.com 300/2: r: 143 d: 154 dt: 8.91 t: 0 f: 0",
  "aol.com 300/3: r: 264 d: 283 dt: 8.87 t: 1 f: 1",
  "aol.com 300/4: r: 240 d: 216 dt: 9.16 t: 3 f: 0",
  "aol.com 300/5: r: 194 d: 207 dt: 6.60 t: 0 f: 0",
  "aol.com 300/6: r: 264 d: 248 dt: 7.78 t: 3 f: 0",
]

/** A mainlog, and the same as plain events, of which the sample session tells. */
function traffic(): { mainlog: string; jsonl: string } {
  const lines: { at: number; log: string; json: string }[] = []
  const id = (n: number): string => `00/00-${n}-31B987F3@00/00-03736-F4101B54@00/00-04532-A3456B54`
  for (const sample of SAMPLE) {
    const form = /300\/(\d): r: (\d+) d: (\d+) dt: ([\d.]+) t: (\d+) f: (\d+)/
    const [offset = 0, r = 0, d = 0, dt = 0, t = 0, f = 0] = (form.exec(sample) ?? []).slice(1).map(Number)
    const add = (count: number, log: (at: number) => string, event: object): void => {
      for (let i = 0; i < count; i++) {
        const at = WINDOW - offset * 300 + Math.floor((i * 250) / count)
        const json = JSON.stringify({ time: at, binding: "b1", domain: "aol.com", ...event })
        lines.push({ at, log: `${at}@${id(lines.length)}@${log(at)}`, json })
      }
    }
    add(r, () => "R@bob@AOL.com@info@sender.example@10.0.1.1@201@esmtp@default@b1", { type: "reception" })
    add(d, () => `D@aol.com@266@default@b1@0@${dt}@10.0.0.1`, { type: "delivery", deliveryTime: dt })
    const slow = "451 4.3.2 something new"
    add(t, () => `T@aol.com@0@default@b1@9@0@3@10.0.0.1@${slow}`, { type: "transient", response: slow })
    const gone = "550 5.1.1 something else"
    add(f, () => `P@aol.com@0@default@b1@5@0@3@10.0.0.1@${gone}`, { type: "permanent", response: gone })
  }
  lines.sort((a, b) => a.at - b.at)
  return {
    mainlog: `${lines.map(({ log }) => log).join("\n")}\n`,
    jsonl: `${lines.map(({ json }) => json).join("\n")}\n`,
  }
}

beforeAll(() => {
  const { mainlog, jsonl } = traffic()
  place.write({
    "mainlog.ec": mainlog,
    "events.jsonl": jsonl,
    "none.lua": 'require("msys.adaptive") msys.adaptive.registerRules({})\n',
  })
})

const dryRun = (...args: string[]) => place.adaptive(["dry-run", "--rules", "none.lua", "--traffic", ...args])

describe("the session of the manual, from a log that makes it up", () => {
  test.each(["mainlog.ec", "events.jsonl"])("%s", async (file) => {
    const { code, stdout, stderr } = await dryRun(file, "--audit", "300,6", "--audit", "1800,4")
    expect([code, stderr]).toEqual([0, ""])
    const text = stdout.toString()
    const shown = text.split("\n").filter((line) => / aol\.com 300\//.test(line))
    expect(shown.map((line) => line.slice(23, 23 + (SAMPLE[3] as string).length).trimEnd())).toEqual(SAMPLE)
    // The busiest window has the longest bar, and what happened once is seen.
    expect(shown[3]).toMatch(/ {2}█{40}▒░$/)
    expect(shown[5]).toMatch(/ {2}█{29}$/)
    expect(text).toContain(" global 1800/1: r: 1295 d: 1276 dt: 8.31 t: 8 f: 1 ")
    expect(text.includes("dt counts from reception")).toBe(file === "mainlog.ec")
    expect(text).not.toContain("before the windows below")
  })

  test("as JSON, before the summary, the same bytes each time", async () => {
    const first = await dryRun("mainlog.ec", "--audit", "300,6", "--json")
    const lines = first.stdout
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    expect(lines.map(({ kind, domain }) => [kind, domain])).toEqual([
      ["audit", null],
      ["audit", "aol.com"],
      ["summary", undefined],
    ])
    const { windows, ...series } = lines[1]
    expect(series).toEqual({
      kind: "audit",
      instance: "outbound_audit1",
      domain: "aol.com",
      size: 300,
      count: 6,
      deliveryTimeFrom: "spool",
    })
    expect(windows).toHaveLength(7)
    expect(windows[3]).toEqual({
      offset: 3,
      from: WINDOW - 900,
      receptions: 264,
      deliveries: 283,
      deliveryTime: 8.87,
      transient: 1,
      permanent: 1,
    })
    const again = await dryRun("mainlog.ec", "--audit", "300,6", "--json")
    expect(again.stdout.equals(first.stdout)).toBe(true)
  })
})

test("a monitor that does not look back on all of it says which one would", async () => {
  const { stdout } = await dryRun("mainlog.ec", "--audit", "300,2")
  expect(stdout.toString()).toContain(
    'the traffic begins at 2026-09-21 13:30:00, before the windows below: --audit "300,6" looks back on all of it',
  )
})

test("one domain, a threshold", async () => {
  const domains = async (...args: string[]): Promise<unknown[]> => {
    const { stdout } = await dryRun("mainlog.ec", "--json", ...args)
    const lines = stdout
      .toString()
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line))
    return lines.filter(({ kind }) => kind === "audit").map(({ domain, size }) => [domain, size])
  }
  expect(await domains("--audit-domain", "Other.test")).toEqual([[null, 300]])
  expect(await domains("--audit-domain", "AOL.com")).toEqual([
    [null, 300],
    ["aol.com", 300],
  ])
  expect(await domains("--audit", "60,1", "--audit-threshold", "1402")).toEqual([[null, 60]])
  expect(await domains("--audit", "60,1", "--audit-threshold", "1401")).toEqual([
    [null, 60],
    ["aol.com", 60],
  ])
  expect(await domains()).toEqual([])
})

test("what a rule would have held back is not counted, and it is said", async () => {
  place.write({
    "hold.lua": `require("msys.adaptive")
msys.adaptive.registerRules({ ["aol.com"] = { responses = {
  { code = "something new", trigger = "1", action = {"suspend", "1 hours"} } } } })
`,
  })
  const run = (...args: string[]) =>
    place.adaptive(["dry-run", "--rules", "hold.lua", "--traffic", "mainlog.ec", "--audit", "300,6", ...args])
  const held = (await run()).stdout.toString()
  expect(held).toMatch(/ {2}[\d,]+ attempts held back would not have been made and are not counted/)
  expect(held).toContain(" global 300/0: r: 107 d: 0 ")
  const observed = (await run("--mode", "observe")).stdout.toString()
  expect(observed).not.toContain("held back would")
  expect(observed).toContain(` ${SAMPLE[0]}`)
})

test("windows that would take more memory than allowed end it, with the remedy", async () => {
  const event = (i: number): string =>
    JSON.stringify({ time: WINDOW + i, type: "delivery", domain: `d${i % 200}.test` })
  place.write({ "long.jsonl": `${Array.from({ length: 4000 }, (_, i) => event(i)).join("\n")}\n` })
  const run = (...args: string[]) => dryRun("long.jsonl", "--audit", "1,4000", ...args)
  const { code, stderr } = await run("--audit-memory", "1")
  expect(code).toBe(2)
  expect(stderr).toMatch(
    /the audit's windows of \d+ domains take more than 1 MiB\n {2}hint: write fewer or longer windows/,
  )
  expect((await run()).code).toBe(0)
})

describe("refused", () => {
  test.each([
    [["--audit", "300;6"], '--audit "300;6" is no monitor', '"SIZE,COUNT"'],
    [["--audit", "0,6"], '--audit "0,6" is no monitor', "1 to 1000000000"],
    [["--audit", "300,-6"], '--audit "300,-6" is no monitor', '"300,6"'],
    [["--audit", "five minutes"], '--audit "five minutes" is no monitor', '"300,6"'],
    [
      ["--audit", "300,6", "--audit", "300,7"],
      "two monitors have windows of 300 seconds",
      "keep the one with more windows",
    ],
    [["--audit-threshold", "1.5"], "threshold is 1.5", "whole number"],
    [["--audit-domain", "x".repeat(2000)], "has 2000 characters", "1 to 1024"],
  ])("%j", async (args, message, hint) => {
    const { code, stdout, stderr } = await dryRun("mainlog.ec", ...args)
    expect([code, stdout.toString()]).toEqual([2, ""])
    expect(stderr).toContain(message)
    expect(stderr).toContain("hint: ")
    expect(stderr).toContain(hint)
  })
})
