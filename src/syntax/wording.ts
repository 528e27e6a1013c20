/**
 * Sentences of Lua 5.1 about its source, to the letter: `loadstring` returns
 * them, and scripts and people compare them. Checked against `luac` 5.1.5.
 */
import { spelling, T, type TokenStream } from "./tokens.js"

/** A token as Lua quotes it after "near". */
export function nearToken(tokens: TokenStream, i: number): string {
  const kind = tokens.kind[i] as number
  if (kind === T.Name || kind === T.Number) {
    return tokens.source.toString("latin1", tokens.start[i], tokens.end[i])
  }
  return kind === T.String ? nearString(tokens, i) : spelling(kind)
}

/** Delimiters as written around the value as read, because Lua quotes its buffer. */
function nearString(tokens: TokenStream, i: number): string {
  const start = tokens.start[i] as number
  const end = tokens.end[i] as number
  const delimiter = /^(?:["']|\[=*\[)/.exec(tokens.source.toString("latin1", start, end))?.[0] ?? ""
  const closing = tokens.source.toString("latin1", end - delimiter.length, end)
  return untilNul(delimiter + tokens.stringAt(i) + closing)
}

/** C prints a string up to its first NUL. */
export function untilNul(text: string): string {
  const nul = text.indexOf("\0")
  return nul < 0 ? text : text.slice(0, nul)
}

export function near(message: string, token: string): string {
  return `${message} near '${token}'`
}

const LONGEST_QUOTE = 40

/** Bytes as a person reads them: UTF-8 where it is, and not a whole paragraph. */
export function readable(bytes: string): string {
  const text = Buffer.from(bytes, "latin1").toString("utf8")
  const chars = [...text.slice(0, LONGEST_QUOTE * 2)]
  return chars.length > LONGEST_QUOTE ? `${chars.slice(0, LONGEST_QUOTE).join("")}…` : text
}
