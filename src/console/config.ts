/**
 * `config {get|eval|set|unset}` for the options of outbound_audit instances: the
 * way in which they change at run time. Other scopes come with configuration
 * files. Source: console.md section 4; seed "outbound_audit", note on 3.0.
 */
import {
  AUDIT_OPTIONS,
  type AuditOptionName,
  isAuditOption,
  readAuditOption,
  showAuditOption,
} from "../model/audit-options.js"
import type { OutboundAudit } from "../store/outbound-audit.js"
import type { Store } from "../store/store.js"
import { instanceOf } from "./instance.js"
import { ConsoleFault, commandWord, nearestWord, singleWord } from "./words.js"

const USAGE = "config {get|eval|set|unset} outbound_audit NAME OPTION [=] [VALUE]"
/** What stands in a named scope is printed so far to the right. */
const INDENT = " ".repeat(8)

export const CONFIG_COMMANDS = `  config get outbound_audit NAME OPTION    the value that the instance was given
  config eval outbound_audit NAME OPTION   the value in force
  config set outbound_audit NAME OPTION [=] VALUE
  config unset outbound_audit NAME OPTION  back to the default`

export function config(words: readonly string[], { audits }: Store): string {
  const [first, scope, instance, ...assignment] = words
  // `OPTION=VALUE` is taken as well as `OPTION = VALUE`.
  const [optionWord, ...rest] = assignment
    .join(" ")
    .replace(/^([^\s=]+)=/, "$1 = ")
    .split(" ")
    .filter((word) => word !== "")
  const command = commandWord(first, ["get", "eval", "set", "unset"], USAGE)
  if (scope === undefined) throw new ConsoleFault(`Missing scope\nUsage: ${USAGE}`)
  if (scope.toLowerCase() !== "outbound_audit") throw new ConsoleFault(`No such scope '${singleWord(scope)}'`)
  const audit = instanceOf(instance, audits, USAGE)
  const option = optionNamed(optionWord)
  const value = (rest[0] === "=" ? rest.slice(1) : rest).join(" ")
  if (command !== "set" && rest.length > 0)
    throw new ConsoleFault(`Unexpected '${singleWord(rest[0] as string)}' at the end of the command`)
  switch (command) {
    case "get":
      return get(audit, option)
    case "set":
      return set(audit, option, value)
    case "unset":
      audit.unset(AUDIT_OPTIONS[option].key)
      return `"${displayName(option)}" has been unset. Effective value is now:\n${INDENT}${line(audit, option)}`
    default:
      return line(audit, option)
  }
}

function get(audit: OutboundAudit, option: AuditOptionName): string {
  if (!audit.isSet(AUDIT_OPTIONS[option].key))
    return `Option '${displayName(option)}' is not set in scope 'outbound_audit ${audit.name}'.`
  return line(audit, option)
    .split("\n")
    .map((one) => INDENT + one)
    .join("\n")
}

function set(audit: OutboundAudit, option: AuditOptionName, text: string): string {
  if (text === "") throw new ConsoleFault(`Missing value\nUsage: ${USAGE}`)
  const change = readAuditOption(option, text)
  if (change === null)
    throw new ConsoleFault(
      `Invalid value '${singleWord(text)}' for ${displayName(option)}; write ${AUDIT_OPTIONS[option].form}`,
    )
  audit.configure(change)
  // The word that was given is what is told, e.g. "enabled" for "on".
  return option === "monitor_domains" ? `${displayName(option)} = ${text}` : line(audit, option)
}

function line(audit: OutboundAudit, option: AuditOptionName): string {
  return `${displayName(option)} = ${showAuditOption(option, audit.options)}`
}

function optionNamed(word: string | undefined): AuditOptionName {
  if (word === undefined) throw new ConsoleFault(`Missing option\nUsage: ${USAGE}`)
  const name = word.toLowerCase()
  if (isAuditOption(name)) return name
  const known = Object.keys(AUDIT_OPTIONS)
  const guess = nearestWord(name, known)
  throw new ConsoleFault(
    `Unknown option '${singleWord(word)}'${guess === null ? `; the options are ${known.join(", ")}` : `; did you mean '${guess}'?`}`,
  )
}

/** Each word with a capital: `Monitor_Domains`. */
function displayName(option: string): string {
  return option.replace(/(^|_)([a-z])/g, (_, before: string, letter: string) => before + letter.toUpperCase())
}
