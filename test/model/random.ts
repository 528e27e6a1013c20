/**
 * Random scenarios. Patterns overlap, so that the first match matters; triggers are low, suspensions and
 * intervals short and replies dense, so that one scenario goes through many firings, gates, lifts and
 * growths. What the documents do not settle is left out: operator bounds over a rule value of 0, two
 * `transcode` in one list, an option set to 0 by `--set`, one domain behind several MX operators.
 */
import fc from "fast-check"
import {
  type Action,
  type Configuration,
  type Configured,
  type Domains,
  OPTIONS,
  type Option,
  type Rule,
  type Scenario,
  type Table,
  type TrafficEvent,
} from "./scenario.js"

/** Read alike by PCRE and JavaScript. */
const CODES = [
  ...["^421", "busy", "slow", "^5\\d\\d spam", "spam", "^4\\d\\d", "blocked$", "try (again|later)"],
  ...[
    "\\[internal\\]",
    "^45[01]",
    "\\d\\.7\\.1",
    "^554 5\\.7\\.1",
    "^(421|554) ",
    "s[lp]",
    "^5",
    "[Bb]usy|full",
  ],
]

const REPLIES = [
  ...["421 busy now", "421 4.7.0 slow down, try again later", "450 slow", "450 4.7.1 busy, try later"],
  ...["451 4.3.2 Busy", "452 4.2.2 mailbox full", "421 4.4.0 [internal] busy", "451 4.7.1 spam blocked"],
  ...["554 5.7.1 spam", "554 spam blocked", "550 5.1.1 no such user", "554 5.7.1 [internal] slow"],
  ...["550 spam, slow, busy", "552 5.2.2 full", "554 5.7.1 blocked", "499 nothing known"],
]

const TRIGGERS = ["1", "1", "1", 1, undefined, "1/1", "2/2", "1/5", "2/10", "3/10", "1/30", "5/60", "10/120"]

const action: fc.Arbitrary<Action> = fc.oneof(
  of("suspend", "1 second", "3 seconds", "5 seconds", "20 seconds", "1 minute", "2 minutes"),
  of("blackhole", "2 seconds", "5 seconds", "30 seconds", "1 minutes"),
  of("throttle", "down"),
  of("throttle", "down"),
  of("greylisted", "10 minutes", "20 minutes", "1 hours", "12 hours", "13 hours", "2 days"),
  of("warmup", "1", 5, "3600", 100_000),
  of("reduce_connections", 1, 2, "3", 10),
  of("reduce_deliveries", 1, "2", 5, 30),
  of("transcode", "454", "554", "421", "550 5.7.1 refused here", "451 later"),
)

function of(name: Action[0], ...args: readonly Action[1][]): fc.Arbitrary<Action> {
  return fc.constantFrom(...args).map((arg) => [name, arg] as const)
}

const actions = fc.array(action, { minLength: 1, maxLength: 4 }).map((list) => {
  const transcodes = list.filter(([name]) => name === "transcode")
  return list.filter((one) => one[0] !== "transcode" || one === transcodes[0])
})

const rule: fc.Arbitrary<Rule> = fc.record({
  code: fc.constantFrom(...CODES),
  trigger: fc.constantFrom(...TRIGGERS),
  action: actions,
  flat: fc.constantFrom(undefined, undefined, true),
  observe: oneIn(12, true),
})

const CONFIGURED: Readonly<Record<Option, readonly Configured[]>> = {
  max_outbound_connections: [5, 12, 0, 1, [5, 20], [1, 8], [10, 40], [0, 20], [3, 3]],
  max_deliveries_per_connection: [10, 100, 0, [2, 10], [20, 30], [0, 50]],
  outbound_throttle_messages: [1000, 36, 1, 0.5, 0, [30, 300], [0.5, 3], [0, 20], [700, 1000]],
  retry_interval: [600, 1200, [600, 3600], [1200, 50_000]],
  max_retry_interval: [900, 3600, 43_200],
}

const configuration = fc
  .record(forOptions((option) => maybe(2, fc.constantFrom(...CONFIGURED[option]))))
  .map((all) => defined<Configuration>(all))

const table: fc.Arbitrary<Table> = fc.record({
  responses: fc.array(rule, { minLength: 1, maxLength: 7, size: "max" }),
  configuration: maybe(1, configuration),
})

const domains: fc.Arbitrary<Domains> = fc
  .record({
    "a.test": table,
    "b.test": fc.oneof(table, fc.constant("a.test"), fc.constant("provider")),
    provider: table,
    "mx:.big.example": fc.constant("provider"),
    "mx:.eu.big.example": fc.constantFrom(undefined, "a.test"),
    "*": maybe(1, table),
  })
  .map((all) => defined<Domains>(all))

/** A domain is always behind the same host: what it is resolved to must not depend on who asks. */
const MX_OF: Readonly<Record<string, string | undefined>> = {
  "b.test": "mx.big.example",
  "c.test": "mx.big.example",
  "d.test": "in.eu.big.example",
  "e.test": "mx.other.example",
}

const settings = fc
  .record({
    adaptive_adjustment_interval: maybe(3, fc.constantFrom("0", "1", "3", "10", "45")),
    adaptive_positive_adjustment_interval: maybe(5, fc.constantFrom("0", "2", "5", "15", "60")),
    suspend_sweep_interval: maybe(3, fc.constantFrom("0", "1", "5", "7", "30")),
    adaptive_max_outbound_connections: oneIn(5, "(1 8)", "(4 30)", "(12 16)"),
    adaptive_max_deliveries_per_connection: oneIn(8, "(5 25)"),
    adaptive_retry_interval: oneIn(8, "(900 7200)"),
    adaptive_enabled: oneIn(25, "false"),
    max_outbound_connections: oneIn(3, "2", "9", "60"),
    max_deliveries_per_connection: oneIn(3, "4", "28"),
    outbound_throttle_messages: oneIn(3, "5", "1/60", "3/2", "1/3600"),
    retry_interval: oneIn(5, "900"),
    max_retry_interval: oneIn(5, "7200"),
  })
  .map((all) => defined<Readonly<Record<string, string>>>(all))

const QUARTER_SEC = 0.25

/** Seconds since the event before, in quarters. */
const gap = fc.oneof(
  { weight: 30, arbitrary: fc.nat(8) },
  { weight: 4, arbitrary: fc.nat(60) },
  { weight: 1, arbitrary: fc.nat(600) },
)

const step = fc.record({
  gap,
  binding: fc.oneof(
    { weight: 20, arbitrary: fc.constant("b1") },
    { weight: 8, arbitrary: fc.constant("b2") },
    { weight: 1, arbitrary: fc.constant("#mmove") },
  ),
  domain: fc.constantFrom("a.test", "a.test", "a.test", "b.test", "b.test", "c.test", "d.test", "e.test"),
  kind: fc.oneof(
    { weight: 14, arbitrary: fc.constant("failure" as const) },
    { weight: 6, arbitrary: fc.constant("delivery" as const) },
    { weight: 1, arbitrary: fc.constantFrom("reception" as const, "oob" as const) },
  ),
  response: fc.constantFrom(...REPLIES),
  local: oneIn(10, true),
})

export const scenario: fc.Arbitrary<Scenario> = fc
  .record({
    mode: fc.constantFrom("simulate" as const, "observe" as const),
    settings,
    domains,
    startSec: fc.constantFrom(1_700_000_000, 1_700_000_000.75, 1_699_999_987.25),
    steps: fc.array(step, { minLength: 1, maxLength: 600, size: "max" }),
  })
  .map(({ mode, settings, domains, startSec, steps }) => {
    let time = startSec
    const events = steps.map(({ gap, binding, domain, kind, response, local }): TrafficEvent => {
      time += gap * QUARTER_SEC
      const where = { time, binding, domain, mx: MX_OF[domain] }
      if (kind === "delivery" || kind === "reception") return { ...where, type: kind }
      const failed = response.startsWith("5") ? "permanent" : "transient"
      return { ...where, type: kind === "oob" ? "oob" : failed, response, local }
    })
    return { mode, settings, domains: withoutZeroUnderBounds(domains, settings), events }
  })

/** Bounds say nothing about an option that the rules leave unlimited. */
function withoutZeroUnderBounds(domains: Domains, settings: Readonly<Record<string, string>>): Domains {
  const raised = (value: Configured): Configured =>
    typeof value === "number" ? Math.max(value, 1) : [Math.max(value[0], 1), value[1]]
  return Object.fromEntries(
    Object.entries(domains).map(([key, entry]) => {
      if (typeof entry === "string" || entry.configuration === undefined) return [key, entry]
      const options = Object.entries(entry.configuration).map(([option, value]) => [
        option,
        `adaptive_${option}` in settings ? raised(value) : value,
      ])
      return [key, { ...entry, configuration: Object.fromEntries(options) }]
    }),
  )
}

/** One value in `n` times, else undefined. */
function oneIn<T extends string | boolean>(n: number, ...values: T[]): fc.Arbitrary<T | undefined> {
  return maybe(1, fc.constantFrom(...values), n - 1)
}

/** A value `weight` times, against `none` times undefined (which it shrinks to). */
function maybe<T>(weight: number, arbitrary: fc.Arbitrary<T>, none = 1): fc.Arbitrary<T | undefined> {
  return fc.oneof(
    { withCrossShrink: true },
    { weight: none, arbitrary: fc.constant(undefined) },
    { weight, arbitrary },
  )
}

function forOptions<T>(make: (option: Option) => T): Record<Option, T> {
  return Object.fromEntries(OPTIONS.map((option) => [option, make(option)])) as Record<Option, T>
}

function defined<R extends object>(all: object): R {
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as R
}
