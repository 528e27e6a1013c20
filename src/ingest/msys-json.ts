/**
 * Momentum's and its cloud sibling's JSON events: `{"msys":{"message_event":{…}}}`,
 * one, a list, or one a line. Source: traffic-formats.md sections 8 and 9.
 */
import { type EventType, makeEvent } from "../model/event.js"
import { asNumber, asObject, asText, JsonRecords, readSeconds, shown } from "./json-records.js"
import { OUT_OF_BAND_STAGE, phaseOfStage } from "./log-fields.js"
import type { MakeReader, RecordSink } from "./reader.js"

import { joinLines } from "./reply.js"

type Fields = Readonly<Record<string, unknown>>

const TYPES: Readonly<Record<string, EventType>> = {
  injection: "reception",
  delivery: "delivery",
  delay: "transient",
  bounce: "permanent",
  out_of_band: "oob",
  spam_complaint: "fbl",
}

/** Ids of events remembered, to count one once that a batch repeats. */
const MAX_IDS = 100_000

export const makeMsysJsonReader: MakeReader = (sink) => {
  const seen = new RecentIds()
  const records = new JsonRecords({
    value: (value) => envelope(value, seen, sink),
    bad: (reason, column, linesBack) => sink.bad(reason, column, linesBack),
  })
  return {
    line: (bytes, start, end) => records.line(bytes, start, end),
    end: () => records.end(),
  }
}

class RecentIds {
  readonly #ids = new Set<string>()

  /** Notes an id; false when it was there. */
  add(id: string): boolean {
    if (this.#ids.has(id)) return false
    this.#ids.add(id)
    if (this.#ids.size > MAX_IDS) {
      for (const oldest of this.#ids) {
        this.#ids.delete(oldest)
        break
      }
    }
    return true
  }
}

function envelope(value: unknown, seen: RecentIds, sink: RecordSink): void {
  const msys = asObject(asObject(value)?.msys)
  if (msys === null) {
    sink.bad(`an event stands in {"msys":{…}}, this is ${shown(value)}`)
    return
  }
  const [kind, inner] = Object.entries(msys)[0] ?? []
  if (kind === undefined) {
    // What a webhook sends to see whether anybody listens.
    sink.skip("ping")
    return
  }
  const event = asObject(inner)
  if (kind !== "message_event") sink.skip(kind)
  else if (event === null) sink.bad(`message_event is ${shown(inner)}, not an object`)
  else message(event, seen, sink)
}

function message(event: Fields, seen: RecentIds, sink: RecordSink): void {
  const word = asText(event.type)
  if (word === null) {
    sink.bad(`type is ${shown(event.type)}, not a word`)
    return
  }
  if (word === "policy_rejection") {
    sink.skip("rejection")
    return
  }
  const type = Object.hasOwn(TYPES, word) ? TYPES[word] : undefined
  if (type === undefined) {
    sink.skip(word)
    return
  }
  const id = asText(event.event_id)
  if (id !== null && !seen.add(id)) {
    sink.skip("duplicate")
    return
  }
  if (asText(event.binding) === "#mmove") {
    sink.skip("mmove")
    return
  }
  const atMicros = readSeconds(event.timestamp, "timestamp", sink)
  if (atMicros === null) return
  const routing = type === "fbl" ? null : asText(event.routing_domain)
  const domain = routing ?? domainOf(asText(event.rcpt_to) ?? asText(event.raw_rcpt_to))
  if (domain === null) {
    sink.bad("neither routing_domain nor a domain in rcpt_to is there")
    return
  }
  const hasReply = type === "transient" || type === "permanent" || type === "oob"
  const response = hasReply ? matchText(event) : ""
  const queueMs = asNumber(event.queue_time)
  const stage = asNumber(event.conn_stage)
  sink.event(
    makeEvent({
      atMicros,
      type,
      domain,
      binding: asText(event.binding) ?? asText(event.sending_ip) ?? "",
      group: asText(event.binding_group) ?? asText(event.ip_pool) ?? "",
      phase: stage === null || stage === OUT_OF_BAND_STAGE ? null : phaseOfStage(stage),
      response,
      local: response.includes("[internal]"),
      bounceClass: hasReply ? asText(event.bounce_class) : null,
      deliveryTimeSec: type === "delivery" && queueMs !== null ? queueMs / 1000 : null,
      ip: hasReply || type === "delivery" ? asText(event.ip_address) : null,
      fblType: type === "fbl" ? asText(event.fbtype) : null,
      retries: asNumber(event.num_retries),
    }),
  )
}

export function domainOf(address: string | null): string | null {
  const at = address?.lastIndexOf("@") ?? -1
  return address === null || at < 0 || at === address.length - 1 ? null : address.slice(at + 1)
}

/** Rules anchor on the code, which samples leave out of the text. `reason` has its addresses masked: never that. */
function matchText(event: Fields): string {
  const raw = joinLines(asText(event.raw_reason) ?? "")
  const code = asText(event.error_code)
  return /^\d{3}/.test(raw) || code === null ? raw : `${code} ${raw}`.trim()
}
