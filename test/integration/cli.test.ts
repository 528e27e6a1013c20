/**
 * The built command from the outside: usage, and `adaptive check` with its exit
 * codes, the keys of its JSON and its text to the letter. Source: cli.md.
 */
import { existsSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { FORMAT_NAMES } from "../../src/ingest/detect.js"
import { type Ended, type RunOptions, Workplace } from "./command.js"
import { BAD, GOOD, SYSTEM, WARN } from "./samples.js"

const place = new Workplace()
const adaptive = (...args: string[]): Promise<Ended> => place.adaptive(args)
const shell = (line: string, options?: RunOptions): Promise<Ended> => place.shell(line, options)
const text = ({ stdout }: Ended): string => stdout.toString("utf8")

const CHECK_KEYS = ["ok", "revision", "domains", "aliases", "responses", "configurations", "diagnostics"]

beforeAll(() =>
  place.write({
    "good.lua": GOOD,
    "bad.lua": BAD,
    "warn.lua": WARN,
    "rules/zz.lua": `print('zz') ${WARN}`,
    "rules/adaptive_rules.lua": `print('system') ${SYSTEM}`,
    "rules/aa.lua": `print('aa') ${GOOD}`,
    "rules/notes.txt": "not Lua",
  }),
)
afterAll(() => place.remove())

describe("usage", () => {
  test.each([
    [["--version"], 0],
    [["--help"], 0],
    [["check", "--help"], 0],
    [["help", "lua"], 0],
    [[], 2],
    [["chekc"], 2],
    [["check", "--jsno"], 2],
    [["explain", "--domain", "a.test"], 2],
    [["explain", "--response", "421"], 2],
    [["explain", "--domain", "a.test", "--response", "421", "--at", "noon"], 2],
    [["explain", "--domain", "a.test", "--response", "421", "stray"], 2],
    [["lua", "--path"], 2],
  ])("%j ends with %i", async (args, code) => {
    const ended = await place.adaptive(args)
    expect(ended.code).toBe(code)
    // Help goes to stdout when it was asked for, complaints to stderr.
    expect(text(ended) === "").toBe(code !== 0)
    expect(ended.stderr === "").toBe(code === 0)
  })

  test("--help names every format that logs may have", async () => {
    for (const command of ["dry-run", "summary", "run"])
      expect(text(await adaptive(command, "--help")).replace(/\s+/g, " ")).toContain(
        `the format of all logs: auto, which goes by their lines, or ${FORMAT_NAMES.join(", ")} (`,
      )
  })

  test("an unknown command and an unknown option are named, with what to do", async () => {
    expect((await adaptive("chekc")).stderr).toBe(
      "error: unknown command 'chekc'\n(Did you mean check?)\n(adaptive COMMAND --help shows what a command takes)\n",
    )
    expect((await adaptive("check", "--jsno")).stderr).toBe(
      "error: unknown option '--jsno'\n(Did you mean --json?)\n(adaptive COMMAND --help shows what a command takes)\n",
    )
  })
})

describe("check", () => {
  test("valid rules, as text", async () => {
    const { code, stdout, stderr } = await adaptive("check", "good.lua")
    expect({ code, stderr, stdout: stdout.toString() }).toEqual({
      code: 0,
      stderr: "",
      stdout:
        "valid: revision 08be246a7871, 1 domain, 1 alias, 3 rules, 1 configuration; 0 errors, 0 warnings\n",
    })
  })

  test("a classification of bounces: counted where there is one, no rules are missed", async () => {
    place.write({
      "bounces.lua": `msys.bounce.registerClassification({ general = {
  { class = "tls", markers = { "odd" } }, { class = "tsl", markers = { "odder" } } } })`,
    })
    const { code, stdout, stderr } = await adaptive("check", "bounces.lua")
    expect({ code, stdout: stdout.toString(), stderr }).toEqual({
      code: 1,
      stdout:
        "invalid: revision 354e0a23f719, 0 domains, 0 aliases, 0 rules, 0 configurations, 1 bounce entry; 1 error, 0 warnings\n",
      stderr: `bounces.lua:2:53: error[E_BOUNCE_CLASS]: there is no class "tsl": the entry is disabled
    { class = "tls", markers = { "odd" } }, { class = "tsl", markers = { "odder" } } } })
                                                      ^
  hint: did you mean "tls"?
`,
    })
    const json = JSON.parse(text(await adaptive("check", "--json", "bounces.lua")))
    expect(json).toMatchObject({ ok: false, domains: 0, bounceEntries: 1 })
  })

  test("findings, as text: place, source line, caret, hint", async () => {
    const { code, stdout, stderr } = await adaptive("check", "bad.lua")
    expect(code).toBe(1)
    expect(stderr).toBe(`bad.lua:2:58: error[E_TRIGGER_SYNTAX]: trigger is "0/1": this rule is disabled
   ["a.test"] = { responses = { { code = "^421", trigger = "0/1", action = {"suspend", "1 hour"} } } },
                                                           ^
  hint: write "1" to fire on every match, or "COUNT/SECONDS" with both at least 1, e.g. "5/60"
bad.lua:3:3: error[E_ALIAS_DANGLING]: "b.test" is an alias of "nowhere.test", which is not in the file: it has no rules
    ["b.test"] = "nowhere.test",
    ^
  hint: add a table for "nowhere.test", or name a domain that has one
`)
    expect(stdout.toString()).toBe(
      "invalid: revision f1bc8e06f33a, 1 domain, 1 alias, 1 rule, 0 configurations; 2 errors, 0 warnings\n",
    )
  })

  test("findings, as JSON", async () => {
    const { code, stdout, stderr } = await adaptive("check", "--json", "bad.lua")
    expect(code).toBe(1)
    expect(stderr).toBe("")
    expect(stdout.toString()).toMatch(/^[^\n]+\n$/)
    const answer = JSON.parse(stdout.toString())
    expect(Object.keys(answer)).toEqual(CHECK_KEYS)
    expect({ ...answer, revision: "" }).toEqual({
      ok: false,
      revision: "",
      domains: 1,
      aliases: 1,
      responses: 1,
      configurations: 0,
      diagnostics: [
        {
          severity: "error",
          code: "E_TRIGGER_SYNTAX",
          message: 'trigger is "0/1": this rule is disabled',
          hint: 'write "1" to fire on every match, or "COUNT/SECONDS" with both at least 1, e.g. "5/60"',
          file: "bad.lua",
          line: 2,
          column: 58,
          domain: "a.test",
          rule: 1,
        },
        {
          severity: "error",
          code: "E_ALIAS_DANGLING",
          message: '"b.test" is an alias of "nowhere.test", which is not in the file: it has no rules',
          hint: 'add a table for "nowhere.test", or name a domain that has one',
          file: "bad.lua",
          line: 3,
          column: 3,
          domain: "b.test",
        },
      ],
    })
  })

  test.each([
    [["good.lua"], 0],
    [["--strict", "good.lua"], 0],
    [["warn.lua"], 0],
    [["--strict", "warn.lua"], 3],
    [["warn.lua", "--strict", "--json"], 3],
    [["--strict", "warn.lua", "bad.lua"], 1],
    [["good.lua", "bad.lua"], 1],
    [["--rules", "good.lua", "--rules", "bad.lua"], 1],
    [["good.lua", "--rules", "gone.lua"], 2],
    [["good.lua", "gone.lua"], 2],
    [["bad.lua", "gone.lua"], 2],
    [["--no-extensions", "good.lua"], 0],
    [[], 0],
    [["--strict"], 0],
  ])("%j ends with %i", async (args, code) => {
    expect((await adaptive("check", ...args)).code).toBe(code)
  })

  test("several paths are one rule set, in the order given", async () => {
    const answer = JSON.parse(text(await adaptive("check", "--json", "warn.lua", "good.lua")))
    expect({ ...answer, revision: "", diagnostics: [] }).toEqual({
      ok: true,
      revision: "",
      domains: 2,
      aliases: 1,
      responses: 3,
      configurations: 1,
      diagnostics: [],
    })
  })

  test("a directory: the system file first, the others by name; what they print goes to stderr", async () => {
    const { code, stderr, stdout } = await adaptive("check", "rules")
    expect(code).toBe(0)
    expect(stderr.split("\n").slice(0, 3)).toEqual(["system", "aa", "zz"])
    expect(stdout.toString()).toMatch(/^valid: .* 4 rules/)
  })

  test("the same input gives the same bytes, wherever it lies", async () => {
    const [one, other] = await Promise.all([
      adaptive("check", "--json", "bad.lua"),
      adaptive("check", "--json", "bad.lua"),
    ])
    expect(one.stdout).toEqual(other.stdout)
    place.write({ "elsewhere/bad.lua": BAD })
    const moved = text(await adaptive("check", "--json", "elsewhere/bad.lua"))
    expect(moved.replaceAll("elsewhere/", "")).toBe(text(one))
  })

  test("no colours when the output is no terminal", async () => {
    const { stderr, stdout } = await adaptive("check", "bad.lua")
    expect(stderr + stdout).not.toContain("\u001b")
  })

  test.skipIf(!existsSync("/usr/bin/script")).each([
    ["in colour", "", true],
    ["without with NO_COLOR", "1", false],
  ])("on a terminal: %s", async (_title, noColor, coloured) => {
    const env = { TERM: "xterm", NO_COLOR: noColor }
    const { code, stdout } = await shell('script -qec "$ADAPTIVE check bad.lua" /dev/null', { env })
    expect(code).toBe(1)
    expect(stdout.includes("\u001b[31merror[E_TRIGGER_SYNTAX]\u001b[39m")).toBe(coloured)
    expect(stdout.includes("\u001b[31minvalid\u001b[39m")).toBe(coloured)
    expect(stdout.includes("\u001b[")).toBe(coloured)
  })
})
