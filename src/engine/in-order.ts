/**
 * Sorting in slices: numbers of pairs, of which there may be a million, are put in
 * order without anybody waiting for all of it, and in two columns that no garbage
 * collector has to walk through.
 */

/** Sorted at once, as the start of what is then merged. */
const RUN = 512

/**
 * The same numbers in order; equal ones keep theirs.
 * @param items taken over: they are put in order where they stand, or in a list beside it
 * @param stepsASlice roughly how many of them are put in their place between two stops
 */
export function* inOrder(
  items: Int32Array,
  compare: (a: number, b: number) => number,
  stepsASlice: number,
): Generator<void, Int32Array> {
  let from = items
  const { length } = from
  for (let start = 0; start < length; start += RUN) {
    if (start > 0) yield
    from.subarray(start, start + RUN).sort(compare)
  }
  let to: Int32Array = new Int32Array(RUN < length ? length : 0)
  let steps = 0
  for (let run = RUN; run < length; run *= 2) {
    for (let start = 0; start < length; start += run * 2) {
      const middle = Math.min(start + run, length)
      const end = Math.min(start + run * 2, length)
      let one = start
      let other = middle
      for (let place = start; place < end; place++) {
        const isOne =
          other >= end || (one < middle && compare(from[one] as number, from[other] as number) <= 0)
        to[place] = from[isOne ? one++ : other++] as number
        if (++steps % stepsASlice === 0) yield
      }
    }
    ;[from, to] = [to, from]
  }
  return from
}
