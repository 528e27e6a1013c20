/**
 * Which binding of a group may send to a domain now? Bindings whose mail is held
 * stand apart from the others, so that an answer takes the same time in a group
 * of ten and in one of a thousand. Where nothing is held nothing is kept.
 * Source: engine.md section 6, verdict order, and R17 of section 11; seed
 * "adaptive", on the number of bindings in a group.
 */
import { hostName } from "../model/host-name.js"
import type { Store } from "../store/store.js"
import type { SendAnswer } from "./may-send.js"

/** Bindings of a group that are asked when the first ones are throttled. */
const MAX_TRIED = 8

/** The bindings of one group for one domain: the free ones first. */
interface Choice {
  readonly order: string[]
  readonly placeOf: Map<string, number>
  free: number
  /** When the first of those held is let go, and at which version of the holds that was found out. */
  soonest: { readonly version: number; readonly atMicros: number } | null
}

interface Group {
  readonly bindings: readonly string[]
  readonly choices: Map<string, Choice>
}

export class GroupChoices {
  readonly #store: Store
  readonly #declared: (group: string) => readonly string[]
  readonly #groups = new Map<string, Group>()
  /** Whose turn it is in a group, whatever becomes of it: everyone sends. */
  readonly #turns = new Map<string, number>()
  readonly #holdsMail: (pair: number) => boolean
  /** Groups that a binding belongs to, of those that have been asked for. */
  readonly #groupsOf = new Map<string, Group[]>()
  /** Bindings known when groups were last made: traffic may bring others. */
  #knownBindings = 0
  #groupVersion = 0

  /**
   * @param declared the bindings of a group by configuration; none: those that the traffic names it with
   * @param holdsMail does what stands in the store hold the mail of a pair?
   */
  constructor(
    store: Store,
    declared: (group: string) => readonly string[],
    holdsMail: (pair: number) => boolean = () => true,
  ) {
    this.#store = store
    this.#declared = declared
    this.#holdsMail = holdsMail
    store.heldChanged = (pair, isHeld) => this.#changed(pair, isHeld)
  }

  /**
   * The binding whose turn it is among those whose mail to the domain is not held.
   * @returns null when all of them are held, or the group has none
   */
  choose(group: string, domain: string): string | null {
    const known = this.#group(group)
    const { bindings, choices } = known
    if (bindings.length === 0) return null
    const choice = choices.get(hostName(domain))
    const turn = this.#turns.get(group) ?? 0
    this.#turns.set(group, turn + 1)
    if (choice === undefined) return bindings[turn % bindings.length] as string
    return choice.free === 0 ? null : (choice.order[turn % choice.free] as string)
  }

  /**
   * Asks the bindings of a group, each in its turn, until one may send.
   * @param ask of a binding: may it send, and why not
   * @param whenOf when it is worth asking that one again
   * @returns its answer; where all that were asked are throttled, that of the first one that may; null when all are held
   */
  ask<A extends Pick<SendAnswer, "allowed" | "reason">>(
    group: string,
    domain: string,
    ask: (binding: string) => A,
    whenOf: (answer: A) => number,
  ): A | null {
    let soonest: A | null = null
    for (let tried = 0; tried < MAX_TRIED; ) {
      const binding = this.choose(group, domain)
      if (binding === null) break
      const answer = ask(binding)
      // Nothing tells that the configuration holds a pair but the answer itself.
      if (answer.reason !== null && answer.reason !== "throttled") {
        this.exclude(binding, domain)
        continue
      }
      tried++
      if (answer.allowed) return answer
      if (soonest === null || whenOf(answer) < whenOf(soonest)) soonest = answer
    }
    return soonest
  }

  /**
   * When the first of a group's held bindings may send to the domain again; infinite when none is held.
   * @param liftMicros when a pair is let go
   */
  soonestMicros(group: string, domain: string, liftMicros: (pair: number) => number): number {
    const choice = this.#group(group).choices.get(hostName(domain))
    if (choice === undefined) return Number.POSITIVE_INFINITY
    const { pairs, holdsVersion: version } = this.#store
    if (choice.soonest === null || choice.soonest.version !== version) {
      let atMicros = Number.POSITIVE_INFINITY
      for (let place = choice.free; place < choice.order.length; place++)
        atMicros = Math.min(atMicros, liftMicros(pairs.of(choice.order[place] as string, domain)))
      choice.soonest = { version, atMicros }
    }
    return choice.soonest.atMicros
  }

  isEmpty(group: string): boolean {
    return this.#group(group).bindings.length === 0
  }

  /** Puts a binding among the held ones of a domain for another reason than a hold of the store. */
  exclude(binding: string, domain: string): void {
    for (const group of this.#groupsOf.get(binding) ?? []) this.#move(group, binding, hostName(domain), true)
  }

  /** Pairs of a group and a domain of which all mail is held. */
  heldPairs(group: string, domain: string): number[] {
    const choice = this.#group(group).choices.get(hostName(domain))
    if (choice === undefined) return []
    return choice.order.slice(choice.free).map((binding) => this.#store.pairs.of(binding, domain))
  }

  #group(name: string): Group {
    this.#refresh()
    const known = this.#groups.get(name)
    if (known !== undefined) return known
    const declared = this.#declared(name)
    const bindings = declared.length > 0 ? [...new Set(declared)] : this.#seenIn(name)
    const group: Group = { bindings, choices: new Map() }
    // Names that nobody knows are not kept: anyone may ask for any.
    if (bindings.length === 0) return group
    this.#groups.set(name, group)
    this.#enlist(group)
    const members = new Set(group.bindings)
    // What is held already was told before anybody asked.
    for (const pair of this.#store.heldPairs()) {
      const { binding, domain } = this.#store.pairs.name(pair)
      if (members.has(binding) && this.#holdsMail(pair)) this.#move(group, binding, domain, true)
    }
    return group
  }

  /** Groups that nobody declares consist of what has been seen: more may have been since. */
  #refresh(): void {
    const { bindingCount, groupVersion } = this.#store.pairs
    if (bindingCount === this.#knownBindings && groupVersion === this.#groupVersion) return
    this.#knownBindings = bindingCount
    this.#groupVersion = groupVersion
    for (const name of this.#groups.keys()) if (this.#declared(name).length === 0) this.#groups.delete(name)
    this.#groupsOf.clear()
    for (const group of this.#groups.values()) this.#enlist(group)
  }

  #seenIn(group: string): string[] {
    const { pairs } = this.#store
    const names: string[] = []
    for (let binding = 0; binding < pairs.bindingCount; binding++)
      if (pairs.groupOf(binding) === group) names.push(pairs.bindingName(binding))
    return names
  }

  #enlist(group: Group): void {
    for (const binding of group.bindings) {
      const groups = this.#groupsOf.get(binding)
      if (groups === undefined) this.#groupsOf.set(binding, [group])
      else groups.push(group)
    }
  }

  #changed(pair: number, isHeld: boolean): void {
    if (this.#groups.size === 0 || (isHeld && !this.#holdsMail(pair))) return
    const { binding, domain } = this.#store.pairs.name(pair)
    for (const group of this.#groupsOf.get(binding) ?? []) this.#move(group, binding, domain, isHeld)
  }

  /** Puts a binding among the free or the held ones of a domain: it changes places with the one at the border. */
  #move(group: Group, binding: string, domain: string, isHeld: boolean): void {
    let choice = group.choices.get(domain)
    if (choice === undefined) {
      if (!isHeld) return
      const order = [...group.bindings]
      choice = {
        order,
        placeOf: new Map(order.map((name, place) => [name, place])),
        free: order.length,
        soonest: null,
      }
      group.choices.set(domain, choice)
    }
    const { order, placeOf } = choice
    const place = placeOf.get(binding)
    if (place === undefined || place >= choice.free === isHeld) return
    const border = isHeld ? --choice.free : choice.free++
    const other = order[border] as string
    order[place] = other
    order[border] = binding
    placeOf.set(other, place)
    placeOf.set(binding, border)
    // Nothing is held any more: as if nothing ever had been.
    if (choice.free === order.length) group.choices.delete(domain)
  }
}
