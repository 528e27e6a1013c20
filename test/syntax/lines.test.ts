/** A token of source line N is on output line N, so run-time errors name the source's lines. */
import { describe, expect, test } from "vitest"
import { execute, run, textOf, translated } from "./vm.js"

const LINE = /^test:(\d+):/

describe("errors at run time name the source line", () => {
  for (const [name, source, line] of [
    ["plain", "\n\nerror('x')", 3],
    ["argument over lines", "local function f() end\nf(\n 1,\n nil + 1,\n 2)", 4],
    ["field of a table", "local t = {\n a = 1,\n b = nil .. 'x',\n}", 3],
    ["nested tables", "local t = {\n {\n  { x = (nil).y },\n },\n}", 3],
    ["operator over lines", "local a\nlocal x = 1\n + a\n + 2", 3],
    ["helper over lines", "local a = {}\nlocal x = 1 +\n (a & 1)", 3],
    ["after a long string", "local s = [[\na\nb\n]]\nerror(s)", 5],
    ["after a string with line ends", 's = "a\\\nb\\\nc" error(s)', 3],
    ["after a long comment", "--[[\n\n]]\n\nerror('x')", 5],
    ["in a function", "local function f()\n local x\n return x.y\nend\nf()", 3],
    ["in a vararg function with arg", "local function f(...)\n return arg.n\n  + arg.x end\nf()", 3],
    ["in a called method", "local o = {}\nfunction o:m()\n error('x')\nend\no:m()", 3],
    ["missing method", "local o = {}\n\no:m()", 3],
    ["method called goto", "local o = {}\n\no:goto(\n)", 3],
    ["function called goto", "function goto()\n\n error('x')\nend\ngoto()", 3],
    ["condition", "local a\nif\n a.b.c\nthen end", 3],
    ["loop head", "for i = 1,\n {},\n 2 do end", 3],
    ["iterator", "local a\nfor k in\n pairs(a)\ndo end", 3],
    ["first line blanked", "#!/bin/lua\nerror('x')", 2],
    ["line ends of Windows", "local a\r\n\r\na.b = 1\r\n", 3],
  ] as const) {
    for (const track of [false, true]) {
      test(`${name}${track ? ", tracked" : ""}`, () => {
        expect(Number(LINE.exec(run(source, track).error ?? "")?.[1])).toBe(line)
      })
    }
  }
})

test("every token is on its line", () => {
  const source = `local a,
  b = 1 &
  2, x
    .goto
  :goto(
    1, "s",
    [[
long]]
  )
for k
in o
do
  t[
  ~ k ] = {
    a = - 1,
    ["x"
    ] = 1
      != 2;
    { -- made by the host, as a whole
      5,
    },
  }
end
if !a
  ^^ 3 \\
  f() then return end
function
m.goto
:n (
...
)
return arg
end
`
  expect(translated(source, true).syntaxError).toBeNull()
  expect(textOf(translated(source, true))).toMatchInlineSnapshot(`
    "local __adh=...;return function(...) local a,
    b=__adh.band(1.0,
    2.0),(function(o,...)return o["goto"](o,...)end)((x
    ["goto"]
    ),
    1.0,"s",
    "long"

    )
    for k
    in __adh.iter(o)
    do
    t[
    __adh.bnot(k)]=__adh.t(0.0,{
    a=-1.0,
    ["x"
    ]=1.0
    ~=2.0;
    __adh.c(1.0)

    ,
    })
    end
    if __adh.bxor(not a
    ,__adh.idiv(3.0,(
    f())))then return end

    m["goto"]
    .n=function(self,
    ...
    ) local arg=__adh.vararg(...);
    return arg
    end
     end"
  `)
})

test("the output has as many lines as the source up to its last token", () => {
  expect(textOf(translated("x = 1\n\n\n")).split("\n")).toHaveLength(4)
  expect(execute(translated("")).values).toEqual([])
})
