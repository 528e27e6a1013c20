/**
 * `config`: what is configured, in one scope or in effect, and changes of it at
 * run time. Source: console.md section 4.
 */
import { optionsOf, type StanzaName, stanzasOf } from "../config/catalogue.js"
import { checkOption } from "../config/conf-check.js"
import type { Configuration } from "../config/configuration.js"
import { effectiveSetting, effectiveSweepSetting } from "../config/effective.js"
import { NOWHERE } from "../config/lookup.js"
import { parseAssignment } from "../config/parse-assignment.js"
import { type Setting, settingOf } from "../config/scope-tree.js"
import { displayName, optionLine, shownDefault, shownValue } from "../config/show-option.js"
import type { Assignment } from "../config/syntax/conf-ast.js"
import { ConfReport } from "../config/syntax/conf-report.js"
import { readSwitch } from "../model/switch.js"
import type { OutboundAudits } from "../store/outbound-audits.js"
import { configAudit } from "./config-audit.js"
import { type NamedModule, type NamedScope, scopeOf, type Target, writableNode } from "./config-scope.js"
import { indented, moduleText, scopeText } from "./config-show.js"
import { instanceOf } from "./instance.js"
import { ConsoleFault, commandWord, nearestWord, singleWord, wordsOf } from "./words.js"

const USAGE = "config {get|eval|set|unset} [SCOPE [INSTANCE]]… OPTION [=] [VALUE]"
const SHOW_USAGE = "config {show|showrecurse} [SCOPE [INSTANCE]]…"
/** What stands in a named scope is printed so far to the right. */
const INDENT = 8

export const CONFIG_COMMANDS = `  config get [SCOPE [INSTANCE]]… OPTION    the value that this scope sets
  config eval [SCOPE [INSTANCE]]… OPTION   the value in effect there
  config set [SCOPE [INSTANCE]]… OPTION [=] VALUE
  config unset SCOPE [INSTANCE]… OPTION    the scope sets it no longer
  config show [SCOPE [INSTANCE]]…          what a scope sets
  config showrecurse [SCOPE [INSTANCE]]…   and the scopes in it
  config reload [FILE]                     reads the configuration again
the scopes are binding_group, binding and domain in each other, adaptive_sweep_rule in any of them,
and the modules: adaptive, outbound_audit, alerting, …`

export interface ConfigTarget {
  readonly configuration: Configuration
  readonly store: { readonly audits: OutboundAudits }
  /** Called when the configuration was changed, before the next event. */
  changed(): void
  /** Reads the configuration again; what is wrong with it is the text. */
  reload(file: string | null): { readonly ok: boolean; readonly text: string }
}

export const CONFIG_WORDS = ["get", "eval", "set", "unset", "show", "showrecurse", "reload"] as const

/** Is a line one of the commands that change an option? */
export function changesConfiguration(line: string): boolean {
  const [first = "", second = ""] = wordsOf(line)
  return first.toLowerCase() === "config" && /^(?:set|unset)$/i.test(second)
}

export function config(words: readonly string[], target: ConfigTarget): string {
  const [first, ...rest] = words
  const command = commandWord(first, [...CONFIG_WORDS, "help"], USAGE)
  switch (command) {
    case "help":
      return CONFIG_COMMANDS
    case "show":
    case "showrecurse":
      return show(rest, target.configuration, command === "showrecurse")
    case "reload":
      return reload(rest, target)
    default:
      return option(command as "get" | "eval" | "set" | "unset", rest, target)
  }
}

function reload([file, extra]: readonly string[], target: ConfigTarget): string {
  if (extra !== undefined)
    throw new ConsoleFault(`Unexpected '${singleWord(extra)}' at the end of the command`)
  const { ok, text } = target.reload(file ?? null)
  if (!ok) throw new ConsoleFault(text === "" ? "Reconfigure failed" : `Reconfigure failed\n${text}`)
  return text
}

function show(words: readonly string[], configuration: Configuration, isRecursive: boolean): string {
  const {
    target,
    words: scope,
    rest,
  } = words.length === 1 && isSingleton(words[0] as string, configuration)
    ? scopeOf([...words, ""], configuration)
    : scopeOf(words, configuration)
  const [unknown] = rest.filter((word) => word !== "")
  if (unknown !== undefined)
    throw new ConsoleFault(`No such scope '${singleWord(unknown)}'\nUsage: ${SHOW_USAGE}`)
  if (target.kind === "module") {
    if (target.module === null) throw new ConsoleFault(`No such scope '${singleWord(scope)}'`)
    return moduleText(target.module)
  }
  if (target.node === null) throw new ConsoleFault(`No such scope '${singleWord(scope)}'`)
  const text = scopeText(target.node, isRecursive)
  if (target.node.kind !== "global" || !isRecursive) return text
  return [text, ...configuration.modules.map(moduleText)].filter((part) => part !== "").join("\n")
}

function isSingleton(word: string, { modules }: Configuration): boolean {
  return modules.some(({ stanza, instance }) => instance === null && stanza === word.toLowerCase())
}

function option(
  command: "get" | "eval" | "set" | "unset",
  words: readonly string[],
  { configuration, store, changed }: ConfigTarget,
): string {
  const found = scopeOf(words, configuration)
  const [optionWord, ...rest] = splitAtEquals(found.rest)
  if (optionWord === undefined) throw new ConsoleFault(`Missing option\nUsage: ${USAGE}`)
  const text = (rest[0] === "=" ? rest.slice(1) : rest).join(" ")
  if (command !== "set" && rest.length > 0) {
    const [word] = rest
    if (found.words === "" && !isOption(optionWord))
      throw new ConsoleFault(`No such scope '${singleWord(optionWord)}'`)
    throw new ConsoleFault(`Unexpected '${singleWord(word as string)}' at the end of the command`)
  }
  if (command === "set" && text === "") throw new ConsoleFault(`Missing value\nUsage: ${USAGE}`)
  const { target } = found
  const isOfAll = /^(?:enabled|debug_level)$/i.test(optionWord)
  if (target.kind === "module" && target.stanza === "outbound_audit" && !isOfAll) {
    const audit = instanceOf(target.instance ?? undefined, store.audits, USAGE)
    const reply = configAudit(command, audit, optionWord, text)
    // The configuration says the same from now on.
    const option = optionWord.toLowerCase()
    const assignment = command === "set" ? parseAssignment(option, text) : null
    if (assignment !== null) target.module?.settings.set(option, settingOf(assignment))
    if (command === "unset") target.module?.settings.delete(option)
    return reply
  }
  const name = optionWord.toLowerCase()
  const asked: Asked = { ...found, name, stanza: stanzaOf(target), configuration }
  switch (command) {
    case "get":
      return get(asked)
    case "eval":
      return evaluated(asked)
    case "set": {
      const reply = set(asked, text)
      changed()
      return reply
    }
    case "unset": {
      const reply = unset(asked)
      changed()
      return reply
    }
  }
}

interface Asked extends Target {
  readonly name: string
  readonly stanza: StanzaName
  readonly configuration: Configuration
}

/** `OPTION=VALUE` is taken as well as `OPTION = VALUE`. */
function splitAtEquals([first = "", ...rest]: readonly string[]): string[] {
  const at = first.indexOf("=")
  const own = at <= 0 ? [first] : [first.slice(0, at), "=", first.slice(at + 1)]
  const [second = "", ...more] = rest
  const next = at <= 0 && second.startsWith("=") ? ["=", second.slice(1)] : [second]
  return [...own, ...next, ...more].filter((word) => word !== "")
}

function isOption(word: string): boolean {
  return optionsOf("global").has(word.toLowerCase()) || optionsOf("adaptive").has(word.toLowerCase())
}

function stanzaOf(target: NamedScope | NamedModule): StanzaName {
  if (target.kind === "module") return target.stanza
  if (target.sweepRule !== "") return "adaptive_sweep_rule"
  if (target.domain !== "") return "domain"
  return target.binding !== "" ? "binding" : target.group !== "" ? "binding_group" : "global"
}

/** What the scope itself sets. */
function ownSetting({ target, name }: Asked): Setting | null {
  if (target.kind === "module") return target.module?.settings.get(name) ?? null
  if (target.sweepRule === "") return target.node?.settings.get(name) ?? null
  const rule = target.node?.sweepRules.find((one) => one.name === target.sweepRule)
  return rule?.settings.get(name) ?? null
}

function get(asked: Asked): string {
  const own = ownSetting(asked)
  if (own === null) {
    known(asked)
    return `Option '${displayName(asked.name)}' is not set in scope '${asked.words}'.`
  }
  return indented(optionLine(asked.name, shownValue(own, asked.stanza)), asked.words === "" ? 0 : INDENT)
}

function evaluated(asked: Asked): string {
  return optionLine(asked.name, effectiveValue(asked))
}

/** Switches whose default depends on how a run was begun. */
const BEGUN_WITH: ReadonlySet<string> = new Set(["adaptive_enabled", "enable_jlog"])

/** The value in effect, defaults included. */
function effectiveValue(asked: Asked): string {
  const { target, name, stanza, configuration } = asked
  const found = effective(asked)
  if (found !== null) return shownValue(found, stanza)
  known(asked)
  // What a run begins with may be another value than the documented one.
  if (BEGUN_WITH.has(name)) {
    const scope = target.kind === "scope" ? target : NOWHERE
    const { group, binding, domain } = scope
    const text = configuration.lookup({ group, binding, domain }, name)
    if (text !== null) return readSwitch(text) === true ? "1" : "0"
  }
  return shownDefault(name, stanza)
}

function effective(asked: Asked): Setting | null {
  const { target, name, configuration, words } = asked
  if (target.kind === "module") return ownSetting(asked)
  const { sweepRule } = target
  if (sweepRule === "") return effectiveSetting(configuration, target, name)
  const found = effectiveSweepSetting(configuration, target, sweepRule, name)
  if (found === "no-rule") throw new ConsoleFault(`No such scope '${singleWord(words)}'`)
  return found
}

/** An option that nobody wrote must at least exist. */
function known({ name, stanza }: Asked): void {
  const options = optionsOf(stanza)
  if (options.has(name)) return
  const [elsewhere] = stanzasOf(name)
  if (elsewhere !== undefined)
    throw new ConsoleFault(
      `Option '${displayName(name)}' belongs to ${elsewhere}: write ${elsewhere} before it`,
    )
  const guess = nearestWord(name, [...options.keys()])
  throw new ConsoleFault(
    `Unknown option '${singleWord(name)}'${guess === null ? "" : `; did you mean '${guess}'?`}`,
  )
}

function set(asked: Asked, text: string): string {
  const { target, name, stanza, configuration } = asked
  const assignment = assignmentOf(asked, text)
  const setting = settingOf(assignment)
  if (target.kind === "module") {
    if (target.module === null) throw new ConsoleFault(`No such scope '${singleWord(asked.words)}'`)
    target.module.settings.set(name, setting)
  } else if (target.sweepRule !== "") {
    const findings =
      target.node === null ? null : configuration.setSweepRule(target.node, target.sweepRule, assignment)
    if (findings === null) throw new ConsoleFault(`No such scope '${singleWord(asked.words)}'`)
    const [wrong] = findings
    if (wrong !== undefined) throw new ConsoleFault(wrong.message)
  } else writableNode(target, configuration.tree).settings.set(name, setting)
  return optionLine(name, shownValue(setting, stanza))
}

/** Reads a value as a configuration would; one of several bare words is taken as a text. */
function assignmentOf(asked: Asked, text: string): Assignment {
  const { name, stanza } = asked
  const assignment = parseAssignment(name, text)
  if (assignment === null)
    throw new ConsoleFault(`Invalid value '${singleWord(text)}' for ${displayName(name)}`)
  const report = new ConfReport()
  const isKnown = checkOption(assignment, stanza, report)
  const wrong = report.findings.find(({ severity }) => severity === "error")
  if (wrong !== undefined) throw new ConsoleFault(wrong.message)
  // Of the mail server's own options those can be set that the configuration has.
  if (!isKnown && effective(asked) === null) known(asked)
  return assignment
}

function unset(asked: Asked): string {
  const { target, name, words, configuration } = asked
  if (words === "") throw new ConsoleFault("Options of the global scope cannot be unset; set another value")
  const own = ownSetting(asked)
  if (own === null) {
    known(asked)
    throw new ConsoleFault(`Option '${displayName(name)}' is not set in scope '${words}'.`)
  }
  if (target.kind === "module") target.module?.settings.delete(name)
  else if (target.sweepRule !== "" && target.node !== null) {
    const [wrong] = configuration.unsetSweepRule(target.node, target.sweepRule, name) ?? []
    if (wrong !== undefined) throw new ConsoleFault(wrong.message)
  } else target.node?.settings.delete(name)
  return `"${displayName(name)}" has been unset. Effective value is now:\n${indented(evaluated(asked), INDENT)}`
}
