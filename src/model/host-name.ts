const IS_LOWER = /^[a-z\d._-]*$/

/** Names of hosts and domains in one spelling: lower case, without a final dot. */
export function hostName(text: string): string {
  // Nearly always it is so already: a look is cheaper than a copy.
  const lower = IS_LOWER.test(text) ? text : text.toLowerCase()
  return lower.endsWith(".") ? lower.slice(0, -1) : lower
}

/** Anything that a receiving domain may be called. */
export function isDomainName(text: string): boolean {
  return /^[^\s\p{Cc}@/:;,'"()\\]{1,253}$/u.test(text)
}
