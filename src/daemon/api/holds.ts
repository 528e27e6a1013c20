/**
 * `GET /v1/holds`: every pair whose mail is held now, for those who begin to follow
 * effects, or have lost some: the list, and the effect from which to go on.
 */
import type { JsonSchema, RouteDescription } from "../../http/openapi.js"
import type { HttpRequest, Reply, Route } from "../../http/request.js"
import { holdsOf } from "../answers.js"
import { BY_SCHEMA, type DecisionsHost, forNow } from "./decisions.js"
import { bad, checkQuery } from "./query.js"

const LIMIT = 1000
const MAX_LIMIT = 10_000

const text: JsonSchema = { type: "string" }

export const HOLDS_SCHEMAS = {
  Holds: {
    type: "object",
    required: ["at", "id", "holds", "next"],
    additionalProperties: false,
    properties: {
      at: { type: "number", description: "When it was answered, seconds since 1970." },
      id: {
        type: "integer",
        description:
          "The last effect that the list knows of: follow /v1/effects?after= from it. Of several pages, that of the first.",
      },
      holds: {
        type: "array",
        items: {
          type: "object",
          required: ["binding", "domain", "group", "reason", "until", "by"],
          additionalProperties: false,
          properties: {
            binding: text,
            domain: text,
            group: text,
            reason: { enum: ["suspended", "blackholed"] },
            until: { type: "number", description: "When it is worth asking again, seconds since 1970." },
            by: BY_SCHEMA,
          },
        },
      },
      next: {
        type: ["integer", "null"],
        description: "Ask for the next page with after= this; null where there is none.",
      },
    },
  },
} as const

const DESCRIPTION: RouteDescription = {
  method: "GET",
  path: "/v1/holds",
  summary: "the pairs whose mail is held",
  description:
    "Those that a decision or an operator holds; what the configuration itself holds, or a throttle, is told by /v1/decision.",
  parameters: [
    {
      name: "limit",
      in: "query",
      description: `Pairs on a page, up to ${MAX_LIMIT}; ${LIMIT} unless given.`,
      schema: { type: "integer", minimum: 1, maximum: MAX_LIMIT },
    },
    {
      name: "after",
      in: "query",
      description: "What the page before said is next.",
      schema: { type: "integer", minimum: 0 },
    },
  ],
  replies: {
    200: { description: "A page.", content: { "application/json": { $ref: "#/components/schemas/Holds" } } },
  },
}

export function holdsRoute(host: DecisionsHost): {
  readonly route: Route
  readonly description: RouteDescription
} {
  const { method, path } = DESCRIPTION
  return { description: DESCRIPTION, route: { method, path, handle: (request) => holds(request, host) } }
}

async function holds({ query }: HttpRequest, { ledger, nowMicros }: DecisionsHost): Promise<Reply> {
  checkQuery(query, DESCRIPTION)
  const limit = wholeNumber(query, "limit", 1, MAX_LIMIT) ?? LIMIT
  const after = wholeNumber(query, "after", 0, Number.MAX_SAFE_INTEGER) ?? -1
  // What is listed is on the disk, and what is told from its id on is all that is not in the list.
  await ledger.settled()
  const atMicros = nowMicros()
  const { holds, next } = holdsOf(ledger.core, { after, limit, atMicros })
  const id = ledger.toldId
  const at = atMicros / 1e6
  const isUntold = (one: (typeof holds)[number]): boolean =>
    (one.by !== null && one.by.id > id) || ledger.isChanging(one)
  return {
    status: 200,
    json: { at, id, holds: holds.map((one) => (isUntold(one) ? forNow(one, at) : one)), next },
  }
}

/** @throws HttpFault E_HTTP_VALUE; null where it is not given */
function wholeNumber(query: URLSearchParams, name: string, least: number, most: number): number | null {
  const word = query.get(name)
  if (word === null) return null
  const value = Number(word)
  if (!/^\d{1,16}$/.test(word) || value < least || value > most)
    throw bad(
      `${name} is ${JSON.stringify(word.slice(0, 60))}`,
      `write a whole number from ${least} to ${most}`,
    )
  return value
}
