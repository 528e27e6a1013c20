/**
 * KumoMTA's log records: JSON objects, one a line, as its logs hold and its hooks
 * post them. Source: foreign-traffic-formats.md section 1.
 */
import { type EventType, isPlausible, makeEvent, type Phase } from "../model/event.js"
import { hostName } from "../model/host-name.js"
import { domainOf } from "./address.js"
import { asNumber, asObject, asText, JsonRecords, makeKinds, shown } from "./json-records.js"
import { implausible, type MakeReader, type RecordSink } from "./reader.js"
import { joinLines } from "./reply.js"
import { readStamp } from "./stamp.js"

type Fields = Readonly<Record<string, unknown>>

const TYPES: Readonly<Record<string, EventType>> = {
  Delivery: "delivery",
  TransientFailure: "transient",
  Bounce: "permanent",
  OOB: "oob",
  Feedback: "fbl",
  Reception: "reception",
}

/** How KumoMTA begins the replies that it makes itself. */
const INTERNAL = "KumoMTA internal: "

export const makeKumoMtaReader: MakeReader = (sink, options) => {
  const kindOf = makeKinds()
  return new JsonRecords(
    {
      value: (value) => tell(value, kindOf, sink),
      skip: (kind) => sink.skip(kind),
      bad: (reason, column, linesBack) =>
        sink.bad(
          reason.startsWith("the line is no JSON")
            ? `${reason}; a log written with a template cannot be read: let KumoMTA log JSON`
            : reason,
          column,
          linesBack,
        ),
    },
    options,
  )
}

function tell(value: unknown, kindOf: (word: string) => string, sink: RecordSink): void {
  const record = asObject(value)
  const word = asText(record?.type)
  if (record === null || word === null) {
    sink.bad(`a record is an object with a type, this is ${shown(value)}`)
    return
  }
  const type = Object.hasOwn(TYPES, word) ? TYPES[word] : undefined
  if (record.reception_protocol === "LogRecord" || record.delivery_protocol === "LogRecord") {
    sink.skip("log-record")
    return
  }
  if (type === undefined) {
    sink.skip(kindOf(word.replace(/(?<=[a-z])(?=[A-Z])/g, "-").toLowerCase()))
    return
  }
  const atMicros = readTime(record)
  if (atMicros === null) {
    const seen = shown(record.event_time ?? record.timestamp)
    sink.bad(`event_time is ${seen}, neither RFC 3339 nor seconds since 1970`)
    return
  }
  if (!isPlausible(atMicros)) {
    sink.bad(implausible(shown(record.event_time ?? record.timestamp)))
    return
  }
  const domains = domainsOf(record, type)
  if (!domains.some(isKnown)) {
    sink.bad("the record names no recipient and no queue")
    return
  }
  const response = asObject(record.response)
  const content = asText(response?.content) ?? ""
  const isAttempt = type === "transient" || type === "permanent" || type === "delivery"
  const isReply = type === "oob" || (isAttempt && type !== "delivery")
  // Of what came in, the peer is whoever handed it to us, or wrote the report.
  const peer = isAttempt ? asObject(record.peer_address) : null
  const bounceClass = asText(record.bounce_classification)
  for (const domain of domains) {
    if (domain === null) {
      sink.skip("no-domain")
      continue
    }
    sink.event(
      makeEvent({
        atMicros,
        type,
        domain,
        binding: asText(record.egress_source) ?? "",
        group: asText(record.egress_pool) ?? "",
        mx: asText(peer?.name),
        ip: asText(peer?.addr),
        response: isReply ? matchText(response, content) : "",
        phase: isReply ? phaseOf(response?.command, type) : null,
        local: isReply && content.startsWith(INTERNAL),
        bounceClass: bounceClass === "Uncategorized" ? null : bounceClass,
        deliveryTimeSec: type === "delivery" ? spoolSec(record) : null,
        fblType: asText(asObject(record.feedback_report)?.feedback_type),
        retries: asNumber(record.num_attempts),
      }),
    )
  }
}

function readTime({ event_time: stamp, timestamp }: Fields): number | null {
  if (typeof stamp === "string") return readStamp(stamp)
  const seconds = asNumber(timestamp)
  return seconds === null ? null : Math.round(seconds * 1e6)
}

/** Seconds from reception on, between two times written alike: an exact one and one cut to seconds would be off. */
function spoolSec({
  event_time: stamp,
  created_time: createdStamp,
  timestamp,
  created,
}: Fields): number | null {
  if (typeof stamp === "string" && typeof createdStamp === "string") {
    const [to, from] = [readStamp(stamp), readStamp(createdStamp)]
    if (to !== null && from !== null) return (to - from) / 1e6
  }
  const [to, from] = [asNumber(timestamp), asNumber(created)]
  return to === null || from === null ? null : to - from
}

/**
 * One domain for each recipient, null for one without: the queue's, which all share, or else each its own.
 * The queue of a report is the one the report itself came for, not that of the mail it is about.
 */
function domainsOf(record: Fields, type: EventType): (string | null)[] {
  const own = domainsIn(record.recipient)
  if (type === "fbl") {
    const original = domainsIn(asObject(record.feedback_report)?.original_rcpto_to)
    return original.some(isKnown) ? original : own
  }
  const queue = queueDomain(asText(record.queue))
  return queue === null || (type === "oob" && own.some(isKnown)) ? own : own.map(() => queue)
}

function domainsIn(named: unknown): (string | null)[] {
  return (Array.isArray(named) ? named : [named]).map((address) => domainOf(asText(address)))
}

function isKnown(domain: string | null): boolean {
  return domain !== null
}

/** The domain in `campaign:tenant@domain!routing`; a port may stand behind it. */
function queueDomain(queue: string | null): string | null {
  if (queue === null) return null
  const [name = ""] = queue.slice(queue.indexOf("@") + 1).split("!", 1)
  const withoutPort = name.replace(/:\d+$/, "")
  // A campaign without a tenant; the colons of an address literal stand in brackets.
  const from = withoutPort.startsWith("[") ? 0 : withoutPort.lastIndexOf(":") + 1
  return hostName(withoutPort.slice(from)) || null
}

function matchText(response: Fields | null, content: string): string {
  const code = asText(response?.code)
  const enhanced = asObject(response?.enhanced_code)
  const digits = [enhanced?.class, enhanced?.subject, enhanced?.detail].map(asNumber)
  const status = digits.includes(null) ? null : digits.join(".")
  const text = joinLines(content)
  const parts = [code, status === null || `${text} `.startsWith(`${status} `) ? null : status, text]
  return parts.filter((part) => part !== null && part !== "").join(" ")
}

function phaseOf(command: unknown, type: EventType): Phase | null {
  const word = asText(command)?.toUpperCase() ?? null
  // A refusal without a command came with the greeting.
  if (word === null) return type === "oob" ? null : "connect"
  if (word.startsWith("MAIL FROM")) return "mailfrom"
  if (word.startsWith("RCPT TO")) return "rcptto"
  if (word === "." || word.startsWith("DATA") || word.startsWith("BDAT")) return "data"
  if (/^(EHLO|HELO|LHLO)/.test(word)) return "ehlo"
  if (word.startsWith("STARTTLS")) return "starttls"
  return word.startsWith("RSET") ? "rset" : null
}
