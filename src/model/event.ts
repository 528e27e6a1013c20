/**
 * What happened to one message: the one shape that every reader of traffic
 * makes and the engine takes. Plain data; field by field what traffic-formats.md
 * section 9 lists, with `local` of foreign-traffic-formats.md section 0.
 */

import { hostName } from "./host-name.js"

/** Kinds the engine knows, in the order in which they are counted and printed. */
export const EVENT_TYPES = ["reception", "delivery", "transient", "permanent", "oob", "fbl"] as const
export type EventType = (typeof EVENT_TYPES)[number]

/** The types by number, for columns and counts: their places in EVENT_TYPES. */
export const TYPE_NUMBER = { reception: 0, delivery: 1, transient: 2, permanent: 3, oob: 4, fbl: 5 } as const

/** Receptions and deliveries: of most there is nothing to tell but when, and of which pair. */
export function isPlainType(typeNumber: number): boolean {
  return typeNumber <= TYPE_NUMBER.delivery
}

/** Where a session stood when the reply came. Source: traffic-formats.md section 6. */
export const PHASES = [
  "connect",
  "ehlo",
  "starttls",
  "xclient",
  "mailfrom",
  "rcptto",
  "data",
  "rset",
] as const
export type Phase = (typeof PHASES)[number]

/** Later times are typing errors, clock faults or other units. Made-up traffic may begin at 0. */
const LATEST_MICROS = Date.UTC(2100, 0, 1) * 1000

/** Is this a time that mail can have been sent at? */
export function isPlausible(atMicros: number): boolean {
  return atMicros >= 0 && atMicros < LATEST_MICROS
}

/** In place of microseconds that the traffic does not tell. */
export const NOT_TOLD = -1

/** Seconds that something took as whole microseconds; NOT_TOLD for what nothing can have taken. */
export function microsTaken(seconds: number | null): number {
  const micros = seconds === null ? NOT_TOLD : Math.round(seconds * 1e6)
  return micros >= 0 && Number.isSafeInteger(micros) ? micros : NOT_TOLD
}

/** What stands for a binding or group that the traffic does not name. */
export const DEFAULT_BINDING = "default"

export interface DeliveryEvent {
  /** When it happened, not when we read it: whole microseconds since 1970. */
  readonly atMicros: number
  readonly type: EventType
  readonly binding: string
  readonly group: string
  /** Routing domain in lower case. Aliases and MX roll-up are the engine's business, not the reader's. */
  readonly domain: string
  /** MX host that answered, lower case without a final dot; null when the traffic does not name it. */
  readonly mx: string | null
  readonly phase: Phase | null
  /** The reply on one line, beginning with its code; "" for events without one. */
  readonly response: string
  /** Our own side made the reply: no receiver said it. */
  readonly local: boolean
  /** Bounce class as the traffic has it: a Momentum number, or another server's word. */
  readonly bounceClass: string | null
  /** Seconds that a delivery took; from what on they are counted depends on the format. */
  readonly deliveryTimeSec: number | null
  /** Address of the receiver. */
  readonly ip: string | null
  /** Kind of a feedback report in lower case, e.g. "abuse"; null for all other types. */
  readonly fblType: string | null
  /** Attempts before this one. */
  readonly retries: number | null
}

/** The fields an event cannot do without; `makeEvent` fills in the others. */
type EventFields = Partial<DeliveryEvent> & Pick<DeliveryEvent, "atMicros" | "type" | "domain">

/** An event with every field, those not given being absent. Binding and group are "default" when missing or empty. */
export function makeEvent(fields: EventFields): DeliveryEvent {
  return {
    atMicros: fields.atMicros,
    type: fields.type,
    binding: fields.binding || DEFAULT_BINDING,
    group: fields.group || DEFAULT_BINDING,
    domain: hostName(fields.domain),
    mx: fields.mx ? hostName(fields.mx) : null,
    phase: fields.phase ?? null,
    response: fields.response ?? "",
    local: fields.local ?? false,
    bounceClass: fields.bounceClass ?? null,
    deliveryTimeSec: fields.deliveryTimeSec ?? null,
    ip: fields.ip ?? null,
    fblType: fields.type === "fbl" ? (fields.fblType?.toLowerCase() ?? null) : null,
    retries: fields.retries ?? null,
  }
}
