/**
 * The system console: a command line to a reply text, the same for a prompt, a
 * socket and a shell. Which module a command is for stands before it, with its
 * instance where there may be several: `outbound_audit:NAME show global`.
 * No I/O. Source: console.md sections 1, 3 and 4.
 */
import { Configuration } from "../config/configuration.js"
import { StoreFault } from "../store/fault.js"
import type { Store } from "../store/store.js"
import { CONFIG_COMMANDS, config } from "./config.js"
import { instanceOf } from "./instance.js"
import { OUTBOUND_AUDIT_COMMANDS, outboundAudit } from "./outbound-audit.js"
import { ConsoleFault, nearestWord, singleWord } from "./words.js"

export interface Reply {
  /** False for a command that was refused: a shell ends with status 1 then. */
  readonly ok: boolean
  /** One or more lines without the last one's end; empty where there is nothing to tell. */
  readonly text: string
}

const COMMANDS = ["config", "help", "outbound_audit"] as const
const HELP = `${CONFIG_COMMANDS}\n\nafter outbound_audit:NAME\n${OUTBOUND_AUDIT_COMMANDS}`

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
  const colon = first.indexOf(":")
  const command = (colon < 0 ? first : first.slice(0, colon)).toLowerCase()
  if (command === "help") return HELP
  if (command === "config")
    return config(words, {
      configuration: Configuration.empty(),
      audits: store.audits,
      changed() {},
      reload: () => ({ ok: false, text: "" }),
    })
  if (command === "outbound_audit") {
    const name = colon < 0 ? undefined : first.slice(colon + 1)
    const audit = instanceOf(name, store.audits, "outbound_audit:NAME COMMAND")
    return outboundAudit(words, audit, store.nowMicros)
  }
  const guess = nearestWord(command, COMMANDS)
  throw new ConsoleFault(
    `Unknown command '${singleWord(first)}'${guess === null ? "; try 'help'" : `; did you mean '${guess}'?`}`,
  )
}
