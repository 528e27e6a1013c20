/**
 * Findings as text: `FILE:LINE:COL: error[CODE]: message`, the source line, a
 * caret under the place, and what to write instead.
 * Source: cli.md, `adaptive check`.
 */
import type { Diagnostic } from "../model/diagnostic.js"
import type { Style } from "./style.js"

/** Longer lines are cut around the place; one line of a terminal is enough to find it. */
const MAX_SHOWN = 120

/** @param sourceOf bytes of a file that was read, for the quoted lines; undefined when there are none */
export function renderFinding(
  finding: Diagnostic,
  sourceOf: (file: string) => Uint8Array | undefined,
  style: Style,
): string {
  const { file, line, column, severity, code, message, hint } = finding
  const paint = severity === "error" ? style.red : severity === "warning" ? style.yellow : style.cyan
  const place = style.bold(`${oneLine(file)}:${line}:${column}:`)
  const head = `${place} ${paint(`${severity}[${code}]`)}: ${oneLine(message)}`
  const source = sourceOf(file)
  const quoted = source === undefined ? [] : quote(source, line, column)
  const notes = (finding.includedFrom ?? []).map(
    (from) => `  ${style.dim("note:")} included from ${oneLine(from.file)}:${from.line}`,
  )
  return [
    head,
    ...quoted.map((text) => `  ${text}`),
    ...notes,
    `  ${style.dim("hint:")} ${oneLine(hint)}`,
  ].join("\n")
}

export function countFindings(findings: readonly Diagnostic[]): {
  errors: number
  warnings: number
  infos: number
} {
  const count = (severity: Diagnostic["severity"]): number =>
    findings.filter((finding) => finding.severity === severity).length
  return { errors: count("error"), warnings: count("warning"), infos: count("info") }
}

function quote(source: Uint8Array, line: number, column: number): string[] {
  const bytes = lineAt(source, line)
  if (bytes === null || bytes.length === 0) return []
  const text = readable(bytes)
  const place = readable(bytes.subarray(0, column - 1)).length
  const from =
    text.length <= MAX_SHOWN ? 0 : Math.max(0, Math.min(place - MAX_SHOWN / 2, text.length - MAX_SHOWN))
  const shown = text.slice(from, from + MAX_SHOWN)
  return [shown, `${" ".repeat(Math.max(0, place - from))}^`]
}

/** The bytes of a line, without its end; null past the last one. LF, CR and CRLF all end lines, as Lua counts them. */
function lineAt(source: Uint8Array, line: number): Uint8Array | null {
  let start = 0
  for (let n = 1; start <= source.length; n++) {
    let end = start
    while (end < source.length && source[end] !== 0x0a && source[end] !== 0x0d) end++
    if (n === line) return source.subarray(start, end)
    const pair = source[end] === 0x0d ? 0x0a : 0x0d
    start = source[end + 1] === pair ? end + 2 : end + 1
  }
  return null
}

/** Tabs and control bytes would shift the caret or the terminal: one column each. */
function readable(bytes: Uint8Array): string {
  return withoutControls(new TextDecoder("utf-8").decode(bytes).replace(/\t/g, " "))
}

/** Text that quotes a rule file, for one line of a terminal: nothing in it may act on the terminal. */
export function oneLine(text: string): string {
  return withoutControls(text.replace(/\s*\n\s*|\t/g, " "))
}

/** Nothing in it may act on a terminal. */
export function withoutControls(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  return text.replace(/[\u0000-\u001f\u007f-\u009f]/g, "?")
}
