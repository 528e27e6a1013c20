/**
 * A rule set taken apart for a comparison: everything in it that decides about mail,
 * each with what it is known by, what it says and where it stands. What is not in
 * here, `adaptive rules diff` cannot tell.
 */
import type { ClassEntry, ClassificationData } from "../model/classification.js"
import type { Action, Configuration, ResponseRule } from "../model/rule.js"
import type { SweepRule, SweepThreshold } from "../model/sweep-rule.js"
import type { LoadedRules } from "../reload/load.js"
import type { RuleSource } from "../reload/source.js"
import { oneLine } from "../report/findings.js"

export type ComparedRules = Pick<LoadedRules, "rules" | "classifier" | "recorded">

export interface Part {
  /** Parts of one key in two rule sets are the same one. */
  readonly key: string
  readonly isRule: boolean
  /** Where it stands, and what it is. */
  readonly head: string
  readonly says: string
  /** What is compared, where that is more than can be told in a line. */
  readonly hidden?: string
  /** Among parts of one list it matters which comes first; null: it does not. */
  readonly list: string | null
}

export function partsOf({ rules, classifier, recorded }: ComparedRules): readonly Part[] {
  const textOf = sourceTexts([...recorded.sources, ...recorded.found.modules.values()])
  const parts = rules.domains.flatMap(({ key, rules, configuration, sweepRules, sweepFamilies }) => {
    const own = [
      ...rules.map(responsePart),
      ...configuration.map((one) => configurationPart(key, one, textOf)),
      ...sweepRules.map((rule) => sweepPart(key, rule)),
      ...sweepFamilies.map((family) =>
        plainPart(`${about(key)} sweep rules for ${family}`, "no default rule"),
      ),
    ]
    // It still keeps the rules of an MX host away.
    return own.length === 0 ? [plainPart(about(key), "a table without rules")] : own
  })
  const aliases = rules.aliases.map(([key, target]) => aliasPart(about(key), target))
  return numbered([...parts, ...aliases, ...classificationParts(classifier.data)])
}

/** Several that are known by the same are told apart by their order. */
function numbered(parts: readonly Part[]): readonly Part[] {
  const counts = new Map<string, number>()
  return parts.map((part) => {
    const count = (counts.get(part.key) ?? 0) + 1
    counts.set(part.key, count)
    return count === 1 ? part : { ...part, key: `${part.key} ${count}` }
  })
}

function plainPart(head: string, says: string): Part {
  return { key: head, isRule: false, head, says, list: null }
}

function about(domain: string): string {
  return `["${oneLine(domain)}"]`
}

/** A rule of the same domain, pattern and trigger is the same one. */
function responsePart(rule: ResponseRule): Part {
  const { id, file, line, domain, code, trigger, actions, observe, message } = rule
  const words = wordsOf(actions)
  return {
    key: `rule ${id}`,
    isRule: true,
    head: oneLine(`${file}:${line} ${about(domain)} ${code}; trigger ${trigger.text}`),
    says: oneLine(
      `${observe ? "only observes: " : ""}${words}${message === null ? "" : `; message: ${message}`}`,
    ),
    list: `rules of ${domain}`,
  }
}

function wordsOf(actions: readonly Action[]): string {
  return actions.map(({ name, args }) => [name, ...args].join(" ")).join(", ")
}

function configurationPart(
  domain: string,
  { option, value, file, line }: Configuration,
  textOf: SourceTexts,
): Part {
  const name = `${about(domain)} configuration ${option}`
  const part = { key: name, isRule: false, head: oneLine(`${file}:${line} ${name}`), list: null }
  switch (value.kind) {
    case "number":
      return { ...part, says: String(value.value) }
    case "range":
      return { ...part, says: `{${value.low}, ${value.high}}` }
    case "function":
      return { ...part, says: "a function", hidden: textOf(value) }
  }
}

type SourceTexts = (of: Extract<Configuration["value"], { kind: "function" }>) => string

/** The texts of functions, by the lines that they are written in. */
function sourceTexts(sources: readonly RuleSource[]): SourceTexts {
  const known = new Map<string, readonly string[]>()
  return ({ lines }) => {
    if (lines === undefined || lines === null) return ""
    const { file, first, last } = lines
    let text = known.get(file)
    if (text === undefined) {
      const bytes = sources.find((source) => source.file === file)?.bytes ?? new Uint8Array()
      // As the translator counts them.
      text = Buffer.from(bytes)
        .toString("latin1")
        .split(/\r\n|\n\r|\n|\r/)
      known.set(file, text)
    }
    return text.slice(first - 1, last).join("\n")
  }
}

function sweepPart(domain: string, { name, file, line, enabled, codes, low, high }: SweepRule): Part {
  const threshold = ({ percent, words }: SweepThreshold): string => `${percent} % ${words.join(" ")}`
  return {
    key: `sweep rule of ${domain}: ${name}`,
    isRule: true,
    head: oneLine(`${file}:${line} ${about(domain)} sweep rule ${name}`),
    says: oneLine(
      `${enabled ? "" : "off: "}${codes.join(", ")}; low ${threshold(low)}; high ${threshold(high)}`,
    ),
    list: `sweep rules of ${domain}`,
  }
}

function aliasPart(place: string, target: string | null): Part {
  const says = target === null ? "an alias of nothing that has rules" : `an alias of "${oneLine(target)}"`
  return { ...plainPart(place, says), key: `alias ${place}` }
}

function classificationParts({ classes, overrides, providers, aliases, general }: ClassificationData) {
  const keyed = (part: string, lists: readonly (readonly [string, readonly ClassEntry[]])[]): Part[] =>
    lists.flatMap(([key, entries]) => entries.map((entry) => classPart(`${part}${about(key)}`, entry)))
  return [
    ...classes.map(({ label, code, name, description }) =>
      plainPart(
        `bounce class ${oneLine(label)}`,
        oneLine([String(code), name ?? "", description].filter((word) => word !== "").join(" ")),
      ),
    ),
    ...keyed("overrides", overrides),
    ...keyed("providers", providers),
    ...aliases.map(([key, target]) => aliasPart(`bounce classes, providers${about(key)}`, target)),
    ...general.map((entry) => classPart("general", entry)),
  ]
}

/** An entry has no name but what it says. */
function classPart(list: string, { label, code, ...tests }: ClassEntry): Part {
  const given = Object.entries(tests).filter(([, values]) => values.length > 0)
  const says = oneLine(
    `${label}${code === null ? "" : ` as ${code}`} ${JSON.stringify(Object.fromEntries(given))}`,
  )
  return {
    key: `${list} ${JSON.stringify([label, code, tests])}`,
    isRule: false,
    head: `bounce classes, ${list}`,
    says,
    list: `bounce classes ${list}`,
  }
}
