/**
 * `math` as Lua 5.1 has it, on doubles. `random` is seeded by the host, so that
 * a rule file gives the same rules whenever it is loaded.
 */
import { argError, checkInt, checkNumber, literal, raise, setFunctions } from "../args.js"
import { type LuaState, lua } from "../fengari.js"

type Unary = (n: number) => number

const UNARY: Record<string, Unary> = {
  abs: Math.abs,
  acos: Math.acos,
  asin: Math.asin,
  atan: Math.atan,
  ceil: Math.ceil,
  cos: Math.cos,
  cosh: Math.cosh,
  deg: (n) => n / (Math.PI / 180),
  exp: Math.exp,
  floor: Math.floor,
  log: Math.log,
  log10: Math.log10,
  rad: (n) => n * (Math.PI / 180),
  sin: Math.sin,
  sinh: Math.sinh,
  sqrt: Math.sqrt,
  tan: Math.tan,
  tanh: Math.tanh,
}

const BINARY: Record<string, (a: number, b: number) => number> = {
  atan2: Math.atan2,
  fmod: (a, b) => a % b,
  pow: (a, b) => a ** b,
}

/** Pushes the `math` table. */
export function openMath(L: LuaState, seed: number): void {
  lua.lua_newtable(L)
  for (const [name, fn] of Object.entries(UNARY)) {
    setFunctions(L, {
      [name]: (L) => {
        lua.lua_pushnumber(L, fn(checkNumber(L, 1)))
        return 1
      },
    })
  }
  for (const [name, fn] of Object.entries(BINARY)) {
    setFunctions(L, {
      [name]: (L) => {
        // Last argument first, as the original's compiler orders it: the first complaint tells.
        const b = checkNumber(L, 2)
        lua.lua_pushnumber(L, fn(checkNumber(L, 1), b))
        return 1
      },
    })
  }
  const random = new Random(seed)
  setFunctions(L, {
    frexp,
    ldexp: (L) => {
      const exponent = checkInt(L, 2)
      lua.lua_pushnumber(L, scale(checkNumber(L, 1), exponent))
      return 1
    },
    max: (L) => extreme(L, (a, b) => b > a),
    min: (L) => extreme(L, (a, b) => b < a),
    modf,
    random: (L) => luaRandom(L, random),
    randomseed: (L) => {
      random.seed(checkInt(L, 1))
      return 0
    },
  })
  // The old name is the same function, as in 5.1.
  lua.lua_getfield(L, -1, literal("fmod"))
  lua.lua_setfield(L, -2, literal("mod"))
  lua.lua_pushnumber(L, Math.PI)
  lua.lua_setfield(L, -2, literal("pi"))
  lua.lua_pushnumber(L, Number.POSITIVE_INFINITY)
  lua.lua_setfield(L, -2, literal("huge"))
}

function extreme(L: LuaState, better: (best: number, other: number) => boolean): number {
  const count = lua.lua_gettop(L)
  let best = checkNumber(L, 1)
  for (let i = 2; i <= count; i++) {
    const other = checkNumber(L, i)
    if (better(best, other)) best = other
  }
  lua.lua_pushnumber(L, best)
  return 1
}

function modf(L: LuaState): number {
  const n = checkNumber(L, 1)
  const whole = Math.trunc(n)
  lua.lua_pushnumber(L, whole)
  lua.lua_pushnumber(L, withSignOf(n, Number.isFinite(n) ? n - whole : Number.isNaN(n) ? n : 0))
  return 2
}

/** C gives a zero fraction the sign of the number. */
function withSignOf(n: number, magnitude: number): number {
  return n < 0 || Object.is(n, -0) ? -Math.abs(magnitude) : magnitude
}

function frexp(L: LuaState): number {
  const n = checkNumber(L, 1)
  if (n === 0 || !Number.isFinite(n)) {
    lua.lua_pushnumber(L, n)
    lua.lua_pushnumber(L, 0)
    return 2
  }
  let exponent = Math.max(-1023, Math.floor(Math.log2(Math.abs(n))) + 1)
  let mantissa = scale(n, -exponent)
  // log2 may be off by one at the borders of a power of two.
  while (Math.abs(mantissa) < 0.5) {
    mantissa *= 2
    exponent--
  }
  while (Math.abs(mantissa) >= 1) {
    mantissa /= 2
    exponent++
  }
  lua.lua_pushnumber(L, mantissa)
  lua.lua_pushnumber(L, exponent)
  return 2
}

/** m·2^e in steps that neither overflow nor underflow on the way. */
function scale(m: number, e: number): number {
  let result = m
  let left = Math.max(-2200, Math.min(2200, e))
  while (left !== 0) {
    const step = Math.max(-1000, Math.min(1000, left))
    result *= 2 ** step
    left -= step
  }
  return result
}

function luaRandom(L: LuaState, random: Random): number {
  const r = random.next()
  switch (lua.lua_gettop(L)) {
    case 0:
      lua.lua_pushnumber(L, r)
      return 1
    case 1: {
      const high = checkInt(L, 1)
      if (high < 1) argError(L, 1, "interval is empty")
      lua.lua_pushnumber(L, Math.floor(r * high) + 1)
      return 1
    }
    case 2: {
      const low = checkInt(L, 1)
      const high = checkInt(L, 2)
      if (low > high) argError(L, 2, "interval is empty")
      lua.lua_pushnumber(L, Math.floor(r * (high - low + 1)) + low)
      return 1
    }
    default:
      return raise(L, "wrong number of arguments")
  }
}

/** Mulberry32: 32 bits of state, the same sequence everywhere. Not for secrets. */
class Random {
  #state = 0

  constructor(seed: number) {
    this.seed(seed)
  }

  seed(value: number): void {
    this.#state = Number.isFinite(value) ? Math.trunc(value) >>> 0 : 0
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let t = this.#state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}
