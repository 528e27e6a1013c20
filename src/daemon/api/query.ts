/** The parameters of a query, held against the description of its route: a misspelt one must not be passed over in silence. */
import { HttpFault } from "../../http/fault.js"
import type { RouteDescription } from "../../http/openapi.js"
import { nearest } from "../../model/nearest.js"

/** @throws HttpFault E_HTTP_VALUE for one that is not described, or stands there twice */
export function checkQuery(
  query: URLSearchParams,
  { parameters = [] }: Pick<RouteDescription, "parameters">,
): void {
  const known = parameters.flatMap(({ name, in: place }) => (place === "query" ? name : []))
  for (const name of new Set(query.keys())) {
    if (!known.includes(name)) {
      const meant = nearest(name, known)
      const all =
        known.length === 0 ? "leave it out: there are none" : `the parameters are ${known.join(", ")}`
      throw bad(
        `unknown parameter ${JSON.stringify(name.slice(0, 60))}`,
        meant === null ? all : `did you mean ${meant}?`,
      )
    }
    if (query.getAll(name).length > 1) throw bad(`${name} is given twice`, "give it once")
  }
}

/** What a query or a body says and cannot be taken. */
export function bad(message: string, hint: string): HttpFault {
  return new HttpFault(400, "E_HTTP_VALUE", message, hint)
}
