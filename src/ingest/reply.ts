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

/** A repeated prefix, as in "450-4.2.1 a 450 4.2.1 b": code, separator, and the enhanced code if there is one. */
const FIRST_PREFIX = /^([2-5]\d\d)[ -]((?:[245]\.\d{1,3}\.\d{1,3})(?: |$))?/

/**
 * Joins a reply whose lines were written one behind the other with their prefixes:
 * "450-4.2.1 a 450 4.2.1 b" becomes "450 4.2.1 a b". A text that is no such reply is returned unchanged.
 */
export function joinRepeats(text: string): string {
  const first = FIRST_PREFIX.exec(text)
  if (first === null || text[3] !== "-") return text
  const code = first[1] as string
  const status = (first[2] ?? "").trim()
  const again = new RegExp(
    ` ${code}[ -](?:${status === "" ? "" : `${status.replaceAll(".", "\\.")}(?: |$)`})${status === "" ? "" : "?"}`,
    "g",
  )
  const rest = text.slice(first[0].length).replace(again, " ")
  return [code, status, rest.trim()].filter((part) => part !== "").join(" ")
}
