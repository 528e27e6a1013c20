/**
 * Tables after any sequence of writes, against a plain map: `pairs` visits every
 * key once, the list from 1 in order; `#` is a border; both survive removals.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { LUA_TNIL, lua } from "../../src/lua/fengari.js"
import { makeVm } from "./vm.js"

type Key = number | string
interface Write {
  readonly key: Key
  readonly value: number | null
  readonly raw: boolean
}

const key = fc.oneof(
  fc.integer({ min: -1, max: 12 }),
  fc.integer({ min: 1, max: 9 }),
  fc.constantFrom("a", "b", "1", "2.5"),
  fc.constantFrom(0.5, 2 ** 31, 2 ** 40),
)
const write: fc.Arbitrary<Write> = fc.record({
  key,
  value: fc.oneof(fc.nat(99), fc.nat(99), fc.constant(null)),
  raw: fc.boolean(),
})

/** Writes to a table through the API, as instructions and library functions do. */
function apply(vm: ReturnType<typeof makeVm>["vm"], writes: readonly Write[]): void {
  const { L } = vm
  lua.lua_settop(L, 0)
  lua.lua_newtable(L)
  for (const { key, value, raw } of writes) {
    const whole = typeof key === "number" && (key | 0) === key
    if (!(raw && whole)) {
      if (typeof key === "number") lua.lua_pushnumber(L, key)
      else lua.lua_pushstring(L, Buffer.from(key))
    }
    if (value === null) lua.lua_pushnil(L)
    else lua.lua_pushnumber(L, value)
    if (raw && whole) lua.lua_rawseti(L, 1, key)
    else lua.lua_rawset(L, 1)
  }
}

function walk(vm: ReturnType<typeof makeVm>["vm"]): [Key, number][] {
  const { L } = vm
  const seen: [Key, number][] = []
  lua.lua_pushnil(L)
  while (lua.lua_next(L, 1)) {
    const isText = lua.lua_type(L, -2) === 4
    const key = isText
      ? Buffer.from(lua.lua_tostring(L, -2) as Uint8Array).toString()
      : lua.lua_tonumber(L, -2)
    seen.push([key, lua.lua_tonumber(L, -1)])
    lua.lua_pop(L, 1)
  }
  return seen
}

describe("a table", () => {
  const { vm } = makeVm()

  test("holds what was written, each key once, its list in order", () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
        apply(vm, writes)
        const model = new Map<Key, number>()
        for (const { key, value } of writes) {
          if (value === null) model.delete(key)
          else model.set(key, value)
        }
        const seen = walk(vm)
        expect(seen.length).toBe(model.size)
        expect(new Map(seen)).toEqual(model)
        let run = 0
        for (const [key] of seen) if (key === run + 1) run++
        expect(model.has(run + 1)).toBe(false)
      }),
      // What grows at its end does not always end there: 2 came before, and 0 is no neighbour.
      { numRuns: 500, examples: [[[2, 0, 1].map((key) => ({ key, value: 0, raw: false }))]] },
    )
  })

  test("has a border for a length", () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 40 }), (writes) => {
        apply(vm, writes)
        const { L } = vm
        const length = lua.lua_rawlen(L, 1)
        expect(length === 0 || lua.lua_rawgeti(L, 1, length) !== LUA_TNIL).toBe(true)
        expect(lua.lua_rawgeti(L, 1, length + 1)).toBe(LUA_TNIL)
      }),
      { numRuns: 500 },
    )
  })

  test("without holes has the length of its list", () => {
    fc.assert(
      fc.property(fc.nat(40), fc.boolean(), fc.array(fc.constantFrom("x", "y")), (n, down, names) => {
        const order = Array.from({ length: n }, (_, i) => (down ? n - i : i + 1))
        const keys: Key[] = [...names, ...order]
        apply(
          vm,
          keys.map((key) => ({ key, value: 1, raw: down })),
        )
        expect(lua.lua_rawlen(vm.L, 1)).toBe(n)
        expect(
          walk(vm)
            .map(([key]) => key)
            .filter((key) => typeof key === "number"),
        ).toEqual(Array.from({ length: n }, (_, i) => i + 1))
      }),
    )
  })
})

describe("constructors with holes", () => {
  test.each([
    ["{nil, nil, 3}", "3", "3"],
    ["{1, nil, 3}", "3", "1 3"],
    ["{1, 2, nil}", "2", "1 2"],
    ["{nil, 2, nil, nil}", "2", "2"],
    ["{x = 1, nil, 'b', 'c'}", "3", "2 3 x"],
    ["{(function() return nil, 2, 3 end)()}", "3", "2 3"],
    ["{1, 2, (function() return nil, 4 end)()}", "4", "1 2 4"],
  ])("%s", (code, length, keys) => {
    const script = `local t = ${code} local o = {} for k in pairs(t) do table.insert(o, tostring(k)) end print(#t) print(table.concat(o, ' '))`
    expect(makeVm().run(script)).toBe(`${length}\n${keys}`)
  })

  test("more than a constructor writes at once", () => {
    const items = Array.from({ length: 230 }, (_, i) => (i % 7 === 3 ? "nil" : String(i + 1)))
    const wanted = items.filter((item) => item !== "nil").join(" ")
    const script = `local t = {x = 0, ${items.join(", ")}} local o = {} for k, v in pairs(t) do if k ~= 'x' then table.insert(o, v) end end print(#t) print(table.concat(o, ' '))`
    expect(makeVm().run(script)).toBe(`230\n${wanted}`)
  })
})
