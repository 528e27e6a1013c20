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

/** A text without line ends: lines joined by one blank. */
export function joinLines(text: string): string {
  // Split and trimmed: a pattern with blanks on both sides of a line end takes the square of a long row of them.
  return text
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .join(" ")
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
  const withStatus = status === "" ? "" : `(?:${status.replaceAll(".", "\\.")}(?: |$))?`
  const lines = text.slice(prefix.length).split(new RegExp(` ${code}-${withStatus}`))
  // The last line has a blank for the hyphen. A number in the text may look like that: the status tells.
  const rest = lines.pop() as string
  const marked = status === "" ? rest : rest.replace(` ${code} ${status} `, " ")
  lines.push(marked !== rest ? marked : rest.replace(` ${code} `, " "))
  return [code, status, ...lines.map((line) => line.trim())].filter((part) => part !== "").join(" ")
}
