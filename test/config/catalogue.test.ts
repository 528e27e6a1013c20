/** The options against a table of our own, copied from configuration.md section 3 by hand. */
import { describe, expect, test } from "vitest"
import {
  CATALOGUE,
  defaultOf,
  MODULES,
  optionsOf,
  SCOPE_KINDS,
  STANZAS,
  type StanzaName,
} from "../../src/config/catalogue.js"
import { readOption } from "../../src/config/values.js"

const BOUNDED =
  `body_timeout ehlo_timeout idle_timeout mailfrom_timeout max_deliveries_per_connection max_outbound_connections
  max_recipients_per_batch max_recipients_per_connection max_resident_active_queue max_retries max_retry_interval
  outbound_throttle_messages rcptto_timeout retry_interval rset_timeout`.split(/\s+/)

/** Name, type, default; null = unset. */
type Line = readonly [string, string, string | null]

const ADAPTIVE: readonly Line[] = [
  ["ad_response_rule_series_prefix", "text", "ADRR_series"],
  ["adaptive_cache_size", "count", "1048576"],
  ["adaptive_cache_ttl", "seconds", "43200"],
  ["adaptive_manage_options", "words", ""],
  ["adaptive_stats_period", "seconds", "3600"],
  ["adaptive_unmanage_options", "words", ""],
  ["backing_store_connect_timeout", "seconds", "5"],
  ["backing_store_timeout", "seconds", "5"],
  ["backstore_job_concurrency", "count", null],
  ["binding_domain_cache_max_ttl", "seconds", "86400"],
  ["binding_domain_cache_size", "count", "999999"],
  ["bounce_sweep_interval", "seconds", "3600"],
  ["data_store", "list", '("http://127.0.0.1:8098")'],
  ["data_store_sync_interval", "seconds", "3600"],
  ["datasource_name", "text", null],
  ["enable_bounce_stats", "switch", "true"],
  ["enable_fbl_stats", "switch", "true"],
  ["enable_jlog", "switch", "false"],
  ["enable_logging", "switch", "true"],
  ["fbl_stats_monitor", "monitor", "14400,6"],
  ["fbl_stats_series", "text", "FBL_stats"],
  ["fbl_total_series", "text", "FBL_total"],
  ["force_max_binding_age", "switch", "false"],
  ["jlog_file", "jlog", "jlog:///var/log/adaptive/adaptive.rt=>ad_stats"],
  ["log_base", "text", "/var/log/ecelerity/adaptive"],
  ["operational_log_level", "level", "NOTICE"],
  ["outbound_throttle_messages_monitor", "monitor", "3,20"],
  ["outbound_throttle_messages_series", "text", "OBTM_Series"],
  ["read_cache_after_suspension", "switch", "false"],
  ["split_logs_by_binding", "switch", "false"],
  ["suspend_sweep_interval", "seconds", "60"],
]

const SCOPED: readonly Line[] = [
  ["adaptive_enabled", "switch", "false"],
  ["adaptive_scope", "cluster", "auto"],
  ["adaptive_adjustment_interval", "seconds", "60"],
  ["adaptive_positive_adjustment_interval", "seconds", "3600"],
  ["adaptive_default_suspension", "duration", "4 hours"],
  ["adaptive_default_suspension_enabled", "switch", "false"],
  ["adaptive_rejection_rate_suspension_percentage", "percent", "20"],
  ["adaptive_attempt_threshold", "count", "2000"],
  ["adaptive_fbl_volume_threshold", "count", "20000"],
  ["adaptive_alert_email_destination", "text", null],
  ["adaptive_alert_email_sender", "text", null],
  ["adaptive_notification_events", "words", "throttle suspension blackhole"],
  ["adaptive_notification_interval", "seconds", "3600"],
  ["adaptive_retry_fuzz", "seconds", "4096"],
  ["adaptive_sweep_rule_enabled", "switch", "1"],
  ...BOUNDED.map((name): Line => [`adaptive_${name}`, "range", null]),
  ["max_outbound_connections", "limit", "32"],
  ["max_deliveries_per_connection", "tuned", "0"],
  ["max_recipients_per_connection", "tuned", "0"],
  ["max_recipients_per_batch", "tuned", "100"],
  ["max_resident_active_queue", "limit", "250"],
  ["outbound_throttle_messages", "throttle", null],
  ["retry_interval", "tuned", "1200"],
  ["max_retry_interval", "tuned", "43200"],
  ["max_retries", "retries", "auto"],
  ["idle_timeout", "tuned", "5"],
  ["ehlo_timeout", "tuned", "300"],
  ["mailfrom_timeout", "tuned", "300"],
  ["rcptto_timeout", "tuned", "300"],
  ["body_timeout", "tuned", "600"],
  ["rset_timeout", "tuned", "30"],
  ["suspend_delivery", "switch", "false"],
  ["blackhole", "blackhole", "false"],
  ["delayed_binding_domain_fuzz", "seconds", "0"],
  ["message_expiration", "seconds", "86400"],
]

const COMMON: readonly Line[] = [
  ["enabled", "switch", "true"],
  ["debug_level", "level", "ERROR"],
]
const CLASSIFIER = ["system_mdn", "system_smtp", "user_mdn", "user_smtp"].map(
  (prefix): Line => [`${prefix}_classification_override`, "text", null],
)

const EXPECTED: Record<StanzaName, readonly Line[]> = {
  global: [...SCOPED, ["siv_throttle_cache_size", "count", "1000"]],
  binding_group: SCOPED,
  binding: SCOPED,
  domain: SCOPED,
  host: [["max_outbound_connections", "limit", "-1"]],
  adaptive: [...ADAPTIVE, ...COMMON],
  adaptive_sweep_rule: [
    ["codes", "list", null],
    ["low_threshold", "percent", "5"],
    ["high_threshold", "percent", "10"],
    ["low_action", "list", '("throttle" "down")'],
    ["high_action", "list", '("suspend" "4 hours")'],
    ["adaptive_sweep_rule_enabled", "switch", "1"],
  ],
  adaptive_backstore_leveldb: [["path", "text", "/var/log/ecelerity/adaptive.leveldb"], ...COMMON],
  adaptive_backstore_riak: [["timeout", "seconds", "5"], ["connect_timeout", "seconds", "5"], ...COMMON],
  alerting: [
    ["alerting_cache_ttl", "seconds", "3600"],
    ["alerting_cache_size", "count", "1048576"],
    ...COMMON,
  ],
  bounce_classifier_override: [
    ["custom_classes", "dictionary", null],
    ["refresh", "seconds", "300"],
    ["enable_system_updates", "switch", "1"],
    ...CLASSIFIER,
    ...COMMON,
  ],
  inbound_audit: [
    ["monitors", "list", null],
    ["maintenance_interval", "seconds", "300"],
    ["log_dir", "text", "/var/log/ecelerity/audit_series_logs"],
    ["serialize_dir", "text", "/var/log/ecelerity/audit_series_persist"],
    ...COMMON,
  ],
  outbound_audit: [
    ["monitors", "list", '("300,6")'],
    ["monitor_domains", "switch", "on"],
    ["threshold", "count", "0"],
    ["domainlist", "text", ""],
    ...COMMON,
  ],
  scriptlet: [["script_ttl", "seconds", "300"], ...COMMON],
  script: [["source", "text", null]],
}

const sorted = (lines: readonly Line[]): Line[] => [...lines].sort(([a], [b]) => (a < b ? -1 : 1))

describe("the catalogue", () => {
  test.each(STANZAS)("%s", (stanza) => {
    const real = [...optionsOf(stanza).values()].map(
      ({ name, type, defaultText }): Line => [name, type, defaultText],
    )
    expect(sorted(real)).toEqual(sorted(EXPECTED[stanza]))
  })

  test("an option stands once in a stanza", () => {
    const places = CATALOGUE.flatMap(({ name, stanzas }) => stanzas.map((stanza) => `${stanza} ${name}`))
    expect(places.filter((place, i) => places.indexOf(place) !== i)).toEqual([])
  })

  test("its names are in lower case, its reasons short, its defaults of their own kind", () => {
    for (const { name, type, defaultText, idle } of CATALOGUE) {
      expect(name).toBe(name.toLowerCase())
      if (idle !== null) expect(idle).toMatch(/^[a-z][^|\n]{10,110}[^.\s]$/)
      if (defaultText !== null)
        expect(readOption(type, defaultText), `${name} = ${defaultText}`).not.toBeNull()
    }
  })

  test("defaults of scopes and of the module", () => {
    expect(["adaptive_enabled", "adaptive_stats_period", "no_such_option"].map(defaultOf)).toEqual([
      "false",
      "3600",
      null,
    ])
  })

  test("modules and scopes are stanzas", () => {
    for (const name of [...MODULES, ...SCOPE_KINDS]) expect(STANZAS).toContain(name)
  })
})
