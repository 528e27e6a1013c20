/** Things by number are those that were put there, in whatever order. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { PagedList } from "../../src/model/paged-list.js"

test("like a map", () => {
  const number = fc.oneof(fc.nat({ max: 600 }), fc.nat({ max: 1 << 20 }))
  fc.assert(
    fc.property(fc.array(fc.tuple(number, fc.nat()), { maxLength: 50 }), (writes) => {
      const list = new PagedList<number>()
      const map = new Map<number, number>()
      for (const [at, value] of writes) {
        list.set(at, value)
        map.set(at, value)
      }
      for (const [at] of writes)
        for (const near of [at, at + 1, at + 256]) expect(list.get(near)).toBe(map.get(near))
    }),
  )
})
