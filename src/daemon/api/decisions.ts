/**
 * `GET /v1/decision` and `POST /v1/decisions`: may mail of a binding to a domain go
 * now, until when not, and why. An answer that holds mail back is given when what
 * led to it is on the disk.
 */
import { setImmediate as turn } from "node:timers/promises"
import { ASK_AGAIN_SEC } from "../../engine/may-send.js"
import type { JsonSchema, RouteDescription } from "../../http/openapi.js"
import type { HttpRequest, Reply, Route } from "../../http/request.js"
import { hostName, isDomainName } from "../../model/host-name.js"
import { type DecisionAnswer, decisionOf, type GroupAnswers } from "../answers.js"
import type { Ledger } from "../ledger.js"
import { bad, checkQuery } from "./query.js"

export interface DecisionsHost {
  readonly ledger: Ledger
  readonly groups: GroupAnswers
  readonly nowMicros: () => number
}

/** A binding or a group, and a domain. */
type Asked = { readonly domain: string } & ({ readonly binding: string } | { readonly group: string })

const MAX_PAIRS = 10_000
/** Names of hosts are no longer than 255 bytes, and hardly ever so long. */
const MAX_BODY_BYTES = 2 << 20
const MAX_NAME = 255
/** Between two turns of the event loop: events wait no longer than that. */
const ANSWERS_A_TURN = 64

const NUMBER_OR_NULL: JsonSchema = { type: ["number", "null"] }
export const BY_SCHEMA: JsonSchema = {
  description:
    "What led to a hold; null where nothing holds, where it was an operator or is not on the disk yet, or where more than 10,000 are held.",
  oneOf: [
    { type: "null" },
    {
      type: "object",
      required: ["id", "at", "why"],
      additionalProperties: false,
      properties: {
        id: { type: "integer", description: "Of the effect, as in /v1/effects." },
        at: { type: "number" },
        why: { type: "string" },
      },
    },
  ],
}

const DECISION: JsonSchema = {
  type: "object",
  required: [
    "binding",
    "domain",
    "at",
    "allowed",
    "until",
    "reason",
    "spreadSec",
    "perHour",
    "by",
    "parameters",
  ],
  additionalProperties: false,
  properties: {
    binding: {
      type: ["string", "null"],
      description: "Of a group, the one to send with; null when all of its bindings are held.",
    },
    domain: { type: "string" },
    at: { type: "number", description: "When it was answered, seconds since 1970." },
    allowed: { type: "boolean" },
    until: {
      ...NUMBER_OR_NULL,
      description:
        "When it is worth asking again; null where mail may go. Within a minute while the disk takes nothing and what holds, or what an operator lets go, is not on it.",
    },
    reason: { enum: ["suspended", "blackholed", "throttled", null] },
    spreadSec: { type: "number", description: "Seconds over which what waited is to be spread." },
    perHour: { ...NUMBER_OR_NULL, description: "Messages an hour in force; null without a limit." },
    by: BY_SCHEMA,
    parameters: {
      type: "object",
      description: "Every option in effect, by its name.",
      additionalProperties: {
        type: "object",
        required: ["value", "resting", "from"],
        additionalProperties: false,
        properties: {
          value: NUMBER_OR_NULL,
          resting: { ...NUMBER_OR_NULL, description: "What it is when nothing has adjusted it." },
          from: { enum: ["rules", "configuration", "default", "none", "adjustment"] },
        },
      },
    },
  },
}

export const DECISION_SCHEMAS = {
  Decision: DECISION,
  Decisions: {
    type: "object",
    required: ["decisions"],
    additionalProperties: false,
    properties: { decisions: { type: "array", items: { $ref: "#/components/schemas/Decision" } } },
  },
} as const

const TAKE = "1 counts a message against the throttle if it may go: ask so once for each message."

const ONE: RouteDescription = {
  method: "GET",
  path: "/v1/decision",
  summary: "may mail of a binding to a domain go now?",
  parameters: [
    { name: "binding", in: "query", description: "default unless given.", schema: { type: "string" } },
    {
      name: "group",
      in: "query",
      description: "In place of a binding: names one of its bindings that may send, each in its turn.",
      schema: { type: "string" },
    },
    {
      name: "domain",
      in: "query",
      description: "The routing domain.",
      isRequired: true,
      schema: { type: "string" },
    },
    { name: "take", in: "query", description: TAKE, schema: { enum: ["0", "1"] } },
  ],
  replies: {
    200: {
      description: "The answer.",
      content: { "application/json": { $ref: "#/components/schemas/Decision" } },
    },
  },
}

const MANY: RouteDescription = {
  method: "POST",
  path: "/v1/decisions",
  summary: "the same for many pairs",
  body: {
    description: `Up to ${MAX_PAIRS} pairs.`,
    content: {
      "application/json": {
        type: "object",
        required: ["pairs"],
        additionalProperties: false,
        properties: {
          pairs: {
            type: "array",
            maxItems: MAX_PAIRS,
            items: {
              type: "object",
              required: ["domain"],
              properties: {
                binding: { type: "string" },
                group: { type: "string" },
                domain: { type: "string" },
              },
            },
          },
          take: { type: "boolean", description: TAKE },
        },
      },
    },
  },
  replies: {
    200: {
      description: "An answer for each, in their order.",
      content: { "application/json": { $ref: "#/components/schemas/Decisions" } },
    },
  },
}

export function decisionRoutes(
  host: DecisionsHost,
): readonly { readonly route: Route; readonly description: RouteDescription }[] {
  return [
    {
      description: ONE,
      route: { method: ONE.method, path: ONE.path, handle: (request) => one(request, host) },
    },
    {
      description: MANY,
      route: { method: MANY.method, path: MANY.path, handle: (request) => many(request, host) },
    },
  ]
}

async function one({ query }: HttpRequest, host: DecisionsHost): Promise<Reply> {
  checkQuery(query, ONE)
  const take = query.get("take") ?? "0"
  if (take !== "0" && take !== "1")
    throw bad(`take is ${JSON.stringify(take.slice(0, 60))}`, "write take=1 or leave it out")
  const given = (name: string): string | undefined => query.get(name) ?? undefined
  const asked = askedOf({ binding: given("binding"), group: given("group"), domain: given("domain") }, "")
  const [answer] = await answers([asked], take === "1", host)
  return { status: 200, json: answer }
}

async function many(request: HttpRequest, host: DecisionsHost): Promise<Reply> {
  const body = await request.json(MAX_BODY_BYTES)
  if (typeof body !== "object" || body === null || Array.isArray(body))
    throw bad("the body is no object", 'send {"pairs":[{"binding":"b1","domain":"gmail.com"}]}')
  const { pairs, take = false, ...others } = body as Record<string, unknown>
  const [unknown] = Object.keys(others)
  if (unknown !== undefined)
    throw bad(`unknown key ${JSON.stringify(unknown.slice(0, 60))}`, "the keys are pairs and take")
  if (typeof take !== "boolean") throw bad("take is no boolean", "write true or false")
  if (!Array.isArray(pairs))
    throw bad("pairs is no array", 'send {"pairs":[{"binding":"b1","domain":"gmail.com"}]}')
  if (pairs.length > MAX_PAIRS)
    throw bad(`there are ${pairs.length} pairs`, `ask for at most ${MAX_PAIRS} at a time`)
  const asked = pairs.map((pair, i) => askedOf(pair, `pairs[${i}].`))
  const found = await answers(asked, take, host)
  // Megabytes of text: made at once, everybody else would wait for it.
  const texts: string[] = []
  for (let at = 0; at < found.length; at += ANSWERS_A_TURN) {
    if (at > 0) await turn()
    for (const one of found.slice(at, at + ANSWERS_A_TURN)) texts.push(JSON.stringify(one))
  }
  return { status: 200, text: `{"decisions":[${texts.join(",")}]}\n`, contentType: "application/json" }
}

async function answers(
  asked: readonly Asked[],
  take: boolean,
  { ledger, groups, nowMicros }: DecisionsHost,
): Promise<DecisionAnswer[]> {
  const found: DecisionAnswer[] = []
  for (const [i, one] of asked.entries()) {
    if (i > 0 && i % ANSWERS_A_TURN === 0) await turn()
    const atMicros = nowMicros()
    if ("binding" in one) found.push(decisionOf(ledger.core, { ...one, atMicros, take }))
    else {
      const answer = groups.decisionOf({ ...one, atMicros, take })
      if (answer === null)
        throw bad(
          `group ${JSON.stringify(one.group)} has no bindings`,
          "name one that the configuration declares, or that events have named",
        )
      found.push(answer)
    }
  }
  // What holds mail back is on the disk before anyone is told of it, and so is what an operator lets go.
  const isUntold = ({ binding, domain, reason, by }: DecisionAnswer): boolean =>
    ((reason === "suspended" || reason === "blackholed") && (by === null || by.id > ledger.toldId)) ||
    (binding !== null && ledger.isChanging({ binding, domain }))
  if (!found.some(isUntold)) return found
  if (!ledger.isTroubled) await ledger.settled()
  // While the disk takes nothing no more is promised than what stays true if it is lost.
  return ledger.isTroubled ? found.map((one) => (isUntold(one) ? heldForNow(one) : one)) : found
}

/** What an operator has let go is held until that is on the disk: if it is lost, so it is. */
function heldForNow(one: DecisionAnswer): DecisionAnswer {
  return forNow({ ...one, allowed: false, reason: one.reason ?? "suspended" }, one.at)
}

/** A hold that may be lost: it is worth asking again soon. @param at seconds since 1970 */
export function forNow<H extends Pick<DecisionAnswer, "until">>(hold: H, at: number): H {
  return { ...hold, until: Math.min(hold.until ?? Number.POSITIVE_INFINITY, at + ASK_AGAIN_SEC), by: null }
}

/** @throws HttpFault E_HTTP_VALUE */
function askedOf(given: unknown, where: string): Asked {
  if (typeof given !== "object" || given === null)
    throw bad(`${where.slice(0, -1)} is no object`, 'write {"binding":"b1","domain":"gmail.com"}')
  const { binding, group, domain } = given as Record<string, unknown>
  if (binding !== undefined && group !== undefined)
    throw bad(`${where}binding and ${where}group are both there`, "ask for one of them")
  if (domain === undefined) throw bad(`${where}domain is missing`, "name the routing domain, e.g. gmail.com")
  if (typeof domain !== "string" || !isDomainName(hostName(domain)))
    throw bad(`${where}domain is no domain name`, "write a name such as gmail.com")
  // Half a surrogate pair is no text: the name would be another one when it is read again.
  const asked = { domain: hostName(domain.toWellFormed()) }
  return group === undefined
    ? { ...asked, binding: nameOf(binding ?? "default", `${where}binding`) }
    : { ...asked, group: nameOf(group, `${where}group`) }
}

/** @throws HttpFault E_HTTP_VALUE */
function nameOf(given: unknown, what: string): string {
  if (typeof given !== "string" || given === "" || given.length > MAX_NAME || /\p{Cc}/u.test(given))
    throw bad(`${what} is no name`, `write 1 to ${MAX_NAME} characters, none of them a control character`)
  return given.toWellFormed()
}
