/**
 * PowerMTA's accounting files: CSV with a header row, columns in any order.
 * Source: foreign-traffic-formats.md section 2.
 */
import { type EventType, isPlausible, makeEvent } from "../model/event.js"
import { hostName } from "../model/host-name.js"
import { domainOf } from "./address.js"
import { CsvRecords } from "./csv.js"
import { implausible, type MakeReader, type RecordSink } from "./reader.js"
import { joinLines, joinRepeats } from "./reply.js"
import { readStamp } from "./stamp.js"
import { decodeText } from "./text.js"

const TYPES: Readonly<Record<string, EventType>> = {
  d: "delivery",
  b: "permanent",
  t: "transient",
  r: "reception",
  f: "fbl",
  rb: "oob",
}
const SKIPPED: ReadonlyMap<string, string> = new Map([
  ["tq", "queue-transient"],
  ["rs", "remote-status"],
])

/** Before the reply; a semicolon further on is part of what the receiver said. */
const DIAGNOSIS_TYPE = /^\s*[A-Za-z][\w.-]*\s*;/

/** `host (ip)`, either part perhaps missing. */
const HOST = /^([^\s(]*)\s*(?:\(([^)]*)\))?/

export const makePowerMtaReader: MakeReader = (sink) => {
  let header: ReadonlyMap<string, number> | null = null
  let columns = 0
  const records = new CsvRecords({
    record(fields, linesBack) {
      if (fields[0] === "type") {
        columns = fields.length
        // Names may repeat: the first stands.
        const places = new Map<string, number>()
        for (const [i, name] of fields.entries()) if (!places.has(name)) places.set(name, i)
        header = places
        sink.skip("header")
      } else if (header === null) {
        sink.bad(
          "no header row (type,timeLogged,…) stands above this record: its columns have no names",
          1,
          linesBack,
        )
      } else if (fields.length !== columns) {
        sink.bad(
          `the header names ${columns} columns, this record has ${fields.length}`,
          undefined,
          linesBack,
        )
      } else {
        const places = header
        tell((name) => fields[places.get(name) ?? -1] ?? "", sink, linesBack)
      }
    },
    bad: (reason, column, linesBack) => sink.bad(reason, column, linesBack),
  })
  return {
    line: (bytes, start, end, size) => records.line(decodeText(bytes, start, end), size),
    aside: (size) => records.aside(size),
    openBytes: () => records.openBytes,
    end: () => records.end(),
  }
}

function tell(field: (name: string) => string, sink: RecordSink, linesBack: number): void {
  const word = field("type")
  const type = Object.hasOwn(TYPES, word) ? TYPES[word] : undefined
  if (type === undefined) {
    sink.skip(SKIPPED.get(word) ?? (/^[a-z]{1,2}$/.test(word) ? `type-${word}` : "type-unknown"))
    return
  }
  const bounceClass = field("bounceCat")
  if (type === "permanent" && bounceClass === "message-expired") {
    sink.skip("expired")
    return
  }
  const stamp = field("timeLogged")
  const atMicros = readTime(stamp)
  if (atMicros === null) {
    sink.bad(
      `timeLogged is "${stamp}", neither YYYY-MM-DD HH:MM:SS+ZZZZ nor seconds since 1970`,
      undefined,
      linesBack,
    )
    return
  }
  if (!isPlausible(atMicros)) {
    sink.bad(implausible(`"${stamp}"`), undefined, linesBack)
    return
  }
  const queue = field("queue")
  const slash = queue.lastIndexOf("/")
  const domain = hostName(slash < 0 ? queue : queue.slice(0, slash)) || domainOf(field("rcpt"))
  if (domain === null) {
    sink.bad("neither queue nor rcpt names a domain", undefined, linesBack)
    return
  }
  const queuedMicros = type === "delivery" ? readTime(field("timeQueued")) : null
  const [, mx = "", mxIp = ""] = HOST.exec(field("dsnMta")) ?? []
  const isFailure = type === "transient" || type === "permanent"
  const reply = isFailure || type === "oob" ? diagnosis(field("dsnDiag")) : ""
  sink.event(
    makeEvent({
      atMicros,
      type,
      domain,
      binding: field("vmta") || (slash < 0 ? "" : queue.slice(slash + 1)),
      group: field("vmtaPool"),
      mx: mx === "" ? null : mx,
      ip: field("dlvDestinationIp") || mxIp || null,
      // Without a diagnosis no receiver said anything; the status is PowerMTA's own.
      response: isFailure && reply === "" ? field("dsnStatus") : reply,
      local: isFailure && reply === "",
      bounceClass: bounceClass || null,
      deliveryTimeSec: queuedMicros === null ? null : (atMicros - queuedMicros) / 1e6,
      fblType: type === "fbl" ? field("feedbackType") || null : null,
    }),
  )
}

function readTime(text: string): number | null {
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1e6)
  return readStamp(text)
}

/** The reply in `smtp;421 4.7.0 …`. The status beside it may be PowerMTA's own, and stays out. */
function diagnosis(text: string): string {
  return joinRepeats(joinLines(text.replace(DIAGNOSIS_TYPE, "")))
}
