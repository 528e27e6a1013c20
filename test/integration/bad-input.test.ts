/**
 * What a path can lead to instead of a rule file, through `adaptive check`: the
 * code, the message, the remedy, the exit code, and that a good file beside it
 * is still loaded.
 */
import { execFileSync } from "node:child_process"
import { mkdirSync, symlinkSync, truncateSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Workplace } from "./command.js"

const place = new Workplace()

const GOOD = `require('msys.adaptive')
msys.adaptive.registerRules({
  ["good.test"] = { responses = { { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} } } },
})
`
const SYSTEM = `module("msys.adaptive_rules", package.seeall)
Rules = { ["sys.test"] = {} }
`

beforeAll(() => {
  place.write({
    "good.lua": GOOD,
    "empty/notes.txt": "x",
    "binary.lua": new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0, 0, 0]),
    "image.lua": new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d]),
    "latin1.lua": Buffer.from(
      GOOD.replace("good.test", "latin.test").replace("busy", "gest\xf6rt"),
      "latin1",
    ),
    "utf16.lua": Buffer.from(`\ufeff${GOOD}`, "utf16le"),
    "utf16-be.lua": Buffer.from(`\ufeff${GOOD}`, "utf16le").swap16(),
    "utf16-no-mark.lua": Buffer.from(GOOD, "utf16le"),
    "huge.lua": "",
    "exits.lua": `${GOOD.replace("good.test", "exits.test")}os.exit(0)\n`,
    "nothing.lua": "",
    "text.lua": "Dear postmaster,\nplease find attached.\n",
    "rules/adaptive_rules.lua": SYSTEM,
    "rules/broken.lua": "local rules = {\n",
    "rules/fine.lua": GOOD,
    "rules/stops.lua": `${GOOD.replace("good.test", "stops.test")}error("after the rules")\n`,
  })
  truncateSync(place.path("huge.lua"), 50 << 20)
  mkdirSync(place.path("folder.lua"))
  symlinkSync("loop-b.lua", place.path("loop-a.lua"))
  symlinkSync("loop-a.lua", place.path("loop-b.lua"))
  symlinkSync("gone.lua", place.path("dangling.lua"))
  execFileSync("mkfifo", [place.path("pipe.lua")])
})
afterAll(() => place.remove())

interface Answer {
  readonly ok: boolean
  readonly domains: number
  readonly diagnostics: readonly Record<string, unknown>[]
}

/** `CODE FILE:LINE:COLUMN MESSAGE | HINT` of each finding. */
function inWords({ diagnostics }: Answer): string[] {
  return diagnostics.map((d) => `${d.code} ${d.file}:${d.line}:${d.column} ${d.message} | ${d.hint}`)
}

async function check(...args: string[]): Promise<{ code: number | null; answer: Answer; stderr: string }> {
  const { code, stdout, stderr } = await place.adaptive(["check", "--json", ...args])
  return { code, stderr, answer: JSON.parse(stdout.toString("utf8")) as Answer }
}

const WHERE = "check the path; a relative one is taken from the current directory"
const OTHER = "name a .lua file or a directory of them"
const FOLDER = "name the directory that holds adaptive_rules.lua, or the file itself"
const UTF8 = "save it as UTF-8 without a byte order mark"
const SOURCE = "name the Lua source of the rules"

describe("a path that is no rule file ends with 2, and the good one beside it is loaded", () => {
  test.each([
    ["gone.lua", `E_FILE_MISSING gone.lua:1:1 there is no file or directory gone.lua | ${WHERE}`],
    ["gone/rules", `E_FILE_MISSING gone/rules:1:1 there is no file or directory gone/rules | ${WHERE}`],
    ["dangling.lua", `E_FILE_MISSING dangling.lua:1:1 there is no file or directory dangling.lua | ${WHERE}`],
    ["", `E_FILE_MISSING :1:1 there is no file or directory  | ${WHERE}`],
    [
      "empty",
      `E_FILE_EMPTY_DIRECTORY empty:1:1 the directory empty holds no .lua file: nothing is loaded from it | ${FOLDER}`,
    ],
    [
      "folder.lua",
      `E_FILE_EMPTY_DIRECTORY folder.lua:1:1 the directory folder.lua holds no .lua file: nothing is loaded from it | ${FOLDER}`,
    ],
    [
      "binary.lua",
      `E_FILE_BINARY binary.lua:1:1 the file is binary, not Lua text: it is not loaded | ${SOURCE}`,
    ],
    [
      "image.lua",
      `E_FILE_BINARY image.lua:1:1 the file is binary, not Lua text: it is not loaded | ${SOURCE}`,
    ],
    ["utf16.lua", `E_FILE_BINARY utf16.lua:1:1 the file is UTF-16 text: it is not loaded | ${UTF8}`],
    ["utf16-be.lua", `E_FILE_BINARY utf16-be.lua:1:1 the file is UTF-16 text: it is not loaded | ${UTF8}`],
    [
      "utf16-no-mark.lua",
      `E_FILE_BINARY utf16-no-mark.lua:1:1 the file is binary, not Lua text: it is not loaded | ${SOURCE}`,
    ],
    [
      "huge.lua",
      "E_FILE_SIZE huge.lua:1:1 huge.lua has 52428800 bytes; a rule file has at most 4194304: it is not loaded | name the rule file; if it really is one, split it into several custom scripts",
    ],
    [
      "loop-a.lua",
      "E_FILE_UNREADABLE loop-a.lua:1:1 loop-a.lua cannot be read: its symbolic links lead back to themselves | let the link point to the file itself",
    ],
    [
      "pipe.lua",
      `E_FILE_UNREADABLE pipe.lua:1:1 pipe.lua is not a regular file: it is not loaded | ${OTHER}`,
    ],
    [
      "/dev/null",
      `E_FILE_UNREADABLE /dev/null:1:1 /dev/null is not a regular file: it is not loaded | ${OTHER}`,
    ],
    [
      "/dev/zero",
      `E_FILE_UNREADABLE /dev/zero:1:1 /dev/zero is not a regular file: it is not loaded | ${OTHER}`,
    ],
  ])("%j", async (path, finding) => {
    const { code, answer } = await check(path, "good.lua")
    expect(inWords(answer)).toEqual([finding])
    expect({ code, ok: answer.ok, domains: answer.domains }).toEqual({ code: 2, ok: false, domains: 1 })
  })

  test("as text", async () => {
    const { code, stdout, stderr } = await place.adaptive(["check", "gone.lua", "huge.lua"])
    expect(code).toBe(2)
    expect(stderr).toBe(`gone.lua:1:1: error[E_FILE_MISSING]: there is no file or directory gone.lua
  hint: check the path; a relative one is taken from the current directory
huge.lua:1:1: error[E_FILE_SIZE]: huge.lua has 52428800 bytes; a rule file has at most 4194304: it is not loaded
  hint: name the rule file; if it really is one, split it into several custom scripts
`)
    expect(stdout.toString()).toMatch(/^invalid: .* 0 domains/)
  })
})

describe("a file that is read and is no good ends with 1", () => {
  test.each([
    [
      "latin1.lua",
      2,
      "E_FILE_ENCODING latin1.lua:3:55 byte 0xf6 is not UTF-8: the file is still read, byte by byte, but patterns and messages with such bytes are not what they look like | save the file as UTF-8",
    ],
    [
      "exits.lua",
      2,
      "E_LUA_RUNTIME exits.lua:5:1 attempt to call field 'exit' (a nil value): the rest of this script is not run | os.exit is not available: a rule script cannot touch the machine; remove the call",
    ],
    [
      "nothing.lua",
      1,
      "E_RULES_SHAPE nothing.lua:1:1 the script never calls registerRules: it adds no rules | end it with require('msys.adaptive') and msys.adaptive.registerRules(rules)",
    ],
    [
      "text.lua",
      1,
      "E_LUA_SYNTAX text.lua:1:6 '=' expected near 'postmaster' | a statement is an assignment or a call",
    ],
  ])("%s", async (path, domains, first) => {
    const { code, answer } = await check(path, "good.lua")
    expect(inWords(answer)[0]).toBe(first)
    expect({ code, ok: answer.ok, domains: answer.domains }).toEqual({ code: 1, ok: false, domains })
  })
})

describe("a directory with a broken script", () => {
  test("the others stay, also what a script registered before it failed", async () => {
    const { code, answer } = await check("rules")
    expect(code).toBe(1)
    expect(answer.domains).toBe(3)
    expect(inWords(answer).map((line) => line.split(" | ")[0])).toEqual([
      "E_LUA_SEPARATOR rules/broken.lua:1:15 this table is not closed; reading gave up at line 2 near '<eof>'",
      "E_LUA_RUNTIME rules/stops.lua:5:1 after the rules: the rest of this script is not run",
    ])
  })

  test("the good rules still answer", async () => {
    const ended = await place.adaptive([
      "explain",
      "--json",
      "--rules",
      "rules",
      "--domain",
      "good.test",
      "--response",
      "421 busy",
    ])
    expect(ended.code).toBe(0)
    expect(JSON.parse(ended.stdout.toString()).match).toMatchObject({ file: "rules/fine.lua", line: 3 })
  })
})

describe("text that a terminal would act on", () => {
  test("control characters of a file are shown as question marks", async () => {
    place.write({
      "escape.lua":
        'msys.adaptive.registerRules({ ["\\27[31mred\\7.test"] = { rules = 1 }, ["a\\nb"] = 5 })\n',
      "raw.lua": '-- \u001b[31mred\nmsys.adaptive.registerRules({ ["\u001b[2J"] = 5 })\n',
    })
    const { stdout, stderr } = await place.adaptive(["check", "escape.lua", "raw.lua"])
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
    expect(stderr + stdout.toString()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/)
  })
})
