/** Mail addresses, as far as readers of traffic need to know them. */
import { hostName } from "../model/host-name.js"

/** The domain of an address, which may stand in angle brackets; null when there is none. */
export function domainOf(address: string | null): string | null {
  if (address === null) return null
  const domain = hostName(address.slice(address.lastIndexOf("@") + 1).replace(/>$/, ""))
  return domain === "" || !address.includes("@") ? null : domain
}
