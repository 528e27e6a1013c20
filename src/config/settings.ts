/**
 * What the engine needs to know of a pair's options, read once: texts become
 * numbers here, and pairs whose options read the same share one object.
 * Source: configuration.md section 3.
 */

import { type MailAddresses, readAddresses } from "../model/mail-addresses.js"
import type { Monitor } from "../model/monitor.js"
import { ADAPTIVE_OPTIONS, type OptionType, TUNABLE_OPTIONS } from "../model/options.js"
import type { SweepRule } from "../model/sweep-rule.js"
import { NOWHERE, type OptionLookup, type Scope } from "./lookup.js"
import { type Range, readOption, readTuned } from "./values.js"

/** Times in microseconds. */
export interface PairSettings {
  readonly enabled: boolean
  /** What the configuration itself holds the mail with: Adaptive Delivery has no say then. */
  readonly manualHold: "suspended" | "blackholed" | null
  /** Over how long what waited is to be spread when it is let go. */
  readonly retryFuzzSec: number
  readonly adjustmentMicros: number
  readonly positiveAdjustmentMicros: number
  readonly notificationMicros: number
  readonly notificationEvents: ReadonlySet<string>
  /** Whom alerts go to; none: nothing is mailed. */
  readonly alertDestination: MailAddresses
  /** Whom they come from: the first address. */
  readonly alertSender: MailAddresses
  readonly rejectionRate: RejectionRate | null
  /** `adaptive_sweep_rule_enabled`: where it is off, rule files have no sweep rules either. */
  readonly sweepEnabled: boolean
  /** Of the configuration, in the order in which they act; disabled ones too. */
  readonly sweepRules: readonly SweepRule[]
  /** Attempts that must have been made before a share of them means anything. */
  readonly attemptThreshold: number
  /** Deliveries that must have been made before reports about them do. */
  readonly fblVolumeThreshold: number
  /** Bounds that win over rule files, by option. */
  readonly bounds: ReadonlyMap<string, Range>
  /** Values that someone wrote, in the unit of rules. 0 = no limit. */
  readonly written: ReadonlyMap<string, number>
}

/** When too many rejections suspend; null where that is switched off. */
export interface RejectionRate {
  readonly percentage: number
  readonly minAttempts: number
  readonly suspensionSec: number
  readonly suspensionText: string
}

export interface ModuleSettings {
  readonly managed: ReadonlySet<string>
  readonly statsPeriodSec: number
  readonly forceMaxBindingAge: boolean
  readonly readCacheAfterSuspension: boolean
  /** 0 = suspensions end when someone looks. */
  readonly sweepMicros: number
  /** 0 = sweep rules are never evaluated. */
  readonly bounceSweepMicros: number
  /** Windows in which feedback reports and deliveries are counted for sweep rules. */
  readonly fblWindow: Monitor
  readonly countsBounces: boolean
  readonly countsFeedback: boolean
}

export class Settings {
  readonly module: ModuleSettings
  /** Those of every pair, where no scope differs from another; null where some may. */
  readonly uniform: PairSettings | null
  readonly #lookup: OptionLookup
  /** By likeness. */
  readonly #shared = new Map<string, PairSettings>()

  constructor(lookup: OptionLookup) {
    this.#lookup = lookup
    this.module = readModule(lookup)
    this.uniform = lookup.isUniform ? readPair(lookup, NOWHERE) : null
  }

  /** Names the scope that an option's text is written in. */
  declaration(scope: Scope, option: string): string {
    return this.#lookup.declaration(scope, option)
  }

  of(scope: Scope): PairSettings {
    const likeness = this.#lookup.likeness(scope)
    let settings = this.#shared.get(likeness)
    if (settings === undefined) {
      settings = readPair(this.#lookup, scope)
      this.#shared.set(likeness, settings)
    }
    return settings
  }
}

/** An option's value: what is written, or the documented default. A text that cannot be read was refused before. */
function value<T extends OptionType>(lookup: OptionLookup, scope: Scope, option: string, type: T) {
  const entry = ADAPTIVE_OPTIONS[option]
  const text = lookup.lookup(scope, option) ?? entry?.defaultText ?? ""
  const read = readOption(type, text) ?? readOption(type, entry?.defaultText ?? "")
  if (read === null) throw new Error(`${option} has no usable default`)
  return read
}

function readModule(lookup: OptionLookup): ModuleSettings {
  const managed = new Set(
    Object.entries(TUNABLE_OPTIONS).flatMap(([option, entry]) => (entry.managed ? [option] : [])),
  )
  for (const option of value(lookup, NOWHERE, "adaptive_manage_options", "words")) managed.add(option)
  for (const option of value(lookup, NOWHERE, "adaptive_unmanage_options", "words")) managed.delete(option)
  return {
    managed,
    statsPeriodSec: value(lookup, NOWHERE, "adaptive_stats_period", "seconds"),
    forceMaxBindingAge: value(lookup, NOWHERE, "force_max_binding_age", "switch"),
    readCacheAfterSuspension: value(lookup, NOWHERE, "read_cache_after_suspension", "switch"),
    sweepMicros: Math.round(value(lookup, NOWHERE, "suspend_sweep_interval", "seconds") * 1e6),
    bounceSweepMicros: Math.round(value(lookup, NOWHERE, "bounce_sweep_interval", "seconds") * 1e6),
    fblWindow: readFblWindow(lookup),
    countsBounces: value(lookup, NOWHERE, "enable_bounce_stats", "switch"),
    countsFeedback: value(lookup, NOWHERE, "enable_fbl_stats", "switch"),
  }
}

function readPair(lookup: OptionLookup, scope: Scope): PairSettings {
  const micros = (option: string): number => Math.round(value(lookup, scope, option, "seconds") * 1e6)
  const bounds = new Map<string, Range>()
  const written = new Map<string, number>()
  for (const option of Object.keys(TUNABLE_OPTIONS)) {
    const range = readOption("range", lookup.lookup(scope, `adaptive_${option}`) ?? "")
    if (range !== null) bounds.set(option, range)
    const text = lookup.lookup(scope, option)
    const number = text === null ? null : readTuned(option, text)
    if (number !== null) written.set(option, number)
  }
  const manualHold = readManualHold(lookup, scope)
  return {
    enabled: manualHold === null && value(lookup, scope, "adaptive_enabled", "switch"),
    manualHold,
    retryFuzzSec: value(lookup, scope, "adaptive_retry_fuzz", "seconds"),
    adjustmentMicros: micros("adaptive_adjustment_interval"),
    positiveAdjustmentMicros: micros("adaptive_positive_adjustment_interval"),
    notificationMicros: micros("adaptive_notification_interval"),
    notificationEvents: new Set(value(lookup, scope, "adaptive_notification_events", "words")),
    alertDestination: readAddresses(lookup.lookup(scope, "adaptive_alert_email_destination") ?? ""),
    alertSender: readAddresses(lookup.lookup(scope, "adaptive_alert_email_sender") ?? ""),
    rejectionRate: readRejectionRate(lookup, scope),
    sweepEnabled: value(lookup, scope, "adaptive_sweep_rule_enabled", "switch"),
    sweepRules: lookup.sweepRules(scope),
    attemptThreshold: value(lookup, scope, "adaptive_attempt_threshold", "count"),
    fblVolumeThreshold: value(lookup, scope, "adaptive_fbl_volume_threshold", "count"),
    bounds,
    written,
  }
}

/** `suspend_delivery` comes first, as in the order of verdicts. Source: engine.md sections 1 and 6. */
function readManualHold(lookup: OptionLookup, scope: Scope): PairSettings["manualHold"] {
  if (readOption("switch", lookup.lookup(scope, "suspend_delivery") ?? "") === true) return "suspended"
  return readOption("blackhole", lookup.lookup(scope, "blackhole") ?? "") === true ? "blackholed" : null
}

/** A malformed one is said to fall back to windows of a day, not to the documented default. */
const FBL_FALLBACK: Monitor = Object.freeze({ sizeSec: 86_400, count: 6 })

function readFblWindow(lookup: OptionLookup): Monitor {
  const text = lookup.lookup(NOWHERE, "fbl_stats_monitor")
  if (text === null) return { sizeSec: 14_400, count: 6 }
  return readOption("monitor", text) ?? FBL_FALLBACK
}

function readRejectionRate(lookup: OptionLookup, scope: Scope): RejectionRate | null {
  if (!value(lookup, scope, "adaptive_default_suspension_enabled", "switch")) return null
  const suspension = "adaptive_default_suspension"
  return {
    percentage: value(lookup, scope, "adaptive_rejection_rate_suspension_percentage", "percent"),
    minAttempts: value(lookup, scope, "adaptive_attempt_threshold", "count"),
    suspensionSec: value(lookup, scope, suspension, "duration"),
    suspensionText: lookup.lookup(scope, suspension) ?? (ADAPTIVE_OPTIONS[suspension]?.defaultText as string),
  }
}
