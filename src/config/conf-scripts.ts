/**
 * The scripts that a scriptlet names: the source of each, by its name. A second
 * stanza of one name adds to the first; those without a name are each their own.
 * Source: configuration.md section 3, "Other stanzas".
 */
import { nearest } from "../model/nearest.js"
import { checkOption } from "./conf-check.js"
import { type Setting, settingOf } from "./scope-tree.js"
import { type Assignment, type Stanza, valueText } from "./syntax/conf-ast.js"
import type { ConfReport } from "./syntax/conf-report.js"

/** A script, and where its source is written. */
export interface ScriptSource {
  readonly text: string
  readonly at: Assignment
}

const SOURCE = "source"
const MAX_SHOWN = 60

export class ConfScripts {
  readonly #report: ConfReport
  /** By name; a blank and a number stand for one that has none. */
  readonly #scripts = new Map<string, { readonly stanza: Stanza; source: Assignment | null }>()
  #nameless = 0

  constructor(report: ConfReport) {
    this.#report = report
  }

  get sources(): readonly ScriptSource[] {
    return Array.from(this.#scripts.values(), ({ source }) =>
      source === null ? [] : { text: valueText(source.value), at: source },
    ).flat()
  }

  /** @param known what earlier stanzas of its name say; what this one says is added to it */
  take(stanza: Stanza, known: ReadonlyMap<string, Setting> | undefined): ReadonlyMap<string, Setting> {
    const name = stanza.argument?.text ?? ""
    const key = name === "" ? ` ${this.#nameless++}` : name
    const script = this.#scripts.get(key) ?? { stanza, source: null }
    this.#scripts.set(key, script)
    const settings = new Map(known)
    for (const item of stanza.items) {
      if (item.kind !== "assignment") continue
      const isSource = item.name.toLowerCase() === SOURCE
      if (isSource && !checkOption(item, "script", this.#report)) continue
      settings.set(item.name.toLowerCase(), settingOf(item))
      if (isSource) script.source = item
    }
    return settings
  }

  /** Tells of those that run nothing: most likely the option is misspelt. */
  check(): void {
    for (const { stanza, source } of this.#scripts.values()) {
      if (source !== null || stanza.items.some(isSourceOption)) continue
      const guess = stanza.items.find(
        (item): item is Assignment =>
          item.kind === "assignment" && nearest(item.name.toLowerCase(), [SOURCE]) !== null,
      )
      this.#report.add(
        "E_CONF_SOURCE",
        guess ?? stanza,
        `script '${(stanza.argument?.text ?? "").slice(0, MAX_SHOWN)}' has no source: nothing of it runs`,
        guess === undefined
          ? 'add source = "FILE"'
          : `did you mean 'source' by '${guess.name.slice(0, MAX_SHOWN)}'?`,
      )
    }
  }
}

/** One that could not be used was told already. */
function isSourceOption(item: Stanza["items"][number]): boolean {
  return item.kind === "assignment" && item.name.toLowerCase() === SOURCE
}
