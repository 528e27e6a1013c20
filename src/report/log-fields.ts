/**
 * Fields between `@` on one line. Only the last may hold an `@`, and none the end
 * of a line: names of bindings and domains come from logs, replies from anyone.
 * Source: traffic-formats.md section 1, "The @ rule".
 */

/** Characters of a reply or a message: what they say comes first. */
const MAX_SHOWN = 1000

/** A name as a field: what would end it stands as `%40`, as in addresses of the web, and so does "%" itself. */
export function fieldText(text: string): string {
  return text.replace(/[@%\p{Cc}\p{Zl}\p{Zp}]/gu, (character) =>
    Buffer.from(character, "utf8").toString("hex").toUpperCase().replace(/../g, "%$&"),
  )
}

/** Any text as the last field: breaks become blanks, what is left of control characters becomes "?". */
export function lastField(text: string): string {
  return text
    .replace(/[\n\r\v\f\u0085\p{Zl}\p{Zp}]+/gu, " ")
    .replace(/\t/g, " ")
    .replace(/\p{Cc}/gu, "?")
}

/** Somebody else's text as part of a line; a very long one is cut. */
export function quotedText(text: string): string {
  const line = lastField(text).trim()
  return line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line
}

/** Seconds as they stand in logs: whole ones. */
export function wholeSeconds(seconds: number): string {
  return String(Math.floor(seconds))
}
