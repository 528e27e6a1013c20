/**
 * Why something was decided: the rule with its place, what it counted, the reply,
 * the rule's message. The same facts in logs, records and alerts.
 * Source: engine.md section 10, and R12 of section 11.
 */
import type { Decision } from "../model/decision.js"
import { quotedText } from "./log-fields.js"

export interface Cause {
  /** What led to it, in a few words: a rule and its place, or what else. */
  readonly by: string
  /** The pattern of a response rule, the codes of a sweep rule. */
  readonly code: string | null
  /** What was counted, and against what. */
  readonly counted: string | null
  readonly reply: string | null
  /** What the author of the rule has to say. */
  readonly message: string | null
}

export function causeOf({ source, rule, sweep, count, response }: Decision): Cause {
  const reply = response === null ? null : quotedText(response)
  const nothing = { code: null, counted: null, reply, message: null }
  if (rule !== null) {
    const { file, line, domain, index, code, trigger, message } = rule
    return {
      by: quotedText(`rule ${file}:${line} ["${domain}"] ${index}`),
      code: quotedText(code),
      counted: `match ${count ?? 1}, trigger ${trigger.text}`,
      reply,
      message: message === null ? null : quotedText(message),
    }
  }
  if (sweep !== null) {
    const { rule: swept, level, count: some, total } = sweep
    const place = swept.file === "" ? "" : ` ${swept.file}:${swept.line}`
    return {
      ...nothing,
      by: quotedText(`sweep rule ${swept.name}${place}`),
      code: quotedText(swept.codes.join(" ")),
      counted: `${some} of ${total} (${percent(some, total)}), ${level} threshold ${swept[level].percent} %`,
    }
  }
  return { ...nothing, by: SOURCE_WORDS[source] }
}

/** The same on one line. */
export function causeText(decision: Decision): string {
  const { by, code, counted, reply, message } = causeOf(decision)
  const head = code === null ? by : `${by}, "${code}"`
  const details = [
    counted === null ? [] : counted,
    reply === null ? [] : `reply: ${reply}`,
    message === null ? [] : `message: ${message}`,
  ].flat()
  return [head, ...details].join("; ")
}

/** What led to a decision where no rule did. */
export const SOURCE_WORDS: Readonly<Record<Decision["source"], string>> = {
  response: "a reply",
  sweep: "a sweep",
  "rejection-rate": "too many rejections",
  positive: "growth after a quiet time",
  lift: "the end of a hold",
  operator: "an operator",
}

function percent(part: number, whole: number): string {
  return whole === 0 ? "of none" : `${((part / whole) * 100).toFixed(2)} %`
}
