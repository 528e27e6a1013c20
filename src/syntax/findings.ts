/**
 * Collects what lexer, parser and lints find in one file, and remembers the
 * error that Lua itself would have stopped at: `loadstring` must return that
 * one, in Lua 5.1's wording, while a person wants all of them.
 *
 * Keeps one mistake from being told twice: an error of the parser at a token
 * that the lexer already complained about is a consequence and is dropped.
 */
import type { Code } from "../errors.js"
import { byPlace, type Diagnostic, diagnostic } from "../model/diagnostic.js"

/** Beyond this a file is not a rule file, and more errors help nobody. */
const MAX_ERRORS = 100

export interface LuaError {
  /** Where Lua's reader stands when it gives up: the end of the current token. */
  readonly line: number
  /** Lua 5.1's sentence without place; one char per byte. */
  readonly message: string
}

export interface Spot {
  readonly line: number
  readonly column: number
}

export class Findings {
  readonly #file: string
  readonly #list: Diagnostic[] = []
  /** Tokens at which the parser's complaints are consequences of the lexer's. */
  readonly #tainted = new Set<number>()
  /** Strings that did not end and so took the rest of their line. */
  readonly #swallowing: number[] = []
  #errors = 0
  #first: LuaError | null = null
  #firstToken = Number.POSITIVE_INFINITY

  constructor(file: string) {
    this.#file = file
  }

  /** The error Lua would report, or null when the text can be loaded. */
  get luaError(): LuaError | null {
    return this.#first
  }

  get isFull(): boolean {
    return this.#errors > MAX_ERRORS
  }

  /** Something worth saying that does not keep the file from loading. */
  note(code: Code, spot: Spot, message: string, hint: string): void {
    this.#list.push(
      diagnostic(code, { file: this.#file, line: spot.line, column: spot.column }, message, hint),
    )
  }

  /**
   * Records an error that keeps the file from loading.
   * @param token index of the token at which Lua would have stopped; the lexer
   *   runs ahead of the parser, so this decides who was first
   */
  error(code: Code, spot: Spot, message: string, hint: string, token: number, lua: LuaError): void {
    if (token < this.#firstToken) {
      this.#firstToken = token
      this.#first = lua
    }
    if (this.isFull) return
    this.#errors++
    if (this.isFull) {
      this.note(
        "E_LUA_SYNTAX",
        spot,
        `more than ${MAX_ERRORS} errors; the rest is not reported`,
        "correct the errors above first",
      )
    } else {
      this.note(code, spot, message, hint)
    }
  }

  /** Marks a token whose trouble has been reported by the lexer. */
  taint(token: number): void {
    this.#tainted.add(token)
  }

  isTainted(token: number): boolean {
    return this.#tainted.has(token)
  }

  /** Marks a string token that took code with it; what follows it is in disorder. */
  swallow(token: number): void {
    this.#swallowing.push(token)
    this.taint(token + 1)
  }

  /** True if code was lost between two tokens. */
  hasSwallowed(from: number, to: number): boolean {
    return this.#swallowing.some((token) => token >= from && token <= to)
  }

  sorted(): Diagnostic[] {
    return this.#list.sort(byPlace)
  }
}
