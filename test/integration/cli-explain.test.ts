/** The built `adaptive explain` from the outside: text, JSON, `--set`, and rules that are no good. Source: cli.md. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Ended, Workplace } from "./command.js"
import { BAD, GOOD } from "./samples.js"

const place = new Workplace()
const adaptive = (...args: string[]): Promise<Ended> => place.adaptive(args)
const text = ({ stdout }: Ended): string => stdout.toString("utf8")

const RULE_KEYS = ["id", "file", "line", "domain", "index", "code"]
const EFFECT_KEYS = ["action", "args", "outcome", "reason", "option", "from", "to", "until"]

beforeAll(() => place.write({ "good.lua": GOOD, "bad.lua": BAD }))
afterAll(() => place.remove())

describe("explain", () => {
  const explain = (...args: string[]): Promise<Ended> => adaptive("explain", "--rules", "good.lua", ...args)

  test("a match, as text", async () => {
    const { code, stdout, stderr } = await explain(
      "--domain",
      "B.test",
      "--response",
      "450 slow",
      "--at",
      "1000",
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout.toString()).toBe(`default::B.test uses the rules of "a.test"
  no    good.lua:5 ["a.test"] rule 1: ^421 busy
  MATCH good.lua:6 ["a.test"] rule 2: ^450
        matched text: "450"
        trigger 1: fires on every match
Then:
  done throttle down: outbound_throttle_messages 1000 -> 800
  done reduce_connections 2: max_outbound_connections 32 -> 30
Class: 70 Transient Failure (transient)
`)
  })

  test("a suspension, its end, and the message", async () => {
    const ended = await explain(
      "--domain",
      "a.test",
      "--binding",
      "b7",
      "--response",
      "421 busy",
      "--at",
      "1000.5",
    )
    expect(text(ended)).toBe(`b7::a.test uses its own rules
  MATCH good.lua:5 ["a.test"] rule 1: ^421 busy
        matched text: "421 busy"
        trigger 5/60: fires when more than 5 matches fall into 60 seconds
        message: busy
Then:
  done suspend 30 minutes, until 1970-01-01 00:46:40
Class: 70 Transient Failure (transient)
`)
  })

  test("a rule that observes, and one that nothing matches", async () => {
    expect(text(await explain("--domain", "a.test", "--response", "451 x"))).toContain(
      "Then:\n  not done transcode 554: the rule only observes\n",
    )
    expect(text(await explain("--domain", "a.test", "--response", "250 ok"))).toContain(
      "No rule matches this reply: nothing happens.\n",
    )
    expect(text(await explain("--domain", "z.test", "--response", "421"))).toBe(
      "default::z.test uses no rules\nNo rules apply.\nClass: 70 Transient Failure (transient)\n",
    )
  })

  test("the bounce class of a reply: the shipped classification, also beside other rules", async () => {
    const blocked = ["--domain", "z.test", "--response", "554 5.7.1 blocked using zen.spamhaus.org"]
    expect(text(await explain(...blocked))).toContain("\nClass: 51 Spam Block (spam-block)\n")
    const json = JSON.parse(text(await explain("--json", ...blocked)))
    expect(json.bounceClass).toEqual({ code: 51, name: "Spam Block", label: "spam-block" })
  })

  test("the bounce class of a domain's provider, and of a script of one's own", async () => {
    const slow = ["--domain", "firm.test", "--response", "421 Reject due to policy restrictions."]
    expect(text(await explain(...slow))).toContain("Class: 50 Mail Block (policy-block)\n")
    expect(text(await explain(...slow, "--mx", "mx00.kundenserver.de"))).toContain(
      "Class: 70 Transient Failure (rate-limit)\n",
    )
    place.write({
      "own.lua": `msys.bounce.registerClassification({
        classes = { odd = { code = 97, name = "Odd" } },
        overrides = { ["firm.test"] = { { class = "odd", markers = { "policy" } } } },
      })`,
    })
    expect(text(await explain(...slow, "--rules", "own.lua"))).toContain("Class: 97 Odd (odd)\n")
  })

  test("as JSON", async () => {
    const ended = await explain("--json", "--domain", "b.test", "--response", "450 slow", "--at", "1000")
    const answer = JSON.parse(text(ended))
    expect(text(ended)).toMatch(/^[^\n]+\n$/)
    expect(Object.keys(answer)).toEqual([
      "binding",
      "domain",
      "rulesDomain",
      "considered",
      "match",
      "matchedText",
      "trigger",
      "effects",
      "message",
      "notes",
      "bounceClass",
    ])
    expect(Object.keys(answer.considered[0])).toEqual(["rule", "matched"])
    expect(Object.keys(answer.considered[0].rule)).toEqual(RULE_KEYS)
    expect(Object.keys(answer.match)).toEqual(RULE_KEYS)
    for (const effect of answer.effects) expect(Object.keys(effect)).toEqual(EFFECT_KEYS)
    expect(answer).toMatchObject({
      binding: "default",
      domain: "b.test",
      rulesDomain: "a.test",
      considered: [{ matched: false }, { matched: true }],
      match: { file: "good.lua", line: 6, domain: "a.test", index: 2, code: "^450" },
      matchedText: "450",
      trigger: "1",
      effects: [
        {
          action: "throttle",
          args: ["down"],
          outcome: "applied",
          reason: null,
          option: "outbound_throttle_messages",
          from: 1000,
          to: 800,
          until: null,
        },
        {
          action: "reduce_connections",
          args: ["2"],
          outcome: "applied",
          reason: null,
          option: "max_outbound_connections",
          from: 32,
          to: 30,
          until: null,
        },
      ],
    })
  })

  test("as JSON, without a match", async () => {
    const answer = JSON.parse(text(await explain("--json", "--domain", "z.test", "--response", "")))
    expect(answer).toEqual({
      binding: "default",
      domain: "z.test",
      rulesDomain: null,
      considered: [],
      match: null,
      matchedText: null,
      trigger: null,
      effects: [],
      message: null,
      notes: [],
      bounceClass: { code: 1, name: "Undetermined", label: "undetermined" },
    })
  })

  test("--set gives options, the last of several winning", async () => {
    const ended = await explain(
      "--domain",
      "a.test",
      "--response",
      "450",
      "--set",
      "max_outbound_connections=20",
      "--set",
      "Max_Outbound_Connections = 10",
    )
    expect(text(ended)).toContain("max_outbound_connections 10 -> 8")
  })

  test("--set adaptive_enabled=off", async () => {
    expect(
      text(await explain("--domain", "a.test", "--response", "421 busy", "--set", "adaptive_enabled=off")),
    ).toContain("not done suspend 30 minutes: adaptive delivery does not act here")
  })

  test.each([
    [
      "max_outbound_connections",
      '"max_outbound_connections" sets nothing',
      "write --set OPTION=VALUE, e.g. --set max_outbound_connections=20",
    ],
    ["=5", '"=5" sets nothing', "write --set OPTION=VALUE, e.g. --set max_outbound_connections=20"],
    [
      "max_retries=",
      '"max_retries=" sets nothing',
      "write --set OPTION=VALUE, e.g. --set max_outbound_connections=20",
    ],
    ["max_retry=5", 'unknown option "max_retry"', "did you mean max_retries?"],
    ["max_retries=many", 'max_retries cannot be "many"', 'write a number of at least 0, "auto" or "none"'],
    ["max_retries=-1", 'max_retries cannot be "-1"', 'write a number of at least 0, "auto" or "none"'],
    [
      "outbound_throttle_messages=5/0",
      'outbound_throttle_messages cannot be "5/0"',
      'write "N" per second or "N/SECONDS"',
    ],
    [
      "adaptive_enabled=maybe",
      'adaptive_enabled cannot be "maybe"',
      "write on or off (true, yes, enabled and 1 are the same as on)",
    ],
  ])("--set %s is refused", async (assignment, message, hint) => {
    const { code, stdout, stderr } = await explain(
      "--domain",
      "a.test",
      "--response",
      "421",
      "--set",
      assignment,
    )
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({
      code: 2,
      stdout: "",
      stderr: `adaptive: ${message}\n  hint: ${hint}\n`,
    })
  })

  test("rules with errors: what is valid is used, and a note says so", async () => {
    const ended = await adaptive("explain", "--rules", "bad.lua", "--domain", "a.test", "--response", "421")
    expect(ended.code).toBe(0)
    expect(ended.stderr).toBe("note: the rules have 2 errors (see adaptive check); what is valid is used\n")
  })

  test("rules that cannot be read", async () => {
    const ended = await adaptive("explain", "--rules", "gone.lua", "--domain", "a.test", "--response", "421")
    expect({ code: ended.code, stdout: text(ended), stderr: ended.stderr }).toEqual({
      code: 2,
      stdout: "",
      stderr:
        "gone.lua:1:1: error[E_FILE_MISSING]: there is no file or directory gone.lua\n  hint: check the path; a relative one is taken from the current directory\n",
    })
  })
})
