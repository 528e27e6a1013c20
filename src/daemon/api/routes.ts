/** All that a daemon answers over HTTP, and the document that describes it. */
import type { HttpAuth } from "../../http/guard.js"
import { openApi } from "../../http/openapi.js"
import type { Route } from "../../http/request.js"
import { DECISION_SCHEMAS, type DecisionsHost, decisionRoutes } from "./decisions.js"
import { EFFECTS_SCHEMAS, EFFECTS_WEBHOOK } from "./effects.js"
import { EVENTS_SCHEMAS, type EventsHost, eventsRoute } from "./events.js"
import { HOLDS_SCHEMAS, holdsRoute } from "./holds.js"
import { OPERATION_SCHEMAS, type OperationsHost, operationRoutes } from "./operations.js"

export interface ApiHost extends EventsHost, DecisionsHost, OperationsHost {
  readonly version: string
  readonly auth: HttpAuth["kind"]
}

export function apiRoutes(host: ApiHost): readonly Route[] {
  const described = [eventsRoute(host), ...decisionRoutes(host), holdsRoute(host), ...operationRoutes(host)]
  const document = openApi({
    title: "adaptive",
    version: host.version,
    description: "Events of delivery in, what to do next out.",
    auth: host.auth,
    schemas: {
      ...EVENTS_SCHEMAS,
      ...DECISION_SCHEMAS,
      ...HOLDS_SCHEMAS,
      ...OPERATION_SCHEMAS,
      ...EFFECTS_SCHEMAS,
    },
    webhooks: { effects: EFFECTS_WEBHOOK },
    routes: [
      ...described.map(({ description }) => description),
      {
        method: "GET",
        path: "/openapi.json",
        summary: "this document",
        replies: { 200: { description: "OpenAPI 3.1.", content: { "application/json": {} } } },
      },
    ],
  })
  return [
    ...described.map(({ route }) => route),
    { method: "GET", path: "/openapi.json", handle: () => ({ status: 200, json: document }) },
  ]
}
