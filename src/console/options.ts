/**
 * The options of a command, apart from its other words: `--binding NAME`,
 * `--domain NAME` and `--all`, anywhere behind the command; and which pairs they
 * choose. Pasted text may have a dash of typesetting where two hyphens were.
 * Source: console.md section 1.
 */
import { hostName } from "../model/host-name.js"
import type { ConsoleTarget } from "./target.js"
import { ConsoleFault, nearestWord, singleWord, unquoted } from "./words.js"

export type OptionName = "binding" | "domain" | "all" | "age"

export interface Given {
  readonly bindings: readonly string[]
  /** In lower case. */
  readonly domains: readonly string[]
  readonly switches: ReadonlySet<OptionName>
  /** The other words, in order. */
  readonly rest: readonly string[]
}

/** En and em dashes stand for the two hyphens that a word processor made them of. */
const DASHES = /^(?:--|[\u2013\u2014]-?)/

export function readOptions(words: readonly string[], allowed: readonly OptionName[]): Given {
  const bindings: string[] = []
  const domains: string[] = []
  const switches = new Set<OptionName>()
  const rest: string[] = []
  for (let i = 0; i < words.length; i++) {
    const word = words[i] as string
    if (!DASHES.test(word)) {
      rest.push(word)
      continue
    }
    const name = optionNamed(word, allowed)
    if (name !== "binding" && name !== "domain") {
      switches.add(name)
      continue
    }
    const value = words[++i]
    if (value === undefined || DASHES.test(value)) throw new ConsoleFault(`Missing name after --${name}`)
    if (name === "binding") bindings.push(unquoted(value))
    else domains.push(hostName(unquoted(value)))
  }
  return { bindings, domains, switches, rest }
}

function optionNamed(word: string, allowed: readonly OptionName[]): OptionName {
  const lower = word.replace(DASHES, "").toLowerCase()
  const name = allowed.find((one) => one === lower)
  if (name !== undefined) return name
  if (allowed.length === 0) throw new ConsoleFault(`Unexpected '${singleWord(word)}' in the command`)
  const guess = nearestWord(lower, allowed)
  const known = allowed.map((one) => `--${one}`).join(", ")
  const remedy = guess === null ? `the options are ${known}` : `did you mean '--${guess}'?`
  throw new ConsoleFault(`Unknown option '${singleWord(word)}'; ${remedy}`)
}

/** Is a binding known, by its traffic, from the configuration, or because it always is? */
export function checkBinding(name: string, { store, configuration }: ConsoleTarget): void {
  const isDeclared = (one: string): boolean => one === "default" || configuration.tree.declaredIn.has(one)
  if (isDeclared(name) || store.pairs.hasBinding(name)) return
  // As tables show it: the group stands before the slash.
  const own = name.slice(name.indexOf("/") + 1)
  const isGrouped = own !== name && (isDeclared(own) || store.pairs.hasBinding(own))
  const hint = isGrouped ? `; a group stands before the slash: did you mean '${singleWord(own)}'?` : ""
  throw new ConsoleFault(`No such binding '${singleWord(name)}'${hint}`)
}

/** The pairs that the options choose: names of one kind are alternatives, both kinds must fit; none is all. */
export function choiceOf(
  { bindings, domains, switches }: Given,
  target: ConsoleTarget,
): (pair: number) => boolean {
  if (switches.has("all") && bindings.length + domains.length > 0)
    throw new ConsoleFault("--all cannot stand beside --binding or --domain")
  const { pairs } = target.store
  for (const name of bindings) checkBinding(name, target)
  const ofBindings = new Set(bindings)
  const ofDomains = new Set(domains)
  return (pair) =>
    (ofBindings.size === 0 || ofBindings.has(pairs.bindingName(pairs.bindingOf(pair)))) &&
    (ofDomains.size === 0 || ofDomains.has(pairs.name(pair).domain))
}

/** What fits a whole number of seconds in the original. */
const MAX_SECONDS = 2 ** 31 - 1

export function secondsWord(word: string): number {
  const seconds = /^\d{1,10}$/.test(word) ? Number(word) : Number.POSITIVE_INFINITY
  if (seconds > MAX_SECONDS) throw new ConsoleFault(`Invalid number '${singleWord(word)}'`)
  return seconds
}
