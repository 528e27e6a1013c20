/** Orders texts by their code units: the same on every machine, whatever its language. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

interface PairNames {
  name(pair: number): { readonly binding: string; readonly domain: string }
}

/** Pairs by binding, then domain: their numbers tell in what order files were read, which must not show. */
export function byPairName(pairs: PairNames): (a: number, b: number) => number {
  return (a, b) => {
    const one = pairs.name(a)
    const other = pairs.name(b)
    return compareText(one.binding, other.binding) || compareText(one.domain, other.domain)
  }
}
