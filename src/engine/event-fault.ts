/** What the runtime does not take from the program that embeds it. Nothing has been counted then. */
import type { Code } from "../errors.js"
import { EVENT_TYPES, type EventType, isPlausible } from "../model/event.js"

export class EventFault extends Error {
  constructor(
    readonly code: Extract<Code, `E_EVENT_${string}`>,
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

/** @throws EventFault E_EVENT_TIME */
export function checkTime(atMicros: number, given: string): void {
  if (isPlausible(atMicros)) return
  throw new EventFault(
    "E_EVENT_TIME",
    `the time is ${given}, before 1970 or after 2099`,
    "events tell microseconds since 1970 (atMicros), questions tell seconds",
  )
}

/** @throws EventFault E_EVENT_TYPE */
export function checkType(type: EventType): void {
  if (EVENT_TYPES.includes(type)) return
  throw new EventFault(
    "E_EVENT_TYPE",
    `the type is ${JSON.stringify(type)}`,
    `write one of ${EVENT_TYPES.join(", ")}`,
  )
}

/** @throws EventFault E_EVENT_DOMAIN */
export function checkDomain(domain: string): void {
  if (typeof domain === "string" && domain !== "") return
  throw new EventFault(
    "E_EVENT_DOMAIN",
    "the domain is missing or empty",
    "tell the routing domain, e.g. example.com",
  )
}
