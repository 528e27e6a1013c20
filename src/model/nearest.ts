/**
 * "Did you mean": the known word closest to a mistyped one.
 * Source: configuration.md section 5 (Damerau-Levenshtein, at most 2 edits or a
 * third of the length, case folded).
 */

export function nearest(word: string, known: Iterable<string>): string | null {
  const typed = word.toLowerCase()
  const limit = Math.max(2, Math.floor(typed.length / 3))
  let best: string | null = null
  let bestDistance = limit + 1
  for (const candidate of known) {
    if (Math.abs(candidate.length - typed.length) >= bestDistance) continue
    const distance = editDistance(typed, candidate.toLowerCase())
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Insertions, deletions, substitutions and swaps of neighbours. */
function editDistance(a: string, b: string): number {
  const width = b.length + 1
  const cell = new Uint16Array((a.length + 1) * width)
  for (let i = 0; i <= a.length; i++) cell[i * width] = i
  for (let j = 0; j <= b.length; j++) cell[j] = j
  const at = (i: number, j: number): number => cell[i * width + j] as number
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let value = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost)
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      if (swapped) value = Math.min(value, at(i - 2, j - 2) + 1)
      cell[i * width + j] = value
    }
  }
  return at(a.length, b.length)
}
