/**
 * The interactive prompt after a dry-run: console commands on the state, and a
 * way through time. What a command answers is the console's business, keys and
 * history are those of line-loop.ts; here is only time.
 */
import { complete } from "../console/complete.js"
import { consoleReply } from "../console/console.js"
import type { ConsoleTarget } from "../console/target.js"
import { SourceError } from "../ingest/source.js"
import type { Step } from "../replay/session.js"
import { decisionText } from "../report/decision-line.js"
import { oneLine } from "../report/findings.js"
import { plural, time } from "../report/words.js"
import type { Context } from "./context.js"
import { answerLines, type Completions, lastWord, orLeave } from "./line-loop.js"
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
const MAX_NEXT = 10_000
/** Decisions told when many were made on the way to a time. */
const MAX_TOLD = 5

/** Serves the prompt to its end. @returns false when commands came from a file and one was refused */
export async function prompt(context: Context, travel: Travel): Promise<boolean> {
  const allTaken = await answerLines(context, {
    greeting: 'adaptive: console commands on this state; "help" lists them, "quit" ends',
    prompt() {
      const { nowMicros } = travel.target()
      return `${nowMicros < 0 ? "before" : time(nowMicros / 1e6)} adaptive> `
    },
    completions: (line) => completions(line, travel),
    answer: (line, leaving) => answer(context, line, travel, leaving),
  })
  await travel.close()
  return allTaken
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

function stepText({ decision, where }: Step, { outStyle }: Context): string {
  return decisionText(decision, where, outStyle)
}

function completions(line: string, travel: Travel): Completions {
  const begun = lastWord(line)
  const isFirst = line.trimStart() === begun
  const ours = isFirst ? TRAVEL_WORDS.filter((word) => word.startsWith(begun.toLowerCase())) : []
  return [[...ours, ...complete(line, travel.target())], begun]
}
