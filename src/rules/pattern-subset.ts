/**
 * Whether one pattern matches every reply that another one matches, as far as
 * plain text shows it: `554` and `554 spam`, `^421` and `^421 4\.7\.0`. Where
 * that is not plain the answer is no: a finding must never be wrong.
 * Source: rule-files.md section 7, "pattern that can never win"; section 8, row 11.
 */

/** What a pattern begins with. */
export interface PlainStart {
  readonly anchored: boolean
  /** Characters that every match begins with. */
  readonly text: string
  /** The text is the whole pattern. */
  readonly whole: boolean
}

const UNKNOWN: PlainStart = Object.freeze({ anchored: false, text: "", whole: false })
const SPECIAL = "^$.|?*+()[]{}"
const QUANTIFIER = "?*+{"

export function plainStart(code: string): PlainStart {
  if (hasAlternatives(code)) return UNKNOWN
  const anchored = code.startsWith("^")
  let text = ""
  let at = anchored ? 1 : 0
  while (at < code.length) {
    const escaped = code[at] === "\\"
    const char = code[escaped ? at + 1 : at] ?? ""
    if (escaped ? /^[A-Za-z0-9]?$/.test(char) : SPECIAL.includes(char)) break
    text += char
    at += escaped ? 2 : 1
  }
  // A repeat may leave the character before it out.
  if (QUANTIFIER.includes(code[at] ?? " ")) text = text.slice(0, -1)
  return { anchored, text, whole: at >= code.length }
}

/** @returns true if every reply that `later` matches is matched by `earlier` */
export function alwaysBeats(earlier: PlainStart, later: PlainStart): boolean {
  if (!earlier.whole) return false
  return earlier.anchored
    ? later.anchored && later.text.startsWith(earlier.text)
    : later.text.includes(earlier.text)
}

/** A `|` outside parentheses, or where it cannot be told. */
function hasAlternatives(code: string): boolean {
  if (!code.includes("|")) return false
  if (/\\Q|\(\?[^):]*[x#]/.test(code)) return true
  let depth = 0
  for (const [part] of code.matchAll(/\\.|\[\^?\]?[^\]]*\]|[()|]/gs)) {
    if (part === "(") depth++
    else if (part === ")") depth--
    else if (part === "|" && depth <= 0) return true
  }
  return false
}
