/**
 * Scopes as the console prints them, in the words of a configuration file.
 * Source: console.md section 4.
 */
import type { ModuleNode } from "../config/conf-build.js"
import { type ScopeNode, type Setting, settingOf } from "../config/scope-tree.js"
import type { Stanza } from "../config/syntax/conf-ast.js"

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
  for (const stanza of isRecursive ? node.foreign : []) lines.push(foreignText(stanza))
  return lines.join("\n")
}

/** Of a stanza that is not ours: as it was written, its includes apart. */
function foreignText({ name, argument, items }: Stanza): string {
  const head = argument === null ? name : `${name} ${quoted(argument.text)}`
  const lines = items.flatMap((item) =>
    item.kind === "stanza"
      ? foreignText(item)
      : item.kind === "assignment"
        ? assignmentText(settingOf(item))
        : [],
  )
  return stanzaText(head, lines)
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
