/**
 * Options as they are shown: one line an option, lists over several.
 * Source: console.md section 4.
 */
import { optionsOf, type StanzaName } from "./catalogue.js"
import type { Setting } from "./scope-tree.js"
import { elementsOf, type Value, valueText } from "./syntax/conf-ast.js"
import { parseConf } from "./syntax/conf-parser.js"
import { ConfReport } from "./syntax/conf-report.js"
import { ConfSource } from "./syntax/conf-source.js"

/** Words that are written in capitals. */
const ACRONYMS = new Set(["ehlo"])

/** Each word with a capital: `Max_Outbound_Connections`, `EHLO_Hostname`. */
export function displayName(option: string): string {
  return option
    .split("_")
    .map((word) =>
      ACRONYMS.has(word.toLowerCase()) ? word.toUpperCase() : word.slice(0, 1).toUpperCase() + word.slice(1),
    )
    .join("_")
}

/** `Name = value`, without an end of line. */
export function optionLine(name: string, value: string): string {
  return `${displayName(name)} = ${value}`
}

/** A value that somebody wrote. */
export function shownValue({ name, text, value }: Setting, stanza: StanzaName): string {
  if (value !== null && value.kind === "list") return listText(value)
  if (value !== null && value.kind === "dictionary") return text
  const isQuoted = value !== null && value.kind === "scalar" && value.isQuoted
  return plainText(text, name, stanza, isQuoted)
}

/** The value of an option that nobody wrote. */
export function shownDefault(name: string, stanza: StanzaName): string {
  const entry = optionsOf(stanza).get(name)
  const text = entry?.defaultText ?? null
  if (entry?.type === "switch") return text !== null && /^(true|on|yes|enabled|1)$/i.test(text) ? "1" : "0"
  if (entry?.type === "blackhole") return "0"
  if (text === null) return '""'
  if (entry?.type === "words")
    return ["(", ...(text === "" ? [] : text.split(" ")).map((word) => `  ${word}`), "  )"].join("\n")
  if (text.startsWith("(")) return listText(defaultList(text))
  return plainText(text, name, stanza, false)
}

/** Strings print quoted, numbers and words of a switch do not. */
function plainText(text: string, name: string, stanza: StanzaName, isQuoted: boolean): string {
  switch (optionsOf(stanza).get(name)?.type) {
    case "switch":
    case "seconds":
    case "count":
    case "percent":
      return text
    case "text":
    case "duration":
    case "level":
    case "cluster":
    case "monitor":
    case "words":
    case "range":
      return `"${text}"`
    default:
      // A number is one, however it is written; what a foreign option means is not known here.
      return isQuoted && !/^-?\d+(\.\d+)?$/.test(text) ? `"${text}"` : text
  }
}

function listText(value: Value): string {
  return ["(", ...elementsOf(value).map((element) => `  ${valueText(element)}`), "  )"].join("\n")
}

/** A default stands in the catalogue as it would be written. */
function defaultList(text: string): Value {
  const [item] = parseConf(new ConfSource("", Buffer.from(`x = ${text}`)), new ConfReport())
  if (item?.kind !== "assignment") throw new Error(`${text} is no list`)
  return item.value
}
