/**
 * What a daemon answers: may mail of a pair go now, until when not, why, and what
 * each option is. Asks the state as it is and changes nothing of it, so that it may
 * be asked at any moment, between any two events.
 * Source: engine.md sections 1, 2 and 6.
 */
import { GroupChoices } from "../engine/group-choice.js"
import { ASK_AGAIN_SEC } from "../engine/may-send.js"
import type { Parameter } from "../engine/parameter.js"
import { hostName } from "../model/host-name.js"
import { TUNABLE_OPTIONS } from "../model/options.js"
import { ADJUSTABLE, type AdjustableOption } from "../store/store.js"
import type { Core } from "./core.js"

interface ParameterAnswer {
  /** Null: nothing gives it a value. Throttles are messages an hour. */
  readonly value: number | null
  /** What it is when nothing has adjusted it. */
  readonly resting: number | null
  readonly from: "rules" | "configuration" | "default" | "none" | "adjustment"
}

export interface DecisionAnswer {
  /** Null where a group was asked for and all of its bindings are held. */
  readonly binding: string | null
  readonly domain: string
  /** Seconds since 1970. */
  readonly at: number
  readonly allowed: boolean
  /** When it is worth asking again; null where mail may go. */
  readonly until: number | null
  readonly reason: "suspended" | "blackholed" | "throttled" | null
  /** Seconds over which what waited is to be spread when it may go. */
  readonly spreadSec: number
  /** Messages an hour in force; null without a limit. */
  readonly perHour: number | null
  /** What led to a hold; null where nothing holds, or where it was an operator. */
  readonly by: { readonly id: number; readonly at: number; readonly why: string } | null
  readonly parameters: Readonly<Record<string, ParameterAnswer>>
}

const THROTTLE = "outbound_throttle_messages"

/**
 * @param take counts a message against the throttle if it may go: ask so once for each message
 */
export function decisionOf(
  core: Core,
  {
    binding,
    domain,
    atMicros,
    take,
  }: {
    readonly binding: string
    readonly domain: string
    readonly atMicros: number
    readonly take: boolean
  },
): DecisionAnswer {
  const { engine, store } = core
  const pair = store.pairs.of(binding, domain)
  const { manualHold, enabled, retryFuzzSec } = engine.holdSettings(pair)
  const throttle = engine.parameterLately(pair, THROTTLE, atMicros, store.mxOf(pair))
  const common = {
    ...store.pairs.nameOnce(pair),
    at: atMicros / 1e6,
    perHour: throttle.value,
    parameters: parametersOf(core, pair, atMicros, throttle),
  }
  // What there is to say of options belongs to no decision.
  engine.takeNotes()
  if (manualHold !== null) {
    const until = atMicros / 1e6 + ASK_AGAIN_SEC
    return { ...common, allowed: false, until, reason: manualHold, spreadSec: retryFuzzSec, by: null }
  }
  const hold = enabled ? holdOf(core, pair, atMicros) : null
  if (hold !== null) return { ...common, ...hold, allowed: false, spreadSec: retryFuzzSec }
  const free = { ...common, spreadSec: 0, by: null }
  if (throttle.value === null) return { ...free, allowed: true, until: null, reason: null }
  const ask = take ? "take" : "nextMicros"
  const scope = engine.sharedScope(pair, THROTTLE, throttle)
  const nextMicros =
    scope === null
      ? store.pairThrottles[ask](pair, throttle.value, atMicros)
      : store.scopeThrottles[ask](store.scopeNumber(scope), throttle.value, atMicros)
  return nextMicros <= atMicros
    ? { ...free, allowed: true, until: null, reason: null }
    : { ...free, allowed: false, until: nextMicros / 1e6, reason: "throttled" }
}

/** What holds the mail of a pair, apart from the configuration; null where nothing does. */
function holdOf(
  core: Core,
  pair: number,
  atMicros: number,
): Pick<HoldAnswer, "reason" | "until" | "by"> | null {
  const { engine, store } = core
  // A suspension that is over is one, whether or not the sweep that lifts it has been made.
  const untilMicros = store.isHeld(pair) ? engine.liftMicros(pair) : 0
  if (untilMicros <= atMicros) return null
  const cause = core.causeOf(pair)
  return {
    until: untilMicros / 1e6,
    reason: store.isSuspended(pair) ? "suspended" : "blackholed",
    by: cause === null ? null : { id: cause.id, at: cause.atMicros / 1e6, why: cause.why },
  }
}

/** A pair whose mail is held, as a list of them says it. */
export interface HoldAnswer extends Pick<DecisionAnswer, "by"> {
  readonly binding: string
  readonly domain: string
  readonly group: string
  readonly reason: "suspended" | "blackholed"
  readonly until: number
}

/**
 * Pairs whose mail is held by decisions or operators, in the order in which they became known.
 * @param after the last pair that whoever asks has; -1 from the beginning
 */
export function holdsOf(
  core: Core,
  { after, limit, atMicros }: { readonly after: number; readonly limit: number; readonly atMicros: number },
): { readonly holds: readonly HoldAnswer[]; readonly next: number | null } {
  const { engine, store, target } = core
  const holds: HoldAnswer[] = []
  let last = after
  for (const pair of Int32Array.from(store.heldPairs()).sort()) {
    if (pair <= last || !engine.holdSettings(pair).enabled) continue
    const hold = holdOf(core, pair, atMicros)
    if (hold === null) continue
    if (holds.length === limit) return { holds, next: last }
    holds.push({ ...store.pairs.nameOnce(pair), group: target.groupOf(store.pairs.bindingOf(pair)), ...hold })
    last = pair
  }
  return { holds, next: null }
}

/** Asks for groups: one of their bindings that may send, each in its turn. */
export class GroupAnswers {
  readonly #core: Core
  #choices: GroupChoices | null = null
  /** The configuration that the choices were made of, by its number. */
  #madeAt = 0

  constructor(core: Core) {
    this.#core = core
  }

  /**
   * @param take counts a message against the throttle of the binding that is named
   * @returns null for a group that nobody has declared and no traffic has named
   */
  decisionOf(asked: {
    readonly group: string
    readonly domain: string
    readonly atMicros: number
    readonly take: boolean
  }): DecisionAnswer | null {
    const { group, domain, atMicros } = asked
    const choices = this.#current()
    if (choices.isEmpty(group)) return null
    return (
      choices.ask(
        group,
        domain,
        (binding) => decisionOf(this.#core, { ...asked, binding }),
        ({ until }) => until ?? 0,
      ) ?? this.#noneOf(choices, group, domain, atMicros)
    )
  }

  #current(): GroupChoices {
    const { engine, store } = this.#core
    if (this.#choices === null || engine.reconfigurations !== this.#madeAt) {
      this.#madeAt = engine.reconfigurations
      this.#choices = new GroupChoices(
        store,
        (group) => engine.lookup.bindingsOf(group),
        (pair) => engine.holdSettings(pair).enabled,
      )
    }
    return this.#choices
  }

  /** All of them are held: worth asking again when the first one is let go, and before a configuration that holds them changes. */
  #noneOf(choices: GroupChoices, group: string, domain: string, atMicros: number): DecisionAnswer {
    const { engine } = this.#core
    const liftMicros = choices.soonestMicros(group, domain, (pair) =>
      engine.holdSettings(pair).manualHold === null ? engine.liftMicros(pair) : Number.POSITIVE_INFINITY,
    )
    const untilMicros = Number.isFinite(liftMicros)
      ? Math.max(liftMicros, atMicros + 1e6)
      : atMicros + ASK_AGAIN_SEC * 1e6
    return {
      binding: null,
      domain: hostName(domain),
      at: atMicros / 1e6,
      allowed: false,
      until: untilMicros / 1e6,
      reason: "suspended",
      spreadSec: 0,
      perHour: null,
      by: null,
      parameters: {},
    }
  }
}

function parametersOf(
  { engine, store }: Core,
  pair: number,
  atMicros: number,
  throttle: Parameter,
): Readonly<Record<string, ParameterAnswer>> {
  const mx = store.mxOf(pair)
  const answers: Record<string, ParameterAnswer> = {}
  for (const option of OPTIONS) {
    // A function is asked once for an answer: it may say something else the second time.
    const { value, start, source } =
      option === THROTTLE ? throttle : engine.parameterLately(pair, option, atMicros, mx)
    const isAdjusted = isAdjustable(option) && store.adjusted(pair, option) !== null
    answers[option] = { value, resting: start, from: isAdjusted ? "adjustment" : source }
  }
  return answers
}

const OPTIONS = Object.keys(TUNABLE_OPTIONS)

function isAdjustable(option: string): option is AdjustableOption {
  return (ADJUSTABLE as readonly string[]).includes(option)
}
