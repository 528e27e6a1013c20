/**
 * What is told of effects, over the stream and by webhooks, as schemas: one shape
 * of a decision for both. Source: cli.md, `adaptive dry-run`, DECISION and EFFECT.
 */
import type { JsonSchema, WebhookDescription } from "../../http/openapi.js"
import { DECISION_SOURCES } from "../../model/decision.js"
import { EFFECT_ACTIONS, EFFECT_OUTCOMES, IGNORED_REASONS } from "../../model/effect.js"

const text: JsonSchema = { type: "string" }
const integer: JsonSchema = { type: "integer" }
const textOrNull: JsonSchema = { type: ["string", "null"] }
const numberOrNull: JsonSchema = { type: ["number", "null"] }
const texts: JsonSchema = { type: "array", items: text }
const ref = (name: string): JsonSchema => ({ $ref: `#/components/schemas/${name}` })
const object = (
  properties: Readonly<Record<string, JsonSchema>>,
  optional: Readonly<Record<string, JsonSchema>> = {},
): JsonSchema => ({
  type: "object",
  required: Object.keys(properties),
  additionalProperties: false,
  properties: { ...properties, ...optional },
})

const EFFECT = object(
  {
    action: { enum: EFFECT_ACTIONS },
    args: texts,
    outcome: { enum: EFFECT_OUTCOMES },
    reason: {
      enum: [...IGNORED_REASONS, null],
      description: "Why nothing was done; null where something was.",
    },
    option: { ...textOrNull, description: "The option that was changed." },
    from: numberOrNull,
    to: numberOrNull,
    until: { ...numberOrNull, description: "When a hold ends, seconds since 1970." },
  },
  { reply: { ...text, description: "The reply as a transcode has rewritten it." } },
)

const DECISION = object(
  {
    kind: { const: "decision" },
    at: { type: "number", description: "Of what led to it, seconds since 1970." },
    binding: text,
    domain: text,
    source: { enum: DECISION_SOURCES },
    rule: {
      description: "A response rule, or a sweep rule; null where it was none.",
      oneOf: [
        { type: "null" },
        object({ id: text, file: text, line: integer, domain: text, index: integer, code: text }),
        object({ id: text, file: text, line: integer, name: text, scope: text }),
      ],
    },
    line: { type: ["integer", "null"], description: "Of a replay; null in a daemon." },
    response: { ...textOrNull, description: "The reply that led to it." },
    trigger: { ...textOrNull, description: "What was met, e.g. 5/60." },
    count: { ...numberOrNull, description: "What the trigger counted." },
    effects: { type: "array", items: ref("Effect") },
  },
  {
    total: { type: "number", description: "Of a sweep: what the count is a share of." },
    level: { enum: ["low", "high"], description: "Of a sweep: the threshold that was met." },
    alerts: { ...texts, description: "Kinds of alerts that were due." },
    notes: { ...texts, description: "Doubts worth telling." },
  },
)

const LOST = object({ from: integer, to: integer })

export const EFFECTS_SCHEMAS = {
  Effect: EFFECT,
  EffectsDecision: DECISION,
  Gap: {
    description:
      "What is lost: the ids from and to, both included. Null with the latest id: the client knows ids that were never given, as after a loss of state, and what is kept follows.",
    oneOf: [object({ lost: LOST }), object({ lost: { type: "null" }, latest: integer })],
  },
  EffectsRequest: object(
    {
      events: {
        type: "array",
        description: "In order; ids only rise, and leave out decisions that changed nothing.",
        items: object({ id: integer, event: ref("EffectsDecision") }),
      },
    },
    { lost: { ...LOST, description: "Ids that were no longer kept, both included." } },
  ),
} as const

export const EFFECTS_WEBHOOK: WebhookDescription = {
  method: "POST",
  summary: "what is decided, told to each --webhook URL",
  description:
    "Any answer of 200 to 299 within ten seconds acknowledges all events of the request. 410 ends it until the daemon is started again. After any other answer, a redirect among them, and where none comes, the events are sent again, in order: after a second, then twice as long each time, at most five minutes; Retry-After in seconds may ask for more of that. What was acknowledged just before the daemon was killed may come again: an id that is not above the last one is known already.",
  parameters: [
    {
      name: "x-adaptive-signature",
      in: "header",
      description:
        "t=SECONDS,v1=HEX: the time, and the HMAC-SHA256 of SECONDS, a full stop and the body, by the secret that both know.",
      isRequired: true,
      schema: text,
    },
  ],
  body: { description: "Up to 200 events.", content: { "application/json": ref("EffectsRequest") } },
  replies: {
    "2XX": { description: "All events have come." },
    410: { description: "Nothing more is to be sent." },
  },
}
