/**
 * Properties over any input: a translation always comes back, it never lacks a
 * reason for a refusal, and what it calls good the VM accepts.
 */
import fc from "fast-check"
import { expect, test } from "vitest"
import { bytes, compileError, translated } from "./vm.js"

const VALID = `#!/usr/bin/lua
module("msys.adaptive_rules", package.seeall)
--[==[ rules of
the house ]==]
local goto, _ENV = 1, 0660
Rules = {
  ["example.test"] = {
    responses = {
      { code = "^421 4\\\\.7\\\\.0 (busy|slow)", trigger = "3/10"; action = {"suspend", '2 hours'} },
      { code = [[^450 .*]], trigger = 1, action = {{"throttle", "down"}, {"reduce_deliveries", 2}} },
    },
    configuration = {
      max_outbound_connections = {10, 40},
      outbound_throttle_messages = function(binding, domain, ...)
        local age = arg.n & 0xff << 2 ^^ 1
        if age != 3 and !(age == 4) or age ~= 5 then return -age ^ 2 \\ 3 else return .5e1 % 7 end
      end,
    },
  },
  alias = "example.test",
}
for k, v in pairs(Rules) do
  while v.goto do v:goto{1}:goto"x":goto(1, 2) break end
end
for i = 1, #Rules, 2 do repeat local x = i until x >= ~i or x <= 2 >> 1 end
for item in Rules do print(item .. 'a' .. "\\065\\n\\x41\\u0041") end
function Rules.goto.a:b(...) return (...), {...} end
local function f(a, ...) return select("#", ...) end
msys.adaptive.registerRules(Rules, "augment")
return Rules
`

function check(source: Uint8Array, track: boolean): void {
  const { ok, code, findings, syntaxError, chunk } = translated(source, track)
  expect(ok).toBe(syntaxError === null)
  expect(ok).toBe(chunk !== null)
  if (!ok) {
    expect(code).toHaveLength(0)
    expect(findings.some(({ severity }) => severity === "error")).toBe(true)
    return
  }
  expect(compileError(code)).toBeNull()
}

test("the file that is mutated below is valid", () => {
  expect(translated(VALID)).toMatchObject({ ok: true, findings: [] })
  check(bytes(VALID), true)
})

test("random bytes", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), check), { numRuns: 2000 })
})

const TOKENS = [...new Set(VALID.match(/\w+|"[^"\n]*"|\.\.+|[^\w\s]/g) ?? [])]

test("random tokens", () => {
  const source = fc.array(fc.constantFrom(...TOKENS, "\n", "\r\n", "goto", "arg", "{", "}", "(", ")"), {
    maxLength: 25,
  })
  fc.assert(
    fc.property(source, fc.boolean(), (tokens, track) => check(bytes(tokens.join(" ")), track)),
    { numRuns: 3000 },
  )
})

const edits = fc.array(
  fc.record({
    at: fc.nat(VALID.length),
    remove: fc.nat(8),
    insert: fc.oneof(
      fc.constant(""),
      fc.constantFrom(...TOKENS),
      fc.string({ maxLength: 3 }),
      fc.constant("\xe2\x80\x9c"),
    ),
  }),
  { minLength: 1, maxLength: 4 },
)

test("mutations of a valid file", () => {
  fc.assert(
    fc.property(edits, fc.boolean(), (changes, track) => {
      let text = VALID
      for (const { at, remove, insert } of changes)
        text = text.slice(0, at) + insert + text.slice(at + remove)
      check(Uint8Array.from(Buffer.from(text, "latin1")), track)
    }),
    { numRuns: 2000 },
  )
})

test("every prefix of a valid file", () => {
  const source = bytes(VALID)
  for (let length = 0; length < source.length; length++) check(source.subarray(0, length), false)
})
