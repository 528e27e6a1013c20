/**
 * `POST /events`: delivery events in any of the shapes that logs have, as many as
 * come, taken as fast as the journal takes them. Answers when all are on the disk,
 * and says which lines were none.
 */
import { HttpFault } from "../../http/fault.js"
import type { RouteDescription } from "../../http/openapi.js"
import type { HttpRequest, Reply, Route } from "../../http/request.js"
import { FORMATS, type FormatName } from "../../ingest/detect.js"
import { nearest } from "../../model/nearest.js"
import { StoreFault } from "../../store/fault.js"
import { type Intake, OpenBytesFault, type Taken } from "../intake.js"
import type { Ledger } from "../ledger.js"
import { untilTooLong } from "../patience.js"
import { takeStream } from "../stream.js"
import { checkQuery } from "./query.js"

export interface EventsHost {
  readonly intake: Intake
  readonly ledger: Ledger
  /** Counts what came, by format. */
  taken(taken: Taken): void
  /** Settled when what happened at a time may be told: no log that is read is far behind it. */
  turn(atMicros: number): Promise<void>
  /** A log is. */
  isCatchingUp(): boolean
  /** Waits; ends early when the signal says so. */
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** Lines that are told of one by one; the others are counted. */
const MAX_REFUSED = 100

const DESCRIPTION: RouteDescription = {
  method: "POST",
  path: "/events",
  summary: "takes delivery events",
  description:
    "One JSON object, an array of them, or one a line; the shapes of our own plain events, of Momentum's JSON log, of KumoMTA's log and of PowerMTA's, or any of the log formats that are no JSON. What is refused is told line by line; the others are taken. The answer comes when what was taken is on the disk: a body that was cut off is taken up to its last whole event, and the answer says so. While the journal cannot be written nothing is taken, and the answer is 503. When that begins in the middle of a request and lasts for five seconds, the answer is a 503 that says how many of its first events were taken by then: they count, are on the disk as soon as there is room, and are lost only if the daemon ends before that; send those behind them again, not these.",
  parameters: [
    {
      name: "format",
      in: "query",
      description: "The format of the body; without it, its first lines tell.",
      schema: { enum: ["auto", ...Object.keys(FORMATS)] },
    },
    {
      name: "content-encoding",
      in: "header",
      description: "How the body is packed; without it, it is plain.",
      schema: { enum: ["identity", "gzip", "x-gzip", "deflate"] },
    },
  ],
  body: {
    description: "The events.",
    content: { "application/json": {}, "application/x-ndjson": {}, "text/plain": { type: "string" } },
  },
  replies: {
    200: {
      description: "What was taken.",
      content: { "application/json": { $ref: "#/components/schemas/Taken" } },
    },
    503: {
      description:
        "The journal cannot be written (E_JOURNAL_WRITE), or a log that is followed tells of what is older by more than a minute and is read first (E_CATCHING_UP). With retry-after nothing of the request was taken; without it, as many of its first events as the message says.",
      content: { "application/json": { $ref: "#/components/schemas/Refusal" } },
    },
  },
}

export const EVENTS_SCHEMAS = {
  Taken: {
    type: "object",
    required: ["taken", "refused", "lines"],
    additionalProperties: false,
    properties: {
      taken: { type: "integer", minimum: 0, description: "Events that were taken." },
      refused: { type: "integer", minimum: 0, description: "Lines that are no events." },
      lines: {
        type: "array",
        description: "The first of these.",
        items: {
          type: "object",
          required: ["line", "column", "reason"],
          additionalProperties: false,
          properties: {
            line: { type: "integer", minimum: 1 },
            column: { type: ["integer", "null"] },
            reason: { type: "string" },
          },
        },
      },
    },
  },
} as const

export function eventsRoute(host: EventsHost): {
  readonly route: Route
  readonly description: RouteDescription
} {
  return {
    description: DESCRIPTION,
    route: { method: DESCRIPTION.method, path: DESCRIPTION.path, handle: (request) => take(request, host) },
  }
}

async function take(
  request: HttpRequest,
  { intake, ledger, timer, taken: count, turn, isCatchingUp }: EventsHost,
): Promise<Reply> {
  checkQuery(request.query, DESCRIPTION)
  if (ledger.isTroubled) throw unwritable(0)
  const lines: { readonly line: number; readonly column: number | null; readonly reason: string }[] = []
  let before = 0
  const answered = new AbortController()
  const isHeldUp = (): boolean => ledger.isTroubled || isCatchingUp()
  const patience = untilTooLong(isHeldUp, timer, answered.signal).then(() => {
    throw ledger.isTroubled ? unwritable(before) : catchingUp(before)
  })
  // Nobody waits any more when it is over after the answer.
  patience.catch(() => {})
  const host = {
    intake,
    ledger,
    turn,
    patience,
    taken: (some: Taken): void => {
      count(some)
      before += some.events.length
      for (const { line, column, reason } of some.bad)
        if (lines.length < MAX_REFUSED) lines.push({ line, column, reason })
    },
  }
  try {
    const format = formatOf(request.query.get("format"))
    const sum = await takeStream(`events of ${request.client}`, format, request.body, host)
    return { status: 200, json: { ...sum, lines } }
  } catch (error) {
    if (error instanceof Waited) throw error
    // The daemon ends, on a disk that takes nothing.
    if (error instanceof StoreFault) throw unwritable(before)
    const told = error instanceof OpenBytesFault ? busy(error) : error
    throw before === 0 ? told : withCount(told, before)
  } finally {
    answered.abort()
  }
}

/** Says itself how many events were taken. */
class Waited extends HttpFault {}

/** Whoever sends all of it again has what was taken counted twice: also a mistake of this program has to say so. */
function withCount(error: unknown, taken: number): HttpFault {
  const more = `${taken} events before that were taken`
  if (error instanceof HttpFault) {
    const { status, code, message, hint, headers } = error
    return new HttpFault(status, code, `${message}; ${more}`, hint, headers)
  }
  return new HttpFault(
    500,
    "E_HTTP_INTERNAL",
    `the answer could not be made; ${more}`,
    "see the log of the server, and send what comes behind these",
    {},
    error,
  )
}

function busy({ code, message, hint }: OpenBytesFault): HttpFault {
  return new HttpFault(503, code, message, hint)
}

function catchingUp(taken: number): HttpFault {
  const what = "a log that is followed tells of what is older by more than a minute, and is read first"
  if (taken === 0)
    return new Waited(
      503,
      "E_CATCHING_UP",
      `${what}: no events are taken meanwhile`,
      "send them again in a while; /v1/status tells how far the log was read",
      { "retry-after": "5" },
    )
  return new Waited(
    503,
    "E_CATCHING_UP",
    `${what}: the first ${taken} events were taken and count; those behind them were not taken`,
    `send what comes behind the first ${taken} events in a while; /v1/status tells how far the log was read`,
  )
}

function unwritable(taken: number): HttpFault {
  if (taken === 0)
    return new Waited(
      503,
      "E_JOURNAL_WRITE",
      "the journal cannot be written: no events are taken",
      "send them again when /readyz says that the daemon is ready",
      { "retry-after": "5" },
    )
  // No retry-after: whoever sends all of it again because of that has it counted twice.
  return new Waited(
    503,
    "E_JOURNAL_WRITE",
    `the journal cannot be written: the first ${taken} events were taken and count, and are on the disk as soon as there is room; those behind them were not taken`,
    `when /readyz says that the daemon is ready, send what comes behind the first ${taken} events, and these only if it was started anew meanwhile`,
  )
}

/** @throws HttpFault E_HTTP_VALUE */
function formatOf(text: string | null): FormatName | null {
  if (text === null || text === "auto") return null
  if (Object.hasOwn(FORMATS, text)) return text as FormatName
  const guess = nearest(text, Object.keys(FORMATS))
  throw new HttpFault(
    400,
    "E_HTTP_VALUE",
    `unknown format ${JSON.stringify(text.slice(0, 60))}`,
    guess === null ? `the formats are auto, ${Object.keys(FORMATS).join(", ")}` : `did you mean ${guess}?`,
  )
}
