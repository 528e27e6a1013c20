/** Which outbound_audit instance a command is for. */
import type { OutboundAudit } from "../store/outbound-audit.js"
import type { OutboundAudits } from "../store/outbound-audits.js"
import { ConsoleFault, singleWord } from "./words.js"

export function instanceOf(name: string | undefined, audits: OutboundAudits, usage: string): OutboundAudit {
  const { names } = audits
  const known =
    names.length === 0 ? "there is none" : `there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`
  if (name === undefined || name === "") throw new ConsoleFault(`Missing instance\nUsage: ${usage}; ${known}`)
  if (!names.includes(name)) throw new ConsoleFault(`No such instance '${singleWord(name)}'; ${known}`)
  return audits.get(name)
}
