/** Numbers and times in sentences. */

/** `1 rule`, `2 rules`, `1,234 rules`. */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`
}

/** Thousands are kept apart. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",")
}

/** `2026-11-26 23:08:08`, in UTC; a fraction of a second is cut off. */
export function time(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 19).replace("T", " ")
}

/** Throttles have fractions; a few digits tell. */
export function rounded(value: number): string {
  return String(Math.round(value * 100) / 100)
}
