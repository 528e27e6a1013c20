/**
 * outbound_audit: how receiving domains behave, window by window, so that what
 * is new stands out against what was. Per domain and in all: receptions,
 * deliveries and the time they took, transient and permanent failures.
 *
 * A monitor of N windows shows the running one and N before it. Events belong
 * to the window of their own time; one that comes later than a monitor looks
 * back is counted as late there and nowhere else.
 * Source: seed "outbound_audit"; console.md section 3.
 */
import { AUDIT_DEFAULTS, type AuditOptions, sizeTwice } from "../model/audit-options.js"
import { NOT_TOLD, TYPE_NUMBER } from "../model/event.js"
import { hostName } from "../model/host-name.js"
import { isMonitor, MONITOR_FORM } from "../model/monitor.js"
import type { PairTable } from "../model/pair-table.js"
import { DeliverySeries, type DeliveryWindow, METRIC } from "./delivery-series.js"
import { KEY_FORM, keyFault, StoreFault, shown } from "./fault.js"
import { KeyTable } from "./key-table.js"
import { Float64s, Int32s, Uint8s } from "./paged.js"
import type { Part } from "./part.js"

const METRIC_OF: Readonly<Record<number, number>> = {
  [TYPE_NUMBER.reception]: METRIC.receptions,
  [TYPE_NUMBER.delivery]: METRIC.deliveries,
  [TYPE_NUMBER.transient]: METRIC.transient,
  [TYPE_NUMBER.permanent]: METRIC.permanent,
}

/** Row of what all domains add up to; no domain has an empty name. */
const GLOBAL = 0

export class OutboundAudit {
  readonly name: string
  /** Events that came too late for a monitor. */
  late = 0
  /** What it was given; the defaults stand for the rest. */
  #given: Partial<AuditOptions>
  #options: AuditOptions
  #listed: ReadonlySet<string>
  #series: DeliverySeries
  #domains = new KeyTable()
  // By row.
  #transited = new Float64s()
  #isStored = new Uint8s()
  /** By pair: row of its domain from 1; 0 = not looked up yet, IGNORED = not kept. */
  #rowOfPair = new Int32s()
  /** The traffic tells of receptions: they are what the threshold counts. */
  #hasReceptions = false

  /** @throws StoreFault E_AUDIT_OPTION */
  constructor(name: string, options: Partial<AuditOptions> = {}) {
    this.name = name
    this.#domains.of("")
    this.#given = options
    this.#options = checked(name, { ...AUDIT_DEFAULTS, ...options })
    this.#listed = new Set(this.#options.domainList)
    this.#series = new DeliverySeries(this.#options.monitors)
  }

  get options(): AuditOptions {
    return this.#options
  }

  /**
   * Changes options while it counts. What a monitor has counted stays as far as the new ones look back.
   * @throws StoreFault E_AUDIT_OPTION; nothing has been changed then
   */
  configure(changes: Partial<AuditOptions>): void {
    this.#take({ ...this.#given, ...changes })
  }

  /** Has these options and no others from now on; what is not given has its default. */
  restart(options: Partial<AuditOptions>): void {
    this.#take(options)
  }

  /** Was an option given a value? */
  isSet(option: keyof AuditOptions): boolean {
    return option in this.#given
  }

  /** Lets an option have its default again. */
  unset(option: keyof AuditOptions): void {
    const { [option]: _, ...given } = this.#given
    this.#take(given)
  }

  #take(given: Partial<AuditOptions>): void {
    const options = checked(this.name, { ...AUDIT_DEFAULTS, ...given })
    this.#given = given
    this.#series.configure(options.monitors)
    this.#options = options
    this.#listed = new Set(options.domainList)
    this.#rowOfPair.clear()
  }

  /**
   * Counts an event.
   * @param pair -1 where its domain is not known: it counts globally then
   * @param type a TYPE_NUMBER; reports and out-of-band bounces are no attempts and do not count
   * @param deliveryMicros how long the delivery took; NOT_TOLD when that is not known
   */
  record(pairs: PairTable, pair: number, type: number, atMicros: number, deliveryMicros = NOT_TOLD): void {
    const metric = METRIC_OF[type]
    if (metric === undefined) return
    const row = this.#options.monitorDomains && pair >= 0 ? this.#rowOf(pairs, pair) : IGNORED
    const isKept = row > GLOBAL && this.#keeps(row, metric)
    if (!this.#series.add(GLOBAL, metric, atMicros, deliveryMicros)) this.late++
    if (isKept) this.#series.add(row, metric, atMicros, deliveryMicros)
  }

  /** Bytes of its counts: what windows times domains come to. */
  get bytes(): number {
    return this.#series.bytes
  }

  /** Names of the domains with data, in order. */
  domains(): string[] {
    const names: string[] = []
    for (const [row, domain] of this.#domains.entries())
      if (row !== GLOBAL && this.#isStored.get(row) === 1) names.push(domain)
    return names.sort()
  }

  /** Names of the domains with most attempts in the windows that stand, at most so many, the first first. */
  busiest(atMicros: number, most: number): string[] {
    const attempts = this.domains().map(
      (domain) => [domain, this.#series.attempts(this.#domains.find(domain), atMicros)] as const,
    )
    return attempts
      .sort(([, a], [, b]) => b - a)
      .slice(0, most)
      .map(([domain]) => domain)
  }

  /**
   * The windows of a domain, monitor by monitor, the running one first.
   * @param atMicros now, as the events tell it
   * @throws StoreFault E_AUDIT_DOMAIN
   */
  windows(domain: string, atMicros: number): DeliveryWindow[] {
    return this.#series.windows(this.#stored(domain), atMicros)
  }

  /** The windows of what all domains add up to. */
  globalWindows(atMicros: number): DeliveryWindow[] {
    return this.#series.windows(GLOBAL, atMicros)
  }

  /** Adds a domain to the list. */
  addDomain(domain: string): void {
    const name = hostName(domain)
    this.configure({ domainList: [...this.#options.domainList.filter((one) => one !== name), name] })
  }

  /**
   * Takes a domain off the list and drops its data.
   * @throws StoreFault E_AUDIT_DOMAIN when it is neither listed nor has data
   */
  deleteDomain(domain: string): void {
    const name = hostName(domain)
    if (!this.#listed.has(name)) this.#stored(name)
    const row = this.#domains.remove(name)
    if (row >= 0) {
      this.#series.clearRow(row)
      this.#isStored.set(row, 0)
      this.#transited.set(row, 0)
    }
    this.configure({ domainList: this.#options.domainList.filter((one) => one !== name) })
  }

  /**
   * Sets a domain's counts to 0; its name stays.
   * @throws StoreFault E_AUDIT_DOMAIN
   */
  clearDomain(domain: string): void {
    this.#series.clearRow(this.#stored(domain))
  }

  /** Sets all counts to 0, the global ones too; the names stay. */
  clear(): void {
    this.#series.clear()
  }

  fork(): OutboundAudit {
    const copy = new OutboundAudit(this.name, this.#given)
    copy.late = this.late
    copy.#series = this.#series.fork()
    copy.#domains = this.#domains.fork()
    copy.#transited = this.#transited.fork()
    copy.#isStored = this.#isStored.fork()
    copy.#rowOfPair = this.#rowOfPair.fork()
    copy.#hasReceptions = this.#hasReceptions
    return copy
  }

  *parts(): Generator<Part> {
    const { name: audit, late } = this
    const facts = { audit, late, options: this.#given, hasReceptions: this.#hasReceptions }
    yield { name: "audit", facts, columns: {} }
    yield* this.#transited.parts("audit-transited", { audit })
    yield* this.#isStored.parts("audit-stored", { audit })
    yield* this.#domains.parts("audit-domains", { audit })
    yield* this.#series.parts("audit", { audit })
    yield { name: "audit-end", facts: { audit }, columns: {} }
  }

  takePart(part: Part): void {
    const { late, hasReceptions } = part.facts as AuditFacts
    switch (part.name) {
      case "audit":
        this.late = late
        this.#hasReceptions = hasReceptions
        break
      case "audit-transited":
        this.#transited.takePart(part)
        break
      case "audit-stored":
        this.#isStored.takePart(part)
        break
      case "audit-domains":
        this.#domains.takePart(part)
        break
      case "audit-end":
        this.#domains.settle()
        break
      default:
        this.#series.takePart(part)
    }
  }

  #rowOf(pairs: PairTable, pair: number): number {
    const known = this.#rowOfPair.get(pair)
    if (known !== 0) return known === IGNORED ? IGNORED : known - 1
    const { domain } = pairs.name(pair)
    const isWanted = this.#listed.size === 0 || this.#listed.has(domain)
    const row = isWanted && domain !== "" ? this.#domains.of(domain) : IGNORED
    this.#rowOfPair.set(pair, row === IGNORED ? IGNORED : row + 1)
    return row
  }

  /** Is a domain stored, this event included? Counts its messages until it is. */
  #keeps(row: number, metric: number): boolean {
    if (metric === METRIC.receptions) this.#hasReceptions = true
    if (this.#isStored.get(row) === 1) return true
    const { threshold } = this.#options
    // Logs without receptions tell of a message when it goes, or comes back.
    const isMessage = this.#hasReceptions ? metric === METRIC.receptions : metric !== METRIC.transient
    if (isMessage) this.#transited.add(row, 1)
    if (threshold > 0 && this.#listed.size === 0 && this.#transited.get(row) <= threshold) return false
    this.#isStored.set(row, 1)
    return true
  }

  #stored(domain: string): number {
    const row = this.#domains.find(hostName(domain))
    if (row > GLOBAL && this.#isStored.get(row) === 1) return row
    throw new StoreFault(
      "E_AUDIT_DOMAIN",
      `there is no data for the domain ${shown(domain)}`,
      "a domain has data once it is listed, or past the threshold, and an event has come",
    )
  }
}

const IGNORED = -1

interface AuditFacts {
  readonly late: number
  readonly hasReceptions: boolean
}

function checked(name: string, options: AuditOptions): AuditOptions {
  const refuse = (message: string, hint: string): never => {
    throw new StoreFault("E_AUDIT_OPTION", `outbound_audit ${shown(name)}: ${message}`, hint)
  }
  const { monitors, threshold } = options
  if (monitors.length === 0) refuse("it has no monitor", `write ${MONITOR_FORM}`)
  for (const monitor of monitors)
    if (!isMonitor(monitor))
      refuse(`a monitor has ${monitor.count} windows of ${monitor.sizeSec} seconds`, `write ${MONITOR_FORM}`)
  const twice = sizeTwice(monitors)
  if (twice !== null)
    refuse(`two monitors have windows of ${twice} seconds`, "keep the one with more windows")
  if (!Number.isSafeInteger(threshold) || threshold < 0)
    refuse(`threshold is ${threshold}`, "write a whole number of messages, 0 for every domain")
  const domainList = options.domainList.map(hostName)
  for (const domain of domainList) {
    const fault = keyFault(domain)
    if (fault !== null) refuse(`the domain ${shown(domain)} in domainlist ${fault}`, KEY_FORM)
  }
  return Object.freeze({ ...options, domainList })
}
