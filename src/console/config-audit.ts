/**
 * `config {get|eval|set|unset} outbound_audit NAME OPTION`: the way in which
 * these instances change at run time. Source: console.md section 4; seed
 * "outbound_audit", note on 3.0.
 */

import { displayName } from "../config/show-option.js"
import {
  AUDIT_OPTIONS,
  type AuditOptionName,
  isAuditOption,
  readAuditOption,
  showAuditOption,
} from "../model/audit-options.js"
import type { OutboundAudit } from "../store/outbound-audit.js"
import { indented } from "./config-show.js"
import { ConsoleFault, nearestWord, singleWord } from "./words.js"

/** What stands in a named scope is printed so far to the right. */
const INDENT = 8

/** @param text the value of `set`; "" for the others */
export function configAudit(
  command: "get" | "eval" | "set" | "unset",
  audit: OutboundAudit,
  optionWord: string,
  text: string,
): string {
  const option = optionNamed(optionWord)
  switch (command) {
    case "get":
      return get(audit, option)
    case "set":
      return set(audit, option, text)
    case "unset":
      audit.unset(AUDIT_OPTIONS[option].key)
      return `"${displayName(option)}" has been unset. Effective value is now:\n${indented(line(audit, option), INDENT)}`
    default:
      return line(audit, option)
  }
}

function get(audit: OutboundAudit, option: AuditOptionName): string {
  if (!audit.isSet(AUDIT_OPTIONS[option].key))
    return `Option '${displayName(option)}' is not set in scope 'outbound_audit ${audit.name}'.`
  return indented(line(audit, option), INDENT)
}

function set(audit: OutboundAudit, option: AuditOptionName, text: string): string {
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

function optionNamed(word: string): AuditOptionName {
  const name = word.toLowerCase()
  if (isAuditOption(name)) return name
  const known = Object.keys(AUDIT_OPTIONS)
  const guess = nearestWord(name, known)
  throw new ConsoleFault(
    `Unknown option '${singleWord(word)}'${guess === null ? `; the options are ${known.join(", ")}` : `; did you mean '${guess}'?`}`,
  )
}
