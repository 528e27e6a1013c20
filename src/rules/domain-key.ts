/** Domain keys and alias targets. Source: rule-files.md sections 2, 7 and 10. */
import type { Place } from "../model/diagnostic.js"
import type { Report } from "./report.js"

export type DomainKey =
  | { readonly kind: "domain"; readonly key: string }
  | { readonly kind: "everything"; readonly key: "*" }
  /** An alias by the MX host's suffix. */
  | { readonly kind: "mx"; readonly key: string; readonly suffix: string }

const EVERYTHING: DomainKey = Object.freeze({ kind: "everything", key: "*" })

/** Reads a key; one that can never match is kept and reported. */
export function readDomainKey(text: string, place: Place | null, report: Report): DomainKey {
  const key = text.toLowerCase()
  if (key !== text) {
    report.add(
      "E_DOMAIN_CASE",
      place,
      `the key "${text}" is read as "${key}": domains are compared in lower case`,
      `write "${key}"`,
    )
  }
  if (key === "*") return EVERYTHING
  if (key.startsWith("mx:")) {
    const suffix = key.slice(3)
    if (!/^\.?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?$/.test(suffix)) {
      report.add(
        "E_DOMAIN_KEY",
        place,
        `"${text}" names no MX host suffix: it never matches`,
        'write "mx:.example.net"',
      )
    }
    return { kind: "mx", key, suffix: suffix.replace(/\.$/, "") }
  }
  if (/[<>]|:\/\//.test(key)) {
    report.add(
      "E_DOMAIN_KEY",
      place,
      `"${text}" holds a link: it never matches`,
      'write the domain alone, e.g. "example.com"',
    )
  } else if (/\s/.test(key)) {
    const remedy = key.trim()
    report.add(
      "E_DOMAIN_KEY",
      place,
      `"${text}" holds a blank: it never matches`,
      `write "${remedy.replace(/\s+/g, "")}"`,
    )
  } else if (key === "") {
    report.add("E_DOMAIN_KEY", place, "the key is empty: it never matches", "write a domain")
  }
  return { kind: "domain", key }
}
