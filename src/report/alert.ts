/**
 * Alerts as mail: subject and body, and what makes the message the same each time
 * it is made. Which are due was decided before; the host is given, not asked for.
 * Source: engine.md section 10 (#5212); rule-files.md section 3, `message`, and section 4.
 */
import { createHash } from "node:crypto"
import type { Decision } from "../model/decision.js"
import type { Effect } from "../model/effect.js"
import { causeOf } from "./cause.js"
import { lastField } from "./log-fields.js"
import { time } from "./words.js"

export interface AlertPlace {
  readonly host: string
  readonly group: string
}

export interface Alert {
  /** throttle, suspension or blackhole. */
  readonly event: string
  readonly atMicros: number
  readonly subject: string
  readonly body: string
  /** Without angle brackets. */
  readonly messageId: string
}

/** Actions by the event that tells of them. */
const ACTIONS: Readonly<Record<string, string>> = {
  suspension: "suspend",
  blackhole: "blackhole",
  throttle: "throttle",
}

const HEADLINES: Readonly<Record<string, string>> = {
  suspension: "Adaptive Delivery has suspended delivery.",
  blackhole: "Adaptive Delivery fails all mail for the time being.",
  throttle: "Adaptive Delivery has slowed delivery down.",
}

/** The action that an alert tells of, in the words of the rule. */
export function alertAction({ effects }: Decision, event: string): string {
  const effect = effectOf(effects, event)
  return effect === null ? event : [effect.action, ...effect.args].join(" ")
}

/** One for each event that is due. */
export function alertsOf(decision: Decision, { host, group }: AlertPlace): Alert[] {
  const { atMicros, binding, domain, alerts } = decision
  return alerts.map((event) => ({
    event,
    atMicros,
    subject: lastField(`ALERT on ${host}: ${alertAction(decision, event)} for ${binding}::${domain}`),
    body: bodyOf(decision, event, { host, group }),
    messageId: `adaptive.${hashOf([host, event, atMicros, binding, domain])}@${hostPart(host)}`,
  }))
}

/** A host name as part of an address. */
export function hostPart(host: string): string {
  return /^[A-Za-z0-9](?:[A-Za-z0-9-]|\.(?=[A-Za-z0-9])){0,252}$/.test(host) ? host : "localhost"
}

function effectOf(effects: readonly Effect[], event: string): Effect | null {
  const done = effects.filter(({ outcome }) => outcome === "applied")
  return done.find(({ action }) => action === ACTIONS[event]) ?? null
}

function bodyOf(decision: Decision, event: string, { host, group }: AlertPlace): string {
  const { atMicros, binding, domain, effects } = decision
  const effect = effectOf(effects, event)
  const { by, code, counted, reply, message } = causeOf(decision)
  const isHold = effect !== null && effect.until !== null
  const rows: readonly (readonly [name: string, text: string | null])[] = [
    ["Host", host],
    ["Group", group],
    ["Binding", binding],
    ["Domain", domain],
    ["Action", alertAction(decision, event)],
    ["Duration", isHold ? effect.args.join(" ") : null],
    ["From", `${time(atMicros / 1e6)} UTC`],
    ["Until", isHold ? `${time(effect.until ?? 0)} UTC` : null],
    ["Change", changeText(effect)],
    ["Reason", by],
    ["Code", code],
    ["Counted", counted],
    ["Reply", reply],
    ["Message", message],
  ]
  const lines = rows.flatMap(([name, text]) =>
    text === null ? [] : `${`${name}:`.padEnd(10)}${lastField(text)}`,
  )
  return [HEADLINES[event] ?? `Adaptive Delivery: ${event}.`, "", ...lines, ""].join("\n")
}

function changeText(effect: Effect | null): string | null {
  if (effect === null || effect.option === null) return null
  return `${effect.option} ${effect.from ?? "unset"} -> ${effect.to ?? "unset"}`
}

/** What an alert is known by: the same alert has the same, another has another. */
function hashOf(facts: readonly (string | number)[]): string {
  return createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 32)
}
