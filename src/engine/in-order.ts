/**
 * Sorting in slices: a list that may hold a million things is put in order
 * without anybody waiting for all of it. Equal ones keep their order.
 */

/** Sorted at once, as the start of what is then merged. */
const RUN = 2048

/**
 * The same things in order.
 * @param stepsASlice roughly how many comparisons are made between two stops
 */
export function* inOrder<T>(
  items: readonly T[],
  compare: (a: T, b: T) => number,
  stepsASlice: number,
): Generator<void, readonly T[]> {
  let runs: T[][] = []
  for (let from = 0; from < items.length; from += RUN) {
    runs.push(items.slice(from, from + RUN).sort(compare))
    if (from > 0) yield
  }
  while (runs.length > 1) {
    const merged: T[][] = []
    for (let i = 0; i < runs.length; i += 2) {
      const one = runs[i] as T[]
      const other = runs[i + 1]
      merged.push(other === undefined ? one : yield* merge(one, other, compare, stepsASlice))
    }
    runs = merged
  }
  return runs[0] ?? []
}

function* merge<T>(
  one: readonly T[],
  other: readonly T[],
  compare: (a: T, b: T) => number,
  stepsASlice: number,
): Generator<void, T[]> {
  const merged: T[] = []
  let a = 0
  let b = 0
  while (a < one.length || b < other.length) {
    const isOne = b >= other.length || (a < one.length && compare(one[a] as T, other[b] as T) <= 0)
    merged.push(isOne ? (one[a++] as T) : (other[b++] as T))
    if (merged.length % stepsASlice === 0) yield
  }
  return merged
}
