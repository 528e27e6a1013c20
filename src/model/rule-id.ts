/** Ids of rules: short hashes of what a rule counts, the same on every machine. */
import { hash } from "node:crypto"

export function idOf(counted: readonly unknown[]): string {
  return hash("sha256", JSON.stringify(counted), "hex").slice(0, 12)
}
