/** A server and its description, held against one another: every route, and what it really answers. */
import { expect, test } from "vitest"
import { EventLog } from "../../src/http/event-log.js"
import { HttpFault } from "../../src/http/fault.js"
import { METRICS_CONTENT_TYPE, Metrics } from "../../src/http/metrics-text.js"
import { openApi, type RouteDescription } from "../../src/http/openapi.js"
import type { Route } from "../../src/http/request.js"
import { followEvents, lastIdOf } from "../../src/http/sse.js"
import { lookUp, references, schemaFaults } from "../http/json-schema.js"
import { serve, timer } from "./http-harness.js"

const log = new EventLog({ maxEvents: 10, maxBytes: 1000 })
const metrics = new Metrics()
metrics.counter("replies_total", "Answers.").labels().inc()

const routes: readonly Route[] = [
  {
    method: "GET",
    path: "/v1/decision",
    handle({ query }) {
      const domain = query.get("domain")
      if (domain === null)
        throw new HttpFault(400, "E_HTTP_VALUE", "there is no domain", "add ?domain=example.com")
      return {
        status: 200,
        json: { domain, maySend: domain !== "held.test", ...(domain === "held.test" ? { waitSec: 5 } : {}) },
      }
    },
  },
  {
    method: "POST",
    path: "/v1/deliveries",
    async handle(request) {
      const body = await request.json(1 << 20)
      return { status: 202, json: { taken: Array.isArray(body) ? body.length : 1, bad: [] } }
    },
  },
  {
    method: "GET",
    path: "/v1/effects",
    handle: (request) => ({
      stream: followEvents({ log, afterId: lastIdOf(request), heartbeatMs: 60_000, timer }),
    }),
  },
  {
    method: "GET",
    path: "/metrics",
    handle: () => ({ status: 200, text: metrics.text(), contentType: METRICS_CONTENT_TYPE }),
  },
]

const descriptions: readonly RouteDescription[] = [
  {
    method: "GET",
    path: "/v1/decision",
    summary: "May mail for a domain be sent now?",
    parameters: [
      {
        name: "domain",
        in: "query",
        description: "Routing domain.",
        isRequired: true,
        schema: { type: "string" },
      },
    ],
    replies: {
      200: {
        description: "Yes or no.",
        content: { "application/json": { $ref: "#/components/schemas/Decision" } },
      },
    },
  },
  {
    method: "POST",
    path: "/v1/deliveries",
    summary: "Takes events.",
    body: {
      description: "Events.",
      content: { "application/json": { type: "array", items: { type: "object" } } },
    },
    replies: {
      202: {
        description: "What became of them.",
        content: {
          "application/json": {
            type: "object",
            required: ["taken", "bad"],
            properties: {
              taken: { type: "integer", minimum: 0 },
              bad: { type: "array", items: { type: "string" } },
            },
            additionalProperties: false,
          },
        },
      },
    },
  },
  {
    method: "GET",
    path: "/v1/effects",
    summary: "Follows effects.",
    parameters: [
      { name: "after", in: "query", description: "The last id.", schema: { type: "integer", minimum: 0 } },
      {
        name: "Last-Event-ID",
        in: "header",
        description: "The last id.",
        schema: { type: "integer", minimum: 0 },
      },
    ],
    replies: { 200: { description: "Events.", content: { "text/event-stream": { type: "string" } } } },
  },
  {
    method: "GET",
    path: "/metrics",
    summary: "Counters.",
    replies: {
      200: { description: "Text format 0.0.4.", content: { [METRICS_CONTENT_TYPE]: { type: "string" } } },
    },
  },
]

const document = openApi({
  title: "Adaptive Delivery",
  version: "1",
  description: "Of a test.",
  auth: "none",
  schemas: {
    Decision: {
      oneOf: [
        {
          type: "object",
          required: ["domain", "maySend"],
          properties: { domain: { type: "string" }, maySend: { const: true } },
          additionalProperties: false,
        },
        {
          type: "object",
          required: ["domain", "maySend", "waitSec"],
          properties: {
            domain: { type: "string" },
            maySend: { const: false },
            waitSec: { type: "number", minimum: 0 },
          },
          additionalProperties: false,
        },
      ],
    },
  },
  routes: descriptions,
})

test("every route is described, and nothing else", () => {
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  )
  expect(described.sort()).toEqual(routes.map(({ method, path }) => `${method} ${path}`).sort())
  for (const reference of references(document)) lookUp(document, reference)
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  expect(new Set(ids).size).toBe(ids.length)
})

test.each([
  ["GET", "/v1/decision", "?domain=example.com", undefined, 200],
  ["GET", "/v1/decision", "?domain=held.test", undefined, 200],
  ["GET", "/v1/decision", "", undefined, 400],
  ["POST", "/v1/deliveries", "", "[{},{}]", 202],
  ["POST", "/v1/deliveries", "", "[{},", 400],
  ["GET", "/metrics", "", undefined, 200],
  ["GET", "/v1/effects", "?after=0", undefined, 200],
  ["GET", "/v1/effects", "?after=x", undefined, 400],
])("%s %s%s with %j answers as it is described: %i", async (method, path, query, body, status) => {
  const { url } = await serve(routes)
  const stopping = new AbortController()
  const reply = await fetch(`${url}${path}${query}`, {
    method,
    signal: stopping.signal,
    ...(body === undefined ? {} : { body }),
  })
  expect(reply.status).toBe(status)
  const responses = document.paths[path]?.[method.toLowerCase()]?.responses ?? {}
  let described = (responses[status] ?? responses.default) as {
    readonly $ref?: string
    readonly content?: unknown
  }
  if (described.$ref !== undefined) described = lookUp(document, described.$ref)
  const content = described.content as Record<string, { readonly schema: Record<string, unknown> }>
  const type = reply.headers.get("content-type") ?? ""
  expect(Object.keys(content)).toContain(type)
  const isStream = type === "text/event-stream"
  const text = isStream ? "" : await reply.text()
  stopping.abort()
  const value: unknown = type === "application/json" ? JSON.parse(text) : text
  expect(schemaFaults(content[type]?.schema ?? {}, value, document)).toEqual([])
})
