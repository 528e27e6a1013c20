/**
 * Is an option where it may be, and has it a value of its kind? What is wrong
 * is told with what to write; the value is then not used.
 * Source: configuration.md section 5.
 */

import { readAuditOption, sizeTwice } from "../model/audit-options.js"
import { nearest } from "../model/nearest.js"
import { TUNABLE_OPTIONS } from "../model/options.js"
import { type CatalogueEntry, MODULES, optionsOf, type StanzaName, stanzasOf } from "./catalogue.js"
import { type Assignment, elementsOf, type Stanza, type Value, valueText } from "./syntax/conf-ast.js"
import { type ConfReport, NOT_USED } from "./syntax/conf-report.js"
import { OPTION_FORM, readOption } from "./values.js"

const MAX_SHOWN = 60

/** Stanzas in which every name must be known; in the others foreign ones are kept. */
const STRICT: ReadonlySet<StanzaName> = new Set([
  ...MODULES.filter((name) => name !== "scriptlet"),
  "adaptive_sweep_rule",
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
    fault.at ?? item.value,
    `${item.name} cannot be ${shown(fault.at ?? item.value)}; write ${fault.form}`,
    fault.why ?? NOT_USED,
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
      `move it there; ${NOT_USED}`,
    )
    return
  }
  // A foreign module may have any option; in a scriptlet only what is nearly one of ours is taken for it.
  if (!isOurs && stanza !== "scriptlet") return
  const guess = report.isFull ? null : guessOption(name, stanza)
  if (!isOurs && guess === null) return
  report.add(
    "E_CONF_UNKNOWN",
    item,
    `unknown option '${clipped(item.name)}' in scope ${stanza}${guess === null ? "" : `; did you mean '${guess}'?`}`,
    `the README lists the options of each scope; ${NOT_USED}`,
  )
}

/** A stanza whose name is none of ours, where nothing foreign may stand. */
export function checkStanzaName(
  { name: written, source, at }: Stanza,
  outer: StanzaName,
  known: Iterable<string>,
  report: ConfReport,
): void {
  if (report.isFull) {
    report.add("E_CONF_UNKNOWN", { source, at }, "", "")
    return
  }
  const name = written.toLowerCase()
  const isOption = optionsOf(outer).has(name)
  const guess = name.length > MAX_SHOWN ? null : nearest(name, known)
  const remedy = isOption
    ? `; it is an option: write ${written} = VALUE`
    : guess === null
      ? ""
      : `; did you mean '${guess}'?`
  report.add(
    "E_CONF_UNKNOWN",
    { source, at },
    `unknown stanza '${clipped(written)}' in scope ${outer}${remedy}`,
    NOT_USED,
  )
}

function guessOption(name: string, stanza: StanzaName): string | null {
  return name.length > MAX_SHOWN ? null : nearest(name, optionsOf(stanza).keys())
}

interface Fault {
  /** What to write. */
  readonly form: string
  readonly why?: string
  /** The part of the value that is wrong, if it is one. */
  readonly at?: Value
}

function faultOfAudit(name: "monitors" | "domainlist", text: string): Fault | null {
  const read = readAuditOption(name, text)
  if (read === null) return { form: auditForm(name) }
  const twice = sizeTwice(read.monitors ?? [])
  return twice === null
    ? null
    : { form: auditForm(name), why: `two monitors have windows of ${twice} seconds` }
}

/** What is wrong with a value; null when nothing is. */
function faultOf(entry: CatalogueEntry, value: Value): Fault | null {
  const { name, type } = entry
  if (name === "monitors" || name === "domainlist") return faultOfAudit(name, valueText(value))
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
      if (read === null) return { form: name === "max_retries" ? RETRIES_FORM : OPTION_FORM[type] }
      if (name === "adaptive_retry_interval" && (read as { readonly low: number }).low < 1)
        return {
          form: "a lower bound of at least 1 second",
          why: `0 would be no interval at all (MR-801); ${NOT_USED}`,
        }
      return null
    }
  }
}

function auditForm(name: "monitors" | "domainlist"): string {
  return name === "monitors" ? 'a list of "SIZE,COUNT", e.g. ("300,6" "1800,4")' : '"domain1,domain2"'
}

const RETRIES_FORM = 'a number of at least 0, "auto" or "none"'
const EVENTS = ["throttle", "suspension", "blackhole"]

/** Words of which each must be one that is known. */
function faultOfWords(name: string, value: Value): Fault | null {
  const known = name === "adaptive_notification_events" ? EVENTS : Object.keys(TUNABLE_OPTIONS)
  const form = `words of ${known.join(", ")}`
  if (value.kind === "dictionary") return { form }
  for (const at of elementsOf(value)) {
    for (const word of readOption("words", valueText(at)) ?? []) {
      if (known.includes(word)) continue
      const guess = word.length > MAX_SHOWN ? null : nearest(word, known)
      return guess === null ? { form, at } : { form, at, why: `did you mean '${guess}'? ${NOT_USED}` }
    }
  }
  return null
}

function clipped(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

function shown(value: Value): string {
  const text = clipped(valueText(value))
  return value.kind === "scalar" ? `"${text}"` : text
}
