/** `adaptive dry-run --console`: the console on the state that a replay leaves behind, as a shell runs it. */
import { afterAll, describe, expect, test } from "vitest"
import { mainlogLine } from "../replay/replaying.js"
import { type Ended, Workplace } from "./command.js"

const place = new Workplace()
afterAll(() => place.remove())

const START = 1_790_000_000
const line = (sec: number, what: string, domain: string, binding = "default"): string =>
  `${mainlogLine((START + sec) * 1e6, what, domain, binding).replace("@g1@", "@default@")}\n`

place.write({
  "rules.lua": `require('msys.adaptive')
msys.adaptive.registerRules({
  ["gmail.com"] = { responses = {
    { code = "^421 busy", trigger = "1", action = {"suspend", "4 hours"} } } },
  ["a.test"] = { responses = {
    { code = "^450 slow", trigger = "1", action = {"throttle", "down"} } },
    configuration = { outbound_throttle_messages = 1000 } },
}, "replace")
`,
  "main.log":
    line(0, "ok", "a.test", "b1") +
    line(10, "421 busy", "gmail.com") +
    line(20, "450 slow", "a.test", "b1") +
    line(91, "ok", "a.test", "b1"),
})

const run = (...args: string[]): Promise<Ended> =>
  place.adaptive(["dry-run", "--traffic", "main.log", "--rules", "rules.lua", ...args])
const says = (...commands: string[]): string[] => commands.flatMap((command) => ["--console", command])
const text = ({ stdout }: Ended): string => stdout.toString("utf8")

test("replies after the report, at the time of the last event, each on what the one before it left", async () => {
  const ended = await run(
    ...says(
      "adaptive suspensions",
      "adaptive override \u2013domain gmail.com",
      "adaptive suspensions --all",
      "adaptive list --age",
      "adaptive reset",
      "adaptive warmup",
    ),
  )
  expect(ended).toMatchObject({ code: 0, stderr: "" })
  const [report, ...replies] = text(ended).split("\n> ")
  expect(report).toContain("Suspensions: 1")
  // What the console changes comes after what is reported.
  expect(report).toContain("outbound_throttle_messages 1000 -> 800")
  expect(replies.join("\n> ")).toBe(`adaptive suspensions
Group/Binding                                     Domain       TTL  Enable
--------------------------------------------------------------------------
default                                        gmail.com     14319       1

> adaptive override \u2013domain gmail.com
Overrode 1 entries

> adaptive suspensions --all
Group/Binding                                     Domain       TTL  Enable
--------------------------------------------------------------------------
default                                        gmail.com     14319       0

> adaptive list --age
Group/Binding               Domain               Opt   Value   Age
--------------------------------------------------------------------------
default/b1                  a.test outbound_throttle_messages     800    71

> adaptive reset
Reset 1 entries

> adaptive warmup
Group/Binding                                                          Age
--------------------------------------------------------------------------
default                                                                 81
default/b1                                                              91
`)
})

test("--json: a line each before the summary, which stays last", async () => {
  const ended = await run(
    "--json",
    ...says("adaptive override", "outbound_audit:outbound_audit1 show domains"),
  )
  const records = text(ended)
    .trimEnd()
    .split("\n")
    .map((one) => JSON.parse(one))
  expect(records.map(({ kind }) => kind)).toEqual(["decision", "decision", "console", "console", "summary"])
  expect(records[2]).toEqual({
    kind: "console",
    command: "adaptive override",
    ok: true,
    text: "Overrode 1 entries",
  })
  expect(records[3]).toEqual({
    kind: "console",
    command: "outbound_audit:outbound_audit1 show domains",
    ok: false,
    text: "No such instance 'outbound_audit1'; there is none",
  })
  expect(ended.code).toBe(1)
  expect((await run("--json", ...says("adaptive override"))).code).toBe(0)
})

test("outbound_audit as --audit defines it", async () => {
  const ended = await run("--audit", "300,1", ...says("outbound_audit:outbound_audit1 show domain a.test"))
  expect(text(ended)).toContain("\na.test 300/0: r: 0 d: 2 dt: 0.50 t: 1 f: 0\n")
})

describe("a command that is refused", () => {
  test("is told, the others are given all the same, and the status is 1", async () => {
    const ended = await run(...says("adaptive suspension", "", "cache list entries"))
    expect(ended.code).toBe(1)
    const [, ...replies] = text(ended).split("\n> ")
    expect(replies[0]).toBe(
      "adaptive suspension\nUnknown command 'suspension'; did you mean 'suspensions'?\n",
    )
    expect(replies[1]).toBe("\n")
    expect(replies[2]).toContain("         2 adaptive_bd_cache\n")
  })

  test("cannot write to the terminal", async () => {
    const ended = await run(...says("\u001b[2J\u0007"))
    expect(ended.code).toBe(1)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: that is what must not come through.
    expect(text(ended)).not.toMatch(/[\u0007\u001b]/)
  })
})
