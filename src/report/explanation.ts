/** An explanation as text for people. */
import type { Explanation } from "../engine/explain.js"
import type { Classified } from "../model/classification.js"
import type { Effect, IgnoredReason } from "../model/effect.js"
import type { RuleRef } from "../model/rule.js"
import { oneLine } from "./findings.js"
import type { Style } from "./style.js"
import { time } from "./words.js"

/** Rules tried in vain that are listed; the rest is counted. */
const MAX_LISTED = 12

export function renderExplanation(explanation: Explanation & Classified, style: Style): string {
  const { binding, domain, rulesDomain, considered, match } = explanation
  const lines = [`${style.bold(`${binding}::${domain}`)} uses ${describeRules(explanation, rulesDomain)}`]
  const missed = considered.filter(({ matched }) => !matched)
  for (const { rule } of missed.slice(0, MAX_LISTED))
    lines.push(`  ${style.dim("no")}    ${describeRule(rule)}`)
  if (missed.length > MAX_LISTED)
    lines.push(`  ${style.dim("no")}    … and ${missed.length - MAX_LISTED} more`)
  if (match === null) {
    lines.push(considered.length === 0 ? "No rules apply." : "No rule matches this reply: nothing happens.")
    lines.push(describeClass(explanation))
    return lines.join("\n")
  }
  lines.push(`  ${style.green("MATCH")} ${describeRule(match)}`)
  if (explanation.matchedText !== null)
    lines.push(`        matched text: ${oneLine(JSON.stringify(explanation.matchedText))}`)
  lines.push(`        trigger ${explanation.trigger}: ${describeTrigger(explanation.trigger ?? "1")}`)
  if (explanation.message !== null) lines.push(`        message: ${oneLine(explanation.message)}`)
  lines.push(explanation.effects.length === 0 ? "Then: nothing." : "Then:")
  for (const effect of explanation.effects) lines.push(`  ${describeEffect(effect, style)}`)
  lines.push(describeClass(explanation))
  for (const note of explanation.notes) lines.push(`${style.yellow("note:")} ${oneLine(note)}`)
  return lines.join("\n")
}

function describeClass({ bounceClass: { code, name, label } }: Classified): string {
  return oneLine(`Class: ${code} ${name} (${label})`)
}

function describeRules({ domain, considered }: Explanation, rulesDomain: string | null): string {
  if (rulesDomain === null) return considered.length === 0 ? "no rules" : 'only the rules of "*"'
  return rulesDomain === domain.toLowerCase() ? "its own rules" : `the rules of "${rulesDomain}"`
}

function describeRule({ file, line, domain, index, code }: RuleRef): string {
  return oneLine(`${file}:${line} ["${domain}"] rule ${index}: ${code}`)
}

function describeTrigger(trigger: string): string {
  const [count, seconds] = trigger.split("/")
  if (seconds === undefined) return "fires on every match"
  return `fires when more than ${count} matches fall into ${seconds} second${seconds === "1" ? "" : "s"}`
}

export const REASONS: Record<IgnoredReason, string> = {
  "already-suspended": "the pair is suspended already",
  suspended: "nothing is adjusted while the pair is suspended",
  "adjustment-interval": "the pair was adjusted a moment ago",
  "no-default": "nothing gives this option a value, so there is none to lower",
  "at-bound": "it stands at its bound already",
  "observe-only": "the rule only observes",
  disabled: "adaptive delivery does not act here",
  unknown: "unknown action",
}

export function describeEffect(effect: Effect, style: Style): string {
  const what = oneLine([effect.action, ...effect.args].join(" "))
  if (effect.outcome === "ignored") {
    const option = effect.option === null ? "" : ` (${effect.option})`
    return `${style.yellow("not done")} ${what}${option}: ${REASONS[effect.reason ?? "unknown"]}`
  }
  if (effect.reply !== undefined)
    return `${style.green("done")} ${what}: the reply becomes ${oneLine(JSON.stringify(effect.reply))}`
  if (effect.option !== null)
    return `${style.green("done")} ${what}: ${effect.option} ${effect.from ?? "unset"} -> ${effect.to}`
  if (effect.from !== null)
    return `${style.green("done")} ${what}: age of the binding ${effect.from} s -> ${effect.to} s`
  return `${style.green("done")} ${what}${effect.until === null ? "" : `, until ${time(effect.until)}`}`
}
