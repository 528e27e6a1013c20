/**
 * What a rule script left behind, as plain data with places: the bridge from
 * the Lua room (which knows tables) to the rules room (which knows rules).
 * It crosses thread borders, so it holds no methods; functions stay in their
 * VM and are named by number.
 */
import type { Place } from "./diagnostic.js"
import type { SourceLines } from "./rule.js"

export type RawValue = string | number | boolean | RawTable | RawFunction | RawOther

export interface RawTable {
  readonly kind: "table"
  /** Where the table constructor stands; null for a table that no known source text made. */
  readonly place: Place | null
  readonly entries: readonly RawEntry[]
}

export interface RawEntry {
  readonly key: string | number | boolean | RawOther
  readonly value: RawValue
  /** Where the key and the value stand in the constructor; null when assigned later. */
  readonly keyPlace: Place | null
  readonly valuePlace: Place | null
}

interface RawFunction {
  readonly kind: "function"
  /** Number of the function in its VM, in the order in which functions were met. */
  readonly id: number
  readonly place: Place | null
  /** Where its text stands; null for one that no file holds. */
  readonly lines: SourceLines | null
}

/** A value no rule can hold: userdata, a thread, a table inside itself. */
export interface RawOther {
  readonly kind: "other"
  readonly type: string
}

/** One `registerRules` call, or the system file's `Rules`. */
export interface RawRegistration {
  readonly mode: "system" | "augment" | "replace"
  readonly rules: RawTable
  /** The call (or the file). */
  readonly place: Place
}

/** One `registerClassification` call. */
export interface RawClassification {
  readonly mode: "augment" | "replace"
  readonly table: RawTable
  /** The call. */
  readonly place: Place
}
