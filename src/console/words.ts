/** What the commands share: the words of a line, and what is said when one is wrong. */
import { nearest } from "../model/nearest.js"

/** A command that was refused; the message is the reply. */
export class ConsoleFault extends Error {}

const MAX_SHOWN = 60

/** The words of a line: between quotes blanks stand for themselves, and the quotes stay. */
export function wordsOf(line: string): readonly string[] {
  return line.match(/(?:"[^"]*"|[^\s"]|"(?=[^"]*$))+/g) ?? []
}

/**
 * A line with these words: what holds blanks stands in quotes. Null where one holds a
 * quote that is not one of a pair around it: that cannot be written.
 */
export function lineOf(words: readonly string[]): string | null {
  const isQuoted = (word: string): boolean => /^"[^"]*"$/.test(word)
  if (words.some((word) => word.includes('"') && !isQuoted(word))) return null
  return words
    .map((word) => (word === "" || (/\s/.test(word) && !isQuoted(word)) ? `"${word}"` : word))
    .join(" ")
}

/** A word without the quotes around it. */
export function unquoted(word: string): string {
  return word.replace(/^"(.*)"$/s, "$1")
}

/** A text without what cannot be printed: names come from traffic, and a terminal obeys control characters. */
export function printable(text: string): string {
  return text.replace(/[^\x20-\x7e\u00a1-\uffff]/g, "?")
}

/** A word for a message: what cannot be printed, or goes on for long, is not repeated. */
export function singleWord(word: string): string {
  const shown = printable(word)
  return shown.length > MAX_SHOWN ? `${shown.slice(0, MAX_SHOWN)}…` : shown
}

export function nearestWord(word: string, known: readonly string[]): string | null {
  return word.length > MAX_SHOWN ? null : nearest(word.toLowerCase(), known)
}

/** The form of a command in lower case, if it is one of those known. */
export function commandWord<W extends string>(
  word: string | undefined,
  known: readonly W[],
  usage: string,
): W {
  if (word === undefined) throw new ConsoleFault(`Missing command\nUsage: ${usage}`)
  const lower = word.toLowerCase()
  const found = known.find((one) => one === lower)
  if (found !== undefined) return found
  const guess = nearestWord(word, known)
  throw new ConsoleFault(
    `Unknown command '${singleWord(word)}'${guess === null ? `; the commands are ${known.join(", ")}` : `; did you mean '${guess}'?`}`,
  )
}

export function noMore([word]: readonly string[]): void {
  if (word !== undefined) throw new ConsoleFault(`Unexpected '${singleWord(word)}' at the end of the command`)
}
