/** What the processes of this bench share. */

let seed = 12345
/** The same whole numbers below a bound in every run. */
export function random(below) {
  seed = (Math.imul(seed, 1664525) + 1013904223) | 0
  return Math.floor(((seed >>> 0) / 2 ** 32) * below)
}

/** Bytes in use, garbage collected; needs --expose-gc. */
export function memory() {
  for (let i = 0; i < 4; i++) globalThis.gc()
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return heapUsed + arrayBuffers
}

/**
 * Names as a reader meets them: each time new texts.
 * @returns {[binding: string, domain: string]}
 */
export function nameOf(key) {
  return [`binding-${key % 8}`, `customer-${key}.example.net`]
}
