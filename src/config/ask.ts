/**
 * What scripts ask of the configuration: `msys.config("get", "binding", b, "domain", d, option)`.
 * Source: lua-dialect.md, `msys.config`; console.md section 4.
 */
import { optionsOf, type StanzaName, stanzasOf } from "./catalogue.js"
import type { Configuration } from "./configuration.js"
import { findSetting } from "./scope-tree.js"
import { optionLine, shownDefault, shownValue } from "./show-option.js"
import { readOption } from "./values.js"

export interface OptionAnswer {
  readonly value: string | number | boolean
  /** The line that a console would show. */
  readonly text: string
}

/**
 * An option in effect.
 * @param path names of scopes, each with its own name behind it, then the option
 * @returns null when there is no such scope or option
 */
export function askOption(configuration: Configuration, path: readonly string[]): OptionAnswer | null {
  const option = path.at(-1)?.toLowerCase()
  if (option === undefined) return null
  const scope = { binding_group: "", binding: "", domain: "" }
  const words = path.slice(0, -1)
  const isModule = words.length === 1 && words[0]?.toLowerCase() === "adaptive"
  for (let i = 0; !isModule && i < words.length; i += 2) {
    const kind = words[i]?.toLowerCase() ?? ""
    if (!Object.hasOwn(scope, kind) || words[i + 1] === undefined) return null
    scope[kind as keyof typeof scope] = words[i + 1] as string
  }
  const asked = { group: scope.binding_group, binding: scope.binding, domain: scope.domain }
  const stanza: StanzaName = isModule ? "adaptive" : "domain"
  const setting = isModule
    ? (configuration.module("adaptive")?.get(option) ?? null)
    : (findSetting(configuration.ranks(asked), option)?.setting ?? null)
  if (setting === null && !stanzasOf(option).includes(stanza)) return null
  const text = setting?.text ?? optionsOf(stanza).get(option)?.defaultText ?? ""
  const shown = setting === null ? shownDefault(option, stanza) : shownValue(setting, stanza)
  return { value: typedValue(option, stanza, text), text: optionLine(option, shown) }
}

function typedValue(option: string, stanza: StanzaName, text: string): OptionAnswer["value"] {
  const type = optionsOf(stanza).get(option)?.type
  if (type === "switch" || type === "blackhole") return readOption(type, text) === true
  return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text
}
