/**
 * Unicode properties, `\p{…}`: general categories only. They are turned into plain
 * ranges by asking the JavaScript engine once per property, so they follow its
 * Unicode version. Scripts and binary properties are refused: their meaning changed
 * between PCRE releases (scripts became script extensions in 10.40).
 */
import { ANY_CHAR, type CharSet, MAX_CODE, negate, normalise, union } from "./charset.js"
import type { Cursor } from "./cursor.js"
import { syntaxFault, unsupportedFault } from "./fault.js"

const CATEGORIES = [
  ...["C", "Cc", "Cf", "Cn", "Co", "L", "Ll", "Lm", "Lo", "Lt", "Lu", "M", "Mc", "Me", "Mn"],
  ...["N", "Nd", "Nl", "No", "P", "Pc", "Pd", "Pe", "Pf", "Pi", "Po", "Ps"],
  ...["S", "Sc", "Sk", "Sm", "So", "Z", "Zl", "Zp", "Zs"],
]

const cache = new Map<string, CharSet>()

/** Reads what follows `\p` or `\P`. */
export function readProperty(cursor: Cursor, capitalP: boolean): CharSet {
  const at = cursor.pos
  let negated = capitalP
  let name: string
  if (cursor.accept("{")) {
    if (cursor.accept("^")) negated = !negated
    const end = cursor.source.indexOf("}", cursor.pos)
    if (end < 0) throw syntaxFault("malformed \\P or \\p sequence", cursor.source.length)
    name = cursor.source.slice(cursor.pos, end)
    cursor.pos = end + 1
  } else {
    name = cursor.next()
    if (!/^[A-Za-z]$/.test(name)) throw syntaxFault("malformed \\P or \\p sequence", cursor.pos)
  }
  const set = propertySet(name, cursor, at)
  return negated ? negate(set) : set
}

function propertySet(name: string, cursor: Cursor, at: number): CharSet {
  if (name === "Any") return ANY_CHAR
  const letters = name === "L&" || name === "Lc" || name === "LC"
  if (cursor.options.caseless && (letters || /^L[ult]$/.test(name))) {
    throw unsupportedFault(
      `\\p{${name}} under (?i)`,
      at,
      "PCRE releases differ on whether case matters here: write \\p{L} or switch (?i) off around it",
    )
  }
  if (letters) return union(category("Lu"), category("Ll"), category("Lt"))
  if (CATEGORIES.includes(name)) return category(name)
  if (isKnownProperty(name)) {
    throw unsupportedFault(
      `the property \\p{${name}}`,
      at,
      "use a general category such as \\p{L}, or write the characters out as a class",
    )
  }
  throw syntaxFault("unknown property after \\P or \\p", cursor.pos)
}

function isKnownProperty(name: string): boolean {
  if (/^X(an|ps|sp|uc|wd)$/.test(name) || CATEGORIES.includes(title(name)) || name === "Cs") return true
  const bare = name.replace(/^.*[:=]/, "").trim()
  return [`Script=${title(bare)}`, bare].some((text) => {
    try {
      new RegExp(`\\p{${text}}`, "u")
      return true
    } catch {
      return false
    }
  })
}

function title(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).toLowerCase()
}

/** The ranges of one general category; surrogates are left out, no subject holds any. */
function category(name: string): CharSet {
  let set = cache.get(name)
  if (!set) {
    const runs = new RegExp(`\\p{${name}}+`, "gu")
    const ranges: [number, number][] = []
    for (let base = 0; base <= MAX_CODE; base += CHUNK) {
      if (base >= 0xd800 && base <= 0xdfff) continue
      const text = String.fromCodePoint(...Array.from({ length: CHUNK }, (_, i) => base + i))
      for (const { 0: run, index } of text.matchAll(runs)) {
        const lo = text.codePointAt(index) as number
        ranges.push([lo, lo + [...run].length - 1])
      }
    }
    set = normalise(ranges)
    cache.set(name, set)
  }
  return set
}

/** Code points looked at in one go; the surrogates fill whole chunks. */
const CHUNK = 0x800
