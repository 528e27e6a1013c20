/**
 * Host half of `msys.pcre`: match, replace and split with the pcre room's
 * engine. Subject and pattern are UTF-8, as the original compiles patterns in
 * its UTF-8 mode; positions that go back to Lua count bytes.
 * Source: lua-dialect.md E; what a replacement's `$` and `\` mean, and how empty
 * matches are stepped over, from the behaviour of the original's module.
 */
import {
  type CompiledPattern,
  type CompileResult,
  compilePattern,
  type MatchFound,
} from "../../pcre/index.js"
import {
  bytesOf,
  bytesOfLatin1,
  checkBytes,
  checkNumber,
  latin1Of,
  literal,
  pushText,
  utf8Of,
} from "../args.js"
import { LUA_TFUNCTION, type LuaBytes, type LuaState, lua } from "../fengari.js"
import type { LuaVm } from "../vm.js"
import { hostTypeName } from "./handle.js"
import type { HostModule } from "./open.js"
import { raiseAtCaller } from "./raise.js"
import { parseTemplate, type TemplatePart } from "./replacement.js"
import type { HostContext } from "./services.js"

/** Compiled patterns kept: scripts use few, again and again. */
const MAX_CACHED = 64
/** What one search costs beside the text it passes, in instructions. */
const SEARCH_COST = 50
/** What a search costs that was given up: the engine's own limit is a million steps. */
const LIMIT_COST = 1_000_000

export function pcreModule({ vm }: HostContext): HostModule {
  const regex = new Regex(vm)
  return {
    path: "msys.pcre",
    functions: {
      // match(subject, pattern) -> table | nil | nil, message, offset
      match: (L) => regex.run(L, (search) => regex.match(L, search)),
      // replace(subject, pattern, string | function, limit) -> string | nil, message, offset
      replace: (L) => regex.run(L, (search) => regex.replace(L, search)),
      // split(subject, pattern, limit) -> list | nil, message, offset
      split: (L) => regex.run(L, (search) => regex.split(L, search)),
    },
  }
}

/** The engine gave up on a subject. */
class GaveUp extends Error {}

class Regex {
  readonly #vm: LuaVm
  readonly #cache = new Map<
    string,
    { readonly result: CompileResult; nonEmpty: CompiledPattern | null | undefined }
  >()

  constructor(vm: LuaVm) {
    this.#vm = vm
  }

  /** Arguments 1 and 2 to a search; a pattern or subject that is none answers here. */
  run(L: LuaState, use: (search: Search) => number): number {
    const source = utf8Of(checkBytes(L, 2))
    if (source === null) return refuse(L, "the pattern is not UTF-8", 0)
    if (source === "") return refuse(L, "an empty pattern was provided", 0)
    const entry = this.#compile(L, source)
    if (!entry.result.ok) {
      const { message, offset } = entry.result.error
      return refuse(L, message, Buffer.byteLength(source.slice(0, offset), "utf8"))
    }
    const subject = utf8Of(checkBytes(L, 1))
    if (subject === null) {
      lua.lua_pushnil(L)
      return 1
    }
    const charge = (steps: number): void => this.#vm.budget.charge(L, steps)
    const { pattern } = entry.result
    const nonEmpty = (): CompiledPattern | null => {
      if (entry.nonEmpty === undefined) entry.nonEmpty = compileNonEmpty(source)
      return entry.nonEmpty
    }
    try {
      return use(new Search(pattern, nonEmpty, subject, charge))
    } catch (error) {
      if (!(error instanceof GaveUp)) throw error
      return refuse(L, "the match limit was reached: the pattern takes too long on this subject", 0)
    }
  }

  match(L: LuaState, search: Search): number {
    const found = search.at(0)
    if (found === null) lua.lua_pushnil(L)
    else pushMatch(L, found, search.pattern)
    return 1
  }

  replace(L: LuaState, search: Search): number {
    const byFunction = lua.lua_type(L, 3) === LUA_TFUNCTION
    const template = byFunction ? [] : parseTemplate(latin1Of(checkBytes(L, 3)))
    const parts = new Parts(this.#vm.budget.limits.stringBytes, L)
    let kept = 0
    for (const found of search.all(checkNumber(L, 4))) {
      parts.addText(search.subject.slice(kept, found.index))
      kept = found.end
      if (byFunction) parts.add(callReplacement(L, found, search.pattern))
      else for (const part of template) parts.add(expand(part, found, search.pattern))
    }
    parts.addText(search.subject.slice(kept))
    lua.lua_pushstring(L, parts.bytes())
    return 1
  }

  split(L: LuaState, search: Search): number {
    const limit = checkNumber(L, 3)
    lua.lua_newtable(L)
    let count = 0
    const add = (piece: string): void => {
      if (piece === "") return
      pushText(L, piece)
      lua.lua_rawseti(L, -2, ++count)
    }
    let kept = 0
    if (limit !== 1) {
      for (const found of search.all(-1)) {
        add(search.subject.slice(kept, found.index))
        kept = found.end
        if (limit > 0 && count >= limit - 1) break
      }
    }
    add(search.subject.slice(kept))
    return 1
  }

  #compile(L: LuaState, source: string) {
    let entry = this.#cache.get(source)
    if (entry === undefined) {
      this.#vm.budget.charge(L, 10 * source.length)
      entry = { result: compilePattern(source), nonEmpty: undefined }
    } else this.#cache.delete(source)
    this.#cache.set(source, entry)
    const oldest = this.#cache.keys().next().value
    if (this.#cache.size > MAX_CACHED && oldest !== undefined) this.#cache.delete(oldest)
    return entry
  }
}

/**
 * The same pattern, but only where the search starts and only if the match is
 * not empty: what PCRE does with NOTEMPTY and ANCHORED. Null where the pattern
 * cannot be wrapped (it begins with a verb, or ends in a comment).
 */
function compileNonEmpty(source: string): CompiledPattern | null {
  const result = compilePattern(`\\G(?:${source})(?!\\G)`)
  return result.ok ? result.pattern : null
}

class Search {
  constructor(
    readonly pattern: CompiledPattern,
    readonly nonEmpty: () => CompiledPattern | null,
    readonly subject: string,
    readonly charge: (steps: number) => void,
  ) {}

  at(from: number, pattern: CompiledPattern = this.pattern): MatchFound | null {
    const found = pattern.exec(this.subject, from)
    if (found === "limit") {
      this.charge(LIMIT_COST)
      throw new GaveUp()
    }
    this.charge(SEARCH_COST + ((found?.end ?? this.subject.length) - from))
    return found
  }

  /**
   * Matches from left to right, at most `limit` (negative: all). After an empty
   * one, a match that is not empty is tried at the same place, as Perl does.
   */
  *all(limit: number): Generator<MatchFound> {
    const { subject } = this
    let from = 0
    for (let left = limit; left !== 0; left--) {
      const found = this.at(from)
      // `\K` can move the start of a match, but nothing that was passed comes back.
      if (found === null || found.index < from || found.end < found.index) return
      yield found
      from = found.end
      let last = found
      while (last.end === last.index) {
        const pattern = this.nonEmpty()
        const next = from < subject.length && pattern !== null ? this.at(from, pattern) : null
        if (next === null || next.end <= from) {
          if (from >= subject.length) return
          from += (subject.codePointAt(from) as number) > 0xffff ? 2 : 1
          break
        }
        if (--left === 0) return
        yield next
        from = next.end
        last = next
      }
    }
  }
}

/** Pieces of a result, with its length watched while it grows. */
class Parts {
  readonly #parts: LuaBytes[] = []
  #length = 0

  constructor(
    readonly maxBytes: number,
    readonly L: LuaState,
  ) {}

  add(bytes: LuaBytes): void {
    if (bytes.length === 0) return
    this.#parts.push(bytes)
    this.#length += bytes.length
    if (this.#length > this.maxBytes) {
      raiseAtCaller(this.L, `msys.pcre.replace: the result is longer than ${this.maxBytes} bytes`)
    }
  }

  addText(text: string): void {
    if (text !== "") this.add(bytesOf(text))
  }

  bytes(): LuaBytes {
    return new Uint8Array(Buffer.concat(this.#parts))
  }
}

function refuse(L: LuaState, message: string, offset: number): number {
  lua.lua_pushnil(L)
  pushText(L, message)
  lua.lua_pushnumber(L, offset)
  return 3
}

/** The match table: [0] whole, groups up to the last that took part, names. */
function pushMatch(L: LuaState, { groups }: MatchFound, pattern: CompiledPattern): void {
  lua.lua_createtable(L, groups.length, pattern.groupNames.length)
  const last = groups.findLastIndex((group) => group !== undefined)
  for (let i = 0; i <= last; i++) {
    pushText(L, groups[i] ?? "")
    lua.lua_rawseti(L, -2, i)
  }
  for (const [name, group] of pattern.groupNames) {
    pushText(L, groups[group] ?? "")
    lua.lua_setfield(L, -2, bytesOf(name))
  }
}

function expand(part: TemplatePart, { groups }: MatchFound, { groupNames }: CompiledPattern): LuaBytes {
  if (part.kind === "text") return bytesOfLatin1(part.text)
  const group = part.kind === "group" ? part.group : groupNames.find(([name]) => name === part.name)?.[1]
  const text = group === undefined ? undefined : groups[group]
  return text === undefined ? literal("") : bytesOf(text)
}

/** nil and false keep what was matched. */
function callReplacement(L: LuaState, found: MatchFound, pattern: CompiledPattern): LuaBytes {
  lua.lua_pushvalue(L, 3)
  pushMatch(L, found, pattern)
  lua.lua_call(L, 1, 1)
  if (!lua.lua_toboolean(L, -1)) {
    lua.lua_pop(L, 1)
    return bytesOf(found.groups[0] ?? "")
  }
  if (!lua.lua_isstring(L, -1)) {
    const seen = hostTypeName(L, -1)
    raiseAtCaller(
      L,
      `msys.pcre.replace: the function returned a ${seen}; it must return a string, nil or false`,
    )
  }
  const bytes = lua.lua_tostring(L, -1) as LuaBytes
  lua.lua_pop(L, 1)
  return bytes
}
