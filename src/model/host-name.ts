/** Names of hosts and domains in one spelling: lower case, without a final dot. */
export function hostName(text: string): string {
  const lower = text.toLowerCase()
  return lower.endsWith(".") ? lower.slice(0, -1) : lower
}
