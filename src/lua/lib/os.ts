/**
 * The harmless part of `os`, on the host's clock: `time`, `date`, `clock`,
 * `difftime`, and a `getenv` that knows nothing. Time zone is UTC for both
 * forms of `date`, so that the same input gives the same bytes on any machine.
 * What could reach the machine (`execute`, `exit`, `remove` …) is absent.
 */
import {
  checkInteger,
  checkNumber,
  checkType,
  literal,
  optInteger,
  optText,
  pushText,
  raise,
  setFunctions,
} from "../args.js"
import { LUA_TTABLE, type LuaState, lua } from "../fengari.js"

export interface OsOptions {
  /** Seconds since 1970. */
  readonly nowSec: () => number
  /** Seconds of work done so far; derived from instructions, so a replay repeats it. */
  readonly cpuSec: () => number
}

/** Pushes the `os` table. */
export function openOs(L: LuaState, options: OsOptions): void {
  lua.lua_newtable(L)
  setFunctions(L, {
    clock: (L) => {
      lua.lua_pushnumber(L, options.cpuSec())
      return 1
    },
    date: (L) => date(L, options),
    difftime: (L) => {
      const from = optInteger(L, 2, 0)
      lua.lua_pushnumber(L, checkInteger(L, 1) - from)
      return 1
    },
    getenv: (L) => {
      lua.lua_pushnil(L)
      return 1
    },
    time: (L) => time(L, options),
  })
}

function time(L: LuaState, options: OsOptions): number {
  if (lua.lua_isnoneornil(L, 1)) {
    lua.lua_pushnumber(L, Math.floor(options.nowSec()))
    return 1
  }
  checkType(L, 1, LUA_TTABLE)
  lua.lua_settop(L, 1)
  const sec = field(L, "sec", 0)
  const min = field(L, "min", 0)
  const hour = field(L, "hour", 12)
  const day = field(L, "day", null)
  const month = field(L, "month", null)
  const year = field(L, "year", null)
  // Date.UTC takes years 0 to 99 for 1900 to 1999; setUTCFullYear does not.
  const instant = new Date(Date.UTC(2000, 0, 1, hour, min, sec))
  const shiftMs = instant.getTime() - Date.UTC(2000, 0, 1)
  const start = new Date(0)
  start.setUTCFullYear(year, month - 1, day)
  const at = start.getTime() + shiftMs
  // C's mktime reports failure as -1, so the last second of 1969 has no number.
  if (Number.isNaN(at) || at === -1000) lua.lua_pushnil(L)
  else lua.lua_pushnumber(L, Math.floor(at / 1000))
  return 1
}

function field(L: LuaState, name: string, otherwise: number | null): number {
  lua.lua_getfield(L, 1, literal(name))
  if (lua.lua_isnumber(L, -1)) {
    const value = Math.trunc(lua.lua_tonumber(L, -1))
    lua.lua_pop(L, 1)
    return value
  }
  if (otherwise === null) raise(L, `field '${name}' missing in date table`)
  lua.lua_pop(L, 1)
  return otherwise
}

function date(L: LuaState, options: OsOptions): number {
  let format = optText(L, 1) ?? "%c"
  const at = lua.lua_isnoneornil(L, 2) ? options.nowSec() : checkNumber(L, 2)
  const when = new Date(Math.trunc(at) * 1000)
  if (format.startsWith("!")) format = format.slice(1)
  if (Number.isNaN(when.getTime())) {
    lua.lua_pushnil(L)
    return 1
  }
  if (format === "*t") {
    pushDateTable(L, when)
    return 1
  }
  pushText(
    L,
    format.replace(/%(.?)/gs, (whole, letter: string) => {
      const make = CONVERSIONS[letter]
      return make === undefined ? whole : make(when)
    }),
  )
  return 1
}

function pushDateTable(L: LuaState, when: Date): void {
  lua.lua_createtable(L, 0, 9)
  const set = (name: string, value: number): void => {
    lua.lua_pushnumber(L, value)
    lua.lua_setfield(L, -2, literal(name))
  }
  set("sec", when.getUTCSeconds())
  set("min", when.getUTCMinutes())
  set("hour", when.getUTCHours())
  set("day", when.getUTCDate())
  set("month", when.getUTCMonth() + 1)
  set("year", when.getUTCFullYear())
  set("wday", when.getUTCDay() + 1)
  set("yday", dayOfYear(when))
  lua.lua_pushboolean(L, false)
  lua.lua_setfield(L, -2, literal("isdst"))
}

const DAY_MS = 86_400_000
const DAYS = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"]
const MONTHS = [
  "January",
  "February",
  "March",
  "April",
  "May",
  "June",
  "July",
  "August",
  "September",
  "October",
  "November",
  "December",
]

function dayOfYear(when: Date): number {
  const start = new Date(0)
  start.setUTCFullYear(when.getUTCFullYear(), 0, 1)
  return Math.floor((when.getTime() - start.getTime()) / DAY_MS) + 1
}

const two = (n: number): string => String(n).padStart(2, "0")
const hour12 = (d: Date): number => d.getUTCHours() % 12 || 12
const weekFrom = (d: Date, firstDay: number): number =>
  Math.floor((dayOfYear(d) + 6 - ((d.getUTCDay() - firstDay + 7) % 7)) / 7)

/** ISO 8601 week: the week of a day is the week of its Thursday. */
function isoWeek(d: Date): { year: number; week: number } {
  const thursday = new Date(d.getTime() + (3 - ((d.getUTCDay() + 6) % 7)) * DAY_MS)
  return { year: thursday.getUTCFullYear(), week: Math.floor((dayOfYear(thursday) - 1) / 7) + 1 }
}

/** C's strftime in the C locale. */
const CONVERSIONS: Record<string, (d: Date) => string> = {
  "%": () => "%",
  a: (d) => (DAYS[d.getUTCDay()] as string).slice(0, 3),
  A: (d) => DAYS[d.getUTCDay()] as string,
  b: (d) => (MONTHS[d.getUTCMonth()] as string).slice(0, 3),
  B: (d) => MONTHS[d.getUTCMonth()] as string,
  c: (d) => apply("a b e T Y", d),
  C: (d) => two(Math.floor(d.getUTCFullYear() / 100)),
  d: (d) => two(d.getUTCDate()),
  D: (d) => apply("m/d/y", d),
  e: (d) => String(d.getUTCDate()).padStart(2),
  F: (d) => apply("Y-m-d", d),
  g: (d) => two(isoWeek(d).year % 100),
  G: (d) => String(isoWeek(d).year),
  h: (d) => (MONTHS[d.getUTCMonth()] as string).slice(0, 3),
  H: (d) => two(d.getUTCHours()),
  I: (d) => two(hour12(d)),
  j: (d) => String(dayOfYear(d)).padStart(3, "0"),
  m: (d) => two(d.getUTCMonth() + 1),
  M: (d) => two(d.getUTCMinutes()),
  n: () => "\n",
  p: (d) => (d.getUTCHours() < 12 ? "AM" : "PM"),
  r: (d) => apply("I:M:S p", d),
  R: (d) => apply("H:M", d),
  s: (d) => String(Math.floor(d.getTime() / 1000)),
  S: (d) => two(d.getUTCSeconds()),
  t: () => "\t",
  T: (d) => apply("H:M:S", d),
  u: (d) => String(d.getUTCDay() || 7),
  U: (d) => two(weekFrom(d, 0)),
  V: (d) => two(isoWeek(d).week),
  w: (d) => String(d.getUTCDay()),
  W: (d) => two(weekFrom(d, 1)),
  x: (d) => apply("m/d/y", d),
  X: (d) => apply("H:M:S", d),
  y: (d) => two(d.getUTCFullYear() % 100),
  Y: (d) => String(d.getUTCFullYear()),
  z: () => "+0000",
  Z: () => "UTC",
}

/** Composite conversions: every letter of `letters` is replaced by its conversion. */
function apply(letters: string, d: Date): string {
  return letters.replace(/[A-Za-z]/g, (letter) => (CONVERSIONS[letter] as (d: Date) => string)(d))
}
