/**
 * An ordered list of entries and the first of them that a reply answers to.
 * Texts go through the first-match machinery of `pcre`; codes are looked up,
 * as few differ. Keeps out which lists a domain has.
 */
import type { ClassEntry, CodeTest, NumberRange } from "../model/classification.js"
import {
  type CompiledPattern,
  compilePattern,
  createFirstMatch,
  type FirstMatch,
  TextPattern,
} from "../pcre/index.js"
import type { Reply } from "./normalise.js"

const NONE = -1
/** Codes are few; a log full of nonsense must not fill memory all the same. */
const MAX_CODES = 4096

/** The entries that one reply code leaves. */
interface Admitted {
  readonly matcher: FirstMatch
  /** For each pattern of the matcher, the place of its entry. */
  readonly entryOf: Int32Array
}

export class EntryList {
  readonly #entries: readonly ClassEntry[]
  readonly #compile: (source: string) => CompiledPattern | null
  readonly #byReply: (Admitted | undefined)[] = []
  /** Reply codes that admit the same entries share a matcher. */
  readonly #bySignature = new Map<string, Admitted>()
  readonly #byCode = new Map<number, number>()

  /** @param compile patterns are shared between lists, and compiled at first use */
  constructor(entries: readonly ClassEntry[], compile: (source: string) => CompiledPattern | null) {
    this.#entries = entries
    this.#compile = compile
  }

  /** Place of the first entry that fits, or -1. */
  find(reply: Reply): number {
    if (this.#entries.length === 0) return NONE
    const { matcher, entryOf } = this.#admitted(reply.code)
    const found = matcher.find(reply.text)
    const byText = found === NONE ? NONE : (entryOf[found] as number)
    const byCode = this.#findCode(reply)
    return byText === NONE || (byCode !== NONE && byCode < byText) ? byCode : byText
  }

  #admitted(code: number): Admitted {
    const known = this.#byReply[code]
    if (known !== undefined) return known
    const entries = this.#entries.map((entry) => admits(entry.reply, code))
    const signature = entries.map(Number).join("")
    let admitted = this.#bySignature.get(signature)
    if (admitted === undefined) {
      admitted = this.#build(entries)
      this.#bySignature.set(signature, admitted)
    }
    this.#byReply[code] = admitted
    return admitted
  }

  #build(admitted: readonly boolean[]): Admitted {
    const patterns: (CompiledPattern | TextPattern | null)[] = []
    const entryOf: number[] = []
    this.#entries.forEach(({ markers, patterns: sources }, place) => {
      if (admitted[place] !== true) return
      for (const pattern of [...markers.map(markerPattern), ...sources.map(this.#compile)]) {
        patterns.push(pattern)
        entryOf.push(place)
      }
    })
    return { matcher: createFirstMatch(patterns), entryOf: Int32Array.from(entryOf) }
  }

  #findCode({ code, status }: Reply): number {
    const key = status * 1000 + code
    const known = this.#byCode.get(key)
    if (known !== undefined) return known
    const found = this.#entries.findIndex(
      (entry) =>
        admits(entry.reply, code) &&
        (entry.codes.some((test) => passes(test, code, status)) || isBare(entry)),
    )
    if (this.#byCode.size >= MAX_CODES) this.#byCode.clear()
    this.#byCode.set(key, found)
    return found
  }
}

/** An entry that only names reply codes: all such replies. */
function isBare({ markers, patterns, codes }: ClassEntry): boolean {
  return markers.length === 0 && patterns.length === 0 && codes.length === 0
}

/** A marker stands at the beginning of a word, so that "hops" is not found in "shops". */
function markerPattern(marker: string): TextPattern {
  return new TextPattern(marker, /^[\p{L}\p{N}]/u.test(marker))
}

function admits(ranges: readonly NumberRange[], code: number): boolean {
  return ranges.length === 0 || ranges.some((range) => isIn(code, range))
}

function passes({ reply, status: wanted }: CodeTest, code: number, status: number): boolean {
  if (reply !== null && !isIn(code, reply)) return false
  if (wanted === null) return true
  const kind = Math.floor(status / 1_000_000)
  return (
    status !== 0 &&
    (wanted.kind === null || wanted.kind === kind) &&
    isIn(Math.floor(status / 1000) % 1000, wanted.subject) &&
    isIn(status % 1000, wanted.detail)
  )
}

function isIn(value: number, [first, last]: NumberRange): boolean {
  return value >= first && value <= last
}

/** For `EntryList`: compiles each pattern once; one that cannot be compiled was reported when it was loaded. */
export function sharedCompiler(): (source: string) => CompiledPattern | null {
  const patterns = new Map<string, CompiledPattern | null>()
  return (source) => {
    let pattern = patterns.get(source)
    if (pattern === undefined) {
      const result = compilePattern(source)
      pattern = result.ok ? result.pattern : null
      patterns.set(source, pattern)
    }
    return pattern
  }
}
