/**
 * The options of an outbound_audit instance, as values and as they are written.
 * Source: seed "outbound_audit", Configuration; configuration.md sections 1 and 3.
 */
import { isDomainName } from "./host-name.js"
import { MONITOR_FORM, type Monitor, parseMonitor } from "./monitor.js"
import { readSwitch, SWITCH_FORM } from "./switch.js"

export interface AuditOptions {
  readonly monitors: readonly Monitor[]
  /** Off: only what all domains add up to. */
  readonly monitorDomains: boolean
  /** A domain is kept once it has had more messages than this; 0 keeps every domain from its first event. */
  readonly threshold: number
  /** When there are any, these domains and no others are kept, whatever the threshold. */
  readonly domainList: readonly string[]
}

/** What holds where nothing is written. Source: configuration.md section 3, "Other stanzas". */
export const AUDIT_DEFAULTS: AuditOptions = Object.freeze({
  monitors: [{ sizeSec: 300, count: 6 }],
  monitorDomains: true,
  threshold: 0,
  domainList: [],
})

/** The size of windows that two monitors have: they would count the same. Null where all differ. */
export function sizeTwice(monitors: readonly Monitor[]): number | null {
  const sizes = monitors.map(({ sizeSec }) => sizeSec)
  return sizes.find((size, i) => sizes.indexOf(size) < i) ?? null
}

interface AuditOption<K extends keyof AuditOptions> {
  readonly key: K
  /** Null for a text that is none. */
  readonly read: (text: string) => AuditOptions[K] | null
  /** What to write, for hints. */
  readonly form: string
  readonly show: (value: AuditOptions[K]) => string
}

const option = <K extends keyof AuditOptions>(
  key: K,
  form: string,
  read: AuditOption<K>["read"],
  show: AuditOption<K>["show"],
): AuditOption<K> => ({ key, form, read, show })

/** By the name in a configuration. */
export const AUDIT_OPTIONS = {
  monitors: option("monitors", `( ${MONITOR_FORM} … )`, readMonitors, (monitors) =>
    ["(", ...monitors.map(({ sizeSec, count }) => `  ${sizeSec},${count}`), "  )"].join("\n"),
  ),
  monitor_domains: option("monitorDomains", SWITCH_FORM, readSwitch, (isOn) => (isOn ? "on" : "off")),
  threshold: option(
    "threshold",
    "a whole number of messages, 0 for every domain",
    (text) => (/^\d{1,15}$/.test(text) ? Number(text) : null),
    String,
  ),
  domainlist: option("domainList", '"domain1,domain2"', readDomains, (domains) => `"${domains.join(",")}"`),
} as const
export type AuditOptionName = keyof typeof AUDIT_OPTIONS

export function isAuditOption(name: string): name is AuditOptionName {
  return Object.hasOwn(AUDIT_OPTIONS, name)
}

/** The value of an option, by the key that it has; null when the text is none. */
export function readAuditOption(name: AuditOptionName, text: string): Partial<AuditOptions> | null {
  const { key, read } = AUDIT_OPTIONS[name]
  const value = read(text.trim())
  return value === null ? null : { [key]: value }
}

/** An option as the console prints its value. */
export function showAuditOption(name: AuditOptionName, options: AuditOptions): string {
  const { key, show } = AUDIT_OPTIONS[name] as AuditOption<keyof AuditOptions>
  return show(options[key])
}

/** `( "300,6" "1800,4" )`, also without the brackets, with one quoted or bare monitor, or in curly quotes. */
function readMonitors(text: string): readonly Monitor[] | null {
  const straight = text.replace(/[“”]/g, '"').replace(/\s+/g, " ")
  const inner = /^\(([^()]*)\)$/s.exec(straight)?.[1] ?? straight
  const texts = inner.includes('"') ? quotedIn(inner) : inner.split(/\s+(?=\d+\s*,)/)
  if (texts === null) return null
  const monitors = texts.filter((one) => one.trim() !== "").map(parseMonitor)
  return monitors.length === 0 || monitors.includes(null) ? null : (monitors as Monitor[])
}

/** The quoted texts of a list that holds nothing else; null for any other. */
function quotedIn(list: string): string[] | null {
  if (!/^\s*(?:"[^"]*"[\s,]*)+$/.test(list)) return null
  return Array.from(list.matchAll(/"([^"]*)"/g), (match) => match[1] as string)
}

function readDomains(text: string): readonly string[] | null {
  const bare = text.replace(/[“”]/g, '"').replace(/^"(.*)"$/s, "$1")
  const domains = bare.split(/[\s,]+/).filter((domain) => domain !== "")
  return domains.every(isDomainName) ? domains : null
}
