/**
 * Alerts that are due, as messages for whoever is to have them; where nobody is
 * named, there are none. How they get there is not known here.
 * Source: engine.md section 10; seed "adaptive", adaptive_alert_email_destination and _sender.
 */
import type { Settings } from "../config/settings.js"
import type { Decision } from "../model/decision.js"
import { type Alert, alertsOf } from "../report/alert.js"
import type { Sink, TellFault } from "./sink.js"

export interface AlertMessage {
  readonly alert: Alert
  readonly host: string
  /** Null: it comes from nobody, and nothing is returned. */
  readonly sender: string | null
  readonly to: readonly string[]
}

/** Sends messages, or keeps them. */
export interface MessageTaker {
  add(message: AlertMessage): void
  flush(): Promise<void>
  close(): Promise<void>
}

/** The host whose alerts are mailed; null where they are not. */
export type AlertingHost = (decision: Decision, group: string) => string | null

export interface AlertsOptions {
  readonly host: string
  readonly settings: Settings
  readonly takers: readonly MessageTaker[]
  readonly tell: TellFault
}

export class Alerts implements Sink {
  readonly #options: AlertsOptions
  /** Words that were told to be no addresses. */
  readonly #told = new Set<string>()

  constructor(options: AlertsOptions) {
    this.#options = options
  }

  decision(decision: Decision, group: string): void {
    if (decision.alerts.length === 0) return
    const { host, settings, takers } = this.#options
    const { alertDestination, alertSender } = settings.of({ ...decision, group })
    const { addresses: to, unusable } = alertDestination
    for (const word of unusable) this.#refuse("adaptive_alert_email_destination", word)
    for (const word of alertSender.unusable) this.#refuse("adaptive_alert_email_sender", word)
    if (to.length === 0) return
    const sender = alertSender.addresses[0] ?? null
    for (const alert of alertsOf(decision, { host, group }))
      for (const taker of takers) taker.add({ alert, host, sender, to })
  }

  async flush(): Promise<void> {
    await Promise.all(this.#options.takers.map((taker) => taker.flush()))
  }

  async close(): Promise<void> {
    await Promise.all(this.#options.takers.map((taker) => taker.close()))
  }

  /** For the log, which tells of an alert only where somebody gets it. */
  readonly hostOf: AlertingHost = (decision, group) => {
    const { host, settings } = this.#options
    return settings.of({ ...decision, group }).alertDestination.addresses.length > 0 ? host : null
  }

  #refuse(option: string, word: string): void {
    const known = `${option} ${word}`
    if (this.#told.has(known)) return
    this.#told.add(known)
    this.#options.tell({
      code: "E_ALERT_ADDRESS",
      message: `${option}: ${JSON.stringify(word)} is no address: alerts do without it`,
      hint: "write addresses with blanks or commas between them, e.g. ops@example.com",
    })
  }
}
