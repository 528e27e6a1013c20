/**
 * The one way to ask what is configured: an option for a scope. Here only the
 * global scope exists, fed by `--set`; a configuration file with its nested
 * scopes answers the same question.
 * Source: configuration.md sections 2 and 3; cli.md, conventions.
 */
import { nearest } from "../model/nearest.js"
import { TUNABLE_OPTIONS } from "../model/options.js"

export interface Scope {
  readonly binding: string
  /** Routing domain. */
  readonly domain: string
}

export interface OptionLookup {
  /** The text an operator wrote for this option in the most specific scope that sets it; null when none does. */
  lookup(scope: Scope, option: string): string | null
}

/** Options beside the tunable ones that rules ask for, and what a value must look like. */
const SWITCHES = ["adaptive_enabled"]

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
  return { lookup: (_scope, option) => values.get(option) ?? null }
}

function checkSetting(option: string, value: string): void {
  if (SWITCHES.includes(option)) {
    if (readSwitch(value) === null)
      throw new SettingError(`${option} cannot be "${value}"`, "write true or false")
    return
  }
  const known = [...Object.keys(TUNABLE_OPTIONS), ...SWITCHES]
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

/** `true/false`, `on/off`, `yes/no`, `enabled/disabled`, `1/0`; null for anything else. */
export function readSwitch(text: string): boolean | null {
  if (/^(true|on|yes|enabled|1)$/i.test(text)) return true
  return /^(false|off|no|disabled|0)$/i.test(text) ? false : null
}

/**
 * A configured value in the unit that rules use. Throttles stand as messages per
 * second, or `N/SECONDS`, in configuration and per hour in rules.
 * @source rule-files.md section 5
 */
export function readTuned(option: string, text: string): number | null {
  if (option === "outbound_throttle_messages") {
    const match = /^(\d+(?:\.\d+)?)(?:\s*\/\s*(\d+))?$/.exec(text)
    if (match === null || match[2] === "0") return null
    return (Number(match[1]) * 3600) / Number(match[2] ?? 1)
  }
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : null
}
