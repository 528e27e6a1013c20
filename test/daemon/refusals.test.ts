/** What the log tells of requests that were refused, and what it keeps to itself. */
import { expect, test } from "vitest"
import { DaemonMetrics } from "../../src/daemon/metrics.js"
import { ProgramFaults } from "../../src/daemon/program-faults.js"
import { Refusals } from "../../src/daemon/refusals.js"
import type { HttpEvent } from "../../src/http/desk.js"
import { StoreFault } from "../../src/store/fault.js"

const REFUSED: HttpEvent = {
  code: "E_HTTP_VALUE",
  status: 400,
  message: "take is 2",
  hint: "write take=1",
  client: "192.0.2.7",
  method: "GET",
  target: "/v1/decision?domain=x.test&take=2",
}
const FAILED: HttpEvent = { ...REFUSED, code: "E_HTTP_INTERNAL", status: 500, message: "no answer" }

function noting() {
  const told: [string, Record<string, unknown>, string][] = []
  const tell = (level: string) => (facts: object, message: string) =>
    void told.push([level, { ...facts }, message])
  const log = { info: tell("info"), warn: tell("warn"), error: tell("error") }
  const metrics = new DaemonMetrics()
  const faults = new ProgramFaults(log, metrics, () => 0)
  const refusals = new Refusals({ log, metrics, faults, nowMs: () => 0 })
  return { told, metrics, faults, refusals }
}

test("who asked for what, and why it is refused", () => {
  const { told, metrics, faults, refusals } = noting()
  refusals.note(REFUSED)
  const { message, ...facts } = REFUSED
  expect(told).toEqual([["warn", facts, message]])
  expect(metrics.registry.text()).toContain('adaptive_http_refusals_total{code="E_HTTP_VALUE"} 1\n')
  expect(faults.alarm).toBeNull()
})

test("what no request came of is told without one", () => {
  const { told, refusals } = noting()
  refusals.note({ ...REFUSED, code: "E_HTTP_TLS", client: "", method: null, target: null })
  expect(told[0]?.[1]).toEqual({ code: "E_HTTP_TLS", status: 400, hint: REFUSED.hint })
})

test("what a handler failed with: with its stack and the request, and an alarm", () => {
  const { told, metrics, faults, refusals } = noting()
  const cause = new Error("a pair without a name")
  refusals.note({ ...FAILED, cause })
  const { client, method, target } = FAILED
  expect(told).toEqual([
    ["error", { alarm: "program", client, method, target, error: cause.stack }, expect.any(String)],
  ])
  expect(cause.stack).toContain("refusals.test.ts")
  expect(faults.alarm).toContain("1 mistake")
  expect(metrics.registry.text()).toContain("adaptive_program_faults_total 1\n")
  expect(metrics.registry.text()).toContain('adaptive_http_refusals_total{code="E_HTTP_INTERNAL"} 1\n')
})

test("a disk that takes nothing is no mistake of the program", () => {
  const { told, faults, refusals } = noting()
  refusals.note({ ...FAILED, cause: new StoreFault("E_JOURNAL_WRITE", "no room", "make room") })
  expect(told).toMatchObject([["warn", { status: 500, cause: "E_JOURNAL_WRITE: no room" }, "no answer"]])
  expect(faults.alarm).toBeNull()
})

const long = `/v1/decision?domain=${"x".repeat(5000)}`

test.each<[string, Partial<HttpEvent>, string]>([
  ["is cut", { target: long }, `${long.slice(0, 200)}…`],
  ["of a stranger has no query", { code: "E_HTTP_AUTH", target: "/metrics?t=abc&u" }, "/metrics?…"],
  ["has no token", { target: "/metrics?access_token=abc&x=1" }, "/metrics?access_token=…&x=1"],
  ["has no key, however it is written", { target: "/metrics?x=1&API-Key=abc" }, "/metrics?x=1&API-Key=…"],
  ["has no user", { target: "http://user:abc@mx1:8025/metrics" }, "http://mx1:8025/metrics"],
  ["is told as it is", { target: "/v1/decision?domain=a@x.test" }, "/v1/decision?domain=a@x.test"],
])("a target %s", (_, more, target) => {
  const { told, refusals } = noting()
  refusals.note({ ...REFUSED, ...more })
  expect(told[0]?.[1].target).toBe(target)
})

test("a message that quotes the query tells no secret either", () => {
  const { told, refusals } = noting()
  refusals.note({ ...REFUSED, message: 'the query "token=abc%" holds a %' })
  expect(told[0]?.[2]).toBe('the query "token=…" holds a %')
})

test("of each kind a few are told", () => {
  const { told, metrics, refusals } = noting()
  for (let i = 0; i < 30; i++) refusals.note(REFUSED)
  refusals.close()
  expect(told).toHaveLength(11)
  expect(told.at(-1)?.[2]).toBe("E_HTTP_VALUE: 20 more are not told one by one")
  expect(metrics.registry.text()).toContain('adaptive_http_refusals_total{code="E_HTTP_VALUE"} 30\n')
})
