/**
 * Lines that a person types, or that come from a pipe, each answered before the
 * next: with history and completion on a terminal. Keeps out what is answered;
 * the prompt after a dry-run and the one of a daemon differ in that alone.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline"
import type { Context } from "./context.js"

/** What the last word may become, and that word. */
export type Completions = [string[], string]

export interface Answering {
  /** What a terminal is told first. */
  readonly greeting: string
  /** Asked before each line. */
  prompt(): string
  completions(line: string): Completions | Promise<Completions>
  /** @returns false for a line that is refused; null when no other can be answered */
  answer(line: string, leaving: AbortSignal): Promise<boolean | null>
}

const MAX_HISTORY = 1000
/** Keys wait for a completion, those that leave among them. */
const COMPLETION_MS = 1000

/** Answers lines to the end of them. @returns false when they came from a file or a pipe, and one was refused */
export async function answerLines(context: Context, answering: Answering): Promise<boolean> {
  const isTerminal = process.stdin.isTTY === true
  const leaving = new AbortController()
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: isTerminal,
    historySize: MAX_HISTORY,
    history: isTerminal ? readHistory() : [],
    completer: (line: string, done: (error: null, completions: Completions) => void) => {
      const none: Completions = [[], line]
      const tell = (completions: Completions): void => {
        // The terminal may have been left meanwhile.
        if (!leaving.signal.aborted) done(null, finished(completions))
      }
      soon(Promise.resolve(answering.completions(line)), none).then(tell, () => tell(none))
    },
  })
  const show = (): void => {
    if (!isTerminal) return
    lines.setPrompt(answering.prompt())
    lines.prompt()
  }
  if (isTerminal) context.out(answering.greeting)
  lines.once("close", () => {
    // From a file, what was read has still to be answered.
    if (isTerminal) leaving.abort()
  })
  let allTaken = true
  show()
  for await (const line of lines) {
    if (/^\s*(quit|exit)\s*$/i.test(line)) break
    const isTaken = await answering.answer(line, leaving.signal)
    if (leaving.signal.aborted || isTaken === null) break
    allTaken &&= isTaken
    if (isTerminal) writeHistory(lines)
    show()
  }
  lines.close()
  return allTaken || isTerminal
}

/** The only word that it may become is a whole one: the next begins behind a blank. */
function finished([words, begun]: Completions): Completions {
  return [words.length === 1 ? words.map((word) => `${word} `) : words, begun]
}

/** What is there in a moment, or else nothing. */
function soon<T>(working: Promise<T>, nothing: T): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve(nothing), COMPLETION_MS)
    working.then(resolve, reject).finally(() => clearTimeout(timer))
  })
}

/** Null when the terminal is left before it is done. */
export function orLeave<T>(working: Promise<T>, leaving: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(null)
    if (leaving.aborted) leave()
    leaving.addEventListener("abort", leave, { once: true })
    working.then(resolve, reject).finally(() => leaving.removeEventListener("abort", leave))
  })
}

/** The word that a line ends with, which may be empty. */
export function lastWord(line: string): string {
  return /\S*$/.exec(line)?.[0] ?? ""
}

function historyFile(): string {
  return join(homedir(), ".adaptive_history")
}

/** The newest first, as the terminal wants it; none where it cannot be read. */
function readHistory(): string[] {
  try {
    const path = historyFile()
    return existsSync(path)
      ? readFileSync(path, "utf8").split("\n").filter(Boolean).slice(0, MAX_HISTORY)
      : []
  } catch {
    return []
  }
}

function writeHistory(lines: Interface): void {
  const { history } = lines as Interface & { readonly history: readonly string[] }
  try {
    writeFileSync(historyFile(), `${history.slice(0, MAX_HISTORY).join("\n")}\n`, { mode: 0o600 })
  } catch {
    // A home that cannot be written to is no reason to stop.
  }
}
