/**
 * The vendor's Lua dialect, read by our own lexer and parser and written as
 * Lua 5.3 that keeps every line number. Nothing is run here, and nothing is
 * known of rules: this room ends where the text ends.
 */
import type { Diagnostic } from "../model/diagnostic.js"
import type { Chunk, TableExpr } from "./ast.js"
import { Edits } from "./edits.js"
import { emit } from "./emit.js"
import { Findings, type LuaError } from "./findings.js"
import { lex } from "./lexer.js"
import { findDuplicateKeys } from "./lint-source.js"
import { parse } from "./parser.js"

export type * from "./ast.js"

export interface TranslateOptions {
  /** Name of the file, for findings. */
  readonly file: string
  /**
   * Let the host know where every table was written: constructors are wrapped in
   * `__adh.t(id, …)`, or, if they are constant, replaced by `__adh.c(id)`.
   */
  readonly track?: boolean
}

export interface Translation {
  /** False if the text cannot be loaded; then `code` is empty. */
  readonly ok: boolean
  /**
   * Lua 5.3 text in ASCII. Called with the helper table, the compiled chunk
   * returns the function that is the original chunk.
   */
  readonly code: Uint8Array
  /** Everything found, in the order of the text. Also errors that keep `ok` true, such as duplicate keys. */
  readonly findings: readonly Diagnostic[]
  /** Every table constructor, in the order of the text; the index is the id that `track` hands to the host. */
  readonly tables: readonly TableExpr[]
  /** Null if the text cannot be loaded. */
  readonly chunk: Chunk | null
  /** The first error in Lua 5.1's words, for `loadstring`. */
  readonly syntaxError: LuaError | null
}

/**
 * Translates one chunk. Never throws, whatever the bytes.
 * @source lua-dialect.md, sections A and B
 */
export function translate(source: Uint8Array, options: TranslateOptions): Translation {
  const findings = new Findings(options.file)
  const tokens = lex(source, findings)
  const edits = new Edits(tokens)
  const { chunk, tables } = parse(tokens, edits, findings, options.track === true)
  findDuplicateKeys(tables, findings)
  const syntaxError = findings.luaError
  const ok = syntaxError === null
  return {
    ok,
    code: ok ? emit(tokens, edits) : new Uint8Array(),
    findings: findings.sorted(),
    tables: ok ? tables : [],
    chunk: ok ? chunk : null,
    syntaxError,
  }
}
