/** Sorting in slices is sorting. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { inOrder } from "../../src/engine/in-order.js"

test("any numbers, slices of any size; equal ones keep their order", () => {
  const numbers = fc.array(fc.nat({ max: 99_999 }), { maxLength: 3000, size: "max" })
  fc.assert(
    fc.property(numbers, fc.integer({ min: 1, max: 500 }), (items, size) => {
      // What stands before the last digit decides.
      const compare = (a: number, b: number): number => Math.floor(a / 10) - Math.floor(b / 10)
      const sorting = inOrder(Int32Array.from(items), compare, size)
      let stops = 0
      for (;;) {
        const { done, value } = sorting.next()
        if (done === true) {
          expect(Array.from(value)).toEqual([...items].sort(compare))
          break
        }
        stops++
      }
      expect(stops).toBeGreaterThanOrEqual(Math.floor(Math.max(0, items.length - 1) / 512))
    }),
    { numRuns: 300 },
  )
})

test("at once", () => {
  const items = Array.from({ length: 5000 }, (_, i) => (i * 7919) % 5000)
  const sorting = inOrder(Int32Array.from(items), (a, b) => a - b, Number.POSITIVE_INFINITY)
  let step = sorting.next()
  while (step.done !== true) step = sorting.next()
  expect(Array.from(step.value)).toEqual(Array.from({ length: 5000 }, (_, i) => i))
})
