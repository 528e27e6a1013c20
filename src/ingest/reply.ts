/**
 * Reply texts: one line beginning with the code. Replies that a log already
 * holds on one line are taken as they are, apart from the prefixes a multi-line
 * reply repeats. Source: rule-files.md section 3 and decision 2 of section 9;
 * foreign-traffic-formats.md section 0.
 */

/** Does the text begin with a reply code, as in "421 4.7.0 …" or "421-4.7.0 …"? */
const CODED = /^([2-5]\d\d)(?:[ -]|$)/

/** The reply code a text begins with, or null. */
export function replyCode(text: string): number | null {
  const match = CODED.exec(text)
  return match === null ? null : Number(match[1])
}

const BREAK = /[\r\n\v\f\u2028\u2029]/
const BREAKS = new RegExp(`${BREAK.source}+`)

/** A text without line ends: each becomes one blank, whatever blanks stand around it. */
export function joinLines(text: string): string {
  // Nearly every reply in a log, of which there are many.
  if (!BREAK.test(text)) return text.trim()
  // Split and trimmed: a pattern with blanks on both sides of the line end takes the square of a long row of blanks.
  const lines = text.split(BREAKS).map((line) => line.trim())
  return lines.filter((line) => line !== "").join(" ")
}

/** The prefix of a first line: code, and the enhanced code if there is one. */
const FIRST_PREFIX = /^([2-5]\d\d)-(?:([245]\.\d{1,3}\.\d{1,3})(?: |$))?/

/**
 * Joins a reply whose lines were written one behind the other with their prefixes:
 * "450-4.2.1 a 450 4.2.1 b" becomes "450 4.2.1 a b". A text that is no such reply is returned unchanged.
 */
export function joinRepeats(text: string): string {
  const first = FIRST_PREFIX.exec(text)
  if (first === null) return text
  const [prefix, code = "", status = ""] = first
  const lines: string[] = []
  let isBare = status === ""
  let from = prefix.length
  const further = new RegExp(
    ` ${code}-${status === "" ? "" : `(${status.replaceAll(".", "\\.")}(?: |$))?`}`,
    "g",
  )
  // From the blank before: the first line may be empty.
  for (const match of text.slice(from - 1).matchAll(further)) {
    const at = prefix.length - 1 + match.index
    lines.push(text.slice(from, Math.max(from, at)))
    from = at + match[0].length
    isBare = match[1] === undefined
  }
  lines.push(...lastLines(text.slice(from), code, status, isBare))
  return [code, status, ...lines.map((line) => line.trim())].filter((part) => part !== "").join(" ")
}

/**
 * Takes the last prefix out, which has a blank for the hyphen. A number in the text may look like that:
 * where the lines repeat the enhanced code, only that tells.
 * @param isBare the prefix before this one had no enhanced code
 */
function lastLines(rest: string, code: string, status: string, isBare: boolean): string[] {
  return (
    (status === "" ? null : cutAt(rest, ` ${code} ${status}`)) ??
    (isBare ? cutAt(rest, ` ${code}`) : null) ?? [rest]
  )
}

/** The two sides of a word that stands in the text, or null. */
function cutAt(text: string, word: string): [string, string] | null {
  const at = ` ${text} `.indexOf(`${word} `)
  return at < 0 ? null : [text.slice(0, Math.max(0, at - 1)), text.slice(at - 1 + word.length)]
}
