/** What those who run a daemon ask of it: what it did, how it is, what it counts. */
import type { EventLog } from "../../http/event-log.js"
import { METRICS_CONTENT_TYPE, type Metrics } from "../../http/metrics-text.js"
import type { JsonSchema, RouteDescription } from "../../http/openapi.js"
import type { Route } from "../../http/request.js"
import { followEvents, lastIdOf } from "../../http/sse.js"
import { checkQuery } from "./query.js"

/** How a daemon is, for people and for those who watch it. */
export interface Status {
  readonly program: string
  readonly version: string
  readonly pid: number
  /** Seconds since 1970. */
  readonly startedAt: number
  readonly ready: boolean
  /** Why it is not as it should be; nothing where it is. */
  readonly alarms: readonly string[]
  readonly rules: {
    readonly number: number
    readonly revision: string
    readonly since: number
    /** Why what the files say does not serve; null where it does. */
    readonly refused: string | null
  }
  readonly state: {
    readonly directory: string
    readonly pairs: number
    readonly held: number
    readonly decisions: number
    readonly journalWaitingBytes: number
  }
  readonly sources: readonly {
    readonly path: string
    readonly events: number
    readonly bad: number
    readonly lastAtSec: number
    readonly trouble: string | null
  }[]
}

export interface OperationsHost {
  readonly effects: EventLog
  readonly metrics: Metrics
  status(): Status
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
}

const HEARTBEAT_MS = 15_000

const text: JsonSchema = { type: "string" }
const count: JsonSchema = { type: "integer", minimum: 0 }
const textOrNull: JsonSchema = { type: ["string", "null"] }
const object = (properties: Readonly<Record<string, JsonSchema>>): JsonSchema => ({
  type: "object",
  required: Object.keys(properties),
  additionalProperties: false,
  properties,
})

export const OPERATION_SCHEMAS = {
  Status: object({
    program: text,
    version: text,
    pid: count,
    startedAt: { type: "number" },
    ready: { type: "boolean" },
    alarms: { type: "array", items: text },
    rules: object({
      number: count,
      revision: text,
      since: { type: "number" },
      refused: { ...textOrNull, description: "Why what the files say does not serve; null where it does." },
    }),
    state: object({
      directory: text,
      pairs: count,
      held: count,
      decisions: { ...count, description: "All that were ever made." },
      journalWaitingBytes: count,
    }),
    sources: {
      type: "array",
      items: object({
        path: text,
        events: count,
        bad: count,
        lastAtSec: {
          type: "number",
          description: "When its last event happened, seconds since 1970; 0 before the first.",
        },
        trouble: textOrNull,
      }),
    },
  }),
} as const

const EFFECTS_TAKES: Pick<RouteDescription, "parameters"> = {
  parameters: [
    {
      name: "after",
      in: "query",
      description: "The last id that the client has; without it, what comes from now on.",
      schema: count,
    },
    {
      name: "last-event-id",
      in: "header",
      description: "The same, as browsers send it when they come back.",
      schema: count,
    },
  ],
}

const json = (name: string): Readonly<Record<string, JsonSchema>> => ({
  "application/json": { $ref: `#/components/schemas/${name}` },
})

interface Described {
  readonly route: Route
  readonly description: RouteDescription
}

export function operationRoutes(host: OperationsHost): readonly Described[] {
  const { effects, metrics, timer } = host
  const get = (
    path: string,
    summary: string,
    replies: RouteDescription["replies"],
    handle: Route["handle"],
    more: Partial<RouteDescription> = {},
  ): Described => ({
    description: { method: "GET", path, summary, replies, ...more },
    route: { method: "GET", path, handle },
  })
  return [
    get(
      "/v1/effects",
      "what is decided, as it is decided",
      {
        200: {
          description:
            "Server-sent events. The data of each is a decision as `adaptive dry-run --json` prints it (the schema EffectsDecision); its id is the decision's number, which only rises. It begins with the id from which it goes on, and each sign of life tells the id up to which all has been sent: blocks of an id and a comment without data, which are no events. What is no longer kept is told in an event `gap`, whose data is of the schema Gap and whose id is the last one lost.",
          content: { "text/event-stream": text },
        },
      },
      (request) => {
        checkQuery(request.query, EFFECTS_TAKES)
        const afterId = lastIdOf(request)
        return { stream: followEvents({ log: effects, afterId, heartbeatMs: HEARTBEAT_MS, timer }) }
      },
      EFFECTS_TAKES,
    ),
    get(
      "/v1/status",
      "how the daemon is",
      { 200: { description: "The state of things.", content: json("Status") } },
      () => ({ status: 200, json: host.status() }),
    ),
    get(
      "/healthz",
      "does it live?",
      { 200: { description: "It does.", content: { "text/plain": text } } },
      () => ({ status: 200, text: "ok\n", contentType: "text/plain; charset=utf-8" }),
    ),
    get(
      "/readyz",
      "does it take events?",
      {
        200: { description: "It does.", content: { "text/plain": text } },
        503: { description: "It does not, and why.", content: { "text/plain": text } },
      },
      () => {
        const { ready, alarms } = host.status()
        return {
          status: ready ? 200 : 503,
          text: `${ready ? "ready" : "not ready"}\n${alarms.map((alarm) => `${alarm}\n`).join("")}`,
          contentType: "text/plain; charset=utf-8",
        }
      },
    ),
    get(
      "/metrics",
      "what it counts, for Prometheus",
      { 200: { description: "Text format 0.0.4.", content: { "text/plain": text } } },
      () => ({ status: 200, text: metrics.text(), contentType: METRICS_CONTENT_TYPE }),
    ),
  ]
}
