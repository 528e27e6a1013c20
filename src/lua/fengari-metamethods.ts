/**
 * Changes to fengari's metamethods, used by fengari.ts only, where 5.3 is more
 * generous than the original's 5.1:
 * - `__len` of a table is ignored;
 * - `__eq`, `__lt` and `__le` are asked only if both operands have the same one,
 *   and for order both must be of one type;
 * - `__name` is a field like any other.
 */

import type { LuaBytes, LuaState } from "./fengari.js"
import type { TValue } from "./fengari-tables.js"

interface LuaValue extends TValue {
  ttnov(): number
  setbvalue(value: boolean): void
}

export interface MetamethodModule {
  readonly TMS: { readonly TM_LEN: number; readonly TM_EQ: number }
  fasttm(L: LuaState, metatable: object | null, event: number): LuaValue | null
  luaT_callTM(
    L: LuaState,
    fn: LuaValue,
    a: LuaValue,
    b: LuaValue,
    result: LuaValue | number,
    hasResult: number,
  ): void
  luaT_callorderTM(L: LuaState, a: LuaValue, b: LuaValue, event: number): boolean | null
  luaT_gettmbyobj(L: LuaState, value: LuaValue, event: number): LuaValue
  luaT_objtypename(L: LuaState, value: LuaValue): LuaBytes
  ttypename(type: number): LuaBytes
}

export function patchMetamethods(ltm: MetamethodModule): void {
  const { fasttm, luaT_callTM: call, luaT_callorderTM: callOrder, ttypename } = ltm
  const { TM_LEN, TM_EQ } = ltm.TMS
  // fengari finds `__eq` by the one function and calls it, right after, by the other.
  let comparing = false

  ltm.fasttm = (L, metatable, event) => {
    if (event === TM_LEN) return null
    const found = fasttm(L, metatable, event)
    if (event === TM_EQ) comparing = found !== null
    return found
  }
  ltm.luaT_callTM = (L, fn, a, b, result, hasResult) => {
    if (comparing) {
      comparing = false
      if (!haveSame(L, a, b, TM_EQ)) {
        ;(result as LuaValue).setbvalue(false)
        return
      }
    }
    call(L, fn, a, b, result, hasResult)
  }
  ltm.luaT_callorderTM = (L, a, b, event) =>
    a.ttnov() === b.ttnov() && haveSame(L, a, b, event) ? callOrder(L, a, b, event) : null
  ltm.luaT_objtypename = (_L, value) => ttypename(value.ttnov())

  function haveSame(L: LuaState, a: LuaValue, b: LuaValue, event: number): boolean {
    return ltm.luaT_gettmbyobj(L, a, event).value === ltm.luaT_gettmbyobj(L, b, event).value
  }
}
