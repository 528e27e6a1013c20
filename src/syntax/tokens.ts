/**
 * Tokens as parallel arrays: a rule file has some hundred thousand of them, and
 * one object each would cost more than reading them. The parser walks an index,
 * the emitter walks it again; neither ever copies a token.
 *
 * A token of one character has that character's code as its kind, so the tables
 * below read as Lua does. No rule of the grammar lives here.
 */

export const T = {
  Eof: 0,
  Bang: 33,
  Hash: 35,
  Percent: 37,
  Amp: 38,
  LeftParen: 40,
  RightParen: 41,
  Star: 42,
  Plus: 43,
  Comma: 44,
  Minus: 45,
  Dot: 46,
  Slash: 47,
  Colon: 58,
  Semicolon: 59,
  Less: 60,
  Assign: 61,
  Greater: 62,
  LeftBracket: 91,
  Backslash: 92,
  RightBracket: 93,
  Caret: 94,
  LeftBrace: 123,
  Pipe: 124,
  RightBrace: 125,
  Tilde: 126,
  Equal: 128,
  NotEqual: 129,
  LessEqual: 130,
  GreaterEqual: 131,
  ShiftLeft: 132,
  ShiftRight: 133,
  Xor: 134,
  Concat: 135,
  Dots: 136,
  Name: 137,
  String: 138,
  Number: 139,
  And: 140,
  Break: 141,
  Do: 142,
  Else: 143,
  Elseif: 144,
  End: 145,
  False: 146,
  For: 147,
  Function: 148,
  If: 149,
  In: 150,
  Local: 151,
  Nil: 152,
  Not: 153,
  Or: 154,
  Repeat: 155,
  Return: 156,
  Then: 157,
  True: 158,
  Until: 159,
  While: 160,
} as const

/** Reserved words in the order of their kinds, from `T.And` on. `goto` is an ordinary name. */
const KEYWORDS =
  "and break do else elseif end false for function if in local nil not or repeat return then true until while"

const SPELLING: Readonly<Record<number, string>> = {
  [T.Eof]: "<eof>",
  [T.Equal]: "==",
  [T.NotEqual]: "~=",
  [T.LessEqual]: "<=",
  [T.GreaterEqual]: ">=",
  [T.ShiftLeft]: "<<",
  [T.ShiftRight]: ">>",
  [T.Xor]: "^^",
  [T.Concat]: "..",
  [T.Dots]: "...",
  [T.Name]: "<name>",
  [T.String]: "<string>",
  [T.Number]: "<number>",
  ...Object.fromEntries(KEYWORDS.split(" ").map((word, i) => [T.And + i, word])),
}

/** How Lua's messages spell a kind of token, without the quotes. */
export function spelling(kind: number): string {
  return SPELLING[kind] ?? spellByte(kind)
}

/** How Lua's messages spell a character that is a token of its own. */
export function spellByte(byte: number): string {
  return byte < 32 || byte === 127 ? `char(${byte})` : String.fromCharCode(byte)
}

/** The keywords come first in a name table, so that a small id is a keyword. */
const KEYWORD_COUNT = T.While - T.And + 1
/** Ids of the names that mean something to the translation. */
export const NAME = {
  goto: KEYWORD_COUNT,
  _ENV: KEYWORD_COUNT + 1,
  arg: KEYWORD_COUNT + 2,
  self: KEYWORD_COUNT + 3,
} as const

const KNOWN_NAMES = [...KEYWORDS.split(" "), ...Object.keys(NAME)]

/** Gives each distinct name one small number and one string. Open addressing, no deletion. */
class NameTable {
  readonly text: string[] = []
  #slots = new Int32Array(1024).fill(-1)

  constructor() {
    for (const name of KNOWN_NAMES) {
      const bytes = Buffer.from(name, "latin1")
      this.intern(bytes, 0, bytes.length)
    }
  }

  intern(source: Buffer, start: number, end: number): number {
    let slot = this.#slotOf(hash(source, start, end))
    for (;;) {
      const id = this.#slots[slot] as number
      if (id < 0) return this.#add(source.toString("latin1", start, end), slot)
      if (sameName(this.text[id] as string, source, start, end)) return id
      slot = (slot + 1) & (this.#slots.length - 1)
    }
  }

  #slotOf(hashed: number): number {
    return hashed & (this.#slots.length - 1)
  }

  #add(name: string, slot: number): number {
    const id = this.text.push(name) - 1
    this.#slots[slot] = id
    if (this.text.length * 2 > this.#slots.length) this.#grow()
    return id
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 4).fill(-1)
    for (const [id, name] of this.text.entries()) {
      const bytes = Buffer.from(name, "latin1")
      let slot = this.#slotOf(hash(bytes, 0, bytes.length))
      while ((this.#slots[slot] as number) >= 0) slot = (slot + 1) & (this.#slots.length - 1)
      this.#slots[slot] = id
    }
  }
}

/** FNV-1a, with its high half folded in because the table is indexed by low bits. */
function hash(source: Buffer, start: number, end: number): number {
  let h = 0x811c9dc5
  for (let i = start; i < end; i++) h = Math.imul(h ^ (source[i] as number), 0x01000193)
  return h ^ (h >>> 15)
}

function sameName(name: string, source: Buffer, start: number, end: number): boolean {
  if (name.length !== end - start) return false
  for (let i = 0; i < name.length; i++) if (name.charCodeAt(i) !== source[start + i]) return false
  return true
}

export class TokenStream {
  readonly names = new NameTable()
  readonly strings: string[] = []
  readonly numbers: number[] = []
  count = 0
  kind: Uint8Array
  /** First byte of the token, and the first byte after it. */
  start: Int32Array
  end: Int32Array
  line: Int32Array
  column: Int32Array
  /** Only a string can end on another line than it begins on. */
  endLine: Int32Array
  /** Index into `names.text`, `strings` or `numbers`, by kind. */
  payload: Int32Array

  constructor(readonly source: Buffer) {
    const capacity = (source.length >> 2) + 16
    this.kind = new Uint8Array(capacity)
    this.start = new Int32Array(capacity)
    this.end = new Int32Array(capacity)
    this.line = new Int32Array(capacity)
    this.column = new Int32Array(capacity)
    this.endLine = new Int32Array(capacity)
    this.payload = new Int32Array(capacity)
  }

  push(kind: number, start: number, end: number, line: number, column: number, payload = 0): void {
    const i = this.count
    if (i === this.kind.length) this.#grow()
    this.kind[i] = kind
    this.start[i] = start
    this.end[i] = end
    this.line[i] = line
    this.column[i] = column
    this.endLine[i] = line
    this.payload[i] = payload
    this.count = i + 1
  }

  pushString(value: string, start: number, end: number, line: number, column: number, endLine: number): void {
    this.push(T.String, start, end, line, column, this.strings.push(value) - 1)
    this.endLine[this.count - 1] = endLine
  }

  pushNumber(value: number, start: number, end: number, line: number, column: number): void {
    this.push(T.Number, start, end, line, column, this.numbers.push(value) - 1)
  }

  /** Text of a name token. */
  nameAt(i: number): string {
    return this.names.text[this.payload[i] as number] as string
  }

  /** Value of a string token, one char per byte. */
  stringAt(i: number): string {
    return this.strings[this.payload[i] as number] as string
  }

  numberAt(i: number): number {
    return this.numbers[this.payload[i] as number] as number
  }

  /** The column right after the token, on the line where it ends. */
  columnAfter(i: number): number {
    const end = this.end[i] as number
    let lineStart = end
    while (lineStart > 0 && !isLineEnd(this.source[lineStart - 1] as number)) lineStart--
    return end - lineStart + 1
  }

  isFirstOnLine(i: number): boolean {
    return i === 0 || (this.endLine[i - 1] as number) < (this.line[i] as number)
  }

  #grow(): void {
    this.kind = enlarge(this.kind)
    this.start = enlarge(this.start)
    this.end = enlarge(this.end)
    this.line = enlarge(this.line)
    this.column = enlarge(this.column)
    this.endLine = enlarge(this.endLine)
    this.payload = enlarge(this.payload)
  }
}

function isLineEnd(byte: number): boolean {
  return byte === 10 || byte === 13
}

function enlarge<A extends Uint8Array | Int32Array>(array: A): A {
  const larger = new (array.constructor as new (length: number) => A)(array.length * 2)
  larger.set(array)
  return larger
}
