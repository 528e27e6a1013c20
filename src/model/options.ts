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
}

const managed = (defaultValue: number | null): TunableOption => ({ managed: true, defaultValue })
const manageable = (defaultValue: number | null): TunableOption => ({ managed: false, defaultValue })

export const TUNABLE_OPTIONS: Readonly<Record<string, TunableOption>> = Object.freeze({
  max_outbound_connections: managed(32),
  max_deliveries_per_connection: managed(null),
  retry_interval: managed(1200),
  max_retry_interval: managed(43_200),
  max_retries: managed(null),
  outbound_throttle_messages: managed(null),
  idle_timeout: manageable(5),
  ehlo_timeout: manageable(300),
  mailfrom_timeout: manageable(300),
  rcptto_timeout: manageable(300),
  body_timeout: manageable(600),
  rset_timeout: manageable(30),
  max_recipients_per_batch: manageable(100),
  max_recipients_per_connection: manageable(null),
  max_resident_active_queue: manageable(250),
})
