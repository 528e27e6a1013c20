/**
 * The built commands with `--config`: a configuration that is valid, one that is
 * not, one that is not there; and the rule files that its scripts lead to.
 * Source: cli.md, conventions; configuration.md section 5.
 */
import { symlinkSync, truncateSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Ended, Workplace } from "./command.js"

const place = new Workplace()
const adaptive = (...args: string[]): Promise<Ended> => place.adaptive(args)
const text = ({ stdout }: Ended): string => stdout.toString("utf8")

const CONF = `adaptive_enabled = true
max_outbound_connections = 10
adaptive {}
alerting {}
inbound_audit {}
scriptlet "scriptlet" {
  script "adaptive" { source = "msys.adaptive" }
  script "boot" { source = "msys.boot" }
  script "by path" { source = "lua/by_path.lua" }
  script "by name" { source = "custom.by_name" }
  script "by name again" { source = "custom.by_name" }
  script "policy" { source = "policy" }
}
binding "b1" { domain "a.test" { adaptive_max_outbound_connections = (4 9) } }
`

const ruleFile = (domain: string, code: string): string => `require('msys.adaptive')
msys.adaptive.registerRules({ ["${domain}"] = { responses = {
  { code = "^${code}", trigger = "1", action = {"reduce_connections", "2"}, message = "m" },
} } })
`
const SYSTEM = `module("msys.adaptive_rules", package.seeall)
Rules = { ["system.test"] = { responses = {
  { code = "^421", trigger = "1", action = {"suspend", "1 hours"}, message = "m" },
} } }
`

beforeAll(() => {
  place.write({
    "etc/ecelerity.conf": CONF,
    "etc/lua/by_path.lua": ruleFile("a.test", "450 path"),
    "etc/scriptlets/custom/by_name.lua": ruleFile("b.test", "450 name"),
    "etc/policy.lua": `local mod = {}\nmsys.registerModule("policy", mod)\n`,
    "etc/invalid.conf": `${CONF}adaptive_enabeld = true\n`,
    "etc/warnings.conf": `${CONF}log_base = /var/log\n`,
    "etc/nodes.conf": 'include "own.conf"\n',
    "etc/mta1/own.conf": CONF,
    "with-system/ecelerity.conf": CONF,
    "with-system/default/scriptlets/msys/adaptive_rules.lua": SYSTEM,
    "with-system/lua/by_path.lua": ruleFile("a.test", "450 path"),
    "with-system/scriptlets/custom/by_name.lua": ruleFile("b.test", "450 name"),
    "bad-rules/ecelerity.conf": CONF,
    "bad-rules/policy.lua": "-- uses msys.adaptive\nregisterRules(",
    "own.lua": ruleFile("own.test", "450 own"),
    "traffic.jsonl": [1, 2, 3]
      .map((n) =>
        JSON.stringify({
          type: "transient",
          time: 1000 + n,
          binding: "b1",
          domain: "a.test",
          response: "450 path",
        }),
      )
      .join("\n"),
    "large.conf": "",
  })
  truncateSync(place.path("large.conf"), 65 * 2 ** 20)
  symlinkSync("ecelerity.conf", place.path("etc/link.conf"))
})
afterAll(() => place.remove())

describe("check --config", () => {
  test("a valid one, with the rules that its scripts lead to", async () => {
    const { code, stdout, stderr } = await adaptive("check", "--config", "with-system/ecelerity.conf")
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout.toString()).toMatch(
      /^Configuration valid\nvalid: revision \w+, 3 domains, 0 aliases, 3 rules, 0 configurations; 0 errors, 0 warnings\n$/,
    )
  })

  test("an invalid one: nothing on standard output", async () => {
    const ended = await adaptive("check", "--config", "etc/invalid.conf")
    expect({ ...ended, stdout: text(ended), tookMs: 0 }).toEqual({
      code: 1,
      signal: null,
      tookMs: 0,
      stdout: "",
      stderr: `etc/invalid.conf:15:1: error[E_CONF_UNKNOWN]: unknown option 'adaptive_enabeld' in scope global; did you mean 'adaptive_enabled'?
  adaptive_enabeld = true
  ^
  hint: the README lists the options of each scope; the configuration is not used while it has errors
`,
    })
  })

  test("one that is not there", async () => {
    const ended = await adaptive("check", "--config", "none.conf")
    expect({ code: ended.code, stdout: text(ended) }).toEqual({ code: 2, stdout: "" })
    expect(ended.stderr).toContain("No configuration found at none.conf")
  })

  test("one that cannot be read", async () => {
    const ended = await adaptive("check", "--config", "large.conf")
    expect({ code: ended.code, stdout: text(ended) }).toEqual({ code: 2, stdout: "" })
    expect(
      ended.stderr,
    ).toBe(`large.conf:1:1: error[E_FILE_UNREADABLE]: it has 68157440 bytes, more than the 67108864 that a configuration may have
  hint: name the configuration itself
`)
  })

  test("as JSON: findings of configuration and rules in one list", async () => {
    const ended = await adaptive("check", "--config", "etc/invalid.conf", "--json")
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({ code: 1, stderr: "" })
    expect(JSON.parse(text(ended))).toMatchObject({
      ok: false,
      diagnostics: [
        { severity: "error", code: "E_CONF_UNKNOWN", file: "etc/invalid.conf", line: 15, column: 1 },
      ],
    })
    const valid = JSON.parse(
      text(await adaptive("check", "--config", "with-system/ecelerity.conf", "--json")),
    )
    expect(valid).toMatchObject({ ok: true, domains: 3, responses: 3, diagnostics: [] })
  })

  test("warnings end with 3 when asked", async () => {
    const lax = await adaptive("check", "--config", "etc/warnings.conf", "--rules", "own.lua")
    const strict = await adaptive("check", "--config", "etc/warnings.conf", "--rules", "own.lua", "--strict")
    expect([lax.code, strict.code]).toEqual([0, 3])
    expect(text(strict)).toMatch(/^Configuration valid\n/)
    expect(strict.stderr).toContain("etc/warnings.conf:15:12: warning[E_CONF_SLASH]")
  })

  test("--rules instead of what the scripts lead to; then none of them need be named", async () => {
    place.write({ "no-scripts.conf": "adaptive {} inbound_audit {} alerting {}" })
    const without = await adaptive("check", "--config", "no-scripts.conf")
    expect([without.code, without.stderr.includes("error[E_CONF_DISABLED]")]).toEqual([1, true])
    const { code, stdout, stderr } = await adaptive(
      "check",
      "--config",
      "no-scripts.conf",
      "--rules",
      "own.lua",
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout.toString()).toContain("1 domain, 0 aliases, 1 rule,")
  })

  test("a script that speaks to Adaptive Delivery is judged; one of the mail server's own is left alone", async () => {
    const own = await adaptive("check", "--config", "etc/ecelerity.conf", "--json")
    const files = new Set(JSON.parse(text(own)).diagnostics.map(({ file }: { file: string }) => file))
    expect([own.code, files.has("etc/policy.lua")]).toEqual([0, false])
    const bad = await adaptive("check", "--config", "bad-rules/ecelerity.conf")
    expect(bad.code).toBe(1)
    expect(bad.stderr).toContain("bad-rules/policy.lua:2:")
  })

  test("the node's own directory, through a symbolic link as well", async () => {
    const own = await adaptive(
      "check",
      "--config",
      "etc/nodes.conf",
      "--node-name",
      "mta1",
      "--rules",
      "own.lua",
    )
    expect(own.code).toBe(0)
    const other = await adaptive("check", "--config", "etc/nodes.conf", "--rules", "own.lua")
    expect([other.code, other.stderr.includes('there is no file or directory "own.conf"')]).toEqual([1, true])
    expect((await adaptive("check", "--config", "etc/link.conf", "--rules", "own.lua")).code).toBe(0)
  })
})

describe("explain --config", () => {
  const explain = (...args: string[]): Promise<Ended> =>
    adaptive("explain", "--config", "with-system/ecelerity.conf", ...args)
  const reply = ["--binding", "b1", "--domain", "a.test", "--response", "450 path"]

  test("a rule of a script named by its path, within the bounds of the scope", async () => {
    const { code, stdout, stderr } = await explain(...reply)
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
    expect(stdout.toString()).toContain("with-system/lua/by_path.lua")
    // 10 is written, 9 is the upper bound.
    expect(stdout.toString()).toContain("done reduce_connections 2: max_outbound_connections 9 -> 7")
  })

  test("one of a script named as a module, in another scope", async () => {
    const { stdout } = await explain("--binding", "b2", "--domain", "b.test", "--response", "450 name")
    expect(stdout.toString()).toContain("with-system/scriptlets/custom/by_name.lua")
    expect(stdout.toString()).toContain("max_outbound_connections 10 -> 8")
  })

  test("--set holds over the global scope of the file", async () => {
    const { stdout } = await explain(
      "--binding",
      "b2",
      "--domain",
      "b.test",
      "--response",
      "450 name",
      "--set",
      "max_outbound_connections=20",
    )
    expect(stdout.toString()).toContain("max_outbound_connections 20 -> 18")
    const off = await explain(...reply, "--set", "adaptive_enabled=off")
    expect(text(off)).toContain("adaptive delivery does not act here")
  })

  test("an invalid configuration does nothing", async () => {
    const ended = await adaptive("explain", "--config", "etc/invalid.conf", ...reply)
    expect({ code: ended.code, stdout: text(ended) }).toEqual({ code: 1, stdout: "" })
    expect(ended.stderr).toContain("the configuration has 1 error: nothing is done")
    expect((await adaptive("explain", "--config", "none.conf", ...reply)).code).toBe(2)
    expect((await adaptive("explain", "--config", "large.conf", ...reply)).code).toBe(2)
  })
})

describe("dry-run --config", () => {
  const dryRun = (...args: string[]): Promise<Ended> =>
    adaptive("dry-run", "--traffic", "traffic.jsonl", "--json", ...args)
  const changes = (ended: Ended): unknown[] =>
    text(ended)
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line))
      .filter(({ kind }) => kind === "decision")
      .flatMap(({ effects }) => effects.map(({ from, to }: { from: number; to: number }) => [from, to]))

  test("the options of the pair, by scope", async () => {
    const ended = await dryRun(
      "--config",
      "with-system/ecelerity.conf",
      "--set",
      "adaptive_adjustment_interval=0",
    )
    expect(ended.code).toBe(0)
    expect(changes(ended)).toEqual([
      [9, 7],
      [7, 5],
      [5, 4],
    ])
  })

  test("other rules than those it names", async () => {
    expect(changes(await dryRun("--config", "with-system/ecelerity.conf", "--rules", "own.lua"))).toEqual([])
  })

  test("an invalid one, and none", async () => {
    expect([
      (await dryRun("--config", "etc/invalid.conf")).code,
      (await dryRun("--config", "none.conf")).code,
    ]).toEqual([1, 2])
  })
})

describe("lua: what msys.config answers", () => {
  const ask = (...words: string[]): string =>
    `print(msys.config("get", ${words.map((word) => JSON.stringify(word)).join(", ")}))`

  test.each([
    [["max_retries"], ["--set", "max_retries=4"], "4\tMax_Retries = 4"],
    [
      ["binding", "b1", "domain", "x.test", "max_outbound_connections"],
      ["--config", "asked.conf"],
      "7\tMax_Outbound_Connections = 7",
    ],
    [["domain", "y.test", "adaptive_enabled"], ["--config", "asked.conf"], "true\tAdaptive_Enabled = on"],
    [["adaptive", "suspend_sweep_interval"], ["--config", "asked.conf"], "60\tSuspend_Sweep_Interval = 60"],
    [["nosuch"], ["--config", "asked.conf"], "nil\tthere is no option nosuch"],
    [["max_retries"], [], "nil\tthis run has no configuration"],
  ])("%j %j", async (words, given, want) => {
    place.write({ "asked.conf": 'adaptive_enabled = on\ndomain "x.test" { max_outbound_connections = 7 }\n' })
    const { code, stdout, stderr } = await place.adaptive(["lua", ...given, "-e", ask(...words)])
    expect([code, stdout.toString("utf8"), stderr]).toEqual([0, `${want}\n`, ""])
  })
})

test("explain: a class of the operator's own has the name that the configuration gives it", async () => {
  place.write({
    "classes.conf":
      'adaptive_enabled = on\nbounce_classifier_override { custom_classes = [ 99 = "Bad language" ] }\n',
    "classes.lua": `require('msys.adaptive')
msys.bounce.registerClassification({
  classes = { profanity = { code = 99 } },
  general = { { class = "profanity", markers = { "mind your language" } } },
})
`,
  })
  const args = [
    "explain",
    "--domain",
    "x.test",
    "--response",
    "550 please mind your language",
    "--rules",
    "classes.lua",
  ]
  const named = await place.adaptive([...args, "--config", "classes.conf"])
  expect(named).toMatchObject({ code: 0, stderr: "" })
  expect(named.stdout.toString("utf8")).toContain("Class: 99 Bad language (profanity)")
  const unnamed = await place.adaptive(args)
  expect(unnamed.stdout.toString("utf8")).toContain("Class: 99 profanity (profanity)")
})
