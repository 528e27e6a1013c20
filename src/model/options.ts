/**
 * The delivery options that rules may tune, with the defaults that count as
 * "finite product default" when a rule wants to adjust one.
 * Source: configuration.md section 3, base options; rule-files.md section 5.
 */

export interface TunableOption {
  /** Managed without `adaptive_manage_options`. */
  readonly managed: boolean
  /** Documented default; null = unlimited or not a number, so no base for an adjustment. */
  readonly defaultValue: number | null
  /** The same as it would be written. */
  readonly defaultText: string | null
}

const tunable =
  (managed: boolean) =>
  (defaultValue: number | null, defaultText = defaultValue === null ? null : String(defaultValue)) => ({
    managed,
    defaultValue,
    defaultText,
  })
const managed = tunable(true)
const manageable = tunable(false)

export const TUNABLE_OPTIONS: Readonly<Record<string, TunableOption>> = Object.freeze({
  max_outbound_connections: managed(32),
  max_deliveries_per_connection: managed(null, "0"),
  retry_interval: managed(1200),
  max_retry_interval: managed(43_200),
  max_retries: managed(null, "auto"),
  outbound_throttle_messages: managed(null),
  idle_timeout: manageable(5),
  ehlo_timeout: manageable(300),
  mailfrom_timeout: manageable(300),
  rcptto_timeout: manageable(300),
  body_timeout: manageable(600),
  rset_timeout: manageable(30),
  max_recipients_per_batch: manageable(100),
  max_recipients_per_connection: manageable(null, "0"),
  max_resident_active_queue: manageable(250),
})

/** How the text of an option reads. */
export type OptionType =
  | "switch"
  | "seconds"
  | "count"
  | "percent"
  | "duration"
  | "words"
  | "range"
  /** A value of an option that rules tune, in the unit of the configuration. */
  | "tuned"
  | "retries"
  | "limit"
  | "throttle"
  | "monitor"
  | "text"
  | "list"
  | "dictionary"
  | "level"
  | "jlog"
  | "cluster"
  | "blackhole"

export interface AdaptiveOption {
  readonly type: OptionType
  /** As it would be written; null = unset. */
  readonly defaultText: string | null
  /** Set once for the whole module, not for a binding or domain. */
  readonly isModule: boolean
}

const scoped = (type: OptionType, defaultText: string | null): AdaptiveOption => ({
  type,
  defaultText,
  isModule: false,
})
const module = (type: OptionType, defaultText: string): AdaptiveOption => ({
  type,
  defaultText,
  isModule: true,
})

/**
 * The options of Adaptive Delivery itself that the engine acts on. `adaptive_enabled` is on
 * without a configuration file (cli.md, conventions); a file that does not set it means off.
 * Source: configuration.md section 3.
 */
export const ADAPTIVE_OPTIONS: Readonly<Record<string, AdaptiveOption>> = Object.freeze({
  adaptive_enabled: scoped("switch", "true"),
  adaptive_adjustment_interval: scoped("seconds", "60"),
  adaptive_positive_adjustment_interval: scoped("seconds", "3600"),
  adaptive_default_suspension: scoped("duration", "4 hours"),
  adaptive_default_suspension_enabled: scoped("switch", "false"),
  adaptive_rejection_rate_suspension_percentage: scoped("percent", "20"),
  adaptive_retry_fuzz: scoped("seconds", "4096"),
  adaptive_attempt_threshold: scoped("count", "2000"),
  adaptive_sweep_rule_enabled: scoped("switch", "1"),
  adaptive_fbl_volume_threshold: scoped("count", "20000"),
  adaptive_notification_events: scoped("words", "throttle suspension blackhole"),
  adaptive_notification_interval: scoped("seconds", "3600"),
  ...Object.fromEntries(
    Object.keys(TUNABLE_OPTIONS).map((option) => [`adaptive_${option}`, scoped("range", null)]),
  ),
  adaptive_manage_options: module("words", ""),
  adaptive_unmanage_options: module("words", ""),
  adaptive_stats_period: module("seconds", "3600"),
  force_max_binding_age: module("switch", "false"),
  read_cache_after_suspension: module("switch", "false"),
  suspend_sweep_interval: module("seconds", "60"),
  bounce_sweep_interval: module("seconds", "3600"),
  enable_bounce_stats: module("switch", "true"),
  enable_fbl_stats: module("switch", "true"),
})
