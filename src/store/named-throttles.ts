/**
 * Named throttles, N messages in S seconds, as scripts of the field make them:
 * create, increment, check, time until clear. A window of S seconds begins with
 * the first message counted in it; a throttle is over its budget while more
 * than N have been counted. Counting never stops a message: the check does.
 *
 * The cache is bounded as `siv_throttle_cache_size` says: making one too many
 * drops the one used longest ago, and one whose window has been over for a
 * second is gone. Whoever uses a throttle creates it first, each time; for one
 * that is there that does nothing.
 * Source: the field's ec_throttle_create, _inc, _dec, _check and
 * ec_throttle_time_until_clear; configuration.md section 3.
 */
import { type CacheCounts, noCounts } from "./cache-counts.js"
import { KEY_FORM, keyFault, StoreFault, shown } from "./fault.js"

/** Default of `siv_throttle_cache_size`. */
const NAMED_THROTTLES = 1000
/** A throttle outlives its window by this. */
const LINGER_MICROS = 1e6
const MAX_PERIOD_SEC = 1e9
const FORM = 'write "MESSAGES/SECONDS", e.g. "10/60", or MESSAGES alone for a second; both at least 1'

export interface NamedThrottleState {
  readonly name: string
  readonly limit: number
  readonly periodSec: number
  readonly count: number
  /** When its window began; null before the first message. */
  readonly beganMicros: number | null
  /** When it was created, or a window was found to be over. */
  readonly createdMicros: number
}

type Throttle = { -readonly [K in keyof NamedThrottleState]: NamedThrottleState[K] }

export class NamedThrottles {
  readonly counts: CacheCounts = noCounts()
  #capacity: number
  /** In order of use, the one used longest ago first. */
  readonly #throttles = new Map<string, Throttle>()

  constructor(capacity = NAMED_THROTTLES) {
    this.#capacity = capacity
  }

  get capacity(): number {
    return this.#capacity
  }

  /** Room for more, or for fewer: then those used longest ago are dropped at once. */
  resize(capacity: number): void {
    this.#capacity = capacity
    this.#makeRoom(capacity)
  }

  get size(): number {
    return this.#throttles.size
  }

  /**
   * Makes a throttle; when there is one of that name, nothing changes.
   * @param rate `"10/60"`, ten messages in sixty seconds, or `"10"`, ten in one
   * @throws StoreFault E_THROTTLE_SPEC
   */
  create(name: string, rate: string, atMicros: number): void {
    const fault = keyFault(name)
    if (fault !== null) throw new StoreFault("E_THROTTLE_SPEC", `the name ${shown(name)} ${fault}`, KEY_FORM)
    const match = /^(\d{1,15})(?:\/(\d{1,10}))?$/.exec(rate)
    const limit = Number(match?.[1] ?? 0)
    const periodSec = Number(match?.[2] ?? 1)
    if (limit < 1 || periodSec < 1 || periodSec > MAX_PERIOD_SEC)
      throw new StoreFault("E_THROTTLE_SPEC", `the rate of ${shown(name)} is ${shown(rate)}`, FORM)
    if (this.#find(name, atMicros) !== undefined) return
    // The one just made is kept even where there is room for none: whoever made it is about to count.
    this.#makeRoom(this.capacity - 1)
    this.counts.stores++
    this.#throttles.set(name, {
      name,
      limit,
      periodSec,
      count: 0,
      beganMicros: null,
      createdMicros: atMicros,
    })
  }

  has(name: string, atMicros: number): boolean {
    return this.#find(name, atMicros) !== undefined
  }

  /**
   * Counts messages, or with a negative number takes them back.
   * @throws StoreFault E_THROTTLE_UNKNOWN, E_THROTTLE_COUNT
   */
  increment(name: string, atMicros: number, messages = 1): void {
    const throttle = this.#get(name, atMicros)
    if (!Number.isInteger(messages)) {
      throw new StoreFault(
        "E_THROTTLE_COUNT",
        `${messages} messages cannot be counted`,
        "write a whole number, e.g. 1, or -1 to take one back",
      )
    }
    throttle.beganMicros ??= atMicros
    throttle.count = Math.max(0, throttle.count + messages)
  }

  /**
   * Have more messages been counted than may be?
   * @throws StoreFault E_THROTTLE_UNKNOWN
   */
  isExceeded(name: string, atMicros: number): boolean {
    const { count, limit } = this.#get(name, atMicros)
    return count > limit
  }

  /**
   * Seconds until a throttle is within its budget; 0 when it is.
   * @throws StoreFault E_THROTTLE_UNKNOWN
   */
  secondsUntilClear(name: string, atMicros: number): number {
    const { count, limit, beganMicros, periodSec } = this.#get(name, atMicros)
    if (count <= limit || beganMicros === null) return 0
    return (beganMicros + periodSec * 1e6 - atMicros) / 1e6
  }

  fork(): NamedThrottles {
    const copy = new NamedThrottles(this.capacity)
    copy.restore(this.state())
    return copy
  }

  state(): NamedThrottleState[] {
    return Array.from(this.#throttles.values(), (throttle) => ({ ...throttle }))
  }

  restore(states: readonly NamedThrottleState[]): void {
    const kept = Math.max(1, this.capacity)
    for (const state of states.slice(-kept)) this.#throttles.set(state.name, { ...state })
  }

  #get(name: string, atMicros: number): Throttle {
    const throttle = this.#find(name, atMicros)
    if (throttle !== undefined) return throttle
    throw new StoreFault(
      "E_THROTTLE_UNKNOWN",
      `there is no throttle ${shown(name)} (any more)`,
      "create it each time before it is used; for one that is there that does nothing",
    )
  }

  /** Drops those used longest ago until no more are left than may be. */
  #makeRoom(left: number): void {
    for (const name of this.#throttles.keys()) {
      if (this.#throttles.size <= Math.max(0, left)) return
      this.#throttles.delete(name)
      this.counts.evicted++
    }
  }

  /** A throttle that is still there, with the window that holds the time. */
  #find(name: string, atMicros: number): Throttle | undefined {
    const throttle = this.#throttles.get(name)
    if (throttle === undefined) {
      this.counts.misses++
      return undefined
    }
    this.#throttles.delete(name)
    const { beganMicros, createdMicros, periodSec } = throttle
    const from = beganMicros ?? createdMicros
    const passed = atMicros - from
    // Time that was set back begins a new window too: the old one would not end for long.
    if (passed > periodSec * 1e6 + LINGER_MICROS) {
      this.counts.misses++
      this.counts.expired++
      return undefined
    }
    this.counts.hits++
    if (passed >= periodSec * 1e6 || passed < 0) {
      throttle.beganMicros = null
      throttle.createdMicros = atMicros
      throttle.count = 0
    }
    this.#throttles.set(name, throttle)
    return throttle
  }
}
