/** What the commands share: the words of a line, and what is said when one is wrong. */
import { nearest } from "../model/nearest.js"

/** A command that was refused; the message is the reply. */
export class ConsoleFault extends Error {}

const MAX_SHOWN = 60

/** A word for a message: what cannot be printed, or goes on for long, is not repeated. */
export function singleWord(word: string): string {
  const printable = word.replace(/[^\x20-\x7e\u00a1-\uffff]/g, "?")
  return printable.length > MAX_SHOWN ? `${printable.slice(0, MAX_SHOWN)}…` : printable
}

export function nearestWord(word: string, known: readonly string[]): string | null {
  return word.length > MAX_SHOWN ? null : nearest(word.toLowerCase(), known)
}

/** The form of a command in lower case, if it is one of those known. */
export function commandWord(word: string | undefined, known: readonly string[], usage: string): string {
  if (word === undefined) throw new ConsoleFault(`Missing command\nUsage: ${usage}`)
  const lower = word.toLowerCase()
  if (known.includes(lower)) return lower
  const guess = nearestWord(word, known)
  throw new ConsoleFault(
    `Unknown command '${singleWord(word)}'${guess === null ? `; the commands are ${known.join(", ")}` : `; did you mean '${guess}'?`}`,
  )
}
