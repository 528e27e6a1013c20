/**
 * What must change in the token stream to make it Lua 5.3. The parser records
 * edits while it reads; the emitter applies them token by token. No token ever
 * moves, which is why every line number survives.
 *
 * Only this file knows how a construct of the dialect is spelled in 5.3. The
 * helper table `__adh` is the host's: bxor, idiv, band, bor, shl, shr, bnot,
 * iter, vararg, t, c.
 */
import { NAME, T, type TokenStream } from "./tokens.js"

/** Opens the output: the host calls the chunk with the helpers and gets the real chunk back. */
export const PROLOGUE = "local __adh=...;return function(...) "
export const EPILOGUE = " end"

/** Binary operators that 5.3 lacks or binds differently. */
const HELPERS: Readonly<Record<number, string>> = {
  [T.Xor]: "bxor",
  [T.Backslash]: "idiv",
  [T.Amp]: "band",
  [T.Pipe]: "bor",
  [T.ShiftLeft]: "shl",
  [T.ShiftRight]: "shr",
}

export function isHelperOperator(kind: number): boolean {
  return HELPERS[kind] !== undefined
}

const RESERVED = "__adh"

export class Edits {
  readonly #tokens: TokenStream
  /** Nonzero where one of the maps below has something to say. */
  readonly touched: Uint8Array
  readonly #before = new Map<number, string>()
  readonly #instead = new Map<number, string>()
  readonly #after = new Map<number, string>()
  readonly #folded = new Map<number, number>()

  constructor(tokens: TokenStream) {
    this.#tokens = tokens
    this.touched = new Uint8Array(tokens.count)
  }

  before(token: number): string {
    return this.#before.get(token) ?? ""
  }

  after(token: number): string {
    return this.#after.get(token) ?? ""
  }

  /** The text that replaces the token, or undefined to keep it. */
  instead(token: number): string | undefined {
    return this.#instead.get(token)
  }

  /** `a & b` becomes a call; a right operand that could yield several values is cut to one. */
  binary(first: number, operator: number, last: number, cutRight: boolean): void {
    const helper = HELPERS[this.#tokens.kind[operator] as number] as string
    this.#open(first, `${RESERVED}.${helper}(`)
    this.#replace(operator, cutRight ? ",(" : ",")
    this.#close(last, cutRight ? "))" : ")")
  }

  /** `~a` becomes a call. */
  bitNot(operator: number, last: number, cut: boolean): void {
    this.#replace(operator, cut ? `${RESERVED}.bnot((` : `${RESERVED}.bnot(`)
    this.#close(last, cut ? "))" : ")")
  }

  /** The expressions of a generic `for`, which may name an object with `__iter`. */
  iterate(first: number, last: number): void {
    this.#open(first, `${RESERVED}.iter(`)
    this.#close(last, ")")
  }

  /** Tells the host which table constructor made a table. */
  table(first: number, last: number, id: number, isArgument: boolean): void {
    this.#open(first, `${isArgument ? "(" : ""}${RESERVED}.t(${id}.0,`)
    this.#close(last, isArgument ? "))" : ")")
  }

  /**
   * A constructor of constants only: the host makes the table from the tree, and
   * 5.3 never reads its text. Rule files are little else, so most of their
   * loading time is saved here.
   */
  constantTable(first: number, last: number, id: number, isArgument: boolean): void {
    this.#replace(first, isArgument ? `(${RESERVED}.c(${id}.0))` : `${RESERVED}.c(${id}.0)`)
    this.#folded.set(first, last)
  }

  /** The last of the tokens that the replacement of `token` stands for. */
  lastOf(token: number): number {
    return this.#folded.get(token) ?? token
  }

  /** Lua 5.1's hidden local. It exists, but stays nil, in a function that uses `...`. */
  hiddenArg(lastOfHeader: number, usesDots: boolean): void {
    this.#close(lastOfHeader, usesDots ? " local arg;" : ` local arg=${RESERVED}.vararg(...);`)
  }

  /** A statement that begins with a parenthesis must not be read as a call of what came before. */
  statement(first: number): void {
    const start = this.touched[first] ? this.before(first) : ""
    const opens = start === "" ? this.#tokens.kind[first] === T.LeftParen : start.startsWith("(")
    if (opens) this.#open(first, ";")
  }

  /** A local's declaration or use. */
  localName(token: number): void {
    if (this.#mustRename(token)) this.#replace(token, `${RESERVED}_${this.#tokens.nameAt(token)}`)
  }

  /** A global keeps its real name, whatever 5.3 thinks of it. */
  globalName(token: number): void {
    if (this.#mustRename(token)) this.#replace(token, `_ENV["${this.#tokens.nameAt(token)}"]`)
  }

  isGoto(token: number): boolean {
    return this.#tokens.payload[token] === NAME.goto
  }

  /** True if a global of this name cannot stand in `function name()`. */
  isUnspeakable(token: number): boolean {
    return this.#mustRename(token)
  }

  /** `.goto` becomes `["goto"]`. */
  gotoField(dot: number): void {
    this.#replace(dot, "")
    this.#replace(dot + 1, '["goto"]')
  }

  /** `{goto = 1}`. */
  gotoKey(token: number): void {
    this.#replace(token, '["goto"]')
  }

  /**
   * `object:goto(args)`, evaluating the object once: a function that looks the
   * method up is called with object and arguments.
   * @param colon the token before the name
   */
  gotoMethod(first: number, colon: number, last: number, hasArgs: boolean): void {
    this.#open(first, '(function(o,...)return o["goto"](o,...)end)((')
    this.#replace(colon, ")")
    this.#replace(colon + 1, "")
    const args = colon + 2
    if (this.#tokens.kind[args] === T.LeftParen) {
      this.#replace(args, hasArgs ? "," : "")
    } else {
      this.#replaceSugar(args, last)
    }
  }

  /** The argument of `object:goto"x"` and `object:goto{…}` has no parentheses of its own. */
  #replaceSugar(first: number, last: number): void {
    this.#open(first, ",")
    this.#close(last, ")")
  }

  /** `function a.goto(…)` becomes `a["goto"]=function(…)`. */
  assignedFunction(keyword: number, lastOfName: number): void {
    this.#replace(keyword, "")
    this.#close(lastOfName, "=function")
  }

  /** `function a.goto:m(…)` becomes `a["goto"].m=function(self,…)`. */
  assignedMethod(keyword: number, colon: number, hasParams: boolean): void {
    if (this.isGoto(colon + 1)) this.gotoField(colon)
    else this.#replace(colon, ".")
    this.assignedFunction(keyword, colon + 1)
    this.#close(colon + 2, hasParams ? "self," : "self")
  }

  #mustRename(token: number): boolean {
    const id = this.#tokens.payload[token] as number
    if (id < NAME._ENV) return id === NAME.goto
    return id === NAME._ENV || this.#tokens.names.text[id]?.startsWith(RESERVED) === true
  }

  /** Outer constructs are complete after inner ones, so what comes later goes outside. */
  #open(token: number, text: string): void {
    this.#before.set(token, text + this.before(token))
    this.touched[token] = 1
  }

  #close(token: number, text: string): void {
    this.#after.set(token, this.after(token) + text)
    this.touched[token] = 1
  }

  #replace(token: number, text: string): void {
    this.#instead.set(token, text)
    this.touched[token] = 1
  }
}
