/**
 * Momentum's and its cloud sibling's JSON events: `{"msys":{"message_event":{…}}}`,
 * one, a list, or one a line. Source: traffic-formats.md sections 8 and 9.
 */
import { type EventType, makeEvent, type Phase } from "../model/event.js"
import { hostName } from "../model/host-name.js"
import { domainOf } from "./address.js"
import { asNumber, asObject, asText, JsonRecords, makeKinds, readSeconds, shown } from "./json-records.js"
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

/** Ids remembered, and characters of one: a longer one is no id. */
const MAX_IDS = 100_000
const MAX_ID_LENGTH = 200

/** What one file has told so far, as far as later records depend on it. */
interface Known {
  /** Ids of events, to count one once that a batch repeats. */
  readonly events: RecentIds
  /** Messages that a recipient complained of: the complaint may come again as an out-of-band bounce. */
  readonly complaints: RecentIds
  readonly kindOf: (word: string) => string
}

export const makeMsysJsonReader: MakeReader = (sink, options) => {
  const known: Known = { events: new RecentIds(), complaints: new RecentIds(), kindOf: makeKinds() }
  return new JsonRecords(
    {
      value: (value) => envelope(value, known, sink),
      skip: (kind) => sink.skip(kind),
      bad: (reason, column, linesBack) => sink.bad(reason, column, linesBack),
    },
    options,
  )
}

class RecentIds {
  readonly #ids = new Set<string>()
  /** The same in the order they came; beyond the limit the oldest makes room. A set is slow to name its oldest. */
  readonly #order: string[] = []
  #next = 0

  has(id: string | null): boolean {
    return id !== null && this.#ids.has(id)
  }

  add(id: string | null): void {
    if (id === null || this.#ids.has(id)) return
    const oldest = this.#order[this.#next]
    if (oldest !== undefined) this.#ids.delete(oldest)
    this.#order[this.#next] = id
    this.#next = (this.#next + 1) % MAX_IDS
    this.#ids.add(id)
  }
}

/** An id that can be compared: a number beyond these has lost its last digits. */
function asId(value: unknown): string | null {
  const id = typeof value === "number" && !Number.isSafeInteger(value) ? null : asText(value)
  return id !== null && id.length <= MAX_ID_LENGTH ? id : null
}

function envelope(value: unknown, known: Known, sink: RecordSink): void {
  const msys = asObject(asObject(value)?.msys)
  if (msys === null) {
    sink.bad(`an event stands in {"msys":{…}}, this is ${shown(value)}`)
    return
  }
  const inside = Object.entries(msys)
  // What a webhook sends to see whether anybody listens.
  if (inside.length === 0) sink.skip("ping")
  for (const [kind, inner] of inside) {
    const event = asObject(inner)
    if (kind !== "message_event") sink.skip(known.kindOf(kind))
    else if (event === null) sink.bad(`message_event is ${shown(inner)}, not an object`)
    else message(event, known, sink)
  }
}

function message(event: Fields, known: Known, sink: RecordSink): void {
  const word = event.type
  if (typeof word !== "string" || word === "") {
    sink.bad(`type is ${shown(event.type)}, not a word`)
    return
  }
  if (word === "policy_rejection") {
    sink.skip("rejection")
    return
  }
  const type = typeOf(word, event)
  if (type === undefined) {
    sink.skip(known.kindOf(word))
    return
  }
  const id = asId(event.event_id)
  const complaint = complaintKey(event)
  if (known.events.has(id) || (type === "oob" && known.complaints.has(complaint))) {
    sink.skip("duplicate")
    return
  }
  if (asText(event.binding) === "#mmove") {
    sink.skip("mmove")
    return
  }
  const atMicros = readSeconds(event.timestamp, "timestamp", sink)
  if (atMicros === null) return
  const routing = type === "fbl" ? "" : hostName(asText(event.routing_domain) ?? "")
  const domain = routing || domainOf(asText(event.rcpt_to) ?? asText(event.raw_rcpt_to))
  if (domain === null) {
    sink.bad("neither routing_domain nor a domain in rcpt_to is there")
    return
  }
  const hasReply = type === "transient" || type === "permanent" || type === "oob"
  const response = hasReply ? matchText(event) : ""
  const queueMs = asNumber(event.queue_time)
  // Not before here: a record that is bad must not hide a good one of the same id.
  known.events.add(id)
  if (type === "fbl") known.complaints.add(complaint)
  sink.event(
    makeEvent({
      atMicros,
      type,
      domain,
      binding: asText(event.binding) ?? asText(event.sending_ip) ?? "",
      group: asText(event.binding_group) ?? asText(event.ip_pool) ?? "",
      phase: hasReply && type !== "oob" ? phaseOf(asNumber(event.conn_stage)) : null,
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

/** A complaint that came as an out-of-band bounce tells its kind all the same. */
function typeOf(word: string, event: Fields): EventType | undefined {
  if (word === "out_of_band" && asText(event.fbtype) !== null) return "fbl"
  return Object.hasOwn(TYPES, word) ? TYPES[word] : undefined
}

function complaintKey(event: Fields): string | null {
  const message = asId(event.message_id)
  return message === null ? null : asId(`${message} ${asText(event.rcpt_to) ?? ""}`)
}

function phaseOf(stage: number | null): Phase | null {
  return stage === null || stage === OUT_OF_BAND_STAGE ? null : phaseOfStage(stage)
}

/** Rules anchor on the code, which samples leave out of the text. `reason` has its addresses masked: never that. */
function matchText(event: Fields): string {
  const raw = joinLines(asText(event.raw_reason) ?? "")
  const code = asText(event.error_code)
  return /^\d{3}/.test(raw) || code === null ? raw : `${code} ${raw}`.trim()
}
