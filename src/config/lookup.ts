/**
 * The one way to ask what is configured: an option for a scope. Here only the
 * global scope exists, fed by `--set`; a configuration file with its nested
 * scopes answers the same question.
 * Source: configuration.md sections 2 and 3; cli.md, conventions.
 */

import { nearest } from "../model/nearest.js"
import { ADAPTIVE_OPTIONS, TUNABLE_OPTIONS } from "../model/options.js"
import { DEFAULT_BOUNCE_RULE, DEFAULT_FBL_RULE, type SweepRule } from "../model/sweep-rule.js"
import { OPTION_FORM, type Range, readOption, readTuned } from "./values.js"

export interface Scope {
  /** As the traffic has it; where the binding is declared decides first. */
  readonly group: string
  readonly binding: string
  /** Routing domain. */
  readonly domain: string
}

export interface OptionLookup {
  /** The text an operator wrote for this option in the most specific scope that sets it; null when none does. */
  lookup(scope: Scope, option: string): string | null
  /** No scope differs from another. */
  readonly isUniform: boolean
  /**
   * Names the scope whose text `lookup` answers with: scopes with the same answer here share what is
   * counted there, such as the messages of a throttle.
   */
  declaration(scope: Scope, option: string): string
  /** The sweep rules of a scope in the order in which they act, disabled ones too. */
  sweepRules(scope: Scope): readonly SweepRule[]
  /** Scopes with the same answer here get the same answers from `lookup`: what is read once serves them all. */
  likeness(scope: Scope): string
}

/** A refused `--set`. */
export class SettingError extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

/** Reads `OPTION=VALUE` assignments for the global scope; the last of several wins. */
export function globalOptions(assignments: readonly string[]): OptionLookup {
  const values = new Map<string, string>()
  for (const assignment of assignments) {
    const equals = assignment.indexOf("=")
    const option = assignment.slice(0, equals).trim().toLowerCase()
    const value = assignment.slice(equals + 1).trim()
    if (equals < 1 || value === "") {
      throw new SettingError(
        `"${assignment}" sets nothing`,
        "write --set OPTION=VALUE, e.g. --set max_outbound_connections=20",
      )
    }
    checkSetting(option, value)
    values.set(option, value)
  }
  const isSweeping = readOption("switch", values.get("adaptive_sweep_rule_enabled") ?? "true")
  const sweepRules = isSweeping === true ? [DEFAULT_BOUNCE_RULE, DEFAULT_FBL_RULE] : []
  return {
    sweepRules: () => sweepRules,
    lookup: (_scope, option) => values.get(option) ?? null,
    declaration: () => "",
    likeness: () => "",
    isUniform: true,
  }
}

function checkSetting(option: string, value: string): void {
  const adaptive = Object.hasOwn(ADAPTIVE_OPTIONS, option) ? ADAPTIVE_OPTIONS[option] : undefined
  if (adaptive !== undefined) {
    const read = readOption(adaptive.type, value)
    if (read === null) {
      throw new SettingError(`${option} cannot be "${value}"`, `write ${OPTION_FORM[adaptive.type]}`)
    }
    // 0 would be no limit where a bound is wanted (rule-files.md section 4).
    if (option === "adaptive_retry_interval" && (read as Range).low < 1) {
      throw new SettingError(`${option} cannot be "${value}"`, "the lower bound must be at least 1 second")
    }
    return
  }
  const known = [...Object.keys(TUNABLE_OPTIONS), ...Object.keys(ADAPTIVE_OPTIONS)]
  if (!known.includes(option)) {
    const guess = nearest(option, known)
    const hint = guess === null ? `the options are ${known.join(", ")}` : `did you mean ${guess}?`
    throw new SettingError(`unknown option "${option}"`, hint)
  }
  if (readTuned(option, value) === null) {
    const form =
      option === "outbound_throttle_messages" ? '"N" per second or "N/SECONDS"' : "a number of at least 0"
    throw new SettingError(`${option} cannot be "${value}"`, `write ${form}`)
  }
}
