/**
 * The engine as a program embeds it: names instead of numbers, events one after
 * the other, and one question, "may I send now?". Live events and recorded ones
 * take the same way through the engine. No clock: time is that of the events.
 */
import type { OptionLookup } from "../config/lookup.js"
import type { Decision, Match } from "../model/decision.js"
import { type DeliveryEvent, makeEvent, microsTaken, TYPE_NUMBER } from "../model/event.js"
import { DEFAULT_GROUP } from "../model/pair-table.js"
import type { ResponseRule } from "../model/rule.js"
import type { RuleSet } from "../rules/rule-set.js"
import { Store } from "../store/store.js"
import { Engine } from "./engine.js"
import { checkDomain, checkTime, checkType } from "./event-fault.js"
import { GroupChoices } from "./group-choice.js"
import { ASK_AGAIN_SEC, type SendAnswer as MicrosAnswer, send, whenToSend } from "./may-send.js"
import type { AskFunction } from "./parameter.js"
import type { Classify } from "./sweep.js"

export interface RuntimeListener {
  /** Classes of bounces that are told without one; without it they are undetermined. */
  readonly classify?: Classify
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
  /** Seconds over which the messages that waited are to be spread when they may go; 0 where nothing holds them. */
  readonly spreadSec: number
  /** Messages per hour in force; null without a limit. */
  readonly perHour: number | null
}

/** Which binding of a group may send? */
export interface GroupAnswer extends SendAnswer {
  /** Null when all of them are held, or the group has none. */
  readonly binding: string | null
}

export class Runtime {
  readonly store: Store
  /** What the console works on. */
  readonly engine: Engine
  #groups: GroupChoices
  /** The configuration that the groups were made of, by its number. */
  #groupsMadeAt = 0

  constructor(
    rules: RuleSet,
    ask: AskFunction,
    lookup: OptionLookup,
    store: Store = new Store(),
    listener: RuntimeListener = {},
  ) {
    this.store = store
    const { unfired, classify } = listener
    this.engine = new Engine({
      rules,
      ask,
      lookup,
      store,
      ...(classify === undefined ? {} : { classify }),
      listener: {
        decision: (decision) => listener.decision?.(decision),
        matched: (rule, fired) => listener.matched?.(rule, fired),
        unmatched: () => {},
        ...(unfired === undefined ? {} : { unfired: (match: Match) => unfired(match) }),
      },
    })
    this.#groups = this.#makeGroups()
  }

  /**
   * Takes one event: what happened to one message. Time goes on to the event's; one that comes late
   * counts as of the time that it is by then.
   * @param event fields that are not given are absent; `atMicros`, `type` and `domain` are needed
   * @throws EventFault E_EVENT_TIME, E_EVENT_TYPE, E_EVENT_DOMAIN
   */
  event(event: Partial<DeliveryEvent> & Pick<DeliveryEvent, "atMicros" | "type" | "domain">): void {
    checkTime(event.atMicros, `${event.atMicros} microseconds`)
    checkType(event.type)
    checkDomain(event.domain)
    const told = makeEvent(event)
    const { atMicros, type, binding, domain, deliveryTimeSec } = told
    const { store, engine } = this
    const { pairs, audits } = store
    const pair = pairs.of(binding, domain)
    pairs.noteGroup(pairs.bindingOf(pair), event.group ?? "")
    engine.advance(atMicros)
    audits.record(pairs, pair, TYPE_NUMBER[type], atMicros, microsTaken(deliveryTimeSec))
    // What comes late counts as of now: what it brings about must not be over when it begins.
    engine.process({ ...told, pair, atMicros: Math.max(atMicros, store.nowMicros) })
  }

  /** Lets time pass without an event: what is over by then is lifted. */
  advance(atSec: number): void {
    const atMicros = Math.round(atSec * 1e6)
    checkTime(atMicros, `${atSec} seconds`)
    this.engine.advance(atMicros)
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

  /**
   * The same question for a group: one of its bindings that may send, each in its turn. The answer takes the same time
   * in a group of ten and of a thousand. With all of them held the mail stays where it is: no binding is named.
   * @throws EventFault E_EVENT_TIME, E_EVENT_DOMAIN
   */
  sendFromGroup(group: string, domain: string, atSec: number): GroupAnswer {
    const askedMicros = Math.round(atSec * 1e6)
    checkTime(askedMicros, `${atSec} seconds`)
    checkDomain(domain)
    this.engine.advance(askedMicros)
    const { engine, store } = this
    if (engine.reconfigurations !== this.#groupsMadeAt) this.#groups = this.#makeGroups()
    const ask = (binding: string): GroupAnswer => {
      const pair = store.pairs.of(binding, domain)
      // Where nothing else says so, a binding is of the group that it is asked for in.
      if (group !== DEFAULT_GROUP) store.pairs.noteGroup(store.pairs.bindingOf(pair), group)
      const { atMicros, ...answer } = send(engine, pair, askedMicros)
      return { ...answer, binding, at: atMicros / 1e6 }
    }
    return this.#groups.ask(group, domain, ask, ({ at }) => at) ?? this.#noneOf(group, domain, atSec)
  }

  #makeGroups(): GroupChoices {
    this.#groupsMadeAt = this.engine.reconfigurations
    const { engine, store } = this
    return new GroupChoices(
      store,
      (group) => engine.lookup.bindingsOf(group),
      (pair) => engine.holdSettings(pair).enabled,
    )
  }

  /** Every binding is held: worth asking again when the first of them is let go. */
  #noneOf(group: string, domain: string, atSec: number): GroupAnswer {
    const { engine } = this
    const askedMicros = Math.round(atSec * 1e6)
    const liftMicros = this.#groups.soonestMicros(group, domain, (pair) =>
      engine.holdSettings(pair).manualHold === null ? engine.liftMicros(pair) : Number.POSITIVE_INFINITY,
    )
    // Where no sweep lifts, whoever asks does.
    if (liftMicros <= askedMicros && this.#liftHeld(group, domain, askedMicros))
      return this.sendFromGroup(group, domain, atSec)
    const isEmpty = this.#groups.isEmpty(group)
    const at = Number.isFinite(liftMicros) ? liftMicros / 1e6 : atSec + (isEmpty ? 0 : ASK_AGAIN_SEC)
    const reason = isEmpty ? null : "suspended"
    return { binding: null, allowed: false, at, reason, spreadSec: 0, perHour: null }
  }

  #liftHeld(group: string, domain: string, atMicros: number): boolean {
    let isAnyFree = false
    for (const pair of this.#groups.heldPairs(group, domain))
      if (!this.engine.isHeld(pair, atMicros)) isAnyFree = true
    return isAnyFree
  }

  #answer(ask: typeof send, binding: string, domain: string, atSec: number): SendAnswer {
    const askedMicros = Math.round(atSec * 1e6)
    checkTime(askedMicros, `${atSec} seconds`)
    checkDomain(domain)
    this.engine.advance(askedMicros)
    const { atMicros, ...answer } = ask(this.engine, this.store.pairs.of(binding, domain), askedMicros)
    return { ...answer, at: atMicros / 1e6 }
  }
}
