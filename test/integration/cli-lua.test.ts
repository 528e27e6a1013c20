/** The built `adaptive lua` from the outside, and readers of any command's output that leave early. Source: cli.md. */
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type Ended, Workplace } from "./command.js"
import { GOOD, WARN } from "./samples.js"

const place = new Workplace()
const adaptive = (...args: string[]): Promise<Ended> => place.adaptive(args)
const text = ({ stdout }: Ended): string => stdout.toString("utf8")

beforeAll(() =>
  place.write({
    "rules/aa.lua": GOOD,
    "rules/zz.lua": WARN,
    "empty/notes.txt": "not Lua",
    "lib/ours/plan.lua": "return { hours = 2 }",
  }),
)
afterAll(() => place.remove())

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
    [
      "the shipped classification of bounces",
      ["lua", "-e", "print(msys.bounce.classify_smtp_response('552 5.2.2 over quota'))"],
      "",
      "22\tMailbox Full\tmailbox-full: the mailbox is full\n",
    ],
    [
      "a classification of one's own",
      [
        "lua",
        "-e",
        `msys.bounce.registerClassification({
           classes = { odd = { code = 97, name = "Odd" } },
           overrides = { ["a.test"] = { { class = "odd", markers = { "quota" } } } },
         })
         print(msys.bounce.classify_smtp_response('552 5.2.2 over quota', 'a.test'))
         print((msys.bounce.classify_smtp_response('552 5.2.2 over quota', 'b.test')))`,
      ],
      "",
      "97\tOdd\todd\n22\n",
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
    const ended = await place.shell(`set -o pipefail; ${line}`)
    expect({ code: ended.code, stdout: text(ended), stderr: ended.stderr }).toEqual({
      code: 0,
      stdout,
      stderr: "",
    })
  })
})
