/**
 * A scenario as plain data: options, rule tables, traffic; and its three files' worth of text for the
 * command. No behaviour lives here: what should come of a scenario is in `model.ts`.
 */

export type Option =
  | "max_outbound_connections"
  | "max_deliveries_per_connection"
  | "outbound_throttle_messages"
  | "retry_interval"
  | "max_retry_interval"

/** In the order in which a decision lists them. */
export const OPTIONS: readonly Option[] = [
  "max_outbound_connections",
  "max_deliveries_per_connection",
  "outbound_throttle_messages",
  "retry_interval",
  "max_retry_interval",
]

export type ActionName =
  | "suspend"
  | "blackhole"
  | "throttle"
  | "greylisted"
  | "warmup"
  | "reduce_connections"
  | "reduce_deliveries"
  | "transcode"

export type Action = readonly [name: ActionName, arg: string | number]

export interface Rule {
  readonly code: string
  /** Absent, the number 1, or text. */
  readonly trigger?: string | number | undefined
  readonly action: readonly Action[]
  /** Written as one flat list: name, argument, name, argument … */
  readonly flat?: boolean | undefined
  readonly observe?: boolean | undefined
}

export type Configured = number | readonly [lo: number, hi: number]

export type Configuration = Readonly<Partial<Record<Option, Configured>>>

export interface Table {
  readonly responses?: readonly Rule[] | undefined
  readonly configuration?: Configuration | undefined
}

/** Domain key (also `*` and `mx:.suffix`) to a table or the name of one. */
export type Domains = Readonly<Record<string, Table | string>>

export type AttemptType = "delivery" | "transient" | "permanent"
/** A reception or an out-of-band bounce is no attempt, but it moves the clock. */
type EventType = AttemptType | "reception" | "oob"

export interface TrafficEvent {
  /** Seconds, a multiple of 0.25 (exact in binary and in microseconds). */
  readonly time: number
  readonly type: EventType
  readonly binding: string
  readonly domain: string
  readonly mx?: string | undefined
  readonly response?: string | undefined
  /** The text is our own side's, not the remote server's. */
  readonly local?: boolean | undefined
}

export interface Scenario {
  readonly mode: "simulate" | "observe"
  /** Global options, as `--set OPTION=VALUE`. */
  readonly settings: Readonly<Record<string, string>>
  readonly domains: Domains
  /** By time. */
  readonly events: readonly TrafficEvent[]
}

/** A custom script that puts these tables in the place of everything else. */
export function toLua(domains: Domains): string {
  const entries = Object.entries(domains).map(([key, value]) => `  [${quote(key)}] = ${domainText(value)},\n`)
  return `require('msys.adaptive')\n\nlocal rules = {\n${entries.join("")}}\n\nmsys.adaptive.registerRules(rules, "replace")\n`
}

function domainText(value: Table | string): string {
  if (typeof value === "string") return quote(value)
  const parts: string[] = []
  if (value.responses !== undefined) {
    parts.push(
      `    responses = {\n${value.responses.map((rule) => `      ${ruleText(rule)},\n`).join("")}    },\n`,
    )
  }
  if (value.configuration !== undefined) {
    const options = Object.entries(value.configuration).map(([option, configured]) =>
      typeof configured === "number" ? `${option} = ${configured}` : `${option} = {${configured.join(", ")}}`,
    )
    parts.push(`    configuration = { ${options.join(", ")} },\n`)
  }
  return `{\n${parts.join("")}  }`
}

function ruleText({ code, trigger, action, flat, observe }: Rule): string {
  const single = action.length === 1 || flat === true
  const pairs = action.map(([name, arg]) => `${quote(name)}, ${literal(arg)}`)
  const list = single ? pairs.join(", ") : pairs.map((pair) => `{${pair}}`).join(", ")
  return [
    `{ code = ${quote(code)}`,
    ...(trigger === undefined ? [] : [`trigger = ${literal(trigger)}`]),
    `action = {${list}}`,
    ...(observe === undefined ? [] : [`observe = ${observe}`]),
  ]
    .join(", ")
    .concat(" }")
}

function literal(value: string | number): string {
  return typeof value === "number" ? String(value) : quote(value)
}

/** A Lua string; the texts here are ASCII without control characters, which JSON writes as Lua does. */
function quote(text: string): string {
  return JSON.stringify(text)
}

/** Our plain event format, one object a line. */
export function toJsonl(events: readonly TrafficEvent[]): string {
  return events
    .map(({ time, type, binding, domain, mx, response, local }) =>
      JSON.stringify({ time, type, binding, domain, mx, response, local }).concat("\n"),
    )
    .join("")
}
