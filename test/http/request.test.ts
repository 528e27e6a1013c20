/** Targets and routes: what is found, what is refused, and what is suggested. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { HttpFault } from "../../src/http/fault.js"
import { isLoopback } from "../../src/http/guard.js"
import { parseTarget, type Route, RouteTable } from "../../src/http/request.js"

const route = (method: string, path: string): Route => ({
  method,
  path,
  handle: () => ({ status: 200, json: 1 }),
})
const table = new RouteTable([
  route("GET", "/v1/decision"),
  route("POST", "/v1/events"),
  route("GET", "/v1/events"),
])

function refusal(run: () => unknown): string {
  try {
    run()
    return "none"
  } catch (error) {
    if (!(error instanceof HttpFault)) throw error
    return `${error.status} ${error.code} ${error.hint}`
  }
}

test.each([
  ["GET", "/v1/decision", "none"],
  ["HEAD", "/v1/decision", "none"],
  ["HEAD", "/v1/events", "none"],
  ["get", "/v1/decision", "405 E_HTTP_METHOD use GET or HEAD"],
  ["DELETE", "/v1/events", "405 E_HTTP_METHOD use GET or HEAD or POST"],
  ["GET", "/v1/decisoin", "404 E_HTTP_PATH did you mean /v1/decision?"],
  ["GET", "/v1/decision/", "404 E_HTTP_PATH did you mean /v1/decision?"],
  ["GET", "/etc/passwd", "404 E_HTTP_PATH the paths are /v1/decision, /v1/events"],
])("%s %s: %s", (method, path, wanted) => expect(refusal(() => table.find(method, path))).toBe(wanted))

test.each([
  ["/", "/", ""],
  ["/a?b=c&b=d", "/a", "b=c&b=d"],
  ["/a??", "/a", "%3F="],
  ["/a?x=%2B+%C3%A9", "/a", "x=%2B+%C3%A9"],
  ["http://localhost:8080/a?b=1", "/a", "b=1"],
  ["//evil.test/a", "//evil.test/a", ""],
  ["/../a", "/../a", ""],
])("target %s", (target, path, query) => {
  const parsed = parseTarget(target)
  expect([parsed.path, parsed.query.toString()]).toEqual([path, query])
})

test.each(["", "*", "a", "http://localhost", "/a#b", "/a?%", "/a?%c3", "ftp://a/b", "mail.test:25"])(
  "target %j is refused",
  (target) => expect(refusal(() => parseTarget(target))).toMatch(/^400 E_HTTP_TARGET/),
)

test("any target has a path or is refused", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (text) => {
      const seen = refusal(() => expect(parseTarget(text).path.startsWith("/")).toBe(true))
      expect(seen).toMatch(/^(none|400 E_HTTP_TARGET)/)
    }),
  )
})

test.each([
  ["127.0.0.1", true],
  ["127.255.3.4", true],
  ["LocalHost", true],
  ["::1", true],
  ["[::1]", true],
  ["::ffff:127.0.0.1", true],
  ["127.0.0.1.evil.test", false],
  ["127.evil.test", false],
  ["localhost.evil.test", false],
  ["0.0.0.0", false],
  ["::", false],
  ["::ffff:192.0.2.1", false],
  ["", false],
])("loopback %j: %s", (host, is) => expect(isLoopback(host)).toBe(is))
