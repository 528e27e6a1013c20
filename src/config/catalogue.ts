/**
 * Every option that a configuration may set and that has to do with Adaptive
 * Delivery: what it takes, its default, where it may stand, and whether it does
 * something here. One table for the checks, the look-ups and the README.
 * Source: configuration.md section 3; seed "adaptive".
 */

import { ADAPTIVE_OPTIONS, type OptionType, TUNABLE_OPTIONS } from "../model/options.js"
import { tunedType } from "./values.js"

/** Those that are modules: they stand in the global scope. */
export const MODULES = [
  "adaptive",
  "adaptive_backstore_leveldb",
  "adaptive_backstore_riak",
  "alerting",
  "bounce_classifier_override",
  "inbound_audit",
  "outbound_audit",
  "scriptlet",
] as const
/** Modules of which there may be several, or which have a name at least. */
export const NAMED_MODULES: readonly ModuleName[] = ["outbound_audit", "scriptlet"]
type ModuleName = (typeof MODULES)[number]

/** Stanzas whose options are known; the others are kept and not looked into. */
export const STANZAS = [
  "global",
  "binding_group",
  "binding",
  "domain",
  "host",
  "adaptive_sweep_rule",
  ...MODULES,
  "script",
] as const
export type StanzaName = (typeof STANZAS)[number]

/** The scopes that options fall back through. */
export type ScopeKind = "global" | "binding_group" | "binding" | "domain"
export const SCOPE_KINDS: readonly ScopeKind[] = ["global", "binding_group", "binding", "domain"]

export interface CatalogueEntry {
  readonly name: string
  readonly type: OptionType
  /** As it would be written; null = unset. */
  readonly defaultText: string | null
  readonly stanzas: readonly StanzaName[]
  /** Why it has no effect here; null where it has. */
  readonly idle: string | null
}

/** Type, default, and why it does nothing. */
type Row = readonly [type: OptionType, defaultText: string | null, idle?: string]

const NOT_A_CACHE = "state stands in columns that hold every pair: nothing is cached, nothing expires"
const NO_SERVER = "state is kept in this program and its snapshots, not on a server"
const EXACT = "matches are counted by exact times, not in a named series"
const CLASSIFIED = "replies are classified by rules/bounce_classification.lua and what scripts add to it"
const NO_CLUSTER = "one node: there is nobody to share with"

/** What every module has. */
const DEBUG_LEVEL: Row = ["level", "ERROR", "the log of this program has one level, operational_log_level"]
/** Modules that do something here, which may be switched off. */
const RUNNING = ["adaptive", "outbound_audit", "scriptlet"] as const
const NOT_RUNNING = MODULES.filter((name) => !(RUNNING as readonly string[]).includes(name))

const MODULE: Readonly<Record<string, Row>> = {
  ad_response_rule_series_prefix: ["text", "ADRR_series", EXACT],
  adaptive_cache_size: ["count", "1048576", NOT_A_CACHE],
  adaptive_cache_ttl: ["seconds", "43200", NOT_A_CACHE],
  backing_store_connect_timeout: ["seconds", "5", NO_SERVER],
  backing_store_timeout: ["seconds", "5", NO_SERVER],
  backstore_job_concurrency: ["count", null, NO_SERVER],
  binding_domain_cache_max_ttl: ["seconds", "86400", NOT_A_CACHE],
  binding_domain_cache_size: ["count", "999999", NOT_A_CACHE],
  data_store: ["list", '("http://127.0.0.1:8098")', NO_SERVER],
  data_store_sync_interval: ["seconds", "3600", NO_SERVER],
  datasource_name: ["text", null, "obsolete: state is kept in this program, not in a data source"],
  enable_jlog: ["switch", "false"],
  enable_logging: ["switch", "true"],
  fbl_stats_monitor: ["monitor", "14400,6"],
  fbl_stats_series: ["text", "FBL_stats", "reports are counted by pair, not in a named series"],
  fbl_total_series: ["text", "FBL_total", "deliveries are counted by pair, not in a named series"],
  jlog_file: ["jlog", "jlog:///var/log/adaptive/adaptive.rt=>ad_stats"],
  log_base: ["text", "/var/log/ecelerity/adaptive"],
  operational_log_level: ["level", "NOTICE"],
  outbound_throttle_messages_monitor: ["monitor", "3,20", NO_CLUSTER],
  outbound_throttle_messages_series: ["text", "OBTM_Series", NO_CLUSTER],
  split_logs_by_binding: ["switch", "false"],
}

const MTA_SIDE = "the mail server's own business: no rule of Adaptive Delivery tunes it"

const SCOPED: Readonly<Record<string, Row>> = {
  adaptive_scope: ["cluster", "auto", "one node: every pair is local"],
  adaptive_alert_email_destination: ["text", null],
  adaptive_alert_email_sender: ["text", null],
  suspend_delivery: ["switch", "false"],
  blackhole: ["blackhole", "false"],
  delayed_binding_domain_fuzz: ["seconds", "0", MTA_SIDE],
  message_expiration: ["seconds", "86400", MTA_SIDE],
}

const PER_HOST: Row = [
  "limit",
  "-1",
  "rules tune pairs of a binding and a domain: a single host has no limit of its own",
]

const OTHERS: Partial<Readonly<Record<StanzaName, Readonly<Record<string, Row>>>>> = {
  host: { max_outbound_connections: PER_HOST },
  global: { siv_throttle_cache_size: ["count", "1000"] },
  adaptive_sweep_rule: {
    codes: ["list", null],
    low_threshold: ["percent", "5"],
    low_action: ["list", '("throttle" "down")'],
    high_threshold: ["percent", "10"],
    high_action: ["list", '("suspend" "4 hours")'],
    adaptive_sweep_rule_enabled: ["switch", "1"],
  },
  adaptive_backstore_leveldb: {
    path: ["text", "/var/log/ecelerity/adaptive.leveldb", NO_SERVER],
  },
  adaptive_backstore_riak: {
    connect_timeout: ["seconds", "5", NO_SERVER],
    timeout: ["seconds", "5", NO_SERVER],
  },
  alerting: {
    alerting_cache_size: ["count", "1048576", NOT_A_CACHE],
    alerting_cache_ttl: ["seconds", "3600", NOT_A_CACHE],
  },
  bounce_classifier_override: {
    custom_classes: ["dictionary", null],
    enable_system_updates: ["switch", "1", CLASSIFIED],
    refresh: ["seconds", "300", CLASSIFIED],
    system_mdn_classification_override: ["text", null, CLASSIFIED],
    system_smtp_classification_override: ["text", null, CLASSIFIED],
    user_mdn_classification_override: ["text", null, CLASSIFIED],
    user_smtp_classification_override: ["text", null, CLASSIFIED],
  },
  inbound_audit: {
    monitors: ["list", null, "incoming mail is not looked at"],
    maintenance_interval: ["seconds", "300", "incoming mail is not looked at"],
    log_dir: ["text", "/var/log/ecelerity/audit_series_logs", "incoming mail is not looked at"],
    serialize_dir: ["text", "/var/log/ecelerity/audit_series_persist", "incoming mail is not looked at"],
  },
  outbound_audit: {
    monitors: ["list", '("300,6")'],
    monitor_domains: ["switch", "on"],
    threshold: ["count", "0"],
    domainlist: ["text", ""],
  },
  scriptlet: {
    script_ttl: [
      "seconds",
      "300",
      "adaptive run follows rule files; other commands read them once, at the start",
    ],
  },
  script: { source: ["text", null] },
}

function entriesOf(rows: Readonly<Record<string, Row>>, stanzas: readonly StanzaName[]): CatalogueEntry[] {
  return Object.entries(rows).map(([name, [type, defaultText, idle]]) => ({
    name,
    type,
    defaultText,
    stanzas,
    idle: idle ?? null,
  }))
}

function adaptiveEntries(): CatalogueEntry[] {
  return Object.entries(ADAPTIVE_OPTIONS).map(([name, { type, defaultText, isModule }]) => ({
    name,
    type,
    // A configuration that does not enable it leaves it off.
    defaultText: name === "adaptive_enabled" ? "false" : defaultText,
    stanzas: isModule ? ["adaptive"] : SCOPE_KINDS,
    idle: null,
  }))
}

function tunableEntries(): CatalogueEntry[] {
  return Object.entries(TUNABLE_OPTIONS).map(([name, { defaultText }]) => ({
    name,
    type: tunedType(name),
    defaultText,
    stanzas: SCOPE_KINDS,
    idle: null,
  }))
}

/** All of them; a name may stand twice, with different stanzas. */
export const CATALOGUE: readonly CatalogueEntry[] = Object.freeze([
  ...adaptiveEntries(),
  ...entriesOf(SCOPED, SCOPE_KINDS),
  ...tunableEntries(),
  ...entriesOf(MODULE, ["adaptive"]),
  ...entriesOf({ enabled: ["switch", "true"] }, RUNNING),
  ...entriesOf({ enabled: ["switch", "true", "nothing runs here that could be off"] }, NOT_RUNNING),
  ...entriesOf({ debug_level: DEBUG_LEVEL }, MODULES),
  ...Object.entries(OTHERS).flatMap(([stanza, rows]) => entriesOf(rows, [stanza as StanzaName])),
])

const BY_STANZA: ReadonlyMap<StanzaName, ReadonlyMap<string, CatalogueEntry>> = new Map(
  STANZAS.map((stanza) => [
    stanza,
    new Map(CATALOGUE.filter(({ stanzas }) => stanzas.includes(stanza)).map((entry) => [entry.name, entry])),
  ]),
)

/** What may stand in a stanza, by name in lower case. */
export function optionsOf(stanza: StanzaName): ReadonlyMap<string, CatalogueEntry> {
  return BY_STANZA.get(stanza) ?? new Map()
}

const STANZAS_BY_NAME: ReadonlyMap<string, readonly StanzaName[]> = new Map(
  CATALOGUE.map(({ name }) => [name, STANZAS.filter((stanza) => optionsOf(stanza).has(name))]),
)

/** Stanzas that a name may stand in. */
export function stanzasOf(name: string): readonly StanzaName[] {
  return STANZAS_BY_NAME.get(name) ?? []
}

/** What a scope has where nobody sets an option; null = unset, or unknown here. */
export function defaultOf(name: string): string | null {
  return optionsOf("domain").get(name)?.defaultText ?? optionsOf("adaptive").get(name)?.defaultText ?? null
}
