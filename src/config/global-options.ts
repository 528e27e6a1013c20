/**
 * Options given one by one, as `--set` does: the global scope of a configuration
 * without a file, or over what a file says there.
 * Source: cli.md, conventions.
 */
import { nearest } from "../model/nearest.js"
import { type CatalogueEntry, optionsOf } from "./catalogue.js"
import { checkOption } from "./conf-check.js"
import { Configuration } from "./configuration.js"
import { parseAssignment } from "./parse-assignment.js"
import { ConfReport } from "./syntax/conf-report.js"
import { OPTION_FORM, type Range, readOption } from "./values.js"

/** A refused `--set`. */
export class SettingError extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

/**
 * Reads `OPTION=VALUE` assignments for the global scope; the last of several wins.
 * @throws SettingError
 */
export function globalOptions(assignments: readonly string[]): Configuration {
  const configuration = Configuration.empty()
  assignGlobally(configuration, assignments)
  return configuration
}

/**
 * Sets options of the global scope, or of the adaptive module, of a configuration.
 * @throws SettingError
 */
export function assignGlobally(configuration: Configuration, assignments: readonly string[]): void {
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
    configuration.assign(option, value)
  }
}

function settable(): ReadonlyMap<string, CatalogueEntry> {
  return new Map([...optionsOf("adaptive"), ...optionsOf("global")])
}

function checkSetting(option: string, value: string): void {
  const known = settable()
  const entry = known.get(option)
  if (entry === undefined) {
    const guess = nearest(option, known.keys())
    const hint = guess === null ? `the options are ${[...known.keys()].join(", ")}` : `did you mean ${guess}?`
    throw new SettingError(`unknown option "${option}"`, hint)
  }
  const read = readOption(entry.type, value)
  if (read === null)
    throw new SettingError(`${option} cannot be "${value}"`, `write ${OPTION_FORM[entry.type]}`)
  // Which words there are is known where a configuration is checked.
  const assignment = entry.type === "words" ? parseAssignment(option, value) : null
  const report = new ConfReport()
  if (assignment !== null)
    checkOption(assignment, optionsOf("adaptive").has(option) ? "adaptive" : "global", report)
  const wrong = report.findings.find(({ severity }) => severity === "error")
  if (wrong !== undefined) throw new SettingError(wrong.message, wrong.hint)
  // 0 would be no limit where a bound is wanted (rule-files.md section 4).
  if (option === "adaptive_retry_interval" && (read as Range).low < 1)
    throw new SettingError(`${option} cannot be "${value}"`, "the lower bound must be at least 1 second")
}
