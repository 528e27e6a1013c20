/** What a configuration says about the store: its outbound_audit instances, and how much is remembered. */
import { type AuditOptions, isAuditOption, readAuditOption } from "../model/audit-options.js"
import { readSwitch } from "../model/switch.js"
import { optionsOf } from "./catalogue.js"
import type { Configuration } from "./configuration.js"
import { NOWHERE } from "./lookup.js"

export interface AuditInstance {
  readonly name: string
  /** Those that are written; the others have their defaults. */
  readonly options: Partial<AuditOptions>
}

/** Instances that are switched off are left out. */
export function auditInstances({ modules }: Configuration): readonly AuditInstance[] {
  return modules.flatMap(({ stanza, instance: name, settings }) => {
    if (stanza !== "outbound_audit" || name === null) return []
    if (readSwitch(settings.get("enabled")?.text ?? "on") === false) return []
    let options: Partial<AuditOptions> = {}
    for (const { name: option, text } of settings.values())
      if (isAuditOption(option)) options = { ...options, ...readAuditOption(option, text) }
    return [{ name, options }]
  })
}

/** How many throttles that scripts make by name are kept. */
export function namedThrottles(configuration: Configuration): number {
  const option = "siv_throttle_cache_size"
  return Number(configuration.lookup(NOWHERE, option) ?? optionsOf("global").get(option)?.defaultText)
}
