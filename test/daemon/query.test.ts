/** Queries with what their route does not know. */
import { expect, test } from "vitest"
import { checkQuery } from "../../src/daemon/api/query.js"
import type { RouteDescription } from "../../src/http/openapi.js"

const parameter = (name: string, place: "query" | "header") => ({
  ...{ name, in: place, description: "", schema: {} },
})
const TAKES: Pick<RouteDescription, "parameters"> = {
  parameters: [parameter("after", "query"), parameter("limit", "query"), parameter("x-header", "header")],
}

test.each([
  ["", null, null],
  ["after=1&limit=2", null, null],
  ["aftr=1", 'unknown parameter "aftr"', "did you mean after?"],
  ["from=1", 'unknown parameter "from"', "the parameters are after, limit"],
  ["x-header=1", 'unknown parameter "x-header"', "the parameters are after, limit"],
  ["constructor=1", 'unknown parameter "constructor"', "the parameters are after, limit"],
  ["after=1&limit=2&after=1", "after is given twice", "give it once"],
  [`${"x".repeat(100)}=1`, `unknown parameter "${"x".repeat(60)}"`, "the parameters are after, limit"],
])("%j", (query, message, hint) => {
  let refused: unknown = null
  try {
    checkQuery(new URLSearchParams(query), TAKES)
  } catch (error) {
    refused = error
  }
  if (message === null) expect(refused).toBeNull()
  else expect(refused).toMatchObject({ status: 400, code: "E_HTTP_VALUE", message, hint })
})

test("a route that takes none says so", () => {
  expect(() => checkQuery(new URLSearchParams("a=1"), {})).toThrow(
    expect.objectContaining({ hint: "leave it out: there are none" }),
  )
})
