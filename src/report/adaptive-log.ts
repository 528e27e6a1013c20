/**
 * Decisions as lines of the adaptive log: `TS@1@G@BINDING@DOMAIN@LEVEL@ TEXT`.
 * "1" is the version of the format, "G" the type of the record, "generic"; the
 * group of a binding is not in it. At most six splits from the left take a line
 * apart, whatever is in it.
 * Source: engine.md section 10; MO-241, MO-4551, #5140 in its sections 4 and 11;
 * https://support.sparkpost.com/momentum/4/adaptive-log-format
 */
import { type Decision, PHASE_NOTE } from "../model/decision.js"
import type { Effect } from "../model/effect.js"
import { isLogged, type LogLevel } from "../model/log-level.js"
import { alertAction } from "./alert.js"
import { causeText } from "./cause.js"
import { REASONS } from "./explanation.js"
import { fieldText, lastField, wholeSeconds } from "./log-fields.js"

export interface LogOptions {
  /** Lines of a lower level are left out. */
  readonly least: LogLevel
  /** Host whose alerts are told too; null: none are mailed. */
  readonly alertingHost: string | null
}

type Entry = readonly [level: LogLevel, text: string]

/** Lines without their ends, in the order in which things happened. */
export function logLines(decision: Decision, { least, alertingHost }: LogOptions): string[] {
  const { atMicros, binding, domain } = decision
  const lines: string[] = []
  let head = ""
  const add = ([level, text]: Entry): void => {
    if (!isLogged(level, least)) return
    // Of most decisions there is nothing to tell at the usual level.
    if (head === "") head = `${wholeSeconds(atMicros / 1e6)}@1@G@${fieldText(binding)}@${fieldText(domain)}`
    lines.push(`${head}@${level.toUpperCase()}@ ${lastField(text)}`)
  }
  for (const note of decision.notes) add([note.startsWith(PHASE_NOTE) ? "debug" : "warning", note])
  // Why an option was adjusted stands before it: the line of the adjustment itself has a form that others read.
  if (isLogged("info", least) && needsCause(decision)) add(["info", causeText(decision)])
  for (const effect of decision.effects) {
    if (isLogged(levelOf(effect), least)) add([levelOf(effect), textOf(effect, decision)])
  }
  if (alertingHost !== null)
    for (const event of decision.alerts)
      add(["notice", `ALERT on ${alertingHost}: ${alertAction(decision, event)}`])
  return lines
}

function needsCause({ source, effects }: Decision): boolean {
  if (source === "lift" || source === "positive") return false
  return effects.some(({ outcome, option, action }) => {
    return outcome === "applied" && (option !== null || action === "warmup")
  })
}

function levelOf({ outcome, reason, action }: Effect): LogLevel {
  if (outcome === "ignored") return reason === "at-bound" ? "info" : "debug"
  // Made for each single reply, and nothing of the pair changes.
  return action === "transcode" ? "info" : "notice"
}

function textOf(effect: Effect, decision: Decision): string {
  const { action, args, outcome, reason, option, from, to, until, reply } = effect
  if (outcome === "ignored") {
    const why = causeText(decision)
    if (reason === "at-bound" && option !== null)
      return `cannot adjust ${option} any further: it stays ${from ?? "unset"}: ${why}`
    return `${[action, ...args].join(" ")} not done: ${REASONS[reason ?? "unknown"]}: ${why}`
  }
  if (option !== null) return `${option} ${from ?? "unset"} -> ${to ?? "unset"}`
  const end = until === null ? "" : ` until ${wholeSeconds(until)}`
  switch (action) {
    case "suspend":
      return `suspended${end} (${args.join(" ")}): ${causeText(decision)}`
    case "blackhole":
      return `blackholed${end} (${args.join(" ")}): ${causeText(decision)}`
    case "lift":
      return `${args.join(" ")} lifted, which was to last${end}`
    case "override":
      return `suspension overridden by an operator, which was to last${end}`
    case "enable":
      return `suspension enabled again by an operator${end}`
    case "ttl":
      return `suspension changed by an operator: it lasts${end}`
    case "reset":
      return "adjustments dropped by an operator"
    case "warmup":
      return `warmup ${from ?? "unset"} -> ${to ?? "unset"}`
    default:
      return `reply rewritten: ${decision.response ?? ""} -> ${reply ?? ""}`
  }
}
