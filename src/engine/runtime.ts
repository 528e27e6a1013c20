/**
 * The engine as a program embeds it: names instead of numbers, events one after
 * the other, and one question, "may I send now?". Live events and recorded ones
 * take the same way through the engine. No clock: time is that of the events.
 */
import type { OptionLookup } from "../config/lookup.js"
import type { Decision, Match } from "../model/decision.js"
import { type DeliveryEvent, makeEvent, microsTaken, TYPE_NUMBER } from "../model/event.js"
import type { ResponseRule } from "../model/rule.js"
import type { RuleSet } from "../rules/rule-set.js"
import { Store } from "../store/store.js"
import { Engine } from "./engine.js"
import { checkDomain, checkTime, checkType } from "./event-fault.js"
import { type SendAnswer as MicrosAnswer, send, whenToSend } from "./may-send.js"
import type { AskFunction } from "./parameter.js"

export interface RuntimeListener {
  decision?(decision: Decision): void
  matched?(rule: ResponseRule, fired: boolean): void
  /** A match that did not fire. */
  unfired?(match: Match): void
}

/** May a message go now? */
export interface SendAnswer {
  readonly allowed: boolean
  /** When it may go, in seconds: the time asked for if now, otherwise when it is worth asking again. */
  readonly at: number
  readonly reason: MicrosAnswer["reason"]
  /** Messages per hour in force; null without a limit. */
  readonly perHour: number | null
}

export class Runtime {
  readonly store: Store
  readonly #engine: Engine

  constructor(
    rules: RuleSet,
    ask: AskFunction,
    lookup: OptionLookup,
    store: Store = new Store(),
    listener: RuntimeListener = {},
  ) {
    this.store = store
    const { unfired } = listener
    this.#engine = new Engine({
      rules,
      ask,
      lookup,
      store,
      listener: {
        decision: (decision) => listener.decision?.(decision),
        matched: (rule, fired) => listener.matched?.(rule, fired),
        unmatched: () => {},
        ...(unfired === undefined ? {} : { unfired: (match: Match) => unfired(match) }),
      },
    })
  }

  /**
   * Takes one event: what happened to one message. Time goes on to the event's.
   * @param event fields that are not given are absent; `atMicros`, `type` and `domain` are needed
   * @throws EventFault E_EVENT_TIME, E_EVENT_TYPE, E_EVENT_DOMAIN
   */
  event(event: Partial<DeliveryEvent> & Pick<DeliveryEvent, "atMicros" | "type" | "domain">): void {
    checkTime(event.atMicros, `${event.atMicros} microseconds`)
    checkType(event.type)
    checkDomain(event.domain)
    const {
      atMicros,
      type,
      binding,
      domain,
      mx,
      phase,
      response,
      local,
      bounceClass,
      fblType,
      deliveryTimeSec,
    } = makeEvent(event)
    const { pairs, audits } = this.store
    const pair = pairs.of(binding, domain)
    this.#engine.advance(atMicros)
    audits.record(pairs, pair, TYPE_NUMBER[type], atMicros, microsTaken(deliveryTimeSec))
    this.#engine.process({ atMicros, type, pair, mx, phase, response, local, bounceClass, fblType })
  }

  /** Lets time pass without an event: what is over by then is lifted. */
  advance(atSec: number): void {
    const atMicros = Math.round(atSec * 1e6)
    checkTime(atMicros, `${atSec} seconds`)
    this.#engine.advance(atMicros)
  }

  /**
   * May a message go now, and if not, when? One that may is counted against the throttle: ask once
   * for each message, and send it when the answer is yes.
   * @param atSec now, in seconds since 1970
   * @throws EventFault E_EVENT_TIME, E_EVENT_DOMAIN
   */
  send(binding: string, domain: string, atSec: number): SendAnswer {
    return this.#answer(send, binding, domain, atSec)
  }

  /** The same answer without a message being counted. */
  whenToSend(binding: string, domain: string, atSec: number): SendAnswer {
    return this.#answer(whenToSend, binding, domain, atSec)
  }

  #answer(ask: typeof send, binding: string, domain: string, atSec: number): SendAnswer {
    const askedMicros = Math.round(atSec * 1e6)
    checkTime(askedMicros, `${atSec} seconds`)
    checkDomain(domain)
    this.#engine.advance(askedMicros)
    const { atMicros, ...answer } = ask(this.#engine, this.store.pairs.of(binding, domain), askedMicros)
    return { ...answer, at: atMicros / 1e6 }
  }
}
