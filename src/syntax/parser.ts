/**
 * Statements, and the entry to the parser. Accepts exactly what the vendor's
 * Lua 5.1 accepts; the errors are its sentences, found at its tokens, but
 * reading goes on after each of them.
 * Sources: Lua 5.1 manual 2.4 and 8; lua-dialect.md, section B.
 */
import type {
  AssignStat,
  Block,
  BreakStat,
  Chunk,
  Expr,
  FunctionStat,
  GenericFor,
  IfClause,
  IfStat,
  LocalFunction,
  LocalStat,
  NumericFor,
  ReturnStat,
  Stat,
  TableExpr,
} from "./ast.js"
import { ABANDONED, type Closer, FAILED } from "./cursor.js"
import type { Edits } from "./edits.js"
import type { Findings } from "./findings.js"
import { endsBlock, nextStatement } from "./recovery.js"
import { TableParser } from "./tables.js"
import { T, type TokenStream } from "./tokens.js"

const LAST_HINT = "return and break must be the last statement of a block; write: do return end"
/** Hidden variables of a `for` loop, which count as locals. */
const LOOP_VARIABLES = 3
const HIDDEN = -1
const PLAIN_ITERATORS = new Set(["pairs", "ipairs"])

export interface Parsed {
  readonly chunk: Chunk
  readonly tables: readonly TableExpr[]
}

/** Reads the whole file, recording what to change and what is wrong. */
export function parse(tokens: TokenStream, edits: Edits, findings: Findings, track: boolean): Parsed {
  return new Parser(tokens, edits, findings, track).parse()
}

class Parser extends TableParser {
  constructor(
    tokens: TokenStream,
    edits: Edits,
    findings: Findings,
    protected readonly track: boolean,
  ) {
    super(tokens, edits, findings)
  }

  parse(): Parsed {
    try {
      return { chunk: { body: this.block({ what: T.Eof, opener: T.Eof, line: 0 }) }, tables: this.tables }
    } catch (unwind) {
      if (unwind !== ABANDONED) throw unwind
      return { chunk: { body: [] }, tables: this.tables }
    }
  }

  protected block(closer: Closer): Block {
    const body = this.#statements(closer)
    if (!this.accept(closer.what)) this.complain(this.missing(closer), this.#closingHint(closer))
    return body
  }

  #closingHint({ what, line }: Closer): string {
    if (what === T.Until) return `close the repeat of line ${line} with until`
    return `the block that begins at line ${line} has no end`
  }

  /** Statements up to what may close the block; its locals end with it. */
  #statements(closer: Closer): Stat[] {
    const locals = this.scope.locals.length
    const body = this.#openStatements(closer)
    this.scope.locals.length = locals
    return body
  }

  /** As `statements`, but its locals stay visible: `until` can see them. */
  #openStatements(closer: Closer): Stat[] {
    this.enter()
    const body: Stat[] = []
    while (!this.#isBlockEnd(closer)) this.#readStatement(body, closer)
    this.level--
    return body
  }

  #isBlockEnd(closer: Closer): boolean {
    if (!endsBlock(this.kind)) return false
    // Nothing but the end of the file ends the main chunk: a stray `end` is reported and skipped.
    return closer.what !== T.Eof || this.kind === T.Eof
  }

  /** Reads one statement into `body`; after an error, the cursor is at the next one. */
  #readStatement(body: Stat[], closer: Closer): void {
    const { pos, level, peak, held, scope } = this
    const locals = scope.locals.length
    const loops = scope.loops
    try {
      if (endsBlock(this.kind)) this.#strayEnd()
      this.peak = this.level
      body.push(this.#statement())
      if (peak > this.peak) this.peak = peak
      const isLast = this.#isLast(body)
      this.accept(T.Semicolon)
      if (isLast && !endsBlock(this.kind)) this.complain(this.missing(closer), LAST_HINT)
    } catch (unwind) {
      if (unwind !== FAILED) throw unwind
      this.level = level
      this.peak = peak
      this.held = held
      this.scope = scope
      scope.locals.length = locals
      scope.loops = loops
      this.skipTo(Math.max(nextStatement(this.tokens, this.pos), pos + 1))
    }
  }

  #isLast(body: readonly Stat[]): boolean {
    const kind = body.at(-1)?.kind
    return kind === "return" || kind === "break"
  }

  #strayEnd(): never {
    // After an error the block it closes may be one that was skipped.
    if (this.hasFailed) throw FAILED
    this.fail("'<eof>' expected", "there is no block left that this could close")
  }

  #statement(): Stat {
    const at = this.pos
    switch (this.kind) {
      case T.If:
        return this.#ifStatement(at)
      case T.While:
        return this.#whileStatement(at)
      case T.Do:
        this.next()
        return { kind: "do", ...this.spot(at), body: this.block(this.closer(T.End, at)) }
      case T.For:
        return this.#forStatement(at)
      case T.Repeat:
        return this.#repeatStatement(at)
      case T.Function:
        return this.#functionStatement(at)
      case T.Local:
        this.next()
        return this.accept(T.Function) ? this.#localFunction(at) : this.#localStatement(at)
      case T.Return:
        return this.#returnStatement(at)
      case T.Break:
        return this.#breakStatement(at)
      default:
        return this.#expressionStatement(at)
    }
  }

  #ifStatement(at: number): IfStat {
    const closer = this.closer(T.End, at)
    const clauses: IfClause[] = []
    let otherwise: Block | null = null
    do {
      this.next()
      const condition = this.expr()
      this.#keyword(T.Then, "a condition is followed by then")
      clauses.push({ condition, body: this.#statements(closer) })
    } while (this.kind === T.Elseif)
    if (this.accept(T.Else)) otherwise = this.block(closer)
    else if (!this.accept(T.End)) this.complain(this.missing(closer), this.#closingHint(closer))
    return { kind: "if", ...this.spot(at), clauses, otherwise }
  }

  /** `then` or `do`. If it is missing, the block is read all the same: its `end` belongs to it. */
  #keyword(kind: number, hint: string): void {
    if (this.accept(kind)) return
    this.complain(kind === T.Then ? "'then' expected" : "'do' expected", hint)
    for (let at = this.pos; this.tokens.kind[at] !== T.Eof; at++) {
      if (at > this.pos && this.tokens.isFirstOnLine(at)) return
      if (this.tokens.kind[at] !== kind) continue
      this.skipTo(at + 1)
      return
    }
  }

  #whileStatement(at: number): Stat {
    this.next()
    const condition = this.expr()
    this.#keyword(T.Do, "a condition is followed by do")
    return { kind: "while", ...this.spot(at), condition, body: this.#loop(this.closer(T.End, at)) }
  }

  #loop(closer: Closer): Block {
    this.scope.loops++
    const body = this.block(closer)
    this.scope.loops--
    return body
  }

  #repeatStatement(at: number): Stat {
    const closer = this.closer(T.Until, at)
    this.next()
    const locals = this.scope.locals.length
    this.scope.loops++
    const body = this.#openStatements(closer)
    this.scope.loops--
    if (!this.accept(T.Until)) this.fail(this.missing(closer), this.#closingHint(closer))
    const condition = this.expr()
    this.scope.locals.length = locals
    return { kind: "repeat", ...this.spot(at), body, condition }
  }

  #forStatement(at: number): Stat {
    this.next()
    const name = this.name()
    const locals = this.scope.locals.length
    const loop = this.kind === T.Assign ? this.#numericFor(at, name) : this.#genericFor(at, name)
    this.scope.locals.length = locals
    return loop
  }

  #numericFor(at: number, name: number): NumericFor {
    this.next()
    const first = this.expr()
    this.expect(T.Comma, "a numeric for is written: for i = first, limit do")
    const limit = this.expr()
    const step = this.accept(T.Comma) ? this.expr() : null
    const body = this.#forBody(at, [name])
    return { kind: "for", ...this.spot(at), name: this.tokens.nameAt(name), first, limit, step, body }
  }

  #genericFor(at: number, name: number): GenericFor {
    const names = [name]
    if (this.kind !== T.Comma && this.kind !== T.In) {
      this.fail("'=' or 'in' expected", "write: for i = first, limit do, or: for key, value in pairs(t) do")
    }
    while (this.accept(T.Comma)) names.push(this.name())
    this.expect(T.In, "write: for key, value in pairs(t) do")
    const first = this.pos
    const values = this.exprList()
    if (!isPlainIteration(values)) {
      this.edits.iterate(first, this.pos - 1)
      this.sink(1)
    }
    const body = this.#forBody(at, names)
    return { kind: "forin", ...this.spot(at), names: names.map((i) => this.tokens.nameAt(i)), values, body }
  }

  #forBody(at: number, names: readonly number[]): Block {
    this.#keyword(T.Do, "the head of a for is followed by do")
    for (let i = 0; i < LOOP_VARIABLES; i++) this.declare(HIDDEN)
    for (const name of names) this.declareAt(name)
    return this.#loop(this.closer(T.End, at))
  }

  #functionStatement(at: number): FunctionStat {
    this.next()
    const nameAt = this.pos
    this.requireName("write the function's name")
    let target = this.variable()
    let unspeakable = isGlobal(target) && this.edits.isUnspeakable(nameAt)
    while (this.kind === T.Dot) {
      target = this.member(target)
      unspeakable ||= this.edits.isGoto(this.pos - 1)
    }
    const colon = this.pos
    const isMethod = this.kind === T.Colon
    if (isMethod) {
      this.next()
      const name = this.name()
      unspeakable ||= this.edits.isGoto(name)
      target = {
        kind: "index",
        line: target.line,
        column: target.column,
        object: target,
        key: this.nameAsString(name),
      }
    }
    const parenthesis = this.pos
    const body = this.functionBody(at, isMethod, this.lineOf(at))
    if (unspeakable && isMethod) this.edits.assignedMethod(at, colon, this.#hasParameters(parenthesis))
    else if (unspeakable) this.edits.assignedFunction(at, parenthesis - 1)
    if (unspeakable) this.sink(1)
    return { kind: "functionstat", ...this.spot(at), target, isMethod, function: body }
  }

  #hasParameters(parenthesis: number): boolean {
    return this.tokens.kind[parenthesis + 1] !== T.RightParen
  }

  #localFunction(at: number): LocalFunction {
    const name = this.name()
    this.declareAt(name)
    const body = this.functionBody(at, false, this.lineOf(this.pos))
    return { kind: "localfunction", ...this.spot(at), name: this.tokens.nameAt(name), function: body }
  }

  #localStatement(at: number): LocalStat {
    const names: number[] = []
    do names.push(this.name())
    while (this.accept(T.Comma))
    const values = this.accept(T.Assign) ? this.exprList() : []
    for (const name of names) this.declareAt(name)
    return { kind: "local", ...this.spot(at), names: names.map((i) => this.tokens.nameAt(i)), values }
  }

  #returnStatement(at: number): ReturnStat {
    this.next()
    const isBare = endsBlock(this.kind) || this.kind === T.Semicolon
    return { kind: "return", ...this.spot(at), values: isBare ? [] : this.exprList() }
  }

  #breakStatement(at: number): BreakStat {
    this.next()
    if (this.scope.loops === 0) this.complain("no loop to break", "break belongs inside while, repeat or for")
    return { kind: "break", ...this.spot(at) }
  }

  #expressionStatement(at: number): Stat {
    const expr = this.suffixed()
    const isCall = expr.kind === "call" || expr.kind === "method"
    const stat: Stat = isCall
      ? { kind: "callstat", ...this.spot(at), call: expr }
      : this.#assignment(at, expr)
    this.edits.statement(at)
    return stat
  }

  #assignment(at: number, first: Expr): AssignStat {
    const targets = [this.#assignable(first)]
    const { held, level } = this
    while (this.accept(T.Comma)) {
      // Lua reads targets recursively, and so does the VM.
      this.enter()
      this.reserve(2)
      targets.push(this.#assignable(this.suffixed()))
    }
    this.level = level
    this.expect(T.Assign, "a statement is an assignment or a call")
    const values = this.exprList()
    this.held = held
    return { kind: "assign", ...this.spot(at), targets, values }
  }

  #assignable(expr: Expr): Expr {
    if (expr.kind !== "name" && expr.kind !== "index") {
      this.fail("syntax error", "only a variable or a field can be assigned to")
    }
    return expr
  }
}

function isGlobal(expr: Expr): boolean {
  return expr.kind === "name" && expr.scope === "global"
}

/** `pairs(t)` and `ipairs(t)` always yield a function to iterate with. */
function isPlainIteration(values: readonly Expr[]): boolean {
  const [only] = values
  if (values.length !== 1 || only?.kind !== "call") return false
  const { callee } = only
  return callee.kind === "name" && callee.scope === "global" && PLAIN_ITERATORS.has(callee.name)
}
