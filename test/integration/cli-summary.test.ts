/** `adaptive summary` on the recorded mainlog, and on what it cannot sum up. */
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, test } from "vitest"
import { Workplace } from "./command.js"

const TRAFFIC = fileURLToPath(new URL("../testdata/traffic/", import.meta.url))
const place = new Workplace()
afterAll(() => place.remove())

const SECTIONS = [
  "Top 3 bindings by number of receptions:",
  "Top 3 domains by number of receptions:",
  "Binding domains modified by Adaptive Delivery:",
  "Bounce classes by Adaptive binding/domain.",
  "Overall statistics:",
  "Adaptive Delivery Adjustments:",
  "Adaptive Delivery Suspensions:",
  "Adaptive Delivery Blackholes:",
  "Top 3 Permanent failure reasons:",
  "Top 3 Transient failure reasons:",
]

test("R8, #6165, BZ3400, BZ1752: every section, with what dry-run decided, each once", async () => {
  const args = ["--traffic", `${TRAFFIC}mainlog.gz`]
  const { code, stdout, stderr } = await place.adaptive(["summary", ...args, "--top", "3"])
  expect([code, stderr]).toEqual([0, ""])
  const lines = stdout.toString("utf8").split("\n")
  expect(lines.filter((line) => SECTIONS.includes(line))).toEqual(SECTIONS)
  const json = await place.adaptive(["dry-run", ...args, "--json"])
  const dryRun = JSON.parse(json.stdout.toString("utf8").trimEnd().split("\n").at(-1) as string)
  const rows = (title: string) => {
    const from = lines.indexOf(title) + 3
    return lines.slice(from, lines.indexOf("", from))
  }
  expect(rows("Adaptive Delivery Suspensions:")).toHaveLength(dryRun.suspensions.length)
  expect(rows("Adaptive Delivery Adjustments:")).toHaveLength(dryRun.parameters.length)
  expect(rows("Overall statistics:")[0]?.trim().split(/\D+/).slice(0, 2).map(Number)).toEqual([
    dryRun.events.reception,
    dryRun.events.delivery,
  ])
})

test("a log without receptions says what its percentages are of", async () => {
  const args = ["summary", "--traffic", `${TRAFFIC}postfix.log.gz`, "--year", "2026", "--top", "2"]
  const { code, stdout, stderr } = await place.adaptive(args)
  expect([code, stderr]).toEqual([
    0,
    "note: these logs tell no receptions: percentages are of deliveries and permanent failures\n",
  ])
  expect(stdout.toString("utf8")).toContain("Top 2 bindings by number of receptions:")
})

test("#5669, R18: a bounce log beside the traffic brings classes and out-of-band bounces", async () => {
  const start = "@m1@b1@c1"
  place.write({
    mainlog: `1790000000${start}@P@x.test@0@g1@b9@5@0@1.5@10.0.0.1@550 no such user\n`,
    bouncelog: [
      `1790000000${start}@B@u@x.test@s@y.test@g1@b9@5@10@0@10.0.0.1@550 no such user`,
      `1790000050@m2@b2@c2@B@u@x.test@s@y.test@g1@b9@21@22@0@10.0.0.1@550 [internal] [oob] mailbox is full`,
    ].join("\n"),
  })
  const { code, stdout } = await place.adaptive([
    "summary",
    "--traffic",
    "mainlog",
    "--bouncelog",
    "bouncelog",
    "--json",
  ])
  expect(code).toBe(0)
  const { overall, permanentReasons } = JSON.parse(stdout.toString("utf8"))
  expect(overall.permanents).toBe(2)
  expect(permanentReasons.map(({ text }: { text: string }) => text)).toEqual([
    "550 [internal] [oob] mailbox is full",
    "550 no such user",
  ])
})

describe("refused", () => {
  test.each([
    [["--traffic", "nosuch.log"], /error\[E_TRAFFIC_MISSING\]: .*nothing is summed up/],
    [["--traffic", "x", "--top", "0"], /write a whole number of lines, 1 to 9999/],
    [["--traffic", "x", "--top", "many"], /write a whole number of lines, 1 to 9999/],
    [["--traffic", "x", "--from", "20", "--to", "10"], /--from 20 is not before --to 10/],
    [["--traffic", "x", "--format", "mainlgo"], /unknown format "mainlgo"\n {2}hint: did you mean mainlog\?/],
    [["--traffic", "x", "--zone", "CET"], /write hours and minutes, e\.g\. \+02:00/],
    [["--traffic", "-", "--bouncelog", "-"], /standard input is named twice/],
  ])("%j", async (args, want) => {
    const { code, stdout, stderr } = await place.adaptive(["summary", ...args], { input: "" })
    expect([code, stdout.length]).toEqual([2, 0])
    expect(stderr).toMatch(want)
  })
})
