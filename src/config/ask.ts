/**
 * What scripts ask of the configuration: `msys.config("get", "binding", b, "domain", d, option)`.
 * Source: lua-dialect.md, `msys.config`; console.md section 4.
 */
import { MODULES, NAMED_MODULES, optionsOf, type StanzaName, stanzasOf } from "./catalogue.js"
import type { Configuration } from "./configuration.js"
import { effectiveSetting, effectiveSweepSetting } from "./effective.js"
import type { Setting } from "./scope-tree.js"
import { optionLine, shownDefault, shownValue } from "./show-option.js"
import { readOption } from "./values.js"

export interface OptionAnswer {
  readonly value: string | number | boolean
  /** The line that a console would show. */
  readonly text: string
}

/**
 * An option in effect.
 * @param path names of scopes or a module, each with its own name behind it where it has one, then the option
 * @returns null when there is no such scope, module or option
 */
export function askOption(configuration: Configuration, path: readonly string[]): OptionAnswer | null {
  const option = path.at(-1)?.toLowerCase()
  if (option === undefined) return null
  const found = findAsked(configuration, path.slice(0, -1), option)
  if (found === null) return null
  const { stanza, setting } = found
  if (setting === null && !stanzasOf(option).includes(stanza)) return null
  const text = setting?.text ?? optionsOf(stanza).get(option)?.defaultText ?? ""
  const shown = setting === null ? shownDefault(option, stanza) : shownValue(setting, stanza)
  return { value: typedValue(option, stanza, text), text: optionLine(option, shown) }
}

/** Where something stands, and what it is set to. */
interface Found {
  readonly stanza: StanzaName
  readonly setting: Setting | null
}

function findAsked(configuration: Configuration, words: readonly string[], option: string): Found | null {
  const module = MODULES.find((name) => name === words[0]?.toLowerCase())
  if (module !== undefined) {
    const isNamed = NAMED_MODULES.includes(module)
    if (words.length !== (isNamed ? 2 : 1)) return null
    const settings = configuration.module(module, isNamed ? words[1] : null)
    // One that is not configured has its defaults, an instance without a name of its own has not.
    return settings === null && isNamed ? null : { stanza: module, setting: settings?.get(option) ?? null }
  }
  const named = { binding_group: "", binding: "", domain: "", adaptive_sweep_rule: "" }
  for (let i = 0; i < words.length; i += 2) {
    const kind = words[i]?.toLowerCase() ?? ""
    if (!Object.hasOwn(named, kind) || words[i + 1] === undefined) return null
    named[kind as keyof typeof named] = words[i + 1] as string
  }
  const { binding_group: group, binding, domain, adaptive_sweep_rule: rule } = named
  const scope = { group, binding, domain }
  if (rule === "") return { stanza: "domain", setting: effectiveSetting(configuration, scope, option) }
  const setting = effectiveSweepSetting(configuration, scope, rule, option)
  return setting === "no-rule" ? null : { stanza: "adaptive_sweep_rule", setting }
}

function typedValue(option: string, stanza: StanzaName, text: string): OptionAnswer["value"] {
  const type = optionsOf(stanza).get(option)?.type
  if (type === "switch" || type === "blackhole") return readOption(type, text) === true
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}
