/** How fast a client may ask, and who counts as one; time is a number. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { clientKey, TokenBuckets } from "../../src/http/token-buckets.js"

describe("a bucket", () => {
  test("gives its burst at once, then what its rate fills in", () => {
    const buckets = new TokenBuckets({ perSec: 2, burst: 3, maxClients: 10 })
    expect([0, 0, 0, 0].map((atMs) => buckets.take("a", atMs))).toEqual([0, 0, 0, 500])
    expect([499, 500, 501].map((atMs) => buckets.take("a", atMs))).toEqual([1, 0, 499])
  })

  test("is each client's own", () => {
    const buckets = new TokenBuckets({ perSec: 1, burst: 1, maxClients: 10 })
    expect([buckets.take("a", 0), buckets.take("a", 0), buckets.take("b", 0)]).toEqual([0, 1000, 0])
  })

  test("is forgotten when others have come since, not when it is in use", () => {
    const buckets = new TokenBuckets({ perSec: 1, burst: 1, maxClients: 2 })
    const takes = ["a", "b", "a", "c", "a", "b"].map((client) => buckets.take(client, 0) === 0)
    expect(takes).toEqual([true, true, false, true, false, true])
    expect(buckets.size).toBe(2)
  })

  test("never gives more than its burst and its rate, and who waits as told gets one", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 50 }),
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.nat(400), { maxLength: 200 }),
        (perSec, burst, stepsMs) => {
          const buckets = new TokenBuckets({ perSec, burst, maxClients: 1 })
          let atMs = 0
          let given = 0
          for (const stepMs of stepsMs) {
            atMs += stepMs
            const waitMs = buckets.take("a", atMs)
            if (waitMs === 0) given++
            expect(given).toBeLessThanOrEqual(burst + (atMs * perSec) / 1000 + 1e-6)
            if (waitMs > 0) {
              atMs += waitMs
              expect(buckets.take("a", atMs)).toBe(0)
              given++
            }
          }
        },
      ),
    )
  })
})

test.each([
  ["192.0.2.7", "192.0.2.7"],
  ["::ffff:192.0.2.7", "192.0.2.7"],
  ["::1", "::1"],
  ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
  ["2001:db8:1:2::6", "2001:db8:1:2::/64"],
  ["2001:0db8::6", "2001:db8:0:0::/64"],
  ["fe80::1%eth0", "fe80:0:0:0::/64"],
  ["", ""],
])("client %s counts as %s", (address, key) => expect(clientKey(address)).toBe(key))
