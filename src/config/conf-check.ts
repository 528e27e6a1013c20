/**
 * Is an option where it may be, and has it a value of its kind? What is wrong
 * is told with what to write; the value is then not used.
 * Source: configuration.md section 5.
 */

import { readAuditOption } from "../model/audit-options.js"
import { nearest } from "../model/nearest.js"
import { TUNABLE_OPTIONS } from "../model/options.js"
import { type CatalogueEntry, optionsOf, type StanzaName, stanzasOf } from "./catalogue.js"
import { type Assignment, elementsOf, type Value, valueText } from "./syntax/conf-ast.js"
import type { ConfReport } from "./syntax/conf-report.js"
import { OPTION_FORM, readOption } from "./values.js"

const UNREAD = "the configuration is not used while it has errors"
const MAX_SHOWN = 60

/** Stanzas in which every name must be known; in the others foreign ones are kept. */
const STRICT = new Set<StanzaName>([
  "adaptive",
  "adaptive_sweep_rule",
  "adaptive_backstore_leveldb",
  "adaptive_backstore_riak",
  "alerting",
  "bounce_classifier_override",
  "inbound_audit",
  "outbound_audit",
])

/** True for an option that is known here and has a usable value. */
export function checkOption(item: Assignment, stanza: StanzaName, report: ConfReport): boolean {
  const name = item.name.toLowerCase()
  const entry = optionsOf(stanza).get(name)
  if (entry === undefined) {
    checkForeign(item, name, stanza, report)
    return false
  }
  if (name === "datasource_name")
    report.add("E_CONF_OBSOLETE", item, `${item.name} is obsolete: it is ignored`, "remove it")
  const fault = faultOf(entry, item.value)
  if (fault === null) return true
  report.add(
    "E_CONF_VALUE",
    item.value,
    `${item.name} cannot be ${quoted(valueText(item.value))}; write ${fault.form}`,
    fault.why ?? UNREAD,
  )
  return false
}

/** A name that is not known in a stanza: foreign, or mistyped, or in the wrong place. */
function checkForeign(item: Assignment, name: string, stanza: StanzaName, report: ConfReport): void {
  const isOurs = STRICT.has(stanza) || name.startsWith("adaptive_")
  const elsewhere = stanzasOf(name)
  if (isOurs && elsewhere.length > 0) {
    report.add(
      "E_CONF_SCOPE",
      item,
      `option '${clipped(item.name)}' is not valid in scope ${stanza}; it is valid in ${elsewhere.join(", ")}`,
      `move it there; ${UNREAD}`,
    )
    return
  }
  const guess = guessOption(name, stanza)
  // A foreign module may have any option; only what is nearly one of ours is taken for it.
  if (!isOurs && !(stanza === "scriptlet" && guess !== null)) return
  report.add(
    "E_CONF_UNKNOWN",
    item,
    `unknown option '${clipped(item.name)}' in scope ${stanza}${guess === null ? "" : `; did you mean '${guess}'?`}`,
    `the README lists the options of each scope; ${UNREAD}`,
  )
}

function guessOption(name: string, stanza: StanzaName): string | null {
  return name.length > MAX_SHOWN ? null : nearest(name, optionsOf(stanza).keys())
}

/** What is wrong with a value; null when nothing is. */
function faultOf(
  entry: CatalogueEntry,
  value: Value,
): { readonly form: string; readonly why?: string } | null {
  const { name, type } = entry
  if (entry.stanzas.includes("outbound_audit") && (name === "monitors" || name === "domainlist"))
    return readAuditOption(name, valueText(value)) === null ? { form: auditForm(name) } : null
  switch (type) {
    case "dictionary":
      return value.kind === "dictionary" ? null : { form: OPTION_FORM.dictionary }
    case "list":
      return value.kind === "dictionary" || elementsOf(value).some(({ kind }) => kind !== "scalar")
        ? { form: OPTION_FORM.list }
        : null
    case "words":
      return faultOfWords(name, value)
    default: {
      if (value.kind === "dictionary") return { form: OPTION_FORM[type] }
      if (value.kind === "list" && type !== "range" && type !== "monitor") return { form: OPTION_FORM[type] }
      const read = readOption(type, valueText(value).trim())
      if (read === null) return { form: OPTION_FORM[type] }
      if (name === "adaptive_retry_interval" && (read as { readonly low: number }).low < 1)
        return { form: "a lower bound of at least 1 second", why: "0 would be no interval at all (MR-801)" }
      return null
    }
  }
}

function auditForm(name: "monitors" | "domainlist"): string {
  return name === "monitors" ? 'a list of "SIZE,COUNT", e.g. ("300,6" "1800,4")' : '"domain1,domain2"'
}

const EVENTS = ["throttle", "suspension", "blackhole"]

/** Words of which each must be one that is known. */
function faultOfWords(name: string, value: Value): { readonly form: string; readonly why?: string } | null {
  const known = name === "adaptive_notification_events" ? EVENTS : Object.keys(TUNABLE_OPTIONS)
  const form = `words of ${known.join(", ")}`
  if (value.kind === "dictionary") return { form }
  for (const word of readOption("words", valueText(value)) ?? []) {
    if (known.includes(word)) continue
    const guess = word.length > MAX_SHOWN ? null : nearest(word, known)
    return { form, why: guess === null ? `'${clipped(word)}' is none of them` : `did you mean '${guess}'?` }
  }
  return null
}

function clipped(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

function quoted(text: string): string {
  return `"${clipped(text)}"`
}
