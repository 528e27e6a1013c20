/**
 * Changes to fengari's tables, used by fengari.ts only. fengari keeps keys in
 * the order of their arrival, and a constructor fills its list from the end, so
 * that `pairs{"a", "b"}` would give 2 before 1. Here a list is walked from 1
 * upwards, as the original's array part is, however it was filled.
 *
 * The length of a list with holes is found as the original finds it, from the
 * size that its array part would have: `#{nil, nil, 3}` is 3 (lua-dialect.md C).
 *
 * Also here: whole keys come out of `next` as floats, and the library tables
 * can be frozen (lua-dialect.md D), `rawset` and `table.insert` included.
 */
import type { LuaBytes, LuaState } from "./fengari.js"

export interface TValue {
  type: number
  value: unknown
}

interface Entry {
  readonly key: TValue & { setdeadvalue(): void }
  value: (TValue & { setfrom(from: TValue): void }) | undefined
  /** The entries before and after. A dead entry keeps its `n`: a walk may stand on it. */
  p: Entry | undefined
  n: Entry | undefined
}

interface Table {
  readonly strong: Map<unknown, Entry>
  readonly dead_strong: Map<unknown, Entry>
  dead_weak: WeakMap<object, Entry> | undefined
  f: Entry | undefined
  l: Entry | undefined
  /** Our own: how many elements the original's array part would have room for. */
  size?: number
  /** Our own: the list key that was added last. */
  recent?: number
}

interface TableModule {
  luaH_getn(table: Table): number
  luaH_next(L: LuaState, table: Table, keyIndex: number): boolean
  luaH_setfrom(L: LuaState, table: Table, key: TValue, value: TValue): void
  luaH_setint(table: Table, key: number, value: TValue): void
}

export interface TableParts {
  readonly ltable: TableModule
  readonly runError: (L: LuaState, message: LuaBytes) => never
  readonly TValue: new (type: number, value: unknown) => TValue
  readonly integerTag: number
  readonly floatTag: number
  readonly frozenMessage: LuaBytes
}

const frozen = new WeakSet<object>()

/** From now on every write to the table is an error. */
export function freeze(table: object): void {
  frozen.add(table)
}

export function isFrozen(table: object): boolean {
  return frozen.has(table)
}

export function patchTables(parts: TableParts): void {
  const { ltable, TValue, integerTag, floatTag } = parts
  const { luaH_next: next, luaH_setfrom: setAny, luaH_setint: setWhole } = ltable

  const makeEntry = (key: number, value: TValue): Entry =>
    ({
      key: new TValue(integerTag, key),
      value: new TValue(value.type, value.value),
      p: undefined,
      n: undefined,
    }) as Entry

  // Constructors fill their lists through this function, and they make room for nil too.
  ltable.luaH_setint = (table, key, value) => {
    if (key > (table.size ?? 0)) table.size = key
    if (value.type === 0 || key < 1 || table.strong.has(key)) setWhole(table, key, value)
    else insert(table, key, makeEntry(key, value))
  }
  ltable.luaH_setfrom = (L, table, key, value) => {
    if (frozen.has(table)) parts.runError(L, parts.frozenMessage)
    const { value: number } = key
    const isListKey =
      typeof number === "number" && number >= 1 && (number | 0) === number && isNumber(key.type)
    if (!isListKey || value.type === 0 || table.strong.has(number)) {
      setAny(L, table, key, value)
      return
    }
    if (number === (table.size ?? 0) + 1) table.size = arraySize(table.strong, number)
    insert(table, number, makeEntry(number, value))
  }
  ltable.luaH_getn = border
  ltable.luaH_next = (L, table, keyIndex) => {
    if (!next(L, table, keyIndex)) return false
    const key = (L as unknown as { stack: TValue[] }).stack[keyIndex] as TValue
    if (key.type === integerTag) key.type = floatTag
    return true
  }

  function isNumber(type: number): boolean {
    return type === floatTag || type === integerTag
  }
}

/** What the array part becomes when `key` does not fit: the largest power of two of which over half is used. */
function arraySize(strong: Table["strong"], key: number): number {
  let size = 0
  let used = 0
  let index = 1
  for (let power = 1; ; power *= 2) {
    for (; index <= power && index <= key; index++) if (index === key || strong.has(index)) used++
    if (used > power / 2) size = power
    if (power >= key) return size
  }
}

/** An index that holds a value and is followed by one that does not, or 0: found as `luaH_getn` does. */
function border(table: Table): number {
  const { strong, size = 0 } = table
  if (size > 0 && !strong.has(size)) return search(strong, 0, size)
  if (!strong.has(size + 1)) return size
  let held = size
  let free = size + 1
  while (strong.has(free)) {
    held = free
    free *= 2
  }
  return search(strong, held, free)
}

/** Halves the gap between an index that is held (or 0) and one that is free. */
function search(strong: Table["strong"], held: number, free: number): number {
  let low = held
  let high = free
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2)
    if (strong.has(middle)) low = middle
    else high = middle
  }
  return low
}

/** Adds a key that the table does not hold, beside its neighbours. */
function insert(table: Table, key: number, entry: Entry): void {
  table.dead_strong.clear()
  table.dead_weak = undefined
  const { strong, l: last, recent } = table
  strong.set(key, entry)
  table.recent = key
  const after = strong.get(key + 1)
  // The list grows at its end; the key 0 is no part of it.
  if (key > 1 && after === undefined && last?.key.value === key - 1) {
    link(table, last, entry, entry)
    return
  }
  const before = key === 1 ? undefined : strong.get(key - 1)
  const above = after ?? fillingDown(table, key, recent)
  if (before !== undefined || key === 1) link(table, before, entry, entry)
  else if (above !== undefined) link(table, above.p, entry, entry)
  else link(table, isFirstOfList(table, key, recent) ? undefined : last, entry, entry)
  if (after !== undefined && after !== entry.n) moveRun(table, after, entry)
}

/** The array part is walked before all other keys. */
function isFirstOfList(table: Table, key: number, recent: number | undefined): boolean {
  return recent === undefined && key <= (table.size ?? 0)
}

/** The entry above a gap, while a constructor with gaps is filled from its end. */
function fillingDown(table: Table, key: number, recent: number | undefined): Entry | undefined {
  const filling = recent !== undefined && key < recent && recent <= (table.size ?? 0)
  return filling ? table.strong.get(recent) : undefined
}

/** Links a chain of entries behind `before`; at the head when there is none. */
function link(table: Table, before: Entry | undefined, first: Entry, last: Entry): void {
  const after = before === undefined ? table.f : before.n
  first.p = before
  last.n = after
  if (before === undefined) table.f = first
  else before.n = first
  if (after === undefined) table.l = last
  else after.p = last
}

/** Moves the list that begins at `first` behind `before`: the gap between the two has just been filled. */
function moveRun(table: Table, first: Entry, before: Entry): void {
  let last = first
  while (last.n !== undefined && last.n.key.value === (last.key.value as number) + 1) last = last.n
  const { p, n } = { p: first.p, n: last.n }
  if (p === undefined) table.f = n
  else p.n = n
  if (n === undefined) table.l = p
  else n.p = p
  link(table, before, first, last)
}
