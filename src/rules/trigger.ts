/** The `trigger` field. Source: rule-files.md section 3 and decision 1 of section 9. */
import type { Place } from "../model/diagnostic.js"
import type { RawValue } from "../model/raw.js"
import type { Trigger } from "../model/rule.js"
import { describe } from "./raw-table.js"
import type { Report } from "./report.js"

const EVERY: Trigger = Object.freeze({ kind: "every", text: "1" })
const RATE = /^(\d{1,9})\/(\d{1,9})$/
const HINT = 'write "1" to fire on every match, or "COUNT/SECONDS" with both at least 1, e.g. "5/60"'

/** The trigger, or null when it is wrong and the rule must be disabled. */
export function compileTrigger(
  value: RawValue | undefined,
  place: Place | null,
  report: Report,
): Trigger | null {
  if (value === undefined) {
    report.add(
      "E_TRIGGER_MISSING",
      null,
      'no `trigger`: "1" is assumed, every match fires',
      'add trigger = "1"',
    )
    return EVERY
  }
  if (value === 1) {
    report.add("E_TRIGGER_NUMBER", place, "trigger is the number 1: it is read as the text", 'write "1"')
    return EVERY
  }
  const text = typeof value === "number" || typeof value === "string" ? String(value) : ""
  if (text === "1") return EVERY
  const rate = RATE.exec(text)
  const count = Number(rate?.[1])
  const windowSec = Number(rate?.[2])
  if (rate === null || count < 1 || windowSec < 1) {
    report.add("E_TRIGGER_SYNTAX", place, `trigger is ${describe(value)}: this rule is disabled`, HINT)
    return null
  }
  if (count === 1 && windowSec === 1) {
    report.add(
      "E_TRIGGER_ONE_SECOND",
      place,
      'trigger "1/1" fires when more than one match falls into one second',
      'write "1" if every match should fire',
    )
  }
  return Object.freeze({ kind: "rate", text, count, windowSec })
}
