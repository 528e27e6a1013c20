/**
 * What every part of the parser stands on: the current token, the ways to
 * complain, and the limits. Lua's own reader recurses, and so does ours, so the
 * limits are also what keeps a hostile file from exhausting our stack.
 */
import type { Code } from "../errors.js"
import type { Edits } from "./edits.js"
import type { Findings, Spot } from "./findings.js"
import { FunctionScope, MAX_LOCALS, MAX_UPVALUES } from "./scope.js"
import { spelling, T, type TokenStream } from "./tokens.js"
import { near, nearToken, readable } from "./wording.js"

/** Unwinds to the nearest place that can go on. Carries nothing: the finding is already recorded. */
class Unwind extends Error {}
export const FAILED = new Unwind("statement given up")
/** Unwinds everything: going on would only repeat the same finding. */
export const ABANDONED = new Unwind("file given up")

/**
 * Nesting levels of the output. The VM allows 200 (`LUAI_MAXCCALLS`), of which
 * the wrapping function takes two and a caller deep in `pcall` a few more.
 */
const MAX_LEVELS = 190
/** Lua 5.1 has 250 registers per function (`MAXSTACK`), the VM 255. Ours is an estimate, hence the margin. */
const MAX_REGISTERS = 235

/** What must close a construct, and how Lua names the construct if it is not closed. */
export interface Closer {
  readonly what: number
  readonly opener: number
  readonly line: number
}

export class Cursor {
  protected pos = 0
  protected kind: number
  /** Nesting level here, and the deepest one that the current construct has in the output. */
  protected level = 0
  protected peak = 0
  /** Registers that unfinished expressions of this function hold. */
  protected held = 0
  protected scope = new FunctionScope(null, true, 0)
  /**
   * The token behind a name that begins a field. Lua reads it ahead to look for
   * an `=` and from then on takes it for standing on the name's line.
   */
  protected peeked = -1
  /** True once the grammar was violated. */
  protected hasFailed = false

  constructor(
    protected readonly tokens: TokenStream,
    protected readonly edits: Edits,
    protected readonly findings: Findings,
  ) {
    this.kind = tokens.kind[0] as number
  }

  protected next(): void {
    if (this.kind !== T.Eof) this.kind = this.tokens.kind[++this.pos] as number
  }

  protected skipTo(token: number): void {
    this.pos = token
    this.kind = this.tokens.kind[token] as number
  }

  protected peek(): number {
    return this.kind === T.Eof ? T.Eof : (this.tokens.kind[this.pos + 1] as number)
  }

  protected accept(kind: number): boolean {
    if (this.kind !== kind) return false
    this.next()
    return true
  }

  protected expect(kind: number, hint: string): void {
    if (!this.accept(kind)) this.fail(`'${spelling(kind)}' expected`, hint)
  }

  /** Wants the bracket or keyword that closes what `opener` opened. */
  protected expectClosing(closer: Closer, hint: string): void {
    if (!this.accept(closer.what)) this.fail(this.missing(closer), hint)
  }

  protected closer(what: number, openerToken: number): Closer {
    return {
      what,
      opener: this.tokens.kind[openerToken] as number,
      line: this.tokens.line[openerToken] as number,
    }
  }

  /** Lua's sentence for a construct that is not closed. */
  protected missing({ what, opener, line }: Closer): string {
    const expected = `'${spelling(what)}' expected`
    if (what === T.Eof || line === this.tokens.endLine[this.pos]) return expected
    return `${expected} (to close '${spelling(opener)}' at line ${line})`
  }

  protected lineOf(token: number): number {
    return this.tokens.line[token] as number
  }

  protected columnOf(token: number): number {
    return this.tokens.column[token] as number
  }

  protected spot(token: number): Spot {
    return { line: this.lineOf(token), column: this.columnOf(token) }
  }

  /** Reports an error at the current token in Lua's words and gives the statement up. */
  protected fail(luaMessage: string, hint: string): never {
    this.complain(luaMessage, hint)
    throw FAILED
  }

  /** Reports an error at the current token in Lua's words and goes on. */
  protected complain(luaMessage: string, hint: string): void {
    const text = near(luaMessage, nearToken(this.tokens, this.pos))
    const message = near(luaMessage, readable(nearToken(this.tokens, this.pos)))
    this.report("E_LUA_SYNTAX", this.spot(this.pos), message, hint, text)
  }

  protected report(code: Code, spot: Spot, message: string, hint: string, luaMessage: string): void {
    this.hasFailed = true
    if (this.findings.isTainted(this.pos)) return
    // Whatever else is wrong with this token follows from this.
    this.findings.taint(this.pos)
    const line = this.tokens.endLine[this.pos] as number
    this.findings.error(code, spot, message, hint, this.pos, { line, message: luaMessage })
    if (this.findings.isFull) throw ABANDONED
  }

  /** A limit of Lua's; nothing after it can be read sensibly. */
  protected abandon(message: string, hint: string): never {
    this.report("E_LUA_SYNTAX", this.spot(this.pos), message, hint, message)
    throw ABANDONED
  }

  protected enter(): void {
    if (++this.level > this.peak) this.peak = this.level
    if (this.level > MAX_LEVELS) this.#tooDeep()
  }

  /** The construct just read lies deeper in the output than in the source. */
  protected sink(levels: number): void {
    this.peak += levels
    if (this.peak > MAX_LEVELS) this.#tooDeep()
    this.reserve(0)
  }

  #tooDeep(): never {
    this.abandon("chunk has too many syntax levels", "break the expression up with local variables")
  }

  /** Notes that registers are taken until the caller sets `held` back. */
  protected reserve(registers: number): void {
    this.held += registers
    if (this.scope.locals.length + this.held + this.peak - this.level > MAX_REGISTERS) {
      this.abandon("function or expression too complex", "break it up with local variables")
    }
  }

  /** Makes a variable visible from here on. */
  protected declare(id: number): void {
    if (this.scope.locals.push(id) > MAX_LOCALS) this.overLimit(MAX_LOCALS, "local variables")
  }

  protected resolve(id: number): "local" | "upvalue" | "global" {
    const found = this.scope.resolve(id)
    if (found === "upvalue" && this.scope.upvalueCount > MAX_UPVALUES) {
      this.overLimit(MAX_UPVALUES, "upvalues")
    }
    return found
  }

  protected overLimit(limit: number, what: string): never {
    const { line } = this.scope
    const where = line === 0 ? "main function" : `function at line ${line}`
    this.abandon(`${where} has more than ${limit} ${what}`, "keep them in a table")
  }
}
