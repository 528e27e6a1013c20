/**
 * One side of the comparison of throttles, in a process of its own:
 * `node --expose-gc throttle-child.mjs ours|peer KEYS`. Prints one JSON line.
 */
import { RateLimiterMemory } from "rate-limiter-flexible"
import { PairTable } from "../../dist/model/pair-table.js"
import { PairThrottles } from "../../dist/store/pair-throttles.js"
import { memory, nameOf, random } from "./measure.mjs"

const [, , side, count] = process.argv
const keys = Number(count)
const HOT_KEYS = 10_000
const ROUND = 200_000
const START = 1_790_000_000e6

class Ours {
  #pairs = new PairTable()
  #throttles = new PairThrottles()
  #at = START

  ask(key) {
    const [binding, domain] = nameOf(key)
    this.#at += 1000
    return this.#throttles.take(this.#pairs.of(binding, domain), 3600, this.#at)
  }
}

/** In memory, as its documentation shows it; it has no schedule, but windows of a fixed length. */
class Peer {
  #limiter = new RateLimiterMemory({ points: 3600, duration: 3600 })

  async ask(key) {
    const [binding, domain] = nameOf(key)
    try {
      return await this.#limiter.consume(`${binding}::${domain}`)
    } catch (refusal) {
      return refusal
    }
  }
}

const before = memory()
const store = side === "ours" ? new Ours() : new Peer()
for (let key = 0; key < keys; key++) {
  const answer = store.ask(key)
  if (side === "peer") await answer
}
const bytes = (memory() - before) / keys

async function nanoseconds(below) {
  let best = Number.POSITIVE_INFINITY
  for (let round = 0; round < 3; round++) {
    const began = process.hrtime.bigint()
    if (side === "ours") for (let i = 0; i < ROUND; i++) store.ask(random(below))
    else for (let i = 0; i < ROUND; i++) await store.ask(random(below))
    best = Math.min(best, Number(process.hrtime.bigint() - began) / ROUND)
  }
  return best
}
console.log(
  JSON.stringify({
    bytesPerKey: bytes,
    all: await nanoseconds(keys),
    hot: await nanoseconds(Math.min(keys, HOT_KEYS)),
  }),
)
// The peer holds a timer for every key.
process.exit(0)
