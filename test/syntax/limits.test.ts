/** Hostile and generated files end in a finding, never in an exhausted stack. */
import { describe, expect, test } from "vitest"
import { compileError, run, translated } from "./vm.js"

const many = (text: string, count: number): string => text.repeat(count)
const TOO_DEEP = "chunk has too many syntax levels"
const TOO_COMPLEX = "function or expression too complex"

describe("too much is refused once", () => {
  for (const [name, source, message] of [
    ["parentheses", `x=${many("(", 100_000)}`, TOO_DEEP],
    ["braces", `x=${many("{", 100_000)}`, TOO_DEEP],
    ["brackets", `x=${many("a[", 100_000)}`, TOO_DEEP],
    ["functions", `x=${many("function() return ", 100_000)}`, TOO_DEEP],
    ["calls", `x=${many("f(", 100_000)}`, TOO_COMPLEX],
    ["blocks", many("do ", 100_000), TOO_DEEP],
    ["not", `x=${many("not ", 100_000)}a`, TOO_DEEP],
    ["minus", `x=${many("- ", 100_000)}a`, TOO_DEEP],
    ["..", `x=a${many("..a", 10_000)}`, TOO_DEEP],
    ["^", `x=a${many("^a", 10_000)}`, TOO_DEEP],
    ["&, which becomes nested calls", `x=a${many("&a", 10_000)}`, TOO_DEEP],
    ["methods called goto", `f${many(":goto()", 100)}`, TOO_DEEP],
    ["locals", `local a${many(",a", 200)}`, "main function has more than 200 local variables"],
    [
      "locals of a function",
      `\nfunction f() local a${many(",a", 200)} end`,
      "function at line 2 has more than 200 local variables",
    ],
    ["arguments", `f(a${many(",a", 250)})`, TOO_COMPLEX],
    ["targets", `a${many(",a", 250)}=1`, TOO_COMPLEX],
    ["upvalues", upvalues(61), "function at line 1 has more than 60 upvalues"],
  ] as const) {
    test(name, () => {
      const { ok, syntaxError, findings } = translated(source)
      expect({ ok, message: syntaxError?.message }).toEqual({ ok: false, message })
      expect(findings).toMatchObject([{ code: "E_LUA_SYNTAX" }])
    })
  }
})

function upvalues(count: number): string {
  const names = Array.from({ length: count }, (_, i) => `a${i}`)
  return `local ${names.join(",")} function f() return ${names.join("+")} end`
}

describe("what is close to a limit still loads in the VM", () => {
  for (const [name, source] of [
    ["long sums", `return 1${many("+1", 50_000)}`],
    ["..", `return 'a'${many("..'a'", 180)}`],
    ["&", `return 7${many("&7", 180)}`],
    ["& among locals", `${many("local a=1 ", 100)}return 7${many("&a", 120)}`],
    ["& with calls", `local function f() return 7 end return 7${many("&f()", 90)}`],
    ["blocks", `${many("do ", 185)}${many(" end", 185)}`],
    ["functions", `return ${many("function() return ", 90)}1${many(" end", 90)}`],
    ["tables", `return ${many("{", 75)}${many("}", 75)}`],
    ["methods called goto", `f = nil return f and f${many(":goto()", 45)}`],
    ["functions called goto", `a = {} ${many("function a.goto() ", 90)}${many(" end", 90)}`],
    ["arguments", `return select('#',a${many(",a", 225)})`],
    ["locals", `local a${many(",a", 199)}`],
    ["upvalues", upvalues(60)],
    ["fields", `return #{1${many(",1", 60_000)}}`],
    ["indexes", `return a and a${many(".a", 50_000)}`],
    ["elseif", `if a then ${many("elseif a then ", 5_000)} end`],
  ] as const) {
    for (const track of [false, true]) {
      test(`${name}${track ? ", tracked" : ""}`, () => {
        const { code, syntaxError } = translated(source, track)
        expect(syntaxError).toBeNull()
        expect(compileError(code)).toBeNull()
      })
    }
  }

  test("and counts right", () => expect(run(`return 1${many("+1", 50_000)}`).values).toEqual([50_001]))
})
