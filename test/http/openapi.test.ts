/** The document that describes routes, and the checker that other tests hold replies against it with. */
import { describe, expect, test } from "vitest"
import type { JsonSchema, RouteDescription } from "../../src/http/openapi.js"
import { openApi } from "../../src/http/openapi.js"
import { lookUp, references, schemaFaults } from "./json-schema.js"

const api = {
  title: "Adaptive Delivery",
  version: "1",
  description: "Of a test.",
  auth: "none",
  schemas: { Pong: { type: "object" } },
} as const

const ping: RouteDescription = {
  method: "GET",
  path: "/v1/ping-pong",
  summary: "Answers.",
  parameters: [{ name: "at", in: "query", description: "When.", schema: { type: "number" } }],
  replies: {
    200: { description: "It did.", content: { "application/json": { $ref: "#/components/schemas/Pong" } } },
  },
}
const post: RouteDescription = {
  method: "POST",
  path: "/v1/ping-pong",
  summary: "Takes.",
  description: "At length.",
  body: { description: "What to take.", content: { "text/plain": { type: "string" } } },
  replies: { 204: { description: "Taken." } },
}

describe("the document", () => {
  test("has what routes say, and what all of them share", () => {
    const document = openApi({ ...api, auth: "token", routes: [ping, post] })
    expect(JSON.parse(JSON.stringify(document))).toEqual(document)
    expect(document.openapi).toBe("3.1.0")
    expect(document.paths).toEqual({
      "/v1/ping-pong": {
        get: {
          operationId: "getV1PingPong",
          summary: "Answers.",
          parameters: [
            { name: "at", in: "query", description: "When.", required: false, schema: { type: "number" } },
          ],
          responses: {
            200: {
              description: "It did.",
              content: { "application/json": { schema: { $ref: "#/components/schemas/Pong" } } },
            },
            default: { $ref: "#/components/responses/Refusal" },
          },
        },
        post: {
          operationId: "postV1PingPong",
          summary: "Takes.",
          description: "At length.",
          requestBody: {
            description: "What to take.",
            required: true,
            content: { "text/plain": { schema: { type: "string" } } },
          },
          responses: { 204: { description: "Taken." }, default: { $ref: "#/components/responses/Refusal" } },
        },
      },
    })
    for (const reference of references(document)) lookUp(document, reference)
    expect(references(document)).toContain("#/components/schemas/Refusal")
  })

  test("has what the server sends to others, with nothing of its own refusals", () => {
    const body = { description: "What to take.", content: { "text/plain": { type: "string" } } } as const
    const told = {
      method: "POST",
      summary: "Takes.",
      body,
      replies: { "2XX": { description: "It has come." } },
    } as const
    expect(openApi({ ...api, routes: [], webhooks: { told } }).webhooks).toEqual({
      told: {
        post: {
          operationId: "postToldWebhook",
          summary: "Takes.",
          requestBody: {
            description: "What to take.",
            required: true,
            content: { "text/plain": { schema: { type: "string" } } },
          },
          responses: { "2XX": { description: "It has come." } },
          security: [],
        },
      },
    })
    expect(openApi({ ...api, routes: [] })).not.toHaveProperty("webhooks")
  })

  test.each([
    ["none", {}, []],
    ["token", { token: { type: "http", scheme: "bearer" } }, [{ token: [] }]],
    ["tls", { certificate: { type: "mutualTLS" } }, [{ certificate: [] }]],
  ] as const)("says how a client shows who it is: %s", (auth, schemes, security) => {
    const document = openApi({ ...api, auth, routes: [ping] })
    expect(document.components.securitySchemes).toEqual(schemes)
    expect(document.security).toEqual(security)
  })

  test("refuses what it would have to guess", () => {
    expect(() => openApi({ ...api, routes: [ping, post, ping] })).toThrow(
      "GET /v1/ping-pong is described twice",
    )
    expect(() => openApi({ ...api, schemas: { Refusal: {} }, routes: [] })).toThrow(
      "Refusal is the server's own",
    )
  })
})

describe("the checker", () => {
  const document = { components: { schemas: { Id: { type: "integer", minimum: 1, maximum: 9 } } } }
  const id = { $ref: "#/components/schemas/Id" }
  const person = { type: "object", required: ["id"], properties: { id }, additionalProperties: false }

  test.each<[JsonSchema, unknown, number]>([
    [{ type: "string" }, "a", 0],
    [{ type: "string" }, 1, 1],
    [{ type: ["string", "null"] }, null, 0],
    [{ type: "integer" }, 1.5, 1],
    [{ type: "number" }, 1.5, 0],
    [{ type: "object" }, [], 1],
    [{ type: "array" }, {}, 1],
    [{ type: "boolean" }, "true", 1],
    [{ enum: ["a", 1] }, 1, 0],
    [{ enum: ["a", 1] }, "1", 1],
    [{ const: { a: 1 } }, { a: 1 }, 0],
    [{ const: 1 }, 2, 1],
    [id, 5, 0],
    [id, 0, 1],
    [id, 10, 1],
    [person, { id: 1 }, 0],
    [person, {}, 1],
    [person, { id: "1", name: "x" }, 2],
    [{ type: "object", additionalProperties: id }, { a: 1, b: 0 }, 1],
    [{ type: "array", items: person }, [{ id: 1 }, { id: 0 }, 3], 2],
    [{ anyOf: [id, { type: "string" }] }, "a", 0],
    [{ anyOf: [id, { type: "string" }] }, null, 1],
    [{ oneOf: [id, { type: "string" }] }, 3, 0],
    [{ oneOf: [id, { type: "number" }] }, 3, 1],
    [{ oneOf: [id, { type: "string" }] }, null, 1],
    [{ description: "Anything." }, {}, 0],
  ])("%j of %j: %i faults", (schema, value, count) => {
    expect(schemaFaults(schema, value, document)).toHaveLength(count)
  })

  test("tells the place", () => {
    expect(schemaFaults({ items: person }, [{ id: 1 }, { id: 12 }], document)).toEqual([
      "$[1].id: 12 is above 9",
    ])
  })

  test("knows nothing of what it does not check", () => {
    expect(() => schemaFaults({ pattern: "a" }, "a", document)).toThrow(
      "the keyword pattern is not checked here",
    )
    expect(() => schemaFaults({ $ref: "#/no" }, "a", document)).toThrow("#/no leads nowhere")
  })
})
