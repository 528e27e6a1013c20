/**
 * What the last word of a command line may become: commands, options, names of
 * bindings and domains. Nothing is changed, and nothing kept: a prompt asks at
 * every press of a key.
 */
import { MODULES, NAMED_MODULES, optionsOf, type StanzaName } from "../config/catalogue.js"
import { compareText } from "../model/compare.js"
import { ADAPTIVE_WORDS, OVERRIDE_VERBS } from "./adaptive.js"
import { CACHE_ATTRIBUTES, CACHE_WORDS } from "./cache.js"
import { CONFIG_WORDS } from "./config.js"
import { SCOPE_WORDS } from "./config-scope.js"
import { COMMANDS } from "./console.js"
import { MODULE_WORDS } from "./module.js"
import { AUDIT_MORE_WORDS, AUDIT_WORDS } from "./outbound-audit.js"
import type { ConsoleTarget } from "./target.js"

/** A million names are no help to anyone. */
const MAX_CANDIDATES = 200

const OPTIONS_OF: Readonly<Record<string, readonly string[]>> = {
  suspensions: ["--binding", "--domain", "--all"],
  list: ["--binding", "--domain", "--all", "--age"],
  override: ["--binding", "--domain", "--all"],
  reset: ["--binding", "--domain", "--all"],
  rules: ["--binding", "--domain"],
}

/** Whole words, in order, that the last word of a line begins; an unfinished one may be empty. */
export function complete(line: string, target: ConsoleTarget): string[] {
  const words = line.split(/\s+/)
  // A line that begins with blanks begins with no word.
  if (words.length > 1 && words[0] === "") words.shift()
  const begun = words.pop() ?? ""
  const fitting = new Set<string>()
  for (const candidate of candidates(words, target)) if (fits(candidate, begun)) fitting.add(candidate)
  return [...fitting].sort(compareText).slice(0, MAX_CANDIDATES)
}

/** Of a name from traffic that is no single word. */
const UNTYPABLE = /[^\x21-\x7e\u00a1-\uffff]/

/** Names of bindings tell letters apart; for all else whoever types may write it larger. */
function fits(candidate: string, begun: string): boolean {
  if (UNTYPABLE.test(candidate)) return false
  return candidate.startsWith(begun) || candidate.startsWith(begun.toLowerCase())
}

function candidates(words: readonly string[], target: ConsoleTarget): Iterable<string> {
  const [first, ...rest] = words
  if (first === undefined) return firstWords(target)
  switch (first.toLowerCase()) {
    case "adaptive":
      return adaptiveWords(rest, target)
    case "cache":
      return cacheWords(rest, target)
    case "config":
      return configWords(rest, target)
    case "module":
      return rest.length === 0 ? MODULE_WORDS : []
  }
  const [module, name] = first.split(":", 2)
  return module?.toLowerCase() === "outbound_audit" ? auditWords(name ?? "", rest, target) : []
}

function firstWords({ store }: ConsoleTarget): string[] {
  const instances = store.audits.names.map((name) => `outbound_audit:${name}`)
  return [...COMMANDS.filter((command) => command !== "outbound_audit"), ...instances]
}

function adaptiveWords([first, ...rest]: readonly string[], target: ConsoleTarget): Iterable<string> {
  if (first === undefined) return ADAPTIVE_WORDS
  const command = first.toLowerCase()
  if (command === "warmup") return rest.length === 0 ? bindings(target) : []
  const options = Object.hasOwn(OPTIONS_OF, command) ? (OPTIONS_OF[command] as readonly string[]) : []
  const last = rest.at(-1)?.toLowerCase()
  if (last === "--binding" && options.includes(last)) return bindings(target)
  if (last === "--domain" && options.includes(last)) return domains(command, target)
  if (command !== "override") return options
  if (last === "ttl") return []
  const hasVerb = rest.some((word) => (OVERRIDE_VERBS as readonly string[]).includes(word.toLowerCase()))
  return hasVerb ? options : [...OVERRIDE_VERBS, ...options]
}

function bindings({ store: { pairs } }: ConsoleTarget): string[] {
  return [
    "default",
    ...Array.from({ length: pairs.bindingCount }, (_, binding) => pairs.bindingName(binding)),
  ]
}

/** Only what there is something to do to; for rules any domain will do. */
function* domains(command: string, { store, operations }: ConsoleTarget): Generator<string> {
  const { pairs } = store
  const all = (): boolean => true
  if (command === "suspensions" || command === "override")
    for (const { pair } of operations.suspensions(all)) yield pairs.domainName(pair)
  else if (command === "list" || command === "reset")
    for (const { pair } of operations.adjustments(all)) yield pairs.domainName(pair)
  else for (let pair = 0; pair < pairs.count; pair++) yield pairs.domainName(pair)
}

/** Names of scopes, and behind them the options that may stand there. */
function configWords([command, ...rest]: readonly string[], target: ConsoleTarget): Iterable<string> {
  if (command === undefined) return CONFIG_WORDS
  if (command.toLowerCase() === "reload") return []
  const { configuration, store } = target
  const last = rest.at(-1)?.toLowerCase()
  switch (last) {
    case "binding_group":
      return configuration.tree.root.groups.keys()
    case "binding":
      return new Set([...configuration.tree.declaredIn.keys(), ...bindings(target)])
    case "domain":
      return configuration.tree.root.domains.keys()
    case "outbound_audit":
      return store.audits.names
    case "adaptive_sweep_rule":
      return []
  }
  // Names of scopes stand at every second place; a module stands first and by itself.
  const named = rest.flatMap((word, i) => (i % 2 === 0 ? [word.toLowerCase()] : []))
  const isShow = command.toLowerCase().startsWith("show")
  const module = MODULES.find((name) => name === named[0])
  if (module !== undefined)
    return !isShow && rest.length === (NAMED_MODULES.includes(module) ? 2 : 1) ? optionsOf(module).keys() : []
  if (rest.length % 2 !== 0 || named.some((word) => !(SCOPE_WORDS as readonly string[]).includes(word)))
    return []
  const stanza = (named.at(-1) ?? "global") as StanzaName
  const scopes = SCOPE_WORDS.filter((word) => !named.includes(word))
  const modules = rest.length === 0 ? MODULES : []
  return [...modules, ...scopes, ...(isShow ? [] : optionsOf(stanza).keys())]
}

function cacheWords([first, ...rest]: readonly string[], target: ConsoleTarget): readonly string[] {
  const names = (): string[] => target.caches().map(({ name }) => name)
  switch (first?.toLowerCase()) {
    case undefined:
      return CACHE_WORDS
    case "list":
      return CACHE_ATTRIBUTES
    case "stat":
      return rest.length === 0 ? names() : []
    case "stats":
      return names()
    default:
      return []
  }
}

function auditWords(name: string, words: readonly string[], { store }: ConsoleTarget): readonly string[] {
  if (!store.audits.names.includes(name)) return []
  const [command, what, ...more] = words.map((word) => word.toLowerCase())
  if (command === undefined) return AUDIT_WORDS
  const known = AUDIT_WORDS.find((word) => word === command)
  if (known === undefined || more.length > 0) return []
  if (what === undefined) return AUDIT_MORE_WORDS[known]
  return what === "domain" || what === "delete" ? store.audits.get(name).domains() : []
}
