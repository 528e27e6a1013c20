/**
 * Our own plain event, one JSON object a line, with the fields of
 * traffic-formats.md section 9: what any other log is easily turned into.
 * It is written by people, so a wrong field is a bad line, not a guess.
 * Source: cli.md, `adaptive dry-run`, format `jsonl`.
 */
import { DEFAULT_BINDING, EVENT_TYPES, type EventType, PHASES, type Phase } from "../model/event.js"
import { hostName } from "../model/host-name.js"
import { asNumber, asObject, asText, JsonRecords, readSeconds, shown } from "./json-records.js"
import type { MakeReader, RecordSink } from "./reader.js"
import { joinLines, replyCode } from "./reply.js"

type Fields = Readonly<Record<string, unknown>>

/** Words of others for phases. */
const PHASE_ALIASES: Readonly<Record<string, Phase>> = {
  each_rcpt: "rcptto",
  rcpt: "rcptto",
  mail: "mailfrom",
  helo: "ehlo",
}

const isText = (value: unknown): boolean => typeof value === "string"
const isNumber = (value: unknown): boolean => asNumber(value) !== null

interface Optional {
  readonly field: string
  readonly isRight: (value: unknown) => boolean
  readonly wanted: string
}

/** The fields that may be absent: what each must be when it is not. */
const OPTIONAL: readonly Optional[] = [
  ...["binding", "binding_group", "mx", "phase", "response", "ip", "fblType"].map((field) => ({
    field,
    isRight: isText,
    wanted: "not a text",
  })),
  {
    field: "bounceClass",
    isRight: (value) => isText(value) || typeof value === "number",
    wanted: "neither a number nor a text",
  },
  {
    field: "code",
    isRight: (value) => /^[2-5]\d\d$/.test(asText(value) ?? ""),
    wanted: "not a reply code from 200 to 599",
  },
  { field: "deliveryTime", isRight: isNumber, wanted: "not a number of seconds" },
  { field: "retries", isRight: isNumber, wanted: "not a number" },
  { field: "local", isRight: (value) => typeof value === "boolean", wanted: "neither true nor false" },
]

export const makeJsonlReader: MakeReader = (sink, options) => {
  return new JsonRecords(
    {
      value: (value) => tell(value, sink),
      skip: (kind) => sink.skip(kind),
      bad: (reason, column, linesBack) => sink.bad(reason, column, linesBack),
    },
    options,
  )
}

function tell(value: unknown, sink: RecordSink): void {
  const record = asObject(value)
  if (record === null) {
    sink.bad(`an event is an object, this is ${shown(value)}`)
    return
  }
  const { type, domain } = record
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
  const name = typeof domain === "string" ? hostName(domain.trim()) : ""
  if (name === "") {
    sink.bad(`domain is ${shown(domain)}, not the name of a domain`)
    return
  }
  for (const { field: key, isRight, wanted } of OPTIONAL) {
    const field = record[key] ?? null
    if (field === null || field === "" || isRight(field)) continue
    sink.bad(`${key} is ${shown(field)}, ${wanted}`)
    return
  }
  const response = matchText(record)
  if (response === "" && (type === "transient" || type === "permanent")) {
    sink.bad(`a ${type} failure needs a response, this has ${shown(record.response)}`)
    return
  }
  const mx = asText(record.mx)
  // Not by `makeEvent`, which would be given an object to make another one of: there are tens of thousands a second.
  sink.event({
    atMicros,
    type,
    binding: asText(record.binding) ?? DEFAULT_BINDING,
    group: asText(record.binding_group) ?? DEFAULT_BINDING,
    domain: name,
    mx: mx === null ? null : hostName(mx),
    phase: readPhase(asText(record.phase)),
    response,
    local: record.local === true,
    bounceClass: asText(record.bounceClass),
    deliveryTimeSec: asNumber(record.deliveryTime),
    ip: asText(record.ip),
    fblType: type === "fbl" ? (asText(record.fblType)?.toLowerCase() ?? null) : null,
    retries: asNumber(record.retries),
  })
}

function isEventType(text: string): text is EventType {
  return (EVENT_TYPES as readonly string[]).includes(text)
}

/** The reply on one line, beginning with its code where one is known. */
function matchText({ response, code }: Fields): string {
  const text = joinLines(asText(response) ?? "")
  const number = asText(code)
  return number === null || replyCode(text) !== null ? text : `${number} ${text}`.trim()
}

function readPhase(word: string | null): Phase | null {
  const lower = word?.toLowerCase() ?? ""
  if ((PHASES as readonly string[]).includes(lower)) return lower as Phase
  return Object.hasOwn(PHASE_ALIASES, lower) ? (PHASE_ALIASES[lower] ?? null) : null
}
