/**
 * What became of the mail, as recorded: messages by binding, domain and pair,
 * failures by class and text. Counts everything that happened, whether or not a
 * rule would have held it back. Bounded: of too many kinds of texts the rare are
 * let go.
 * Source: engine.md section 10, Summary; seed "adaptive", Summary Email.
 */
import type { TrafficEvent } from "../ingest/traffic.js"
import { bounceClassNumber } from "../model/bounce-class.js"
import { compareText } from "../model/compare.js"
import { EVENT_TYPES, TYPE_NUMBER } from "../model/event.js"
import { grown, type PairTable } from "../model/pair-table.js"
import { UnmatchedTexts } from "./unmatched.js"

/** The class of a failure that the traffic brings none for. */
export type ClassOf = (response: string, domain: string, mx: string | null) => number

export interface MailCount {
  readonly name: string
  readonly receptions: number
  readonly deliveries: number
  readonly transients: number
  readonly permanents: number
}

export interface ClassCount {
  readonly bounceClass: number
  readonly transients: number
  readonly permanents: number
}

export interface ReasonCount {
  readonly text: string
  readonly count: number
}

// Columns of a pair: an out-of-band bounce is a failure for good that came later.
const RECEPTIONS = 0
const DELIVERIES = 1
const TRANSIENTS = 2
const PERMANENTS = 3
const WIDTH = 4
const COLUMN_OF: readonly number[] = EVENT_TYPES.map((type) =>
  type === "fbl" ? -1 : type === "oob" ? PERMANENTS : TYPE_NUMBER[type],
)
/** Classes are below it: a pair and a class make one number. */
const CLASSES = 1024

export class MailCounts {
  readonly #pairs: PairTable
  readonly #classOf: ClassOf
  /** By pair and column. */
  #counts = new Float64Array(WIDTH * 512)
  /** By pair and class: transient and permanent failures. */
  readonly #classes = new Map<number, [transients: number, permanents: number]>()
  readonly #transientTexts = new UnmatchedTexts()
  readonly #permanentTexts = new UnmatchedTexts()

  constructor(pairs: PairTable, classOf: ClassOf) {
    this.#pairs = pairs
    this.#classOf = classOf
  }

  add({ typeNumber, pair, response, bounceClass, mx }: TrafficEvent): void {
    const column = COLUMN_OF[typeNumber] as number
    if (pair < 0 || column < 0) return
    const at = pair * WIDTH + column
    if (at >= this.#counts.length) this.#counts = grown(this.#counts, Float64Array, at + WIDTH)
    this.#counts[at] = (this.#counts[at] as number) + 1
    if (column !== TRANSIENTS && column !== PERMANENTS) return
    const { domain } = this.#pairs.name(pair)
    const found = bounceClass === null ? this.#classOf(response, domain, mx) : bounceClassNumber(bounceClass)
    const key = pair * CLASSES + found
    const counted = this.#classes.get(key) ?? [0, 0]
    counted[column === TRANSIENTS ? 0 : 1]++
    this.#classes.set(key, counted)
    const texts = column === TRANSIENTS ? this.#transientTexts : this.#permanentTexts
    if (response !== "") texts.add(response, domain)
  }

  /** All pairs together. */
  total(): MailCount {
    return (
      [...this.#grouped(() => "")][0] ?? {
        name: "",
        receptions: 0,
        deliveries: 0,
        transients: 0,
        permanents: 0,
      }
    )
  }

  /** The bindings with most receptions, or, where there are none, most messages that came to an end. */
  topBindings(most: number): MailCount[] {
    const pairs = this.#pairs
    return this.#top((pair) => pairs.bindingName(pairs.bindingOf(pair)), most)
  }

  topDomains(most: number): MailCount[] {
    return this.#top((pair) => this.#pairs.name(pair).domain, most)
  }

  /** One pair, named as reports name it. */
  ofPair(pair: number): MailCount {
    const { binding, domain } = this.#pairs.name(pair)
    const at = (column: number): number => this.#counts[pair * WIDTH + column] ?? 0
    return {
      name: `${binding}/${domain}`,
      receptions: at(RECEPTIONS),
      deliveries: at(DELIVERIES),
      transients: at(TRANSIENTS),
      permanents: at(PERMANENTS),
    }
  }

  /** The classes of a pair's failures, by number. */
  classesOf(pair: number): ClassCount[] {
    const found: ClassCount[] = []
    for (let bounceClass = 0; bounceClass < CLASSES; bounceClass++) {
      const counted = this.#classes.get(pair * CLASSES + bounceClass)
      if (counted !== undefined) found.push({ bounceClass, transients: counted[0], permanents: counted[1] })
    }
    return found
  }

  topReasons(kind: "transient" | "permanent", most: number): ReasonCount[] {
    return (kind === "transient" ? this.#transientTexts : this.#permanentTexts).top(most)
  }

  #top(nameOf: (pair: number) => string, most: number): MailCount[] {
    const base = baseOf(this.total())
    return [...this.#grouped(nameOf)]
      .sort((a, b) => base(b) - base(a) || b.transients - a.transients || compareText(a.name, b.name))
      .slice(0, most)
  }

  #grouped(nameOf: (pair: number) => string): Iterable<MailCount> {
    const groups = new Map<string, number[]>()
    const { count } = this.#pairs
    for (let pair = 0; pair < count && pair * WIDTH < this.#counts.length; pair++) {
      const name = nameOf(pair)
      let sums = groups.get(name)
      if (sums === undefined) {
        sums = [0, 0, 0, 0]
        groups.set(name, sums)
      }
      for (let column = 0; column < WIDTH; column++)
        sums[column] = (sums[column] as number) + (this.#counts[pair * WIDTH + column] as number)
    }
    return Array.from(groups, ([name, [receptions = 0, deliveries = 0, transients = 0, permanents = 0]]) => ({
      name,
      receptions,
      deliveries,
      transients,
      permanents,
    })).filter(
      ({ receptions, deliveries, transients, permanents }) =>
        receptions + deliveries + transients + permanents > 0,
    )
  }
}

/** What one line is a share of, and is ranked by. */
export type Base = (count: MailCount) => number

/** Receptions, or, where the traffic tells none at all, messages that came to an end: the same for each line. */
export function baseOf(total: MailCount): Base {
  return total.receptions > 0
    ? ({ receptions }) => receptions
    : ({ deliveries, permanents }) => deliveries + permanents
}
