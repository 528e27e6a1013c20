/**
 * The system console: a command line to a reply text, the same for a prompt, a
 * socket and a shell. Which module a command is for stands before it, with its
 * instance where there may be several: `outbound_audit:NAME show global`.
 * No I/O. Source: console.md sections 1 and 3.
 */
import { StoreFault } from "../store/fault.js"
import type { Store } from "../store/store.js"
import { OUTBOUND_AUDIT_COMMANDS, outboundAudit } from "./outbound-audit.js"
import { ConsoleFault, nearestWord, singleWord } from "./words.js"

export interface Reply {
  /** False for a command that was refused: a shell ends with status 1 then. */
  readonly ok: boolean
  /** One or more lines without the last one's end; empty where there is nothing to tell. */
  readonly text: string
}

const MODULES = ["outbound_audit"] as const
const HELP = `Commands, after outbound_audit:NAME\n${OUTBOUND_AUDIT_COMMANDS}`

/** What the console answers to a line. A line that it refuses changes nothing. */
export function consoleReply(line: string, store: Store): Reply {
  const words = line.split(/\s+/).filter((word) => word !== "")
  try {
    return { ok: true, text: answer(words, store) }
  } catch (fault) {
    if (fault instanceof ConsoleFault || fault instanceof StoreFault)
      return { ok: false, text: `${fault.message}${fault instanceof StoreFault ? `; ${fault.hint}` : ""}` }
    throw fault
  }
}

function answer([first, ...words]: readonly string[], store: Store): string {
  if (first === undefined) return ""
  if (first.toLowerCase() === "help") return HELP
  const colon = first.indexOf(":")
  const module = (colon < 0 ? first : first.slice(0, colon)).toLowerCase()
  if (module !== "outbound_audit") {
    const guess = nearestWord(module, MODULES)
    throw new ConsoleFault(
      `Unknown command '${singleWord(first)}'${guess === null ? "; try 'help'" : `; did you mean '${guess}'?`}`,
    )
  }
  const { audits } = store
  const instance = colon < 0 ? "" : first.slice(colon + 1)
  if (instance === "") {
    throw new ConsoleFault(`Missing instance\nUsage: outbound_audit:NAME COMMAND; ${known(audits.names)}`)
  }
  if (!audits.names.includes(instance))
    throw new ConsoleFault(`No such instance '${singleWord(instance)}'; ${known(audits.names)}`)
  return outboundAudit(words, audits.get(instance), store.nowMicros)
}

function known(names: readonly string[]): string {
  return names.length === 0
    ? "there is none"
    : `there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`
}
