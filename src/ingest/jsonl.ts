/**
 * Our own plain event, one JSON object a line, with the fields of
 * traffic-formats.md section 9: what any other log is easily turned into.
 * Source: cli.md, `adaptive dry-run`, format `jsonl`.
 */
import { EVENT_TYPES, type EventType, makeEvent, PHASES, type Phase } from "../model/event.js"
import { asNumber, asObject, asText, JsonRecords, readSeconds, shown } from "./json-records.js"
import type { MakeReader, RecordSink } from "./reader.js"
import { joinLines, replyCode } from "./reply.js"

/** Words of others for phases. */
const PHASE_ALIASES: Readonly<Record<string, Phase>> = {
  each_rcpt: "rcptto",
  rcpt: "rcptto",
  mail: "mailfrom",
  helo: "ehlo",
}

export const makeJsonlReader: MakeReader = (sink) => {
  const records = new JsonRecords({
    value: (value) => tell(value, sink),
    bad: (reason, column, linesBack) => sink.bad(reason, column, linesBack),
  })
  return {
    line: (bytes, start, end) => records.line(bytes, start, end),
    end: () => records.end(),
  }
}

function tell(value: unknown, sink: RecordSink): void {
  const record = asObject(value)
  if (record === null) {
    sink.bad(`an event is an object, this is ${shown(value)}`)
    return
  }
  const { type } = record
  if (type === "rejection") {
    sink.skip("rejection")
    return
  }
  if (typeof type !== "string" || !isEventType(type)) {
    sink.bad(`type is ${shown(type)}, none of ${EVENT_TYPES.join(", ")}`)
    return
  }
  const atMicros = readSeconds(record.time, "time", sink)
  if (atMicros === null) return
  const domain = asText(record.domain)
  if (domain === null) {
    sink.bad(`domain is ${shown(record.domain)}, not the name of a domain`)
    return
  }
  const response = matchText(record)
  if (response === "" && (type === "transient" || type === "permanent")) {
    sink.bad(`a ${type} failure needs a response, this has ${shown(record.response)}`)
    return
  }
  if (record.local !== undefined && record.local !== null && typeof record.local !== "boolean") {
    sink.bad(`local is ${shown(record.local)}, neither true nor false`)
    return
  }
  sink.event(
    makeEvent({
      atMicros,
      type,
      domain,
      response,
      binding: asText(record.binding) ?? "",
      group: asText(record.binding_group) ?? "",
      mx: asText(record.mx),
      phase: readPhase(asText(record.phase)),
      local: record.local === true,
      bounceClass: asText(record.bounceClass),
      deliveryTimeSec: asNumber(record.deliveryTime),
      ip: asText(record.ip),
      fblType: asText(record.fblType),
      retries: asNumber(record.retries),
    }),
  )
}

function isEventType(text: string): text is EventType {
  return (EVENT_TYPES as readonly string[]).includes(text)
}

/** The reply on one line, beginning with its code where one is known. */
function matchText({ response, code }: Readonly<Record<string, unknown>>): string {
  const text = joinLines(asText(response) ?? "")
  const number = asText(code)
  return number === null || replyCode(text) !== null ? text : `${number} ${text}`.trim()
}

function readPhase(word: string | null): Phase | null {
  if (word === null) return null
  const lower = word.toLowerCase()
  return (PHASES as readonly string[]).includes(lower) ? (lower as Phase) : (PHASE_ALIASES[lower] ?? null)
}
