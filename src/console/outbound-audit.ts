/**
 * The commands of an outbound_audit instance, and its lines to the letter.
 * Source: seed "outbound_audit", System Console Commands; console.md section 3.
 */
import { hostName, isDomainName } from "../model/host-name.js"
import { auditLine } from "../report/audit-line.js"
import type { DeliveryWindow } from "../store/delivery-series.js"
import { StoreFault } from "../store/fault.js"
import type { OutboundAudit } from "../store/outbound-audit.js"
import { ConsoleFault, commandWord, noMore, singleWord } from "./words.js"

export const OUTBOUND_AUDIT_COMMANDS = `  show domain DOMAIN       all time series of a domain
  show global              the time series of all domains together
  show domains             the names of the domains with data
  show all                 all time series of all domains with data
  domain_list add DOMAIN   watches a domain; with a list, only its domains are watched
  domain_list delete DOMAIN  takes it off the list and drops its data
  clear domain DOMAIN      sets its counts to 0
  clear all                sets all counts to 0`

export const AUDIT_WORDS = ["show", "clear", "domain_list", "help"] as const
export const AUDIT_MORE_WORDS = {
  show: ["domain", "global", "domains", "all"],
  clear: ["domain", "all"],
  domain_list: ["add", "delete"],
  help: [],
} as const

/** What is written before the lines of all domains together. */
const GLOBAL_NAME = "global"
const DONE = "OK"

/** @param nowMicros the time up to which events have come */
export function outboundAudit(words: readonly string[], audit: OutboundAudit, nowMicros: number): string {
  const [first, ...rest] = words
  const usage = `outbound_audit:${audit.name}`
  switch (commandWord(first, AUDIT_WORDS, `${usage} {show|clear|domain_list} …`)) {
    case "show":
      return show(rest, audit, nowMicros)
    case "clear": {
      const what = commandWord(rest[0], AUDIT_MORE_WORDS.clear, `${usage} clear {domain DOMAIN|all}`)
      if (what === "domain") {
        const domain = domainWord(rest, `${usage} clear domain DOMAIN`)
        withData(domain, () => audit.clearDomain(domain))
      } else {
        noMore(rest.slice(1))
        audit.clear()
      }
      return DONE
    }
    case "domain_list": {
      const what = commandWord(
        rest[0],
        AUDIT_MORE_WORDS.domain_list,
        `${usage} domain_list {add|delete} DOMAIN`,
      )
      const domain = domainWord(rest, `${usage} domain_list ${what} DOMAIN`)
      if (what === "add") add(domain, audit)
      else withData(domain, () => audit.deleteDomain(domain))
      return DONE
    }
    default:
      return OUTBOUND_AUDIT_COMMANDS
  }
}

function show(words: readonly string[], audit: OutboundAudit, nowMicros: number): string {
  const usage = `outbound_audit:${audit.name} show`
  switch (commandWord(words[0], AUDIT_MORE_WORDS.show, `${usage} {domain DOMAIN|global|domains|all}`)) {
    case "domain": {
      const domain = domainWord(words, `${usage} domain DOMAIN`)
      return withData(domain, () => lines(hostName(domain), audit.windows(domain, nowMicros)))
    }
    case "global":
      noMore(words.slice(1))
      return lines(GLOBAL_NAME, audit.globalWindows(nowMicros))
    case "domains":
      noMore(words.slice(1))
      return audit.domains().join("\n")
    default:
      noMore(words.slice(1))
      return audit
        .domains()
        .map((domain) => lines(domain, audit.windows(domain, nowMicros)))
        .join("\n")
  }
}

function lines(name: string, windows: readonly DeliveryWindow[]): string {
  return windows.map((window) => auditLine(name, window)).join("\n")
}

function domainWord(words: readonly string[], usage: string): string {
  const domain = words[1]
  if (domain === undefined) throw new ConsoleFault(`Missing domain\nUsage: ${usage}`)
  noMore(words.slice(2))
  return domain
}

function withData<T>(domain: string, act: () => T): T {
  try {
    return act()
  } catch (fault) {
    if (fault instanceof StoreFault && fault.code === "E_AUDIT_DOMAIN")
      throw new ConsoleFault(`No data for domain ${singleWord(domain)}`)
    throw fault
  }
}

/** Mail goes to addresses too. */
const ADDRESS_LITERAL = /^\[[0-9a-fA-F:.]{2,60}\]$/

function add(domain: string, audit: OutboundAudit): void {
  if (!isDomainName(domain) && !ADDRESS_LITERAL.test(domain))
    throw new ConsoleFault(`Invalid domain '${singleWord(domain)}'; write its name, e.g. example.com`)
  audit.addDomain(domain)
}
