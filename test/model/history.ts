/**
 * Everything that has happened in a replay, in order, and the questions the model asks about it. Each
 * answer is found by reading the list; nothing is counted, cached or dropped on the way.
 */
import type { Option } from "./scenario.js"

export interface Pair {
  readonly binding: string
  readonly domain: string
}

export type Stop = "suspension" | "blackhole"

/** All times are whole microseconds. */
type Happening =
  | { readonly what: "attempt"; readonly atUs: number; readonly pair: Pair; readonly mx: string | undefined }
  | { readonly what: "match"; readonly atUs: number; readonly pair: Pair; readonly identity: string }
  /** A rule fired that is not an observing one, whatever came of it. */
  | { readonly what: "fired"; readonly atUs: number; readonly pair: Pair }
  /** A firing of which at least one adjusting effect was applied. */
  | { readonly what: "adjusted"; readonly atUs: number; readonly pair: Pair }
  /** Values were raised, or there was nothing to raise. */
  | { readonly what: "growth"; readonly atUs: number; readonly pair: Pair }
  /** The whole binding was given an age. */
  | { readonly what: "birth"; readonly atUs: number; readonly pair: Pair }
  | { readonly what: "value"; readonly pair: Pair; readonly option: Option; readonly value: number }
  /** All values were dropped. */
  | { readonly what: "restart"; readonly pair: Pair }
  | { readonly what: "begin"; readonly pair: Pair; readonly stop: Stop; readonly untilUs: number }
  | { readonly what: "end"; readonly pair: Pair; readonly stop: Stop }

type Of<W extends Happening["what"]> = Extract<Happening, { what: W }>

export class History {
  readonly #happened: Happening[] = []

  add(happening: Happening): void {
    this.#happened.push(happening)
  }

  /** Every pair that ever had an attempt, by binding, then by domain. */
  pairs(): Pair[] {
    const pairs: Pair[] = []
    for (const { pair } of this.#happened) if (!pairs.some((known) => same(known, pair))) pairs.push(pair)
    return pairs.sort((a, b) => compare(a.binding, b.binding) || compare(a.domain, b.domain))
  }

  firstAttemptUs(pair: Pair): number | undefined {
    return this.#of("attempt", pair)[0]?.atUs
  }

  mxOf(pair: Pair): string | undefined {
    return this.#of("attempt", pair).at(-1)?.mx
  }

  lastUs(what: "fired" | "adjusted" | "growth", pair: Pair): number {
    return this.#of(what, pair).at(-1)?.atUs ?? Number.NEGATIVE_INFINITY
  }

  /** Matches of a rule later than `afterUs` and not later than `toUs`. */
  matches(pair: Pair, identity: string, afterUs: number, toUs: number): number {
    return this.#of("match", pair).filter(
      (match) => match.identity === identity && match.atUs > afterUs && match.atUs <= toUs,
    ).length
  }

  /** The end of a suspension or blackhole that has begun and was not lifted. */
  activeUntilUs(pair: Pair, stop: Stop): number | undefined {
    const last = this.#happened.findLast(
      (entry) =>
        (entry.what === "begin" || entry.what === "end") && same(entry.pair, pair) && entry.stop === stop,
    )
    return last?.what === "begin" ? last.untilUs : undefined
  }

  isActive(pair: Pair, stop: Stop): boolean {
    return this.activeUntilUs(pair, stop) !== undefined
  }

  /** The value that was set last, unless all were dropped since. */
  stored(pair: Pair, option: Option): number | undefined {
    const last = this.#happened.findLast(
      (entry) =>
        same(entry.pair, pair) &&
        (entry.what === "restart" || (entry.what === "value" && entry.option === option)),
    )
    return last?.what === "value" ? last.value : undefined
  }

  /** When the binding was born: as a warmup has it, else at its first attempt for any domain. */
  birthUs(binding: string): number {
    const ofBinding = this.#happened.filter(({ pair }) => pair.binding === binding)
    const set = ofBinding.findLast((entry) => entry.what === "birth")
    const first = ofBinding.find((entry) => entry.what === "attempt")
    const born = set ?? first
    if (born === undefined) throw new Error(`binding ${binding} has no attempt`)
    return born.atUs
  }

  #of<W extends Happening["what"]>(what: W, pair: Pair): Of<W>[] {
    return this.#happened.filter((entry): entry is Of<W> => entry.what === what && same(entry.pair, pair))
  }
}

function same(a: Pair, b: Pair): boolean {
  return a.binding === b.binding && a.domain === b.domain
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
