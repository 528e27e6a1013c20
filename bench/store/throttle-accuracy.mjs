/** How exact a throttle is over simulated days: the most in any aligned hour, and the share of the limit that went. */
import { PairThrottles } from "../../dist/store/pair-throttles.js"

const HOUR = 3600e6
const START = 1_790_000_000e6
const LIMITS = [
  [0.5, 60],
  [1, 30],
  [10.5, 30],
  [100, 10],
  [3600, 2],
  [100_000, 1],
  [1_000_000, 1],
]
const SENDERS = {
  "comes when told": (at, next) => Math.max(at + 1, next),
  "looks each second": (at, next) => (next <= at ? at : at + 1e6),
}

export function benchAccuracy() {
  return LIMITS.map(([perHour, days]) => {
    const row = { "limit an hour": perHour, days }
    for (const [name, sender] of Object.entries(SENDERS)) {
      const throttles = new PairThrottles()
      const hours = new Map()
      let total = 0
      let at = START
      while (at < START + days * 24 * HOUR) {
        const next = throttles.take(0, perHour, at)
        if (next <= at) {
          const hour = Math.floor(at / HOUR)
          hours.set(hour, (hours.get(hour) ?? 0) + 1)
          total++
        }
        at = sender(at, next)
      }
      row[`${name}: most in an hour`] = Math.max(...hours.values())
      row[`${name}: of the limit`] = `${((total / (perHour * days * 24)) * 100).toFixed(3)} %`
    }
    return row
  })
}
