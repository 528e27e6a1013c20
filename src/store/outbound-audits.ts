/** The outbound_audit instances by name; every event goes to all of them. */
import type { AuditOptions } from "../model/audit-options.js"
import { NOT_TOLD } from "../model/event.js"
import type { PairTable } from "../model/pair-table.js"
import { KEY_FORM, keyFault, StoreFault, shown } from "./fault.js"
import { OutboundAudit } from "./outbound-audit.js"
import type { Part } from "./part.js"

export class OutboundAudits {
  readonly #audits = new Map<string, OutboundAudit>()
  /** The same in a list: walked for every event. */
  #all: OutboundAudit[] = []

  get size(): number {
    return this.#all.length
  }

  get names(): string[] {
    return [...this.#audits.keys()]
  }

  /** @throws StoreFault E_AUDIT_UNKNOWN */
  get(name: string): OutboundAudit {
    const audit = this.#audits.get(name)
    if (audit !== undefined) return audit
    const names = this.names.length === 0 ? "there is none" : `there are ${this.names.join(", ")}`
    throw new StoreFault("E_AUDIT_UNKNOWN", `there is no outbound_audit instance ${shown(name)}`, names)
  }

  /**
   * Makes an instance, or gives the one of that name other options.
   * @throws StoreFault E_AUDIT_OPTION
   */
  define(name: string, options: Partial<AuditOptions> = {}): OutboundAudit {
    const fault = keyFault(name)
    if (fault !== null)
      throw new StoreFault("E_AUDIT_OPTION", `the instance name ${shown(name)} ${fault}`, KEY_FORM)
    const known = this.#audits.get(name)
    known?.configure(options)
    const audit = known ?? new OutboundAudit(name, options)
    this.#set(audit)
    return audit
  }

  /**
   * Makes the instances that are wanted what they are wanted to be, with all that they have counted, and
   * ends the others.
   * @throws StoreFault E_AUDIT_OPTION
   */
  keepTo(wanted: readonly { readonly name: string; readonly options: Partial<AuditOptions> }[]): void {
    const names = new Set(wanted.map(({ name }) => name))
    for (const name of this.names) if (!names.has(name)) this.#audits.delete(name)
    this.#all = [...this.#audits.values()]
    for (const { name, options } of wanted) {
      const known = this.#audits.get(name)
      if (known === undefined) this.define(name, options)
      else known.restart(options)
    }
  }

  record(pairs: PairTable, pair: number, type: number, atMicros: number, deliveryMicros = NOT_TOLD): void {
    for (const audit of this.#all) audit.record(pairs, pair, type, atMicros, deliveryMicros)
  }

  fork(): OutboundAudits {
    const copy = new OutboundAudits()
    for (const audit of this.#all) copy.#set(audit.fork())
    return copy
  }

  *parts(): Generator<Part> {
    for (const audit of this.#all) yield* audit.parts()
  }

  takePart(part: Part): void {
    const { audit, options } = part.facts as { audit: string; options: Partial<AuditOptions> }
    if (part.name === "audit") this.#set(new OutboundAudit(audit, options))
    this.get(audit).takePart(part)
  }

  #set(audit: OutboundAudit): void {
    this.#audits.set(audit.name, audit)
    this.#all = [...this.#audits.values()]
  }
}
