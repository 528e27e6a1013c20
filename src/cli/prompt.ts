/**
 * The interactive prompt after a dry-run: console commands on the state, with
 * history and completion, and a way through time. What a command answers is the
 * console's business; here are only keys, time and the terminal.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { createInterface, type Interface } from "node:readline"
import { complete } from "../console/complete.js"
import { consoleReply } from "../console/console.js"
import type { ConsoleTarget } from "../console/target.js"
import { SourceError } from "../ingest/source.js"
import type { Step } from "../replay/session.js"
import { decisionText } from "../report/decision-line.js"
import { oneLine } from "../report/findings.js"
import { plural, time } from "../report/words.js"
import type { Context } from "./context.js"
import { readWhen, WHEN_FORM } from "./when.js"

/** The replay as the prompt moves through it. */
export interface Travel {
  /** The console's view of the state as it is now. */
  target(): ConsoleTarget
  goto(atMicros: number): Promise<readonly Step[]>
  /** Nothing when the traffic ends first. */
  next(): Promise<readonly Step[]>
  close(): Promise<void>
}

const TRAVEL_WORDS = ["goto", "next", "quit"]
const HELP = `at this prompt
  goto TIME                the state at a time: ${WHEN_FORM}
  next [COUNT]             on to the next decision
  quit                     ends; so do Ctrl-D and Ctrl-C`
const MAX_HISTORY = 1000
const MAX_NEXT = 10_000
/** Decisions told when many were made on the way to a time. */
const MAX_TOLD = 5

/** Serves the prompt to its end. @returns false when commands came from a file and one was refused */
export async function prompt(context: Context, travel: Travel): Promise<boolean> {
  const isTerminal = process.stdin.isTTY === true
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: isTerminal,
    historySize: MAX_HISTORY,
    history: isTerminal ? readHistory() : [],
    completer: (line: string) => completions(line, travel),
  })
  if (isTerminal) context.out('adaptive: console commands on this state; "help" lists them, "quit" ends')
  const leaving = new AbortController()
  lines.once("close", () => {
    // From a file, what was read has still to be answered.
    if (isTerminal) leaving.abort()
  })
  let allTaken = true
  show(lines, travel, isTerminal)
  for await (const line of lines) {
    if (/^\s*(quit|exit)\s*$/i.test(line)) break
    const isTaken = await answer(context, line, travel, leaving.signal)
    if (leaving.signal.aborted) break
    allTaken &&= isTaken
    if (isTerminal) writeHistory(lines)
    show(lines, travel, isTerminal)
  }
  lines.close()
  await travel.close()
  return allTaken || isTerminal
}

function show(lines: Interface, travel: Travel, isTerminal: boolean): void {
  if (!isTerminal) return
  const { nowMicros } = travel.target()
  lines.setPrompt(`${nowMicros < 0 ? "before" : time(nowMicros / 1e6)} adaptive> `)
  lines.prompt()
}

async function answer(
  context: Context,
  line: string,
  travel: Travel,
  leaving: AbortSignal,
): Promise<boolean> {
  const [word = "", ...rest] = line.split(/\s+/).filter((one) => one !== "")
  switch (word.toLowerCase()) {
    case "goto":
      return goto(context, rest.join(" "), travel, leaving)
    case "next":
      return next(context, rest, travel, leaving)
    default: {
      const { ok, text } = consoleReply(line, travel.target())
      const shown = word.toLowerCase() === "help" && rest.length === 0 ? `${text}\n\n${HELP}` : text
      if (shown !== "") context.out(shown)
      return ok
    }
  }
}

async function goto(context: Context, text: string, travel: Travel, leaving: AbortSignal): Promise<boolean> {
  const nowSec = travel.target().nowMicros / 1e6
  const atSec = readWhen(text, nowSec)
  if (atSec === null) {
    context.out(`Invalid time '${oneLine(text)}'; write ${WHEN_FORM}`)
    return false
  }
  const isBack = atSec < nowSec
  const steps = await orLeave(travel.goto(Math.round(atSec * 1e6)), leaving).catch((error: unknown) => {
    if (!(error instanceof SourceError)) throw error
    context.out(`${error.path}: ${error.message}: the time stays as it is; ${error.hint}`)
    return null
  })
  if (steps === null) return false
  for (const step of steps.slice(-MAX_TOLD)) context.out(stepText(step, context))
  const count = plural(steps.length, "decision")
  context.out(`${time(atSec)}: ${count} ${isBack ? "from the start of the traffic" : "on the way"}`)
  return true
}

async function next(
  context: Context,
  [word]: readonly string[],
  travel: Travel,
  leaving: AbortSignal,
): Promise<boolean> {
  const wanted = word === undefined ? 1 : Number(word)
  if (!Number.isInteger(wanted) || wanted < 1 || wanted > MAX_NEXT) {
    context.out(`Invalid number '${oneLine(word ?? "")}'; write how many decisions, 1 to ${MAX_NEXT}`)
    return false
  }
  for (let told = 0; told < wanted; ) {
    const steps = await orLeave(travel.next(), leaving)
    if (steps === null) return false
    if (steps.length === 0) {
      context.out("The traffic ends here: only time goes on, with goto")
      return true
    }
    for (const step of steps) context.out(stepText(step, context))
    told += steps.length
  }
  return true
}

/** Null when the terminal is left before it is done. */
function orLeave<T>(travelling: Promise<T>, leaving: AbortSignal): Promise<T | null> {
  return new Promise((resolve, reject) => {
    const leave = (): void => resolve(null)
    if (leaving.aborted) leave()
    leaving.addEventListener("abort", leave, { once: true })
    travelling.then(resolve, reject).finally(() => leaving.removeEventListener("abort", leave))
  })
}

function stepText({ decision, where }: Step, { outStyle }: Context): string {
  return decisionText(decision, where, outStyle)
}

function completions(line: string, travel: Travel): [string[], string] {
  const begun = /\S*$/.exec(line)?.[0] ?? ""
  const isFirst = line.trimStart() === begun
  const ours = isFirst ? TRAVEL_WORDS.filter((word) => word.startsWith(begun.toLowerCase())) : []
  return [[...ours, ...complete(line, travel.target())], begun]
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
