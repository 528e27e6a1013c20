/**
 * Names for rules by what they were loaded from: two of one name are the same,
 * whenever and however often they were read.
 */
import { createHash } from "node:crypto"
import { compareText } from "../model/compare.js"
import type { RecordedRules } from "./load.js"

/** Names what rule files say, with all that their scripts found; what a configuration says besides does not count. */
export function saysOf({ sources, found }: RecordedRules): string {
  return hashOf({ sources, found })
}

/** Names what rules were loaded from, with all that their scripts found; when that was does not count. */
export function fingerprintOf({ nowSec: _, ...recorded }: RecordedRules): string {
  return hashOf(recorded)
}

function hashOf(recorded: object): string {
  const hash = createHash("sha256")
  const add = (value: unknown): void => {
    if (value instanceof Uint8Array) hash.update(`bytes ${value.length}:`).update(value)
    else if (value instanceof Map) add([...value].sort(([a], [b]) => compareText(String(a), String(b))))
    else if (Array.isArray(value)) {
      hash.update(`list ${value.length}:`)
      for (const one of value) add(one)
    } else if (typeof value === "object" && value !== null)
      add(Object.entries(value).sort(([a], [b]) => compareText(a, b)))
    else hash.update(`${JSON.stringify(value) ?? "undefined"};`)
  }
  add(recorded)
  return hash.digest("hex")
}
