/** A decision as one line for a person who steps through a replay. */
import type { Decision } from "../model/decision.js"
import type { Where } from "../replay/dry-run.js"
import { SOURCE_WORDS } from "./cause.js"
import { describeEffect } from "./explanation.js"
import { oneLine } from "./findings.js"
import type { Style } from "./style.js"
import { time } from "./words.js"

/** The decision, and below it what each of its actions did. */
export function decisionText(decision: Decision, where: Where | null, style: Style): string {
  const { atMicros, binding, domain, source, response, effects, notes } = decision
  const at = `${time(atMicros / 1e6)} ${style.bold(oneLine(`${binding}::${domain}`))}`
  const line = where === null ? "" : ` (${oneLine(where.file)}:${where.line})`
  const lines = [`${at} ${reasonText(decision)}${line}`]
  if (source === "response" && response !== null) lines.push(`  ${style.dim(oneLine(response))}`)
  for (const effect of effects) lines.push(`  ${describeEffect(effect, style)}`)
  for (const note of notes) lines.push(`  ${style.yellow("note:")} ${oneLine(note)}`)
  return lines.join("\n")
}

function reasonText({ source, rule, sweep, count }: Decision): string {
  if (rule !== null) {
    const times = count === null || count === 1 ? "" : `, match ${count}`
    return oneLine(`${rule.file}:${rule.line} ${rule.code}${times}`)
  }
  if (sweep !== null)
    return oneLine(
      `sweep rule ${sweep.rule.name}: ${sweep.count} of ${sweep.total}, ${sweep.level} threshold`,
    )
  return SOURCE_WORDS[source]
}
