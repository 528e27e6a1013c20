/**
 * How fast one client may ask: a bucket of tokens for each address, filled at a
 * steady rate. Clients are bounded: the one not seen for longest is forgotten, and
 * begins anew with a full bucket. Time is given, no clock is read.
 */
import { isIPv6 } from "node:net"

export interface BucketOptions {
  /** Tokens a second. */
  readonly perSec: number
  /** That a bucket holds. */
  readonly burst: number
  readonly maxClients: number
}

/** Times are sums of fractions: by less than this they are the same, milliseconds. */
const ROUNDING_MS = 1e-6

export class TokenBuckets {
  readonly #options: BucketOptions
  /** By client, in the order of their last request: when the bucket is full again, milliseconds. */
  readonly #fullAtMs = new Map<string, number>()

  constructor(options: BucketOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#fullAtMs.size
  }

  /**
   * Takes a token.
   * @param nowMs of a clock that never goes back
   * @returns 0, or the whole milliseconds until there is one
   */
  take(client: string, nowMs: number): number {
    const { perSec, burst, maxClients } = this.#options
    const tokenMs = 1000 / perSec
    const fullAtMs = Math.max(nowMs, this.#fullAtMs.get(client) ?? nowMs)
    const waitMs = fullAtMs - nowMs - (burst - 1) * tokenMs - ROUNDING_MS
    this.#fullAtMs.delete(client)
    this.#fullAtMs.set(client, waitMs <= 0 ? fullAtMs + tokenMs : fullAtMs)
    if (this.#fullAtMs.size > maxClients) {
      const [oldest] = this.#fullAtMs.keys()
      if (oldest !== undefined) this.#fullAtMs.delete(oldest)
    }
    return waitMs <= 0 ? 0 : Math.ceil(waitMs)
  }
}

const MAPPED = "::ffff:"

/**
 * Who counts as one client: an IPv4 address, or the /64 of an IPv6 address, which
 * is what one site has to itself.
 */
export function clientKey(address: string): string {
  const plain = address.startsWith(MAPPED) && address.includes(".") ? address.slice(MAPPED.length) : address
  if (!isIPv6(plain) || plain === "::1") return plain
  const [head = "", tail] = (plain.split("%")[0] as string).split("::")
  const groups = head === "" ? [] : head.split(":")
  if (tail !== undefined) {
    const after = tail === "" ? [] : tail.split(":")
    while (groups.length + after.length < 8) groups.push("0")
    groups.push(...after)
  }
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16))
  return `${network.join(":")}::/64`
}
