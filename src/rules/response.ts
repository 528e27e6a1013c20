/** One element of a domain's `responses`. Source: rule-files.md section 3. */

import type { Place } from "../model/diagnostic.js"
import type { RawEntry, RawTable } from "../model/raw.js"
import type { Action, Trigger } from "../model/rule.js"
import { idOf } from "../model/rule-id.js"
import { judgePattern } from "../pcre/index.js"
import { compileActions } from "./action.js"
import { checkFields, type FieldNames } from "./fields.js"
import { lintPattern } from "./pattern-lint.js"
import { describe, entryOf, isTable } from "./raw-table.js"
import type { Report } from "./report.js"
import { compileTrigger } from "./trigger.js"

/** A rule before it has its place in a merged list. */
export interface DraftRule {
  readonly place: Place
  readonly custom: boolean
  /** Null when an error disabled the rule; it keeps its position in the list. */
  readonly body: DraftBody | null
}

interface DraftBody {
  readonly code: string
  readonly trigger: Trigger
  readonly actions: readonly Action[]
  readonly message: string | null
  readonly phase: string | null
  readonly observe: boolean
}

const FIELDS: FieldNames = {
  code: "E_RULE_FIELD",
  known: ["code", "trigger", "action", "message", "phase", "observe"],
  article: "a",
  noun: "rule",
}

export function compileResponse(table: RawTable, custom: boolean, report: Report): DraftRule {
  const place = table.place ?? report.place
  const unknown = checkFields(table, FIELDS, report)
  const code = compileCode(entryOf(table, "code"), unknown, report)
  const trigger = compileTrigger(
    entryOf(table, "trigger")?.value,
    entryOf(table, "trigger")?.valuePlace ?? null,
    report,
  )
  const actions = compileActionField(table, unknown, report)
  const message = textField(table, "message", report)
  const phase = textField(table, "phase", report)
  if (phase !== null) {
    report.add(
      "E_RULE_PHASE",
      entryOf(table, "phase")?.keyPlace ?? null,
      `phase "${phase}" never limits where this rule matches; a differing phase is only noted`,
      "leave `phase` out",
    )
  }
  const observe = observeField(table, report)
  const complete = code !== null && trigger !== null && actions !== null
  return { place, custom, body: complete ? { code, trigger, actions, message, phase, observe } : null }
}

function compileCode(
  entry: RawEntry | undefined,
  mistyped: ReadonlySet<string>,
  report: Report,
): string | null {
  if (entry === undefined || typeof entry.value !== "string") {
    if (entry !== undefined || !mistyped.has("code")) {
      report.add(
        "E_RULE_CODE",
        entry?.valuePlace ?? null,
        `\`code\` is ${describe(entry?.value)}: this rule is disabled`,
        'write code = "^421 .*busy", a pattern for the reply text',
      )
    }
    return null
  }
  const code = entry.value
  lintPattern(code, entry.valuePlace, report)
  const verdict = judgePattern(code)
  if (!verdict.ok) {
    const { error } = verdict
    report.add(
      error.code,
      entry.valuePlace,
      `${error.message} at character ${error.offset + 1} of the pattern: this rule is disabled`,
      error.hint,
    )
    return null
  }
  if (verdict.exponential) {
    report.add(
      "E_CODE_COST",
      entry.valuePlace,
      "the pattern can try exponentially many ways to match; it is run with a limit, and a reply that reaches it counts as not matched",
      "avoid a repeat inside a repeat, such as (a+)+",
    )
  }
  return code
}

function compileActionField(table: RawTable, mistyped: ReadonlySet<string>, report: Report): Action[] | null {
  const entry = entryOf(table, "action")
  if (entry === undefined) {
    if (!mistyped.has("action")) {
      report.add(
        "E_RULE_ACTION",
        null,
        "the rule has no `action`: it is disabled, so that it cannot end the search for nothing",
        'write action = {"suspend", "2 hours"}',
      )
    }
    return null
  }
  if (isTable(entry.value) && entry.value.entries.length === 0) {
    report.add(
      "E_RULE_ACTION",
      entry.valuePlace,
      "the list of actions is empty: the rule is disabled, so that it cannot end the search for nothing",
      "write an action, or add observe = true to one if the rule should only be watched",
    )
    return null
  }
  return compileActions(entry, report)
}

function textField(table: RawTable, name: string, report: Report): string | null {
  const entry = entryOf(table, name)
  if (entry === undefined) return null
  if (typeof entry.value === "string") return entry.value
  if (typeof entry.value === "number") return String(entry.value)
  report.add(
    "E_RULE_VALUE",
    entry.valuePlace,
    `${name} is ${describe(entry.value)}: it is ignored`,
    "write a text",
  )
  return null
}

function observeField(table: RawTable, report: Report): boolean {
  const entry = entryOf(table, "observe")
  if (entry === undefined) return false
  if (typeof entry.value === "boolean") return entry.value
  // Erring on the side of doing nothing: the author wanted to watch this rule first.
  report.add(
    "E_RULE_VALUE",
    entry.valuePlace,
    `observe is ${describe(entry.value)}: it is read as true`,
    "write true or false",
  )
  return true
}

/**
 * What the rule counts, hashed: domain, code and trigger. `copy` tells apart
 * rules that count the same in one list, of which only the first can match.
 */
export function ruleId(domain: string, code: string, trigger: string, copy: number): string {
  const parts = copy === 0 ? [domain, code, trigger] : [domain, code, trigger, String(copy)]
  return idOf(parts)
}
