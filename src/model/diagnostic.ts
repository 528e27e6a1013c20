/**
 * A finding: what is wrong (or worth knowing) at one place of one file.
 * Every room reports through this one shape, so `check` can sort and print
 * findings of the lexer, the pattern compiler and the rule compiler alike.
 * Plain frozen data: it crosses thread borders and is printed as JSON.
 */

import { CODES, type Code, type Severity } from "../errors.js"
import { compareText } from "./compare.js"

/** A place in a source file. Lines and columns count from 1; columns count bytes. */
export interface Place {
  readonly file: string
  readonly line: number
  readonly column: number
}

export interface Diagnostic extends Place {
  readonly severity: Severity
  readonly code: Code
  /** What we saw and what happens now. */
  readonly message: string
  /** What to write instead. */
  readonly hint: string
  /** Domain key of the rule table the finding is about. */
  readonly domain?: string
  /** The places of the includes that led to the file, innermost first. */
  readonly includedFrom?: readonly Place[]
  /** Position of the rule in the list it was written in, counted from 1. */
  readonly rule?: number
}

/** Builds a frozen finding; the severity comes from the catalogue. */
export function diagnostic(
  code: Code,
  place: Place,
  message: string,
  hint: string,
  about: { domain?: string; rule?: number } = {},
): Diagnostic {
  return Object.freeze({
    severity: CODES[code].severity,
    code,
    message,
    hint,
    file: place.file,
    line: place.line,
    column: place.column,
    ...about,
  })
}

/** Orders findings by file, line, column, then code: the order in which they are printed. */
export function byPlace(a: Diagnostic, b: Diagnostic): number {
  return compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.code, b.code)
}
