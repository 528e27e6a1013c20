/** A sink that writes down, in words, what a reader tells it. */
import type { MakeReader, PairSink, ReaderOptions } from "../../src/ingest/reader.js"
import { type DeliveryEvent, EVENT_TYPES, isPlainType } from "../../src/model/event.js"
import { PairTable } from "../../src/model/pair-table.js"

/** `delivery 1790000000.5 b1::a.test`, `skip heartbeat`, `bad 1: …`, one text for each call. */
export function readLines(
  make: MakeReader,
  lines: readonly (string | Buffer)[],
  options: ReaderOptions = {},
  { joins = false, audits = false, groups = false } = {},
): string[] {
  const told: string[] = []
  const pairs = new PairTable()
  const named = (pair: number): string => {
    if (pair < 0) return "-"
    const { binding, domain } = pairs.name(pair)
    return `${binding}::${domain}`
  }
  const grouped = (reply: { group: string | null } | null): string =>
    groups && reply !== null && reply.group !== null ? ` group ${reply.group}` : ""
  const seconds = (atMicros: number): number => atMicros / 1e6
  const details = (
    reply: {
      phase: string | null
      local: boolean
      bounceClass: string | null
      joinKey: string | null
      response: string
    } | null,
  ): string => {
    if (reply === null) return ""
    const parts = [
      reply.phase ?? "-",
      reply.local ? "local" : "",
      reply.bounceClass === null ? "" : `class ${reply.bounceClass}`,
    ]
    const key = reply.joinKey === null ? "" : ` {${reply.joinKey}}`
    return ` ${parts.filter((part) => part !== "").join(" ")} | ${reply.response}${key}`
  }
  const sink: PairSink = {
    pairs,
    joins,
    audits,
    event: (event) => told.push(inWords(event)),
    record: (atMicros, type, pair, reply, deliveryMicros) => {
      const took = deliveryMicros < 0 ? "" : ` took ${seconds(deliveryMicros)}`
      const more = isPlainType(type) ? "" : details(reply)
      told.push(`${EVENT_TYPES[type]} ${seconds(atMicros)} ${named(pair)}${took}${grouped(reply)}${more}`)
    },
    copy: (atMicros, type, pair, reply) =>
      told.push(`copy ${type} ${seconds(atMicros)} ${named(pair)}${grouped(reply)}${details(reply)}`),
    skip: (kind) => told.push(`skip ${kind}`),
    clock: (atMicros, kind) => told.push(`clock ${seconds(atMicros)} ${kind}`),
    note: (note) => told.push(`note ${note}`),
    bad: (reason, column) => told.push(`bad ${column ?? "-"}: ${reason}`),
  }
  const reader = make(sink, options)
  for (const line of lines) {
    // In the middle of other bytes, as in a real piece.
    const bytes = Buffer.concat([Buffer.from("@x\n"), Buffer.from(line as string), Buffer.from("\n@@@@")])
    reader.line(bytes, 3, bytes.length - 5, bytes.length - 7)
  }
  reader.end()
  return told
}

/** `transient 1790000000.5 b1::a.test mx mx.a.test rcptto | 450 4.2.0 later`: what is absent is left out. */
function inWords(event: DeliveryEvent): string {
  const { type, atMicros, binding, domain, group, mx, phase, local, bounceClass, fblType, ip, retries } =
    event
  const parts = [
    `${type} ${atMicros / 1e6} ${binding}::${domain}`,
    group === "default" ? null : `group ${group}`,
    mx === null ? null : `mx ${mx}`,
    ip === null ? null : `ip ${ip}`,
    phase,
    local ? "local" : null,
    bounceClass === null ? null : `class ${bounceClass}`,
    fblType,
    event.deliveryTimeSec === null ? null : `took ${event.deliveryTimeSec}`,
    retries === null ? null : `retry ${retries}`,
    event.response === "" ? null : `| ${event.response}`,
  ]
  return parts.filter((part) => part !== null).join(" ")
}
