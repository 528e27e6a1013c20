/** `adaptive dry-run` as a shell runs it: the contract of cli.md, and every kind of bad input. */
import { readFileSync } from "node:fs"
import { gzipSync } from "node:zlib"
import { afterAll, describe, expect, test } from "vitest"
import { mainlogLine } from "../replay/replaying.js"
import { type Ended, Workplace } from "./command.js"

const place = new Workplace()
afterAll(() => place.remove())

const START = 1_790_000_000
const line = (sec: number, what: string, domain?: string): string =>
  `${mainlogLine((START + sec) * 1e6, what, domain)}\n`
const LOG =
  line(0, "ok") +
  line(1, "421 busy") +
  line(2, "421 busy") +
  line(3, "ok") +
  line(4, "550 no") +
  line(5, "ok", "b.test")
const RULES = `require('msys.adaptive')
msys.adaptive.registerRules({
  ["a.test"] = { responses = {
    { code = "^421 busy", trigger = "1/60", action = {"suspend", "10 minutes"} },
  } },
}, "replace")
`
place.write({
  "rules.lua": RULES,
  "bad-rules.lua": RULES.replace('"1/60"', '"5/0"'),
  "main.log": LOG,
  "main.log.gz": gzipSync(LOG),
  "empty.log": "",
})

const run = (...args: string[]): Promise<Ended> => place.adaptive(["dry-run", ...args])
const text = ({ stdout }: Ended): string => stdout.toString("utf8")
const records = (ended: Ended): Record<string, unknown>[] =>
  text(ended)
    .trimEnd()
    .split("\n")
    .map((one) => JSON.parse(one))

describe("answers", () => {
  test("--json: decisions in order, the summary last", async () => {
    const ended = await run("--traffic", "main.log", "--rules", "rules.lua", "--json")
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    const [decision, summary] = records(ended)
    expect(decision).toMatchObject({
      kind: "decision",
      at: START + 2,
      binding: "b1",
      domain: "a.test",
      source: "response",
      rule: { file: "rules.lua", line: 4, domain: "a.test", index: 1, code: "^421 busy" },
      line: 3,
      response: "421 busy",
      trigger: "1/60",
      count: 2,
    })
    expect(summary).toMatchObject({
      kind: "summary",
      lines: { read: 6, bad: 0, skipped: {} },
      held: { delivery: 1, transient: 0, permanent: 1 },
      suspensions: [{ binding: "b1", domain: "a.test", from: START + 2, until: START + 602, lifted: null }],
    })
    expect(Object.keys(summary ?? {}).slice(0, 9)).toEqual([
      "kind",
      "lines",
      "events",
      "local",
      "span",
      "rules",
      "suspensions",
      "blackholes",
      "leftOff",
    ])
  })

  test("--matches adds what did not fire", async () => {
    const kinds = records(await run("--traffic", "main.log", "--rules", "rules.lua", "--json", "--matches"))
    expect(kinds.map(({ kind }) => kind)).toEqual(["match", "decision", "summary"])
  })

  test("plain, gz and standard input give the same bytes", async () => {
    const args = ["--rules", "rules.lua", "--json"]
    const plain = text(await run("--traffic", "main.log", ...args))
    expect(text(await run("--traffic", "main.log.gz", ...args))).toBe(plain)
    const piped = await place.adaptive(["dry-run", "--traffic", "-", ...args], { input: gzipSync(LOG) })
    expect(piped).toMatchObject({ code: 0, stderr: "" })
    expect(text(piped)).toBe(plain)
  })

  test("text: what fired, what it would have held", async () => {
    const ended = await run("--traffic", "main.log", "--rules", "rules.lua")
    expect(ended.code).toBe(0)
    expect(text(ended)).toMatchInlineSnapshot(`
      "Traffic  main.log (mainlog)
        6 lines
        3 deliveries, 2 transient failures, 1 permanent failure
        2026-09-21 14:13:20 to 2026-09-21 14:13:25 (5 s)
        rules 4c254bfe9a56, mode simulate

      Rules that fired
          matched   fired  effects  first (UTC)          last (UTC)           rule
                2       1        1  2026-09-21 14:13:22  2026-09-21 14:13:22  rules.lua:4 ["a.test"] 1: ^421 busy

      What would have been held back
        1 rejection spared (0 transient, 1 permanent; 33.3 % of all failures)
        1 delivery delayed (33.3 % of all deliveries)

      Suspensions: 1
        from                 until                 spared delayed  pair, rule
        2026-09-21 14:13:22  2026-09-21 14:23:22        1       1  b1::a.test  rules.lua:4 (still in force at the end)
      "
    `)
  })

  test("--set, --mode observe, --from and --to", async () => {
    const off = records(
      await run("--traffic", "main.log", "--rules", "rules.lua", "--json", "--set", "adaptive_enabled=false"),
    )
    expect(off[0]).toMatchObject({ effects: [{ outcome: "ignored", reason: "disabled" }] })
    const observed = records(
      await run("--traffic", "main.log", "--rules", "rules.lua", "--json", "--mode", "observe"),
    )
    expect(observed[1]).toMatchObject({ held: { delivery: 0 }, unmatched: { failures: 1 } })
    const ranged = await run(
      "--traffic",
      "main.log",
      "--rules",
      "rules.lua",
      "--json",
      "--from",
      `${START + 2}`,
      "--to",
      `${START + 4}`,
    )
    expect(records(ranged)).toMatchObject([
      { events: { transient: 1, delivery: 1 }, lines: { skipped: { "out-of-range": 4 } } },
    ])
  })

  test("several files after one --traffic, shipped rules, no colours in a pipe", async () => {
    const ended = await run("--traffic", "main.log", "main.log.gz")
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    expect(text(ended)).toContain("12 lines")
    expect(text(ended)).not.toContain("\u001b")
  })

  test("a reader that leaves early is no error", async () => {
    const many = Array.from({ length: 30_000 }, (_, i) => line(i, "421 busy", `d${i}.test`)).join("")
    place.write({ "many.log": LOG + many })
    const ended = await place.shell(
      '$ADAPTIVE dry-run --traffic many.log --rules rules.lua --json --matches | head -c 10; echo "$PIPESTATUS"',
    )
    expect(ended.stderr).toBe("")
    expect(text(ended)).toMatch(/0\n$/)
  })
})

describe("bad input", () => {
  test.each([
    [
      "a missing file",
      ["--traffic", "nowhere.log"],
      "nowhere.log:1:1: error[E_TRAFFIC_MISSING]: no such file: nothing is replayed",
    ],
    [
      "a directory",
      ["--traffic", "."],
      ".:1:1: error[E_TRAFFIC_DIRECTORY]: is a directory: nothing is replayed",
    ],
    [
      "a path through a file",
      ["--traffic", "main.log/x"],
      "main.log/x:1:1: error[E_TRAFFIC_UNREADABLE]: cannot be read: ENOTDIR: nothing is replayed",
    ],
    [
      "another program's log",
      ["--traffic", "rules.lua"],
      "rules.lua:1:1: error[E_TRAFFIC_FORMAT]: is in no format known here; it begins with \"require('msys.adaptive')\": nothing is replayed",
    ],
    [
      "an unknown format",
      ["--traffic", "main.log", "--format", "mainlogg"],
      'adaptive: unknown format "mainlogg"\n  hint: did you mean mainlog?',
    ],
    [
      "an unknown mode",
      ["--traffic", "main.log", "--mode", "guess"],
      "Allowed choices are simulate, observe",
    ],
    [
      "an unknown option",
      ["--traffic", "main.log", "--set", "adaptive_enable=1"],
      "did you mean adaptive_enabled?",
    ],
    ["no time", ["--traffic", "main.log", "--from", "yesterday"], "write Unix seconds, e.g. 1790000000"],
    [
      "a range the wrong way round",
      ["--traffic", "main.log", "--from", "5", "--to", "4"],
      "--from 5 is not before --to 4",
    ],
    ["no traffic", [], "required option '--traffic <file...>' not specified"],
    ["standard input twice", ["--traffic", "-", "-"], "standard input is named twice"],
    ["a missing rule file", ["--traffic", "main.log", "--rules", "nothing.lua"], "E_FILE_MISSING"],
    [
      "traffic and rules that are both wrong",
      ["--traffic", "rules.lua", "--rules", "nothing.lua"],
      "there is no file or directory nothing.lua",
    ],
    ["a wrong year", ["--traffic", "main.log", "--year", "26"], "write a year, e.g. 2026"],
    [
      "a wrong offset",
      ["--traffic", "main.log", "--utc-offset", "2"],
      "write hours and minutes, e.g. +02:00",
    ],
  ])("%s", async (_title, args, message) => {
    const ended = await run(...args)
    expect(ended.stderr).toContain(message)
    expect(ended).toMatchObject({ code: 2 })
    expect(text(ended)).toBe("")
  })

  test("an empty file: said, and an empty summary", async () => {
    const ended = await run("--traffic", "empty.log", "--json")
    expect(ended.code).toBe(0)
    expect(ended.stderr).toBe(
      "empty.log:1:1: warning[E_TRAFFIC_EMPTY]: the file is empty: nothing of it is replayed\n  hint: check which file was meant\n",
    )
    expect(records(ended)).toMatchObject([
      { kind: "summary", lines: { read: 0 }, span: { from: null, to: null } },
    ])
  })

  test("a file of which no line can be read", async () => {
    const ended = await run("--traffic", "rules.lua", "--format", "mainlog", "--json")
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain(
      "rules.lua:1:1: warning[E_TRAFFIC_LINE]: 1 fields where a mainlog line has 12 or 14",
    )
    expect(ended.stderr).toContain("error[E_TRAFFIC_NOTHING]: no line of the file can be read as mainlog")
  })

  test("gzip that ends too early: what is there is replayed, and the end is named", async () => {
    const whole = gzipSync(Buffer.from(LOG.repeat(2000)))
    place.write({ "cut.log.gz": whole.subarray(0, whole.length - 100) })
    const ended = await run("--traffic", "cut.log.gz", "--rules", "rules.lua", "--json")
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(
      /cut\.log\.gz:\d+:1: error\[E_TRAFFIC_CUT\]: the gzip data ends too early here: \d+ lines before it are replayed/,
    )
    expect(records(ended).at(-1)).toMatchObject({ kind: "summary", suspensions: [{ domain: "a.test" }] })
  })

  test("a zstd segment that is still being written: what is there is replayed, and that is fine", async () => {
    const whole = readFileSync(new URL("../testdata/ingest/deliveries.jsonl.zst", import.meta.url))
    place.write({ "open.zst": whole.subarray(0, whole.length - 400) })
    const ended = await run("--traffic", "open.zst", "--rules", "rules.lua", "--json")
    expect(ended.code).toBe(0)
    expect(ended.stderr).toMatch(
      /^open\.zst:\d+:1: info\[E_TRAFFIC_SEGMENT\]: the zstd data ends in mid-frame here: \d+ lines before it are replayed/,
    )
  })

  test("stamps without a year", async () => {
    const stamped = (day: number): string =>
      `Feb ${day} 10:00:00 mail postfix/b1/smtp[7]: 4ABC: to=<u@a.test>, relay=mx.a.test[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 OK)\n`
    place.write({ "postfix.log": stamped(28) + stamped(29) })
    const ended = await run("--traffic", "postfix.log", "--rules", "rules.lua", "--json")
    expect(ended.stderr).toContain(
      "postfix.log:1:1: info[E_TRAFFIC_YEAR]: the stamps name no year: 2000 is assumed",
    )
    expect(records(ended)).toMatchObject([{ span: { to: Date.UTC(2000, 1, 29, 10) / 1000 } }])
    const args = [
      "--traffic",
      "postfix.log",
      "--rules",
      "rules.lua",
      "--json",
      "--year",
      "2028",
      "--utc-offset",
      "+02:00",
    ]
    const dated = await run(...args)
    expect(dated.stderr).toBe("")
    expect(records(dated)).toMatchObject([{ span: { to: Date.UTC(2028, 1, 29, 8) / 1000 } }])
  })

  test("damaged gzip", async () => {
    const whole = Buffer.from(gzipSync(Buffer.from(LOG.repeat(50))))
    whole.fill(0xff, 60, 80)
    place.write({ "damaged.log.gz": whole })
    const ended = await run("--traffic", "damaged.log.gz", "--format", "mainlog", "--json")
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain("error[E_TRAFFIC_DAMAGED]: the gzip data is damaged here")
  })

  const bad = async (
    content: string | Buffer,
  ): Promise<{ ended: Ended; summary: Record<string, unknown> | undefined }> => {
    place.write({ "bad.log": content })
    const ended = await run("--traffic", "bad.log", "--rules", "rules.lua", "--json")
    return { ended, summary: records(ended).at(-1) }
  }

  // what stands among good lines | the reason told
  test.each([
    [
      "a line of 1 MB",
      "x".repeat(1 << 20),
      "bad.log:4:1: warning[E_TRAFFIC_LINE]: the line is 1048576 bytes long, more than any line of this format",
    ],
    ["NUL bytes", "\0\0\0\0", "bad.log:4:1: warning[E_TRAFFIC_LINE]: the line holds NUL bytes"],
    [
      "the year 2100",
      mainlogLine(4_102_444_800 * 1e6, "ok"),
      'bad.log:4:1: warning[E_TRAFFIC_LINE]: time "4102444800000000" lies before 1970 or after 2099',
    ],
    [
      "a day ahead and back",
      mainlogLine((START + 90_000) * 1e6, "ok"),
      "its time jumps ahead by 89998 s and the lines after it jump back",
    ],
    [
      "a day back",
      mainlogLine((START - 86_400) * 1e6, "ok"),
      "its time lies 86402 s before that of lines above it",
    ],
    ["another format", '{"time":1790000000,"type":"delivery"}', "1 fields where a mainlog line has 12 or 14"],
    [
      "a bouncelog line",
      `${START}@m@b@c@B@u@a.test@f@s@g@b@5@10@1@1@no`,
      'record type "B" stands in a bouncelog',
    ],
  ])("%s: told with its place, and nothing else lost", async (_title, wrong, reason) => {
    const lines = LOG.trimEnd().split("\n")
    lines.splice(3, 0, wrong)
    const { ended, summary } = await bad(`${lines.join("\n")}\n`)
    expect(ended.stderr).toContain(reason)
    expect(ended.code).toBe(0)
    expect(summary).toMatchObject({
      lines: { read: 7, bad: 1 },
      events: { delivery: 3, transient: 2, permanent: 1 },
    })
  })

  test("a byte order mark is no part of the first line", async () => {
    const event = (time: number): string =>
      JSON.stringify({ time, type: "transient", binding: "b1", domain: "a.test", response: "421 busy" })
    place.write({ "bom.jsonl": `\ufeff${event(1)}\r\n${event(2)}\r\n` })
    const ended = await run("--traffic", "bom.jsonl", "--rules", "rules.lua", "--json")
    expect(records(ended)).toMatchObject([
      { kind: "decision", at: 2, line: 2 },
      { lines: { read: 2, bad: 0 } },
    ])
  })

  test("Latin-1 text is text", async () => {
    const rules = RULES.replace("^421 busy", "trop occupé")
    place.write({
      "latin.lua": rules,
      "latin.log": Buffer.from(line(0, "421 trop occupé") + line(1, "421 trop occupé"), "latin1"),
    })
    const ended = await run("--traffic", "latin.log", "--rules", "latin.lua", "--json")
    expect(records(ended)[0]).toMatchObject({ kind: "decision", response: "421 trop occupé" })
  })

  test("many bad lines: the first ten, a count of the rest, or all", async () => {
    place.write({ "noise.log": LOG + "noise\n".repeat(25) })
    const some = await run("--traffic", "noise.log", "--rules", "rules.lua")
    expect(some.stderr.match(/E_TRAFFIC_LINE/g)).toHaveLength(10)
    expect(some.stderr).toContain("noise.log: 15 more lines like these are left out (--all-bad tells each)")
    expect(text(some)).toContain("31 lines, 25 of them unreadable")
    const all = await run("--traffic", "noise.log", "--rules", "rules.lua", "--all-bad")
    expect(all.stderr.match(/E_TRAFFIC_LINE/g)).toHaveLength(25)
  })

  test("rules with errors are refused, unless forced", async () => {
    const refused = await run("--traffic", "main.log", "--rules", "rules.lua", "--rules", "bad-rules.lua")
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain("bad-rules.lua:4:37: error[E_TRIGGER_SYNTAX]")
    expect(refused.stderr).toContain(
      "the rules have 1 error: nothing is replayed\n  hint: mend them, or have what is valid replayed with --force",
    )
    expect(text(refused)).toBe("")
    const forced = await run("--traffic", "main.log", "--rules", "bad-rules.lua", "--force", "--json")
    expect(forced.code).toBe(0)
    expect(forced.stderr).toContain(
      "note: the rules have 1 error (see adaptive check); what is valid is replayed",
    )
    expect(records(forced)).toHaveLength(1)
  })

  test("failures without deliveries, and without temporary ones, are pointed out", async () => {
    place.write({
      "only-permanent.log": line(0, "550 no"),
      "no-delivery.log": line(0, "550 no") + line(1, "421 x"),
    })
    const one = await run("--traffic", "only-permanent.log")
    expect(one.stderr).toContain("warning[E_TRAFFIC_TRANSIENTS]")
    expect(one.stderr).toContain("warning[E_TRAFFIC_DELIVERIES]: the traffic has failures and no deliveries")
    const other = await run("--traffic", "no-delivery.log")
    expect(other.stderr).not.toContain("E_TRAFFIC_TRANSIENTS")
  })
})
