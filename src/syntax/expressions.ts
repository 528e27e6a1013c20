/**
 * Expressions. Precedence is the vendor's, where bitwise operators bind like
 * `+` and shifts like `*`; operators that Lua 5.3 binds otherwise all become
 * calls, so the output never needs a parenthesis that the source lacks.
 * Sources: lua-dialect.md, section B; Lua 5.1 manual 2.5.
 */
import type { Block, Expr, FunctionExpr, StringLiteral, TableExpr } from "./ast.js"
import { type Closer, Cursor } from "./cursor.js"
import { isHelperOperator } from "./edits.js"
import { FunctionScope } from "./scope.js"
import { NAME, spelling, T } from "./tokens.js"

/** Binding power to the left and to the right; 0 means "no binary operator". */
const LEFT = new Uint8Array(256)
const RIGHT = new Uint8Array(256)
const UNARY_POWER = 8

for (const [left, right, kinds] of [
  [1, 1, [T.Or]],
  [2, 2, [T.And]],
  [3, 3, [T.Less, T.Greater, T.LessEqual, T.GreaterEqual, T.Equal, T.NotEqual]],
  [5, 4, [T.Concat]],
  [6, 6, [T.Plus, T.Minus, T.Pipe, T.Amp, T.Xor]],
  [7, 7, [T.Star, T.Slash, T.Percent, T.ShiftLeft, T.ShiftRight, T.Backslash]],
  [10, 9, [T.Caret]],
] as const) {
  for (const kind of kinds) {
    LEFT[kind] = left
    RIGHT[kind] = right
  }
}

export abstract class ExpressionParser extends Cursor {
  /** Statements up to, and including, what closes them. */
  protected abstract block(closer: Closer): Block
  protected abstract table(isArgument: boolean): TableExpr

  protected expr(): Expr {
    return this.#subexpr(0)
  }

  /** One or more expressions; each but the last stays in a register. */
  protected exprList(): Expr[] {
    const held = this.held
    const list = [this.expr()]
    while (this.accept(T.Comma)) {
      this.reserve(1)
      list.push(this.expr())
    }
    this.held = held
    return list
  }

  /** An operand and all operators that bind tighter than `limit`. */
  #subexpr(limit: number): Expr {
    this.enter()
    const outerPeak = this.peak
    this.peak = this.level
    const first = this.pos
    let left = this.#operand()
    while ((LEFT[this.kind] as number) > limit) left = this.#binary(left, first)
    this.level--
    if (outerPeak > this.peak) this.peak = outerPeak
    return left
  }

  #binary(left: Expr, first: number): Expr {
    const operator = this.pos
    const kind = this.kind
    this.next()
    this.reserve(1)
    const right = this.#subexpr(RIGHT[kind] as number)
    if (isHelperOperator(kind)) {
      const cut = isMulti(right)
      this.edits.binary(first, operator, this.pos - 1, cut)
      this.sink(cut ? 2 : 1)
    }
    this.held--
    return { kind: "binary", line: left.line, column: left.column, operator: spelling(kind), left, right }
  }

  #operand(): Expr {
    switch (this.kind) {
      case T.Not:
      case T.Bang:
      case T.Minus:
      case T.Hash:
      case T.Tilde:
        return this.#unary()
      default:
        return this.#simple()
    }
  }

  #unary(): Expr {
    const at = this.pos
    const kind = this.kind
    this.next()
    const operand = this.#subexpr(UNARY_POWER)
    if (kind === T.Tilde) {
      this.edits.bitNot(at, this.pos - 1, isMulti(operand))
      this.sink(2)
    }
    const operator = kind === T.Bang ? "not" : spelling(kind)
    return { kind: "unary", ...this.spot(at), operator, operand }
  }

  #simple(): Expr {
    const at = this.pos
    const line = this.lineOf(at)
    const column = this.columnOf(at)
    switch (this.kind) {
      case T.String:
        return this.#string()
      case T.Number:
        this.next()
        return { kind: "number", line, column, value: this.tokens.numberAt(at) }
      case T.LeftBrace:
        return this.table(false)
      case T.Function:
        this.next()
        return this.functionBody(at, false, this.lineOf(this.pos))
      case T.Nil:
      case T.True:
      case T.False:
        this.next()
        return { kind: spelling(this.tokens.kind[at] as number) as "nil" | "true" | "false", line, column }
      case T.Dots:
        if (!this.scope.isVararg) {
          this.fail("cannot use '...' outside a vararg function", "add ... to the function's parameters")
        }
        this.scope.usesDots = true
        this.next()
        return { kind: "vararg", line, column }
      default:
        return this.suffixed()
    }
  }

  #string(): StringLiteral {
    const at = this.pos
    this.next()
    return {
      kind: "string",
      line: this.lineOf(at),
      column: this.columnOf(at),
      value: this.tokens.stringAt(at),
    }
  }

  /** A name or parenthesis with its fields, indexes and calls. */
  protected suffixed(): Expr {
    const first = this.pos
    let expr = this.#primary()
    for (;;) {
      switch (this.kind) {
        case T.Dot:
          expr = this.member(expr)
          break
        case T.LeftBracket: {
          this.next()
          this.reserve(1)
          const key = this.expr()
          this.held--
          this.expect(T.RightBracket, "close the index with ]")
          expr = { kind: "index", line: expr.line, column: expr.column, object: expr, key }
          break
        }
        case T.Colon:
          expr = this.#methodCall(expr, first)
          break
        case T.LeftParen:
        case T.String:
        case T.LeftBrace:
          expr = { kind: "call", line: expr.line, column: expr.column, callee: expr, args: this.#callArgs() }
          break
        default:
          return expr
      }
    }
  }

  #primary(): Expr {
    if (this.kind === T.Name) return this.variable()
    if (this.kind !== T.LeftParen) this.fail("unexpected symbol", this.#unexpectedHint())
    const opener = this.pos
    this.next()
    const inner = this.expr()
    this.expectClosing(this.closer(T.RightParen, opener), "close the parenthesis with )")
    return { kind: "paren", ...this.spot(opener), inner }
  }

  #unexpectedHint(): string {
    switch (this.kind) {
      case T.Semicolon:
        return "remove the semicolon: Lua has no empty statement"
      case T.RightBrace:
        return "remove the brace, or look for a table that was closed too early"
      case T.Slash:
        return "the dialect has no //: floor division is written \\"
      case T.Colon:
        return "the dialect has no labels: goto is an ordinary name"
      case T.Eof:
        return "the file ends in the middle of a statement"
      default:
        return "a value or a statement was expected here"
    }
  }

  /** A name that stands for a variable, local or global. */
  protected variable(): Expr {
    const at = this.pos
    const scope = this.resolve(this.tokens.payload[at] as number)
    if (scope === "global") this.edits.globalName(at)
    else this.edits.localName(at)
    this.next()
    return {
      kind: "name",
      line: this.lineOf(at),
      column: this.columnOf(at),
      name: this.tokens.nameAt(at),
      scope,
    }
  }

  /** The name at the cursor, whatever it means; reading goes past it. */
  protected name(hint = "write a name"): number {
    this.requireName(hint)
    this.next()
    return this.pos - 1
  }

  protected requireName(hint: string): void {
    if (this.kind === T.Name) return
    this.fail("'<name>' expected", this.kind >= T.And ? this.reservedHint() : hint)
  }

  protected reservedHint(): string {
    const word = spelling(this.kind)
    return `${word} is a reserved word: as a key, write ["${word}"]`
  }

  /** `.name` */
  protected member(object: Expr): Expr {
    const dot = this.pos
    this.next()
    const at = this.name()
    if (this.edits.isGoto(at)) this.edits.gotoField(dot)
    return { kind: "index", line: object.line, column: object.column, object, key: this.nameAsString(at) }
  }

  protected nameAsString(at: number): StringLiteral {
    return { kind: "string", line: this.lineOf(at), column: this.columnOf(at), value: this.tokens.nameAt(at) }
  }

  #methodCall(object: Expr, first: number): Expr {
    const colon = this.pos
    this.next()
    const at = this.name("a method's name follows the colon; a key of a table is followed by =")
    const args = this.#callArgs()
    if (this.edits.isGoto(at)) {
      this.edits.gotoMethod(first, colon, this.pos - 1, args.length > 0)
      this.sink(4)
    }
    return {
      kind: "method",
      line: object.line,
      column: object.column,
      object,
      name: this.tokens.nameAt(at),
      args,
    }
  }

  #callArgs(): Expr[] {
    if (this.kind === T.String) return [this.#string()]
    if (this.kind === T.LeftBrace) return [this.table(true)]
    if (this.kind !== T.LeftParen) this.fail("function arguments expected", "call it with ( )")
    const opener = this.pos
    if (opener !== this.peeked && this.tokens.isFirstOnLine(opener)) {
      this.complain(
        "ambiguous syntax (function call x new statement)",
        "put the ( on the line of what is called, or a ; before it",
      )
    }
    this.next()
    if (this.accept(T.RightParen)) return []
    this.reserve(2)
    const args = this.exprList()
    this.held -= 2
    const hint = "separate arguments with a comma and close the call with )"
    this.expectClosing(this.closer(T.RightParen, opener), hint)
    return args
  }

  /**
   * Parameters and body; the cursor is after `function` and the name.
   * @param line where Lua says the function begins
   */
  protected functionBody(keyword: number, isMethod: boolean, line: number): FunctionExpr {
    this.expect(T.LeftParen, "a function's parameters stand in ( )")
    const params = this.#parameters()
    const isVararg = this.tokens.kind[params.at(-1) ?? this.pos] === T.Dots
    if (isVararg) params.pop()
    const outer = this.scope
    const held = this.held
    this.scope = new FunctionScope(outer, isVararg, line)
    this.held = 0
    if (isMethod) this.declare(NAME.self)
    for (const at of params) this.declareAt(at)
    if (isVararg) this.scope.declareArg()
    this.expect(T.RightParen, "close the parameters with )")
    const lastOfHeader = this.pos - 1
    const body = this.block({ what: T.End, opener: T.Function, line })
    if (this.scope.usesArg) this.edits.hiddenArg(lastOfHeader, this.scope.usesDots)
    this.scope = outer
    this.held = held
    return {
      kind: "function",
      line: this.lineOf(keyword),
      column: this.columnOf(keyword),
      params: params.map((at) => this.tokens.nameAt(at)),
      isVararg,
      body,
      endLine: this.lineOf(this.pos - 1),
    }
  }

  /** Tokens of the parameters, `...` included, up to the closing parenthesis. */
  #parameters(): number[] {
    const tokens: number[] = []
    if (this.kind === T.RightParen) return tokens
    do {
      tokens.push(this.pos)
      if (this.accept(T.Dots)) return tokens
      if (!this.accept(T.Name)) this.fail("<name> or '...' expected", "write the parameter's name")
    } while (this.accept(T.Comma))
    return tokens
  }

  /** Declares the local whose name is a token. */
  protected declareAt(token: number): void {
    this.edits.localName(token)
    this.declare(this.tokens.payload[token] as number)
  }
}

/** An expression that may yield any number of values where a list ends with it. */
function isMulti(expr: Expr): boolean {
  return expr.kind === "call" || expr.kind === "method" || expr.kind === "vararg"
}
