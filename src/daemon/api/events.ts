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
import type { Intake, Taken } from "../intake.js"
import type { Ledger } from "../ledger.js"
import { untilTooLong } from "../patience.js"
import { takeStream } from "../stream.js"

export interface EventsHost {
  readonly intake: Intake
  readonly ledger: Ledger
  /** Counts what came, by format. */
  taken(taken: Taken): void
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
        "The journal cannot be written (E_JOURNAL_WRITE). With retry-after nothing of the request was taken; without it, as many of its first events as the message says.",
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
  { intake, ledger, timer, taken: count }: EventsHost,
): Promise<Reply> {
  if (ledger.isTroubled) throw unwritable(0)
  const lines: { readonly line: number; readonly column: number | null; readonly reason: string }[] = []
  let before = 0
  const answered = new AbortController()
  const patience = untilTooLong(ledger, timer, answered.signal).then(() => {
    throw unwritable(before)
  })
  // Nobody waits any more when it is over after the answer.
  patience.catch(() => {})
  const host = {
    intake,
    ledger,
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
    if (!(error instanceof HttpFault) || error.code === "E_JOURNAL_WRITE" || before === 0) throw error
    const { status, code, message, hint, headers } = error
    throw new HttpFault(status, code, `${message}; ${before} events before that were taken`, hint, headers)
  } finally {
    answered.abort()
  }
}

function unwritable(taken: number): HttpFault {
  if (taken === 0)
    return new HttpFault(
      503,
      "E_JOURNAL_WRITE",
      "the journal cannot be written: no events are taken",
      "send them again when /readyz says that the daemon is ready",
      { "retry-after": "5" },
    )
  // No retry-after: whoever sends all of it again because of that has it counted twice.
  return new HttpFault(
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
