/**
 * `adaptive COMMAND`: what Adaptive Delivery has done to bindings and domains,
 * and the operator's hand in it. Tables are in adaptive-tables.ts, sweep rules
 * in adaptive-rules.ts, the words of its help in adaptive-help.ts. Source: console.md sections 1 and 2; seed "adaptive",
 * Console Commands.
 */
import { ADAPTIVE_COMMANDS } from "./adaptive-help.js"
import { rules } from "./adaptive-rules.js"
import { list, suspensions, warmup } from "./adaptive-tables.js"
import { checkBinding, choiceOf, type Given, readOptions, secondsWord } from "./options.js"
import type { ConsoleTarget } from "./target.js"
import { ConsoleFault, commandWord, nearestWord, noMore, printable, singleWord, unquoted } from "./words.js"

export const ADAPTIVE_WORDS = ["suspensions", "list", "override", "reset", "rules", "warmup", "help"] as const
const USAGE = `adaptive {${ADAPTIVE_WORDS.join("|")}} …`
const OVERRIDE_USAGE = "adaptive override [enable | ttl SECONDS] [--binding NAME] [--domain NAME] [--all]"

export function adaptive(words: readonly string[], target: ConsoleTarget): string {
  const [first, ...rest] = words
  switch (commandWord(first, ADAPTIVE_WORDS, USAGE)) {
    case "suspensions":
      return suspensions(chosen(rest, target), target)
    case "list": {
      const given = readOptions(rest, ["binding", "domain", "all", "age"])
      noMore(given.rest)
      return list(choiceOf(given, target), given.switches.has("age"), target)
    }
    case "override":
      return override(readOptions(rest, ["binding", "domain", "all"]), target)
    case "reset":
      return `Reset ${target.operations.reset(chosen(rest, target))} entries`
    case "rules":
      return rules(readOptions(rest, ["binding", "domain"]), target)
    case "warmup":
      return age(readOptions(rest, []).rest, target)
    default:
      return ADAPTIVE_COMMANDS
  }
}

function chosen(words: readonly string[], target: ConsoleTarget): (pair: number) => boolean {
  const given = readOptions(words, ["binding", "domain", "all"])
  noMore(given.rest)
  return choiceOf(given, target)
}

function override(given: Given, target: ConsoleTarget): string {
  const { operations } = target
  const isChosen = choiceOf(given, target)
  const [verb, number, ...more] = given.rest
  if (verb === undefined) return overrode(operations.override(isChosen))
  switch (overrideVerb(verb)) {
    case "enable":
      noMore(given.rest.slice(1))
      return overrode(operations.enable(isChosen))
    case "ttl": {
      if (number === undefined) throw new ConsoleFault(`Missing number\nUsage: ${OVERRIDE_USAGE}`)
      const seconds = secondsWord(number)
      noMore(more)
      return overrode(operations.setRemaining(isChosen, seconds))
    }
  }
}

export const OVERRIDE_VERBS = ["enable", "ttl"] as const

function overrideVerb(word: string): (typeof OVERRIDE_VERBS)[number] {
  const verb = OVERRIDE_VERBS.find((one) => one === word.toLowerCase())
  if (verb !== undefined) return verb
  const guess = nearestWord(word, OVERRIDE_VERBS)
  const remedy = guess === null ? `the words are ${OVERRIDE_VERBS.join(", ")}` : `did you mean '${guess}'?`
  throw new ConsoleFault(`Unknown word '${singleWord(word)}'; ${remedy}`)
}

function overrode(count: number): string {
  return `Overrode ${count} entries`
}

function age([first, ageWord, ...more]: readonly string[], target: ConsoleTarget): string {
  if (first === undefined) return warmup(target)
  const binding = unquoted(first)
  checkBinding(binding, target)
  const seconds = ageWord === undefined ? 0 : secondsWord(ageWord)
  noMore(more)
  target.operations.setAge(binding, seconds)
  return `Age of ${printable(binding)} set to ${seconds}`
}
