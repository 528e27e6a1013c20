/**
 * Habits in patterns that compile but rarely mean what was wanted. Looks at the
 * text only; what a pattern means is the pcre room's affair.
 * Source: rule-files.md section 7, warnings.
 */
import type { Place } from "../model/diagnostic.js"
import type { Report } from "./report.js"

export function lintPattern(code: string, place: Place | null, report: Report): void {
  if (/[^\\] $/.test(code) || code === " ") {
    report.add(
      "E_CODE_BLANK",
      place,
      "the pattern ends in a blank, which the reply must have too",
      "remove the blank",
    )
  }
  if (/^\d{3}$/.test(code)) {
    report.add(
      "E_CODE_DIGITS",
      place,
      `"${code}" matches these digits anywhere in the reply, also in an address or an id`,
      `write "^${code}[ -]" for the reply code`,
    )
  }
  // Quoted text, comments, escapes and classes out of the way, of equal length so that offsets stay.
  const hidden = /\\Q.*?(?:\\E|$)|\(\?#[^)]*\)?|\\.|\[\^?\]?[^\]]*\]/gs
  const bare = code.replace(hidden, (part) => "\u0001".repeat(part.length))
  const dot = /[A-Za-z0-9]\.(?=[A-Za-z0-9])/.exec(bare)
  if (dot !== null) {
    report.add(
      "E_CODE_DOT",
      place,
      `the dot in "${code.slice(dot.index, dot.index + 3)}" matches any character`,
      'write "\\\\." for a dot',
    )
  }
  const group = /\(([A-Za-z0-9 _-]+)\)(?![*+?{])/.exec(bare)
  if (group !== null) {
    report.add(
      "E_CODE_PARENTHESES",
      place,
      `"${group[0]}" is a group: the reply need not have the parentheses`,
      `write "\\\\(${group[1]}\\\\)" for parentheses, or leave them out`,
    )
  }
}
