/**
 * The system console: a command line to a reply text, the same for a prompt, a
 * socket and a shell. Which module a command is for stands before it, with its
 * instance where there may be several: `outbound_audit:NAME show global`.
 * No I/O. Source: console.md.
 */
import { StoreFault } from "../store/fault.js"
import { Store } from "../store/store.js"
import { ADAPTIVE_WORDS, adaptive } from "./adaptive.js"
import { ADAPTIVE_COMMANDS } from "./adaptive-help.js"
import { CACHE_COMMANDS, cache } from "./cache.js"
import { CONFIG_COMMANDS, config } from "./config.js"
import { instanceOf } from "./instance.js"
import { MODULE_COMMANDS, module } from "./module.js"
import { OUTBOUND_AUDIT_COMMANDS, outboundAudit } from "./outbound-audit.js"
import { type ConsoleTarget, consoleTarget } from "./target.js"
import { ConsoleFault, nearestWord, singleWord, wordsOf } from "./words.js"

export interface Reply {
  /** False where the answer is no, refused or a difference was found: a shell ends with status 1 then. */
  readonly ok: boolean
  /** One or more lines without the last one's end; empty where there is nothing to tell. */
  readonly text: string
}

export const COMMANDS = ["adaptive", "cache", "config", "help", "module", "outbound_audit"] as const

const HELP = [
  `after adaptive\n${ADAPTIVE_COMMANDS}`,
  `after outbound_audit:NAME\n${OUTBOUND_AUDIT_COMMANDS}`,
  CONFIG_COMMANDS,
  `after cache\n${CACHE_COMMANDS}`,
  `after module\n${MODULE_COMMANDS}`,
].join("\n\n")

/**
 * What the console answers to a line. A line that it refuses changes nothing.
 * @param on a state alone, or whatever `consoleTarget` made
 */
export function consoleReply(line: string, on: ConsoleTarget | Store): Reply {
  const words = wordsOf(line)
  const target = on instanceof Store ? consoleTarget(on) : on
  try {
    return { ok: true, text: answer(words, target) }
  } catch (fault) {
    if (fault instanceof ConsoleFault || fault instanceof StoreFault)
      return { ok: false, text: `${fault.message}${fault instanceof StoreFault ? `; ${fault.hint}` : ""}` }
    throw fault
  }
}

function answer([first, ...words]: readonly string[], target: ConsoleTarget): string {
  if (first === undefined) return ""
  const colon = first.indexOf(":")
  const name = colon < 0 ? undefined : first.slice(colon + 1)
  const command = (colon < 0 ? first : first.slice(0, colon)).toLowerCase()
  if (command === "outbound_audit") {
    const audit = instanceOf(name, target.store.audits, "outbound_audit:NAME COMMAND")
    return outboundAudit(words, audit, target.nowMicros)
  }
  const run = COMMANDS.find((one) => one === command)
  if (run === undefined) throw unknown(first, command)
  if (name !== undefined) throw new ConsoleFault(`'${command}' has no instances; write ${command} COMMAND`)
  switch (run) {
    case "adaptive":
      return adaptive(words, target)
    case "cache":
      return cache(words, target)
    case "config":
      return config(words, target)
    case "module":
      return module(words, target)
    default:
      return HELP
  }
}

function unknown(word: string, command: string): ConsoleFault {
  const isForgotten = (ADAPTIVE_WORDS as readonly string[]).includes(command)
  const guess = isForgotten ? `adaptive ${command}` : nearestWord(command, COMMANDS)
  return new ConsoleFault(
    `Unknown command '${singleWord(word)}'${guess === null ? "; try 'help'" : `; did you mean '${guess}'?`}`,
  )
}
