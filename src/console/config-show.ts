/**
 * Options and scopes as the console prints them: one line an option, lists over
 * several, whole scopes in the words of a configuration file.
 * Source: console.md section 4.
 */
import { optionsOf, type StanzaName } from "../config/catalogue.js"
import type { ModuleNode } from "../config/conf-build.js"
import type { ScopeNode, Setting } from "../config/scope-tree.js"
import { elementsOf, type Value, valueText } from "../config/syntax/conf-ast.js"
import { parseConf } from "../config/syntax/conf-parser.js"
import { ConfReport } from "../config/syntax/conf-report.js"
import { ConfSource } from "../config/syntax/conf-source.js"

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
    return `(\n${text
      .split(" ")
      .map((word) => `  ${word}`)
      .join("\n")}\n  )`
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

/** Sets every line of a text so far to the right. */
export function indented(text: string, blanks: number): string {
  return text
    .split("\n")
    .map((line) => (line === "" ? line : " ".repeat(blanks) + line))
    .join("\n")
}

/** What a scope sets, in the words of a configuration file. */
export function scopeText(node: ScopeNode, isRecursive: boolean): string {
  const lines = [...node.settings.values()].map(assignmentText)
  for (const { name, settings } of node.sweepRules)
    lines.push(stanzaText(`adaptive_sweep_rule ${quoted(name)}`, [...settings.values()].map(assignmentText)))
  const inner = [
    ...node.groups.values(),
    ...node.bindings.values(),
    ...node.domains.values(),
    ...node.patterns.map(({ node }) => node),
  ]
  for (const child of isRecursive ? inner : [])
    lines.push(stanzaText(`${child.kind} ${quoted(child.name)}`, [scopeText(child, true)]))
  return lines.join("\n")
}

export function moduleText({ stanza, instance, settings, scripts }: ModuleNode): string {
  const name = instance === null ? stanza : `${stanza} ${quoted(instance)}`
  const lines = [...settings.values()].map(assignmentText)
  for (const [script, own] of scripts)
    lines.push(stanzaText(`script ${quoted(script)}`, [...own.values()].map(assignmentText)))
  return stanzaText(name, lines)
}

function assignmentText({ name, text, value }: Setting): string {
  const isPlain = value === null || value.kind !== "scalar" ? /^[([]/.test(text) : !value.isQuoted
  return `${name} = ${isPlain && text !== "" ? text : quoted(text)}`
}

function stanzaText(head: string, lines: readonly string[]): string {
  const body = lines.filter((line) => line !== "").join("\n")
  return body === "" ? `${head} {\n}` : `${head} {\n${indented(body, 2)}\n}`
}

/** As a configuration reads it back. */
function quoted(text: string): string {
  return `"${text.replace(/\\(?=["\\]|$)|"/g, "\\$&")}"`
}
