/**
 * The description of a server's routes as an OpenAPI 3.1 document. What a route
 * takes and gives is written as JSON Schemas beside it; what all of them share,
 * the form of refusals and how a client shows who it is, is added here. Nothing is
 * checked against a schema while the server runs.
 * Source: OpenAPI Specification 3.1.0.
 */
import type { HttpAuth } from "./guard.js"
import type { Route } from "./request.js"

/** JSON Schema 2020-12; `{ $ref: "#/components/schemas/NAME" }` leads to the shared ones. */
export type JsonSchema = { readonly [keyword: string]: unknown }

/** By content type. */
type Content = Readonly<Record<string, JsonSchema>>

interface ParameterDescription {
  readonly name: string
  readonly in: "query" | "header"
  readonly description: string
  readonly isRequired?: boolean
  readonly schema: JsonSchema
}

export interface RouteDescription extends Pick<Route, "method" | "path"> {
  /** One line. */
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly ParameterDescription[]
  readonly body?: { readonly description: string; readonly content: Content }
  /** By status; the refusals that every route may give need no mention. */
  readonly replies: Readonly<Record<number, { readonly description: string; readonly content?: Content }>>
}

/** A request that the server makes. */
export interface WebhookDescription
  extends Pick<RouteDescription, "method" | "summary" | "description" | "parameters" | "body"> {
  /** By status, or a range of them such as "2XX". */
  readonly replies: Readonly<Record<string, { readonly description: string }>>
}

export interface ApiDescription {
  readonly title: string
  readonly version: string
  readonly description: string
  readonly auth: HttpAuth["kind"]
  readonly schemas: Readonly<Record<string, JsonSchema>>
  readonly routes: readonly RouteDescription[]
  /** By name. */
  readonly webhooks?: Readonly<Record<string, WebhookDescription>>
}

/** The parts that somebody may want to look up; all of it is plain data for JSON. */
export interface OpenApiDocument {
  readonly openapi: "3.1.0"
  readonly info: { readonly title: string; readonly version: string; readonly description: string }
  /** By path and method in lower case. */
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  /** By name and method in lower case. */
  readonly webhooks?: Readonly<Record<string, Readonly<Record<string, Operation>>>>
  readonly components: {
    readonly schemas: Readonly<Record<string, JsonSchema>>
    readonly responses: Readonly<Record<string, unknown>>
    readonly securitySchemes: Readonly<Record<string, unknown>>
  }
  readonly security: readonly Readonly<Record<string, readonly string[]>>[]
}

interface Operation {
  readonly operationId: string
  readonly summary: string
  readonly description?: string
  readonly parameters?: readonly unknown[]
  readonly requestBody?: unknown
  readonly responses: Readonly<Record<string, unknown>>
  /** Of a webhook: its receiver asks for nothing but the signature. */
  readonly security?: readonly []
}

/** Of every refusal, and of the E_HTTP_… codes. */
const REFUSAL: JsonSchema = {
  type: "object",
  required: ["error"],
  additionalProperties: false,
  properties: {
    error: {
      type: "object",
      required: ["code", "message", "hint"],
      additionalProperties: false,
      properties: {
        code: { type: "string", description: "Of one fault, and never changed: E_SUBJECT_FAULT." },
        message: { type: "string", description: "What was seen." },
        hint: { type: "string", description: "What to send instead." },
      },
    },
  },
}

const SECURITY: Readonly<Record<HttpAuth["kind"], Readonly<Record<string, unknown>>>> = {
  none: {},
  token: { token: { type: "http", scheme: "bearer" } },
  tls: { certificate: { type: "mutualTLS" } },
}

/**
 * The document, in the order of the routes.
 * @throws RangeError for two descriptions of one route, or a shared schema called Refusal: mistakes of the program
 */
export function openApi({
  title,
  version,
  description,
  auth,
  schemas,
  routes,
  webhooks,
}: ApiDescription): OpenApiDocument {
  if (Object.hasOwn(schemas, "Refusal")) throw new RangeError("the schema Refusal is the server's own")
  const paths: Record<string, Record<string, Operation>> = {}
  for (const route of routes) {
    const method = route.method.toLowerCase()
    const operations = paths[route.path] ?? {}
    if (Object.hasOwn(operations, method))
      throw new RangeError(`${route.method} ${route.path} is described twice`)
    paths[route.path] = { ...operations, [method]: operation(route) }
  }
  return {
    openapi: "3.1.0",
    info: { title, version, description },
    paths,
    ...(webhooks === undefined
      ? {}
      : {
          webhooks: Object.fromEntries(
            Object.entries(webhooks).map(([name, one]) => [name, webhook(name, one)]),
          ),
        }),
    components: {
      schemas: { ...schemas, Refusal: REFUSAL },
      responses: {
        Refusal: {
          description:
            "The request is refused, or failed; nothing of it has been done unless the message says so.",
          content: contentOf({ "application/json": { $ref: "#/components/schemas/Refusal" } }),
        },
      },
      securitySchemes: SECURITY[auth],
    },
    security: Object.keys(SECURITY[auth]).map((name) => ({ [name]: [] })),
  }
}

function operation(route: RouteDescription): Operation {
  const { method, path, replies } = route
  return {
    operationId: operationId(method, path),
    ...request(route),
    responses: {
      ...Object.fromEntries(
        Object.entries(replies).map(([status, { description, content }]) => [
          status,
          { description, ...(content === undefined ? {} : { content: contentOf(content) }) },
        ]),
      ),
      default: { $ref: "#/components/responses/Refusal" },
    },
  }
}

function webhook(name: string, described: WebhookDescription): Readonly<Record<string, Operation>> {
  const { method, replies } = described
  return {
    [method.toLowerCase()]: {
      operationId: operationId(method, `${name} webhook`),
      ...request(described),
      responses: replies,
      security: [],
    },
  }
}

function request({
  summary,
  description,
  parameters,
  body,
}: Pick<RouteDescription, "summary" | "description" | "parameters" | "body">): Omit<
  Operation,
  "operationId" | "responses"
> {
  return {
    summary,
    ...(description === undefined ? {} : { description }),
    ...(parameters === undefined
      ? {}
      : {
          parameters: parameters.map(({ name, in: place, description, isRequired = false, schema }) => ({
            ...{ name, in: place, description, required: isRequired, schema },
          })),
        }),
    ...(body === undefined
      ? {}
      : { requestBody: { description: body.description, required: true, content: contentOf(body.content) } }),
  }
}

function contentOf(content: Content): Record<string, { readonly schema: JsonSchema }> {
  return Object.fromEntries(Object.entries(content).map(([type, schema]) => [type, { schema }]))
}

/** "GET /v1/audit-series" is getV1AuditSeries. */
function operationId(method: string, path: string): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter((word) => word !== "")
  return method.toLowerCase() + words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")
}
