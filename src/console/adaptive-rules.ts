/**
 * `adaptive rules`: the sweep rules of one binding and domain, each as a block,
 * with what it goes by now. Source: console.md section 2; seed "adaptive",
 * Console Commands.
 */
import type { SweepThreshold } from "../model/sweep-rule.js"
import { checkBinding, type Given } from "./options.js"
import type { ConsoleTarget, SweepRuleCount } from "./target.js"
import { ConsoleFault, nearestWord, noMore, printable, singleWord } from "./words.js"

/** What a daemon's console answers by itself; elsewhere there is no history. */
export const RULE_WORDS = ["history", "diff", "rollback"] as const
export const RULE_WORDS_USAGE = "adaptive rules {history | diff OLD NEW | rollback [NUMBER]}"
const USAGE = `adaptive rules --binding NAME --domain NAME
   or: ${RULE_WORDS_USAGE} in the console of a daemon`
const NOTHING = "(null)"

export function rules(given: Given, target: ConsoleTarget): string {
  const [word] = given.rest
  if (word !== undefined && given.bindings.length + given.domains.length === 0) throw otherWord(word)
  const binding = one("binding", given.bindings)
  const domain = one("domain", given.domains)
  noMore(given.rest)
  checkBinding(binding, target)
  const { sweepRulesOf } = target
  if (sweepRulesOf === null) throw new ConsoleFault("No sweep rules are known here")
  return sweepRulesOf({ binding, domain }).map(block).join("\n")
}

function otherWord(word: string): ConsoleFault {
  if (RULE_WORDS.some((known) => known === word.toLowerCase()))
    return new ConsoleFault(
      `No rules have served here: 'adaptive rules ${word}' is for the console of a daemon`,
    )
  const guess = nearestWord(word, RULE_WORDS)
  return new ConsoleFault(
    `Unknown word '${singleWord(word)}'${guess === null ? "" : `; did you mean '${guess}'?`}\nUsage: ${USAGE}`,
  )
}

function one(name: "binding" | "domain", values: readonly string[]): string {
  const [value, other] = values
  if (value === undefined) throw new ConsoleFault(`Missing --${name}\nUsage: ${USAGE}`)
  if (other !== undefined)
    throw new ConsoleFault(`Unexpected --${name} '${singleWord(other)}'; adaptive rules takes one`)
  return value
}

function block({ rule, count, total }: SweepRuleCount): string {
  const { name, enabled, codes, low, high } = rule
  const lines = [
    ["enabled", enabled ? "1" : "0"],
    ["codes", codes.join(" ")],
    ...threshold("low", low),
    ...threshold("high", high),
    ["count/total", `${count}/${total}`],
  ] as const
  return [`${name} ${name}`, ...lines.map(([key, value]) => `  ${key.padEnd(14)}=> ${value}`)]
    .map(printable)
    .join("\n")
}

/** The action has two parameters; what a chain of actions has more stands with the second. */
function threshold(which: "low" | "high", { percent, words }: SweepThreshold): (readonly [string, string])[] {
  const [action = NOTHING, first = NOTHING, ...more] = words
  return [
    [`${which}_threshold`, percent.toFixed(6)],
    [`${which}_action`, action],
    [`${which}_action_p1`, first],
    [`${which}_action_p2`, more.length === 0 ? NOTHING : more.join(" ")],
  ]
}
