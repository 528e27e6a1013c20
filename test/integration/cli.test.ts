/**
 * The built command from the outside: exit codes, the keys of JSON output, text
 * to the letter, and every kind of bad input. Source: cli.md.
 */
import { existsSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Ended, type RunOptions, Workplace } from "./command.js"

const place = new Workplace()
const adaptive = (...args: string[]): Promise<Ended> => place.adaptive(args)
const shell = (line: string, options?: RunOptions): Promise<Ended> => place.shell(line, options)
const text = ({ stdout }: Ended): string => stdout.toString("utf8")

const GOOD = `require('msys.adaptive')
msys.adaptive.registerRules({
  ["a.test"] = {
    responses = {
      { code = "^421 busy", trigger = "5/60", action = {"suspend", "30 minutes"}, message = "busy" },
      { code = "^450", trigger = "1", action = {{"throttle", "down"}, {"reduce_connections", 2}} },
      { code = "^451", trigger = "1", action = {"transcode", "554"}, observe = true },
    },
    configuration = { outbound_throttle_messages = 1000 },
  },
  ["b.test"] = "a.test",
})
`
const BAD = `local rules = {
\t["a.test"] = { responses = { { code = "^421", trigger = "0/1", action = {"suspend", "1 hour"} } } },
  ["b.test"] = "nowhere.test",
}
msys.adaptive.registerRules(rules)
`
const WARN = `msys.adaptive.registerRules({ ["C.test"] = {} })\n`
const SYSTEM = `module("msys.adaptive_rules", package.seeall)
Rules = { ["a.test"] = { responses = { { code = "^421", trigger = "1", action = {"suspend", "1 hour"} } } } }
`

const CHECK_KEYS = ["ok", "revision", "domains", "aliases", "responses", "configurations", "diagnostics"]
const RULE_KEYS = ["id", "file", "line", "domain", "index", "code"]
const EFFECT_KEYS = ["action", "args", "outcome", "reason", "option", "from", "to", "until"]

beforeAll(() => {
  place.write({
    "good.lua": GOOD,
    "bad.lua": BAD,
    "warn.lua": WARN,
    "rules/zz.lua": `print('zz') ${WARN}`,
    "rules/adaptive_rules.lua": `print('system') ${SYSTEM}`,
    "rules/aa.lua": `print('aa') ${GOOD}`,
    "rules/notes.txt": "not Lua",
    "empty/notes.txt": "not Lua",
    "lib/ours/plan.lua": "return { hours = 2 }",
  })
})
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
  done suspend 30 minutes, until 2800.5
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
      "default::z.test uses no rules\nNo rules apply.\n",
    )
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
    ["max_retries=many", 'max_retries cannot be "many"', "write a number of at least 0"],
    ["max_retries=-1", 'max_retries cannot be "-1"', "write a number of at least 0"],
    [
      "outbound_throttle_messages=5/0",
      'outbound_throttle_messages cannot be "5/0"',
      'write "N" per second or "N/SECONDS"',
    ],
    ["adaptive_enabled=maybe", 'adaptive_enabled cannot be "maybe"', "write true or false"],
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

describe("lua", () => {
  test.each([
    ["-e", ["lua", "-e", "print(1 + 1, 10 / 4, 2 ^ 53)"], "", "2\t2.5\t9.007199254741e+15\n"],
    [
      "-e with arguments",
      ["lua", "-e", "print(#arg, arg[0], arg[1], ...)", "x", "-y"],
      "",
      "2\t(command line)\tx\tx\t-y\n",
    ],
    ["standard input", ["lua", "-", "x"], "print(arg[0], ...)", "stdin\tx\n"],
    ["standard input without a dash", ["lua"], "print('in')", "in\n"],
    [
      "a file with arguments",
      ["lua", "script.lua", "a", "--json", "c d"],
      "",
      "script.lua\t3\ta\t--json\tc d\n",
    ],
    ["require below --path", ["lua", "--path", "lib", "-e", "print(require('ours.plan').hours)"], "", "2\n"],
    [
      "the last value of several --path",
      ["lua", "--path", "empty", "--path", "lib", "-e", "print(require('ours/plan').hours)"],
      "",
      "2\n",
    ],
    [
      "the msys API",
      ["lua", "-e", "print(type(msys.adaptive.registerRules), type(msys.audit_series))"],
      "",
      "function\ttable\n",
    ],
    ["nothing", ["lua", "-e", ""], "", ""],
  ])("%s", async (_title, args, input, stdout) => {
    place.write({ "script.lua": "#!/usr/bin/env lua\nprint(arg[0], select('#', ...), ...)" })
    const ended = await place.adaptive(args, { input })
    expect({ code: ended.code, stderr: ended.stderr, stdout: text(ended) }).toEqual({
      code: 0,
      stderr: "",
      stdout,
    })
  })

  test("print writes bytes as they are: Latin-1, zero, every byte", async () => {
    const every = "local t = {} for i = 0, 255 do t[#t + 1] = string.char(i) end print(table.concat(t))"
    const { stdout } = await adaptive("lua", "-e", `print("gest\\246rt \\0 é") ${every}`)
    const all = Buffer.from(Array.from({ length: 256 }, (_, i) => i))
    expect(stdout).toEqual(
      Buffer.concat([Buffer.from("gest\xf6rt \0 ", "latin1"), Buffer.from("é\n"), all, Buffer.from("\n")]),
    )
  })

  test("much output arrives whole and in order", async () => {
    const { stdout, code } = await adaptive("lua", "-e", "for i = 1, 20000 do print(i) end")
    const lines = stdout.toString().split("\n")
    expect(code).toBe(0)
    expect(lines.length).toBe(20_001)
    expect(lines.every((line, i) => line === (i === 20_000 ? "" : String(i + 1)))).toBe(true)
  })

  test("an error: message and traceback on stderr, what was printed before on stdout", async () => {
    place.write({ "fails.lua": "print('before')\nlocal function f() error('no plan') end\nf()\n" })
    const { code, stdout, stderr } = await adaptive("lua", "fails.lua")
    expect({ code, stdout: stdout.toString() }).toEqual({ code: 1, stdout: "before\n" })
    expect(stderr).toMatch(/^adaptive lua: fails\.lua:2: no plan\nstack traceback:\n[\s\S]*fails\.lua:3: in /)
  })

  test.each([
    ["a syntax error", "local = 1", "adaptive lua: (command line):1: '<name>' expected near '='\n"],
    ["os.exit", "os.exit(3)", "adaptive lua: (command line):1: attempt to call field 'exit' (a nil value)\n"],
    ["a table as error", "error({})", "adaptive lua: "],
    [
      "a module that is not there",
      "require('gone')",
      "adaptive lua: (command line):1: module 'gone' not found:\n",
    ],
    ["a module outside", "require('../x')", "adaptive lua: "],
    [
      "an absent function",
      "msys.dnsLookup('x')",
      "adaptive lua: (command line):1: msys.dnsLookup is not available in this runtime\n",
    ],
  ])("%s ends with 1", async (_title, code, start) => {
    const ended = await adaptive("lua", "-e", code)
    expect({ code: ended.code, stdout: text(ended) }).toEqual({ code: 1, stdout: "" })
    expect(ended.stderr.startsWith(start), ended.stderr).toBe(true)
  })

  test.each([
    ["gone.lua", "E_FILE_MISSING"],
    ["empty", "E_FILE_EMPTY_DIRECTORY"],
  ])("%s ends with 2", async (file, code) => {
    const ended = await adaptive("lua", file)
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain(`error[${code}]`)
  })

  test("a directory of scripts is no script", async () => {
    const ended = await adaptive("lua", "rules")
    expect({ code: ended.code, stderr: ended.stderr }).toEqual({
      code: 2,
      stderr:
        "adaptive: rules is a directory\n  hint: name one script; add directories for require with --path\n",
    })
  })
})

describe("pipes", () => {
  test.each([
    ["much output", "$ADAPTIVE lua -e 'for i = 1, 200000 do print(i) end' | head -1", "1\n"],
    ["JSON", "$ADAPTIVE check --json | head -c 5", '{"ok"'],
    [
      "output without end",
      "$ADAPTIVE lua -e 'local i = 0 while true do i = i + 1 print(i) end' | head -2",
      "1\n2\n",
    ],
  ])("a reader that leaves early is no error: %s", async (_title, line, stdout) => {
    const ended = await shell(`set -o pipefail; ${line}`)
    expect({ code: ended.code, stdout: text(ended), stderr: ended.stderr }).toEqual({
      code: 0,
      stdout,
      stderr: "",
    })
  })
})
