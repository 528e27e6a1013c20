/**
 * Table constructors. Rule files are little else, so this is where recovery
 * pays: a missing comma is reported where it should stand, which is a line
 * before the one Lua names, and a table that is never closed at its own brace.
 * Source: rule-files.md, section 7, "Load errors".
 */
import type { Expr, Field, TableExpr } from "./ast.js"
import { FAILED } from "./cursor.js"
import { ExpressionParser } from "./expressions.js"
import { beginsField, endsTable, nextField } from "./recovery.js"
import { T } from "./tokens.js"
import { near, nearToken, readable } from "./wording.js"

/** Lua keeps positional fields in registers until there are this many (`LFIELDS_PER_FLUSH`). */
const FIELDS_PER_FLUSH = 50
const VALUE_WORDS = new Set<number>([T.Nil, T.True, T.False, T.Not, T.Function])

interface OpenTable {
  readonly kind: "table"
  readonly line: number
  readonly column: number
  endLine: number
  endColumn: number
  readonly fields: Field[]
  isConstant: boolean
}

/** Literals and tables of literals under literal keys: what evaluating it gives is known from its text. */
function isConstant(table: OpenTable): boolean {
  return table.fields.every(({ key, value }) => key !== null && !Number.isNaN(key) && isConstantValue(value))
}

function isConstantValue(value: Expr): boolean {
  switch (value.kind) {
    case "string":
    case "number":
    case "true":
    case "false":
    case "nil":
      return true
    case "table":
      return value.isConstant
    default:
      return false
  }
}

export abstract class TableParser extends ExpressionParser {
  /** Every constructor in the order of its opening brace, and the tokens of its braces. */
  protected readonly tables: TableExpr[] = []
  readonly #openers: number[] = []
  readonly #closers: number[] = []
  protected abstract readonly track: boolean

  protected table(isArgument: boolean): TableExpr {
    const opener = this.pos
    const line = this.lineOf(opener)
    const column = this.columnOf(opener)
    const table: OpenTable = {
      kind: "table",
      line,
      column,
      endLine: line,
      endColumn: column,
      fields: [],
      isConstant: false,
    }
    const id = this.tables.push(table) - 1
    this.#openers[id] = opener
    const { held } = this
    this.reserve(this.track ? 3 : 1)
    this.next()
    this.#readFields(table, opener)
    this.held = held
    const closer = this.pos - 1
    this.#closers[id] = closer
    table.endLine = this.lineOf(closer)
    table.endColumn = this.columnOf(closer)
    if (this.track) {
      table.isConstant = isConstant(table)
      if (table.isConstant) this.edits.constantTable(opener, closer, id, isArgument)
      else this.edits.table(opener, closer, id, isArgument)
      this.sink(isArgument ? 2 : 1)
    }
    return table
  }

  #readFields(table: OpenTable, opener: number): void {
    const { held } = this
    let position = 0
    while (this.kind !== T.RightBrace) {
      if (endsTable(this.kind) && this.peek() !== T.Assign) {
        this.#neverClosed(opener, "unexpected symbol")
        return
      }
      const field = this.#fieldOrNothing(position + 1)
      if (field !== null) table.fields.push(field)
      if (field?.kind === "positional") position++
      this.held = held + (position % FIELDS_PER_FLUSH)
      if (!this.#separator(opener)) return
    }
    this.next()
  }

  #fieldOrNothing(position: number): Field | null {
    const { level, scope } = this
    try {
      return this.#field(position)
    } catch (unwind) {
      if (unwind !== FAILED) throw unwind
      this.level = level
      this.scope = scope
      this.skipTo(nextField(this.tokens, this.pos))
      return null
    }
  }

  #field(position: number): Field {
    const at = this.pos
    if (this.kind === T.LeftBracket) return this.#keyed(at)
    if (this.kind === T.Name) {
      if (this.peek() === T.Assign) return this.#named(at)
      this.peeked = at + 1
    }
    if (isReservedKey(this.kind) && this.peek() === T.Assign) {
      this.complain("unexpected symbol", this.reservedHint())
      return this.#named(at)
    }
    return this.#finish(at, "positional", position, null, this.expr())
  }

  #named(at: number): Field {
    if (this.edits.isGoto(at)) this.edits.gotoKey(at)
    this.next()
    this.next()
    return this.#finish(at, "named", this.tokens.nameAt(at), null, this.expr())
  }

  #keyed(at: number): Field {
    this.next()
    this.reserve(2)
    const key = this.expr()
    this.expect(T.RightBracket, "close the key with ]")
    this.expect(T.Assign, "a key in brackets is followed by = and its value")
    const value = this.expr()
    return this.#finish(
      at,
      "keyed",
      key.kind === "string" || key.kind === "number" ? key.value : null,
      key,
      value,
    )
  }

  #finish(at: number, kind: Field["kind"], key: Field["key"], keyExpr: Expr | null, value: Expr): Field {
    return {
      kind,
      key,
      line: this.lineOf(at),
      column: this.columnOf(at),
      valueLine: value.line,
      valueColumn: value.column,
      keyExpr,
      value,
    }
  }

  /** @returns false once the table is over without a brace */
  #separator(opener: number): boolean {
    if (this.accept(T.Comma) || this.accept(T.Semicolon) || this.kind === T.RightBrace) return true
    if (this.kind === T.Assign) {
      this.complain(
        this.missing(this.closer(T.RightBrace, opener)),
        'write a key that is no name in brackets: ["key"] = value',
      )
      this.skipTo(nextField(this.tokens, this.pos))
      return this.#separator(opener)
    }
    if (beginsField(this.tokens, this.pos)) {
      this.#missingComma(opener)
      return true
    }
    this.#neverClosed(opener, this.missing(this.closer(T.RightBrace, opener)))
    return false
  }

  #missingComma(opener: number): void {
    const last = this.pos - 1
    const spot = { line: this.tokens.endLine[last] as number, column: this.tokens.columnAfter(last) }
    const token = nearToken(this.tokens, this.pos)
    this.report(
      "E_LUA_SEPARATOR",
      spot,
      `no comma between this field and '${readable(token)}' on line ${this.lineOf(this.pos)}`,
      "add a comma here",
      near(this.missing(this.closer(T.RightBrace, opener)), token),
    )
  }

  /** @param sentence what Lua says at this point */
  #neverClosed(opener: number, sentence: string): void {
    this.hasFailed = true
    // The brace is most likely in the rest of the line that a broken string took.
    if (this.findings.hasSwallowed(opener, this.pos)) return
    const token = nearToken(this.tokens, this.pos)
    this.report(
      "E_LUA_SEPARATOR",
      this.spot(opener),
      `this table is not closed; reading gave up at line ${this.lineOf(this.pos)} near '${readable(token)}'`,
      this.#closingHint(opener),
      near(sentence, token),
    )
  }

  /**
   * Braces pair up from the inside, so the table that lacks its brace took the
   * brace of one further out. Indentation shows which one that was.
   */
  #closingHint(opener: number): string {
    for (let id = this.#openers.indexOf(opener) + 1; id < this.tables.length; id++) {
      const closer = this.#closers[id]
      if (closer === undefined || !this.tokens.isFirstOnLine(closer)) continue
      const inner = this.#openers[id] as number
      if (this.#indentation(inner) > this.columnOf(closer)) {
        return `add a }; judging by the indentation it belongs to the table opened at line ${this.lineOf(inner)}`
      }
    }
    return "add a } where the table should end"
  }

  /** Column of the first token on the token's line. */
  #indentation(token: number): number {
    let first = token
    while (!this.tokens.isFirstOnLine(first)) first--
    return this.columnOf(first)
  }
}

/** Reserved words that cannot begin a value, so that `word =` can only be meant as a key. */
function isReservedKey(kind: number): boolean {
  return kind >= T.And && !VALUE_WORDS.has(kind)
}
