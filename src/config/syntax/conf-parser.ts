/**
 * Tokens of a configuration file to its tree. An error costs the rest of its
 * line, never the rest of the file: everything wrong is told in one go.
 * Source: configuration.md sections 1 and 5.
 */
import type { Dictionary, Item, List, Scalar, Stanza, Value } from "./conf-ast.js"
import { type Commas, ConfLexer, type Punctuation, type Token } from "./conf-lexer.js"
import type { ConfReport } from "./conf-report.js"
import type { ConfSource } from "./conf-source.js"

/** Far more than anybody nests; what reads the tree may call itself for each. */
export const MAX_DEPTH = 200

const INCLUDES = new Set(["include", "readonly_include"])
const CLOSER = { "(": ")", "[": "]" } as const

type Text = Token & { readonly kind: "word" | "string" }

interface Open {
  readonly name: string
  readonly argument: Scalar | null
  readonly at: number
  readonly brace: number
  readonly items: Item[]
}

export function parseConf(source: ConfSource, report: ConfReport): readonly Item[] {
  const parser = new Parser(source, report)
  return parser.file()
}

class Parser {
  readonly #source: ConfSource
  readonly #report: ConfReport
  readonly #lexer: ConfLexer
  /** Tokens that were read too far, the next one last. */
  readonly #ahead: Token[] = []
  #open: Open[] = []
  /** Braces opened beyond what may be nested: their content is passed over. */
  #tooDeep = 0

  constructor(source: ConfSource, report: ConfReport) {
    this.#source = source
    this.#report = report
    this.#lexer = new ConfLexer(source, report)
  }

  file(): readonly Item[] {
    const items: Item[] = []
    for (;;) {
      const token = this.#next()
      if (token.kind === "end") break
      if (token.kind === "}") this.#close(token, items)
      else this.#item(token, this.#open.at(-1)?.items ?? items)
    }
    for (const { brace, name, argument } of this.#lexer.isLost ? [] : this.#open)
      this.#error(
        "E_CONF_UNCLOSED",
        brace,
        `the { of ${named(name, argument)} is never closed`,
        "write } where the stanza ends",
      )
    // What stands in them is still worth reading: its faults are told too.
    while (this.#open.length > 0) this.#put(this.#open.pop() as Open, items)
    this.#lexer.end()
    return items
  }

  #item(token: Token, items: Item[]): void {
    if (token.kind !== "word") {
      this.#error("E_CONF_SYNTAX", token.at, `${shown(token)} where a name is wanted`, FORM)
      this.#skipFrom(token)
      return
    }
    const { text: name, at } = token
    const next = this.#next()
    if (next.kind === "=" && INCLUDES.has(name.toLowerCase())) {
      this.#error("E_CONF_SYNTAX", next.at, `a = after ${name}: nothing is included`, `write ${name} "FILE"`)
      this.#skipFrom(next)
    } else if (next.kind === "=") {
      const value = this.#value(this.#next(), 0)
      if (value !== null) items.push({ kind: "assignment", name, value, source: this.#source, at })
    } else if (next.kind === "{") this.#begin(name, null, at, next.at)
    else if (next.kind === "string" && next.isCut) this.#recover()
    else if (next.kind === "word" || next.kind === "string") this.#argued(name, at, next, items)
    else this.#expected(clipped(name), at, next)
  }

  /** A name and a word: an include, or a stanza. */
  #argued(name: string, at: number, word: Text, items: Item[]): void {
    const argument = this.#scalar(word)
    const next = this.#next()
    if (next.kind === "{") this.#begin(name, argument, at, next.at)
    else if (INCLUDES.has(name.toLowerCase())) {
      this.#ahead.push(next)
      items.push({ kind: "include", path: argument, source: this.#source, at })
    } else if (isLine(word)) {
      // The word of the next line is a name of its own.
      this.#ahead.push(next)
      this.#expected(clipped(name), at, word)
    } else this.#expected(named(name, argument), at, next)
  }

  #expected(after: string, at: number, token: Token): void {
    const isAlone = isLine(token) || token.kind === "end" || token.kind === "}"
    this.#error(
      "E_CONF_SYNTAX",
      isAlone ? at : token.at,
      isAlone
        ? `${after} says nothing: = or { is wanted after it`
        : `${shown(token)} where = or { is wanted after ${after}`,
      "write NAME = VALUE, or NAME { … }; several words are written as a list, ( one two )",
    )
    this.#skipFrom(token)
  }

  #begin(name: string, argument: Scalar | null, at: number, brace: number): void {
    if (this.#open.length < MAX_DEPTH && this.#tooDeep === 0) {
      this.#open.push({ name, argument, at, brace, items: [] })
      return
    }
    if (this.#tooDeep++ === 0)
      this.#error(
        "E_CONF_DEPTH",
        brace,
        `stanzas are nested more than ${MAX_DEPTH} deep: what stands deeper is not read`,
        "look for braces that are opened again and again",
      )
    this.#passOver()
  }

  /** Passes over the content of braces that are too deep, without making anything of it. */
  #passOver(): void {
    while (this.#tooDeep > 0) {
      const token = this.#next()
      if (token.kind === "end") {
        this.#ahead.push(token)
        this.#tooDeep = 0
      } else if (token.kind === "{") this.#tooDeep++
      else if (token.kind === "}") this.#tooDeep--
    }
  }

  #close(token: Token, items: Item[]): void {
    const open = this.#open.pop()
    if (open === undefined)
      this.#error(
        "E_CONF_STRAY",
        token.at,
        "this } closes nothing",
        "remove it, or look for a { that is missing before",
      )
    else this.#put(open, items)
  }

  #put({ name, argument, at, items }: Open, top: Item[]): void {
    const stanza: Stanza = { kind: "stanza", name, argument, items, source: this.#source, at }
    const into = this.#open.at(-1)?.items ?? top
    into.push(stanza)
  }

  #value(token: Token, depth: number): Value | null {
    if (token.kind === "word" || token.kind === "string") return this.#scalar(token)
    if (token.kind === "(" || token.kind === "[") {
      if (depth < MAX_DEPTH)
        return token.kind === "(" ? this.#list(token.at, depth) : this.#dictionary(token.at, depth)
      this.#error(
        "E_CONF_DEPTH",
        token.at,
        `values are nested more than ${MAX_DEPTH} deep: this option is not read`,
        "write one list",
      )
      this.#recover()
      return null
    }
    this.#error("E_CONF_SYNTAX", token.at, `${shown(token)} where a value is wanted`, VALUE_FORM)
    this.#skipFrom(token)
    return null
  }

  #list(at: number, depth: number): List | null {
    const elements: Value[] = []
    for (;;) {
      const token = this.#next("separate")
      if (token.kind === ")") return { kind: "list", elements, source: this.#source, at }
      if (token.kind === ",") continue
      if (token.kind === "=" || this.#isLost(token)) return this.#unclosed("(", at, token)
      const value = this.#value(token, depth + 1)
      if (value === null) return null
      if (token.kind === "string" && token.isCut) {
        // Its end may have been swallowed too: that is one mistake, not two.
        this.#recover()
        return null
      }
      elements.push(value)
    }
  }

  #dictionary(at: number, depth: number): Dictionary | null {
    const entries: { key: Scalar; value: Value }[] = []
    for (;;) {
      const token = this.#next("trail")
      if (token.kind === "]") return { kind: "dictionary", entries, source: this.#source, at }
      if (token.kind === ",") continue
      if (this.#isLost(token)) return this.#unclosed("[", at, token)
      const equals = token.kind === "word" || token.kind === "string" ? this.#next("trail") : token
      if (this.#isLost(equals)) return this.#unclosed("[", at, equals)
      if (equals.kind !== "=" && isLine(token)) {
        const brace = this.#next("trail")
        if (brace.kind === "{") return this.#unclosed("[", at, brace)
        this.#ahead.push(brace)
      }
      if (equals.kind !== "=" || (token.kind !== "word" && token.kind !== "string")) {
        this.#error("E_CONF_SYNTAX", equals.at, `${shown(equals)} where KEY = VALUE is wanted`, VALUE_FORM)
        this.#skipFrom(equals)
        return null
      }
      const key = this.#scalar(token)
      const given = this.#next("trail")
      if (this.#isLost(given)) return this.#unclosed("[", at, given)
      const value = this.#value(given, depth + 1)
      if (value === null) return null
      entries.push({ key, value })
    }
  }

  /** A value that runs into what cannot stand in it was not closed. */
  #isLost({ kind }: Token): boolean {
    return kind === "end" || kind === "{" || kind === "}"
  }

  #unclosed(opener: "(" | "[", at: number, token: Token): null {
    this.#error(
      "E_CONF_UNCLOSED",
      at,
      `this ${opener} is never closed`,
      `write ${CLOSER[opener]} where the value ends`,
    )
    this.#skipFrom(token)
    return null
  }

  #scalar(token: Text): Scalar {
    return {
      kind: "scalar",
      text: token.text,
      isQuoted: token.kind === "string",
      source: this.#source,
      at: token.at,
    }
  }

  /** Goes on behind a token that is in the way: what it opens is passed over, what it closes is still closed. */
  #skipFrom(token: Token): void {
    const isNext = token.kind === "}" || token.kind === "end" || isLine(token)
    if (isNext || token.kind === "{") this.#ahead.push(token)
    if (!isNext) this.#recover()
  }

  /** Goes on with the next line that begins with a name, or with the end of the stanza. */
  #recover(): void {
    let depth = 0
    for (;;) {
      const token = this.#next()
      if (token.kind === "{") depth++
      const isOver = token.kind === "end" || (depth === 0 && (token.kind === "}" || isLine(token)))
      if (isOver) {
        this.#ahead.push(token)
        return
      }
      if (token.kind === "}") depth--
    }
  }

  #next(commas: Commas = "part"): Token {
    return this.#ahead.pop() ?? this.#lexer.next(commas)
  }

  #error(
    code: "E_CONF_SYNTAX" | "E_CONF_UNCLOSED" | "E_CONF_STRAY" | "E_CONF_DEPTH",
    at: number,
    message: string,
    hint: string,
  ): void {
    this.#report.add(code, { source: this.#source, at }, message, hint)
  }
}

const FORM = "write NAME = VALUE, or NAME { … }"
const VALUE_FORM = 'write a word, a "quoted text", a list ( a b ) or a dictionary [ key = value ]'
const MAX_SHOWN = 40

function isLine(token: Token): boolean {
  return token.startsLine && token.kind === "word"
}

/** A stanza as messages name it. */
function named(name: string, argument: Scalar | null): string {
  return argument === null ? clipped(name) : `${clipped(name)} "${clipped(argument.text)}"`
}

function clipped(text: string): string {
  return text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text
}

function shown(token: Token): string {
  if (token.kind === "end") return "the end of the file"
  if (token.kind === "word") return `"${clipped(token.text)}"`
  if (token.kind === "string") return `the text "${clipped(token.text)}"`
  return `a ${token.kind satisfies Punctuation}`
}
