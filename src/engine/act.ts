/**
 * An action on a pair to the effects it would have: pure. The engine applies them. Source: rule-files.md section 4 and
 * decision 5 of section 9; engine.md sections 4 and 5.
 */
import type { Effect, IgnoredReason } from "../model/effect.js"
import type { Action } from "../model/rule.js"
import type { Parameter } from "./parameter.js"

export interface PairView {
  /** Event time; null when there is none (a reply explained by itself). */
  readonly atMicros: number | null
  readonly reply: string
  /** Age of the binding in seconds. */
  readonly ageSec: number
  parameter(option: string): Parameter
}

/** Effects of one action, the first being the action's own. */
export function effectsOf(action: Action, pair: PairView): Effect[] {
  switch (action.name) {
    case "suspend":
    case "blackhole": {
      const until = pair.atMicros === null ? null : (pair.atMicros + action.seconds * 1e6) / 1e6
      return [effect(action, { until })]
    }
    case "warmup":
      return [effect(action, { from: pair.ageSec, to: action.seconds })]
    case "transcode":
      return [transcode(action, pair.reply)]
    case "throttle":
      return [lower(action, pair.parameter("outbound_throttle_messages"), throttledDown)]
    case "reduce_connections":
      return [lower(action, pair.parameter("max_outbound_connections"), (value) => value - action.amount)]
    case "reduce_deliveries":
      return [
        lower(action, pair.parameter("max_deliveries_per_connection"), (value) => value - action.amount),
      ]
    case "greylisted":
      return greylist(action, pair)
  }
}

/** The same effects, none of which happens. */
export function withheld(effects: readonly Effect[], reason: IgnoredReason): Effect[] {
  return effects.map((one) => ({ ...one, outcome: "ignored", reason }))
}

/** The option that an adjusting action moves first. */
const ADJUSTS: Partial<Record<Action["name"], string>> = {
  throttle: "outbound_throttle_messages",
  reduce_connections: "max_outbound_connections",
  reduce_deliveries: "max_deliveries_per_connection",
  greylisted: "retry_interval",
}

/** Does an action move an option? */
export function isAdjustment({ name }: Action): boolean {
  return ADJUSTS[name] !== undefined
}

/** An action that is not carried out now; an adjustment tells the value that stays as it is. */
export function untried(action: Action, pair: PairView, reason: IgnoredReason): Effect {
  const option = ADJUSTS[action.name] ?? null
  const from = option === null ? null : pair.parameter(option).value
  return ignored(action, reason, { option, from })
}

/** An effect that took place, of a rule's action or of the engine's own. */
export function effect(
  action: { readonly name: Effect["action"]; readonly args: readonly string[] },
  change: Partial<Effect>,
): Effect {
  return {
    action: action.name,
    args: action.args,
    outcome: "applied",
    reason: null,
    option: null,
    from: null,
    to: null,
    until: null,
    ...change,
  }
}

/** The effect of an action that does nothing, for this reason. */
export function ignored(
  action: Action,
  reason: IgnoredReason,
  change: Pick<Partial<Effect>, "option" | "from" | "to"> = {},
): Effect {
  // Written out: rules that only observe make one for every reply they know.
  return {
    action: action.name,
    args: action.args,
    outcome: "ignored",
    reason,
    option: change.option ?? null,
    from: change.from ?? null,
    to: change.to ?? null,
    until: null,
  }
}

/** A fifth less, whole where it is one or more; never below one an hour unless it was there already. */
function throttledDown(perHour: number): number {
  if (perHour <= 1) return perHour
  return Math.max(1, Math.floor(perHour * 0.8))
}

function lower(action: Action, parameter: Parameter, step: (value: number) => number): Effect {
  const { option, value: from, floor } = parameter
  if (from === null) return ignored(action, "no-default", { option })
  const to = Math.max(step(from), Math.min(floor, from))
  return to === from
    ? ignored(action, "at-bound", { option, from, to })
    : effect(action, { option, from, to })
}

/** Sets the retry interval, and raises its maximum when that lies below. */
function greylist(action: Action & { readonly seconds: number }, pair: PairView): Effect[] {
  const { value: from, range } = pair.parameter("retry_interval")
  const to = range === null ? action.seconds : Math.min(Math.max(action.seconds, range.low), range.high)
  const option = "retry_interval"
  const own =
    from === to ? ignored(action, "at-bound", { option, from, to }) : effect(action, { option, from, to })
  const { value: most, range: bounds } = pair.parameter("max_retry_interval")
  const top = bounds === null ? action.seconds : Math.min(Math.max(action.seconds, bounds.low), bounds.high)
  if (most === null || most >= top) return [own]
  return [own, effect(action, { option: "max_retry_interval", from: most, to: top })]
}

/** A code replaces the code and the class digit of the enhanced status; a longer text replaces all. */
function transcode(action: Action & { readonly reply: string }, reply: string): Effect {
  // A sweep has no reply that could be rewritten.
  const isLocal = /^5\d\d/.test(reply) && reply.includes("[internal]")
  if (reply === "" || isLocal) return ignored(action, "disabled")
  if (action.reply.length > 3) return effect(action, { reply: action.reply })
  const rewritten = reply.replace(
    /^\d{3}([ -]?)(?:[245](?=\.\d{1,3}\.\d{1,3}))?/,
    (whole, separator: string) => {
      const hasStatus = whole.length > 3 + separator.length
      return action.reply + separator + (hasStatus ? action.reply[0] : "")
    },
  )
  return effect(action, { reply: rewritten })
}
