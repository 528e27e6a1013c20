/**
 * JSON text to values. RFC 8259, with comments (the original's library takes
 * them); whatever else follows the value is an error. The codes are those of
 * that library, since scripts can compare them with `json.ERROR_…`.
 */
import { type Json, JsonArray, JsonFault, JsonObject } from "./value.js"

/** Error codes; the place in the list is the number. Two that are no errors come first. */
export const CODES = [
  null,
  null,
  { name: "ERROR_DEPTH", text: "nesting too deep" },
  { name: "ERROR_PARSE_EOF", text: "unexpected end of text" },
  { name: "ERROR_PARSE_UNEXPECTED", text: "unexpected character" },
  { name: "ERROR_PARSE_NULL", text: "null expected" },
  { name: "ERROR_PARSE_BOOLEAN", text: "true or false expected" },
  { name: "ERROR_PARSE_NUMBER", text: "number expected" },
  { name: "ERROR_PARSE_ARRAY", text: "',' or ']' expected after an array element" },
  { name: "ERROR_PARSE_OBJECT_KEY_NAME", text: "quoted object property name expected" },
  { name: "ERROR_PARSE_OBJECT_KEY_SEP", text: "':' expected after the name of an object field" },
  { name: "ERROR_PARSE_OBJECT_VALUE_SEP", text: "',' or '}' expected after an object field" },
  { name: "ERROR_PARSE_STRING", text: "bad escape in a string" },
  { name: "ERROR_PARSE_COMMENT", text: "comment expected after '/'" },
] as const

type CodeName = NonNullable<(typeof CODES)[number]>["name"]

interface ParseFault {
  readonly code: number
  readonly message: string
}

export type ParseResult =
  | { readonly ok: true; readonly value: Json; readonly values: number }
  | ({ readonly ok: false } & ParseFault)

/** Levels of arrays and objects, as the original's library has it. */
const MAX_PARSE_DEPTH = 32
/** Values in one text; a million of them take some 100 MB. */
const MAX_VALUES = 500_000

/**
 * Parses text of one char per byte.
 * @throws JsonFault when the text holds too many values
 */
export function parseJson(text: string): ParseResult {
  const parser = new Parser(text)
  try {
    const value = parser.whole()
    return { ok: true, value, values: parser.values }
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    const code = CODES.findIndex((entry) => entry?.name === error.code)
    return { ok: false, code, message: `${CODES[code]?.text} at offset ${error.offset}` }
  }
}

class Fault extends Error {
  constructor(
    readonly code: CodeName,
    readonly offset: number,
  ) {
    super(code)
  }
}

const PLAIN = /[^"\\]*/y
const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y
const WORDS: Record<
  string,
  { readonly word: string; readonly value: boolean | null; readonly code: CodeName }
> = {
  t: { word: "true", value: true, code: "ERROR_PARSE_BOOLEAN" },
  f: { word: "false", value: false, code: "ERROR_PARSE_BOOLEAN" },
  n: { word: "null", value: null, code: "ERROR_PARSE_NULL" },
}
const ESCAPES: Record<string, string> = {
  '"': '"',
  "\\": "\\",
  "/": "/",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
}

class Parser {
  values = 0
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  whole(): Json {
    const value = this.#value(0)
    this.#skip()
    if (this.#at < this.#text.length) throw new Fault("ERROR_PARSE_UNEXPECTED", this.#at)
    return value
  }

  /** The next char that is neither blank nor comment; the text must go on. */
  #peek(): string {
    this.#skip()
    const char = this.#text[this.#at]
    if (char === undefined) throw new Fault("ERROR_PARSE_EOF", this.#at)
    return char
  }

  #skip(): void {
    for (;;) {
      const char = this.#text[this.#at]
      if (char === " " || char === "\n" || char === "\r" || char === "\t") this.#at++
      else if (char === "/") this.#comment()
      else return
    }
  }

  #comment(): void {
    const kind = this.#text[this.#at + 1]
    if (kind !== "*" && kind !== "/") throw new Fault("ERROR_PARSE_COMMENT", this.#at)
    const end = this.#text.indexOf(kind === "*" ? "*/" : "\n", this.#at + 2)
    if (end === -1 && kind === "*") throw new Fault("ERROR_PARSE_EOF", this.#text.length)
    this.#at = end === -1 ? this.#text.length : end + (kind === "*" ? 2 : 1)
  }

  #value(depth: number): Json {
    if (++this.values > MAX_VALUES) throw new JsonFault(`the JSON text holds more than ${MAX_VALUES} values`)
    const char = this.#peek()
    if (char === "{" || char === "[") {
      if (depth >= MAX_PARSE_DEPTH) throw new Fault("ERROR_DEPTH", this.#at)
      this.#at++
      return char === "{" ? this.#object(depth + 1) : this.#array(depth + 1)
    }
    if (char === '"') return this.#string()
    const word = WORDS[char]
    if (word !== undefined) {
      if (!this.#text.startsWith(word.word, this.#at)) throw new Fault(word.code, this.#at)
      this.#at += word.word.length
      return word.value
    }
    if (char === "-" || (char >= "0" && char <= "9")) return this.#number()
    throw new Fault("ERROR_PARSE_UNEXPECTED", this.#at)
  }

  #object(depth: number): JsonObject {
    const object = new JsonObject()
    if (this.#peek() === "}") {
      this.#at++
      return object
    }
    for (;;) {
      if (this.#peek() !== '"') throw new Fault("ERROR_PARSE_OBJECT_KEY_NAME", this.#at)
      const name = this.#string()
      if (this.#peek() !== ":") throw new Fault("ERROR_PARSE_OBJECT_KEY_SEP", this.#at)
      this.#at++
      object.fields.set(name, this.#value(depth))
      const next = this.#peek()
      if (next !== "," && next !== "}") throw new Fault("ERROR_PARSE_OBJECT_VALUE_SEP", this.#at)
      this.#at++
      if (next === "}") return object
    }
  }

  #array(depth: number): JsonArray {
    const array = new JsonArray()
    if (this.#peek() === "]") {
      this.#at++
      return array
    }
    for (;;) {
      array.items.push(this.#value(depth))
      const next = this.#peek()
      if (next !== "," && next !== "]") throw new Fault("ERROR_PARSE_ARRAY", this.#at)
      this.#at++
      if (next === "]") return array
    }
  }

  #number(): number {
    NUMBER.lastIndex = this.#at
    const match = NUMBER.exec(this.#text)
    const next = match === null ? undefined : this.#text[this.#at + match[0].length]
    const value = match === null ? Number.NaN : Number(match[0])
    if (!Number.isFinite(value) || (next !== undefined && /[\w.+-]/.test(next))) {
      throw new Fault("ERROR_PARSE_NUMBER", this.#at)
    }
    this.#at += (match as RegExpExecArray)[0].length
    return value
  }

  #string(): string {
    this.#at++
    const parts: string[] = []
    for (;;) {
      PLAIN.lastIndex = this.#at
      parts.push((PLAIN.exec(this.#text) as RegExpExecArray)[0])
      this.#at = PLAIN.lastIndex
      const char = this.#text[this.#at]
      if (char === undefined) throw new Fault("ERROR_PARSE_EOF", this.#at)
      if (char === '"') {
        this.#at++
        return parts.join("")
      }
      parts.push(this.#escape())
    }
  }

  #escape(): string {
    const start = this.#at
    const letter = this.#text[start + 1]
    if (letter === undefined) throw new Fault("ERROR_PARSE_EOF", start + 1)
    this.#at += 2
    const simple = ESCAPES[letter]
    if (simple !== undefined) return simple
    if (letter !== "u") throw new Fault("ERROR_PARSE_STRING", start)
    let code = this.#hex(start)
    const low = /^\\u([dD][c-fC-F][0-9a-fA-F]{2})/.exec(this.#text.slice(this.#at, this.#at + 6))
    if (code >= 0xd800 && code < 0xdc00 && low !== null) {
      code = 0x10000 + ((code - 0xd800) << 10) + (Number.parseInt(low[1] as string, 16) - 0xdc00)
      this.#at += 6
    }
    // A lone half of a pair is no character: U+FFFD stands for it.
    if (code >= 0xd800 && code < 0xe000) code = 0xfffd
    return Buffer.from(String.fromCodePoint(code), "utf8").toString("latin1")
  }

  #hex(start: number): number {
    const digits = this.#text.slice(this.#at, this.#at + 4)
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw new Fault("ERROR_PARSE_STRING", start)
    this.#at += 4
    return Number.parseInt(digits, 16)
  }
}
