/**
 * Where reading can go on after an error. The aim is that two independent
 * mistakes give two findings and one mistake gives one; where the two
 * conflict, fewer findings win, because the next check reports the rest.
 */
import { T, type TokenStream } from "./tokens.js"

/** What the skipping counts as one level deeper or shallower. */
const OPENS = new Set<number>([T.LeftParen, T.LeftBracket, T.LeftBrace, T.Function, T.If, T.Do, T.Repeat])
const CLOSES = new Set<number>([T.RightParen, T.RightBracket, T.RightBrace, T.End, T.Until])

const BEGINS_STATEMENT = new Set<number>([T.Break, T.Do, T.For, T.If, T.Local, T.Repeat, T.Return, T.While])
const ENDS_BLOCK = new Set<number>([T.Eof, T.Else, T.Elseif, T.End, T.Until])
const BEGINS_VALUE = new Set<number>([
  T.Bang,
  T.Dots,
  T.False,
  T.Function,
  T.Hash,
  T.LeftBrace,
  T.LeftBracket,
  T.LeftParen,
  T.Minus,
  T.Name,
  T.Nil,
  T.Not,
  T.Number,
  T.String,
  T.Tilde,
  T.True,
])

export function endsBlock(kind: number): boolean {
  return ENDS_BLOCK.has(kind)
}

/** True for a token that can only belong to a statement, never to a table. */
function beginsStatement(tokens: TokenStream, at: number): boolean {
  const kind = tokens.kind[at] as number
  return BEGINS_STATEMENT.has(kind) || (kind === T.Function && tokens.kind[at + 1] === T.Name)
}

/** True for a token that shows that a table is over, although it was not closed. */
export function endsTable(kind: number): boolean {
  return ENDS_BLOCK.has(kind) || BEGINS_STATEMENT.has(kind)
}

/** True if the token can begin a field of a table that is still open. */
export function beginsField(tokens: TokenStream, at: number): boolean {
  const kind = tokens.kind[at] as number
  return BEGINS_VALUE.has(kind) && !beginsStatement(tokens, at) && !looksLikeStatement(tokens, at)
}

/** `name.`, `name:` or `name(` at the start of a line: rather a statement after a table that was not closed. */
function looksLikeStatement(tokens: TokenStream, at: number): boolean {
  if (tokens.kind[at] !== T.Name || !tokens.isFirstOnLine(at)) return false
  const next = tokens.kind[at + 1]
  return next === T.Dot || next === T.Colon || next === T.LeftParen
}

/**
 * The token from which statements can be read again.
 * @param from the token at which reading failed
 */
export function nextStatement(tokens: TokenStream, from: number): number {
  let depth = 0
  for (let at = from; ; at++) {
    const kind = tokens.kind[at] as number
    if (kind === T.Eof) return at
    // A keyword in the first column is a new statement even if a bracket before it is open.
    if (tokens.column[at] === 1 && beginsStatement(tokens, at)) return at
    if (depth === 0) {
      if (kind === T.Semicolon) return at + 1
      if (endsBlock(kind) || beginsStatement(tokens, at) || beginsLine(tokens, at)) return at
    }
    if (OPENS.has(kind)) depth++
    else if (CLOSES.has(kind) && depth > 0) depth--
  }
}

/** A name that opens a line and does not continue the line before. */
function beginsLine(tokens: TokenStream, at: number): boolean {
  if (tokens.kind[at] !== T.Name || !tokens.isFirstOnLine(at)) return false
  const before = at === 0 ? T.Eof : tokens.kind[at - 1]
  return before !== T.Comma && before !== T.Assign
}

/**
 * The separator or closing brace from which a table can be read on, or the
 * token that shows that the table is over.
 */
export function nextField(tokens: TokenStream, from: number): number {
  let depth = 0
  for (let at = from; ; at++) {
    const kind = tokens.kind[at] as number
    if (kind === T.Eof) return at
    if (depth === 0) {
      if (kind === T.Comma || kind === T.Semicolon || kind === T.RightBrace) return at
      if (endsBlock(kind) || beginsStatement(tokens, at)) return at
    }
    if (OPENS.has(kind)) depth++
    else if (CLOSES.has(kind) && depth > 0) depth--
  }
}
