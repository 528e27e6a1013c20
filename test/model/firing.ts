/**
 * What one fired rule does, action by action: the withholding reasons and their order, and the amounts.
 *
 * Sources: rule-files.md §4, §9 (5); engine.md §1, §4-§6; cli.md (EFFECT).
 */
import type { Effect, Reason } from "./decision.js"
import type { History, Pair } from "./history.js"
import type { Action, ActionName, Option } from "./scenario.js"
import type { Limits } from "./values.js"

export interface Firing {
  readonly history: History
  readonly pair: Pair
  readonly atUs: number
  readonly reply: string
  readonly actions: readonly Action[]
  readonly enabled: boolean
  readonly observeOnly: boolean
  readonly adjustmentIntervalUs: number
  readonly limits: (option: Option) => Limits
}

const ADJUSTED: Readonly<Partial<Record<ActionName, Option>>> = {
  throttle: "outbound_throttle_messages",
  greylisted: "retry_interval",
  reduce_connections: "max_outbound_connections",
  reduce_deliveries: "max_deliveries_per_connection",
}

export function fire(firing: Firing): Effect[] {
  const { history, pair, atUs, enabled, observeOnly } = firing
  // The reply is judged by what held when it came, not by what its own actions bring about.
  const suspended = history.isActive(pair, "suspension")
  const blackholed = history.isActive(pair, "blackhole")
  const gated = atUs - history.lastUs("adjusted", pair) < firing.adjustmentIntervalUs

  const withheld: Reason | null = !enabled ? "disabled" : observeOnly ? "observe-only" : null
  const whileStopped: Reason | null = suspended || blackholed ? "suspended" : null
  const effects = firing.actions.flatMap((action): Effect[] => {
    const [name] = action
    if (name === "suspend" || name === "blackhole") {
      return [stop(firing, action, withheld, { suspended, blackholed })]
    }
    if (name === "warmup") return [warmup(firing, action, withheld ?? whileStopped)]
    if (name === "transcode") return [transcode(firing, action, withheld)]
    return adjust(firing, action, withheld ?? whileStopped ?? (gated ? "adjustment-interval" : null))
  })
  if (effects.some(({ outcome, option }) => outcome === "applied" && option !== null)) {
    history.add({ what: "adjusted", atUs, pair })
  }
  return effects
}

function stop(
  { history, pair, atUs }: Firing,
  action: Action,
  withheld: Reason | null,
  before: { readonly suspended: boolean; readonly blackholed: boolean },
): Effect {
  const [name, duration] = action
  const kind = name === "suspend" ? "suspension" : "blackhole"
  const [own, other] =
    kind === "suspension" ? [before.suspended, before.blackholed] : [before.blackholed, before.suspended]
  const state = own ? "already-suspended" : other ? "suspended" : null
  // An earlier action of the same list has begun it.
  const reason = withheld ?? state ?? (history.isActive(pair, kind) ? "already-suspended" : null)
  if (reason !== null) return ignored(action, reason)
  const untilUs = atUs + seconds(duration) * 1_000_000
  history.add({ what: "begin", pair, stop: kind, untilUs })
  return applied(action, { until: untilUs / 1_000_000 })
}

function warmup({ history, pair, atUs }: Firing, action: Action, reason: Reason | null): Effect {
  const age = Math.floor((atUs - history.birthUs(pair.binding)) / 1_000_000)
  if (reason !== null) return ignored(action, reason, { from: age })
  const to = Number(action[1])
  history.add({ what: "birth", atUs: atUs - to * 1_000_000, pair })
  return applied(action, { from: age, to })
}

function transcode({ reply }: Firing, action: Action, withheld: Reason | null): Effect {
  if (withheld !== null) return ignored(action, withheld)
  if (reply.startsWith("5") && reply.includes("[internal]")) return ignored(action, "disabled")
  return { ...applied(action, {}), reply: rewritten(reply, String(action[1])) }
}

/** Three digits take the place of the code and of the enhanced status' class; more, of the whole text. */
export function rewritten(reply: string, by: string): string {
  if (!/^\d{3}$/.test(by)) return by
  return by + reply.slice(3).replace(/^([ -])\d(\.\d{1,3}\.\d{1,3})/, `$1${by.slice(0, 1)}$2`)
}

function adjust(firing: Firing, action: Action, gate: Reason | null): Effect[] {
  const [name, arg] = action
  const option = ADJUSTED[name]
  if (option === undefined) throw new Error(`${name} adjusts nothing`)
  const from = present(firing, option)
  if (gate !== null) return [ignored(action, gate, { option, from })]
  if (from === null) return [ignored(action, "no-default", { option })]
  if (name === "greylisted") return greylisted(firing, action, from)
  const { low } = firing.limits(option)
  const to = name === "throttle" ? throttledDown(from, low) : Math.max(from - Number(arg), Math.max(1, low))
  return [move(firing, action, option, from, Math.min(from, to))]
}

/** A fifth less, whole from 1 up; a limit of 1 or less stays. */
function throttledDown(value: number, low: number): number {
  return Math.max(low, value > 1 ? Math.max(1, Math.floor(value * 0.8)) : value)
}

function greylisted(firing: Firing, action: Action, from: number): Effect[] {
  const duration = seconds(action[1])
  const effects = [
    move(firing, action, "retry_interval", from, firing.limits("retry_interval").clamp(duration)),
  ]
  const max = present(firing, "max_retry_interval")
  if (max !== null && max < duration) effects.push(move(firing, action, "max_retry_interval", max, duration))
  return effects
}

function move({ history, pair }: Firing, action: Action, option: Option, from: number, to: number): Effect {
  if (from === to) return ignored(action, "at-bound", { option, from, to })
  history.add({ what: "value", pair, option, value: to })
  return applied(action, { option, from, to })
}

function present({ history, pair, limits }: Firing, option: Option): number | null {
  return history.stored(pair, option) ?? limits(option).start
}

/** `2 hours` in seconds. */
function seconds(duration: string | number): number {
  const [count, unit] = String(duration).split(" ")
  const unitSec: Readonly<Record<string, number>> = { second: 1, minute: 60, hour: 3600, day: 86_400 }
  const each = unitSec[(unit ?? "").replace(/s$/, "")]
  if (each === undefined) throw new Error(`no duration: ${duration}`)
  return Number(count) * each
}

type Details = Partial<Pick<Effect, "option" | "from" | "to" | "until">>

const NOTHING = { option: null, from: null, to: null, until: null } as const

function applied([action, arg]: Action, details: Details): Effect {
  return { action, args: [String(arg)], outcome: "applied", reason: null, ...NOTHING, ...details }
}

function ignored([action, arg]: Action, reason: Reason, details: Details = {}): Effect {
  return { action, args: [String(arg)], outcome: "ignored", reason, ...NOTHING, ...details }
}
