/**
 * The recorded Postfix log as the logs of three other servers, for tests that
 * hold the formats against one another. It reads Postfix's lines by itself and
 * shares no code with what is tested.
 *
 * usage: node convert.mjs postfix.log --year 2026 --out DIR
 *
 * Every attempt that Postfix logs becomes one record, in the same order and at
 * the same second. A reply of several lines loses its repeated prefixes:
 * "450-4.2.1 a 450 4.2.1 b" is "450 4.2.1 a b" in all of them. Lines that repeat
 * an older failure ("delivery temporarily suspended") are no attempts and have no
 * record. Receptions, which Postfix tells for a message, become one record for
 * each recipient, at the second the message came in.
 *
 * What a format cannot carry:
 * - mainlog: no name of the MX host. What our own side found out (refused and lost
 *   connections, unknown hosts) becomes a text of Momentum's kind with "[internal]".
 * - kumomta: such texts become replies that begin with "KumoMTA internal: ".
 * - powermta: such texts become an empty dsnDiag.
 */
import { execFileSync } from "node:child_process"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { gunzipSync } from "node:zlib"

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { year: { type: "string" }, out: { type: "string" } },
})
const [input] = positionals
if (input === undefined || values.out === undefined || !/^\d{4}$/.test(values.year ?? "")) {
  console.error("usage: node convert.mjs postfix.log --year YYYY --out DIR")
  process.exit(2)
}

const MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"

/** Seconds since 1970 of a stamp like `Nov 26 22:06:11`, in UTC. */
function seconds(stamp) {
  const month = MONTHS.indexOf(stamp.slice(0, 3)) / 3
  const [hour, minute, second] = stamp.slice(7).split(":").map(Number)
  return Date.UTC(Number(values.year), month, Number(stamp.slice(4, 6)), hour, minute, second) / 1000
}

/** A reply on one line without the prefixes that its further lines repeat. */
function oneLine(reply) {
  if (reply[3] !== "-") return reply
  const code = reply.slice(0, 3)
  const status = /^\d\d\d-(\d\.\d+\.\d+ )?/.exec(reply)[1] ?? ""
  let text = reply.slice(4 + status.length)
  for (const separator of ["-", " "]) {
    text = text.replaceAll(` ${code}${separator}${status}`, " ")
    if (status === "" && separator === " ") break
  }
  return `${code} ${status}${text.replaceAll(` ${code}-`, " ")}`
}

const COMMANDS = { "end of DATA": ".", "MAIL FROM": "MAIL FROM:<>", "RCPT TO": "RCPT TO:<>" }

/** What a failure's text says: whose reply, to which command; our own side's without a reply. */
function answer(reason) {
  const said = /^host (\S+?)\[(\S+?)\] said: (.*?)(?: \(in reply to (.*) command\))?$/.exec(reason)
  if (said !== null) return { mx: said[1], ip: said[2], reply: oneLine(said[3]), command: said[4] ?? null }
  const refused = /^host (\S+?)\[(\S+?)\] refused to talk to me: (.*)$/.exec(reason)
  if (refused !== null) return { mx: refused[1], ip: refused[2], reply: oneLine(refused[3]), command: null }
  const peer = /(\S+?)\[(\S+?)\]/.exec(reason)
  return { mx: peer?.[1] ?? null, ip: peer?.[2] ?? null, reply: null, command: null, own: reason }
}

const raw = readFileSync(input)
const text = (raw[0] === 0x1f ? gunzipSync(raw) : raw).toString("latin1")
const messages = new Map()
const events = []
for (const line of text.split("\n")) {
  const match = /^(\w{3} [ \d]\d [\d:]{8}) \S+ postfix\/(\S+?)\[\d+\]: ([0-9A-F]+): (.*)$/.exec(line)
  if (match === null) continue
  const [, stamp, daemon, id, rest] = match
  const at = seconds(stamp)
  if (daemon === "smtpd" && rest.startsWith("client=")) {
    messages.set(id, { id, at, from: "", size: 0, known: new Set(), tries: new Map(), place: events.length })
    continue
  }
  const message = messages.get(id)
  if (message === undefined) continue
  const from = /^from=<(.*?)>, size=(\d+)/.exec(rest)
  if (from !== null) {
    message.from = from[1]
    message.size = Number(from[2])
  }
  const to = /^to=<(.*?)>, relay=(.*?), .*?delay=([\d.]+), .*?status=(\w+) \((.*)\)$/.exec(rest)
  const binding = /^(b\d)\/smtp$/.exec(daemon)?.[1]
  if (to === null || binding === undefined || to[5].startsWith("delivery temporarily suspended")) continue
  const [, recipient, relay, delay, status, reason] = to
  const tries = message.tries.get(recipient) ?? 0
  message.tries.set(recipient, tries + 1)
  const peer = /^(\S+?)\[(\S+?)\]/.exec(relay)
  const told = status === "sent" ? { reply: reason } : answer(reason)
  events.push({
    at,
    kind: { sent: "d", deferred: "t", bounced: "b" }[status],
    message,
    recipient,
    binding,
    tries,
    delay,
    ...told,
    mx: told.mx ?? peer?.[1] ?? null,
    ip: told.ip ?? peer?.[2] ?? null,
  })
}

// A message's receptions stand where it came in.
const receptions = new Map()
for (const event of events) {
  const { message, recipient, binding } = event
  if (message.known.has(recipient)) continue
  message.known.add(recipient)
  const list = receptions.get(message.place) ?? []
  list.push({ at: message.at, kind: "r", message, recipient, binding })
  receptions.set(message.place, list)
}
const all = events.flatMap((event, i) => [...(receptions.get(i) ?? []), event])

const parts = (address) => address.split("@")
const STAGES = { ".": 9, "MAIL FROM:<>": 3, "RCPT TO:<>": 5 }

function mainlog({ at, kind, message, recipient, binding, tries, delay, reply, ip, command, own }) {
  const [local, domain] = parts(recipient)
  const ids = `${at}@${message.id}@${message.id}@${message.id}-${tries ?? 0}`
  const [senderLocal, senderDomain] = parts(message.from)
  if (kind === "r")
    return `${ids}@R@${local}@${domain}@${senderLocal}@${senderDomain}@127.0.0.1@${message.size}@esmtp@default@${binding}`
  if (kind === "d") return `${ids}@D@${domain}@${message.size}@default@${binding}@${tries}@${delay}@${ip}`
  const stage = reply === null ? 0 : (STAGES[COMMANDS[command] ?? command] ?? 1)
  const said = reply ?? `451 4.4.1 [internal] ${own}`
  return `${ids}@${kind === "t" ? "T" : "P"}@${domain}@0@default@${binding}@${stage}@${tries}@${delay}@${ip ?? ""}@${said}`
}

const KUMO_TYPES = { r: "Reception", d: "Delivery", t: "TransientFailure", b: "Bounce" }

function kumomta({ at, kind, message, recipient, binding, tries, reply, mx, ip, command, own }) {
  const [, domain] = parts(recipient)
  const said = reply ?? (own === undefined ? "250 OK" : `451 4.4.1 KumoMTA internal: ${own}`)
  const [, code, status, content] = /^(\d{3}) (?:(\d\.\d+\.\d+) )?(.*)$/.exec(said) ?? [
    null,
    "250",
    undefined,
    said,
  ]
  const [statusClass, subject, detail] = (status ?? "").split(".").map(Number)
  return JSON.stringify({
    type: KUMO_TYPES[kind],
    id: message.id,
    sender: message.from,
    recipient,
    queue: domain,
    site: kind === "r" ? "" : `${binding}->${mx ?? domain}@smtp_client`,
    size: message.size,
    response: {
      code: Number(code),
      enhanced_code: status === undefined ? null : { class: statusClass, subject, detail },
      content,
      command: COMMANDS[command] ?? command ?? null,
    },
    peer_address: kind === "r" || mx === null ? null : { name: `${mx}.`, addr: ip },
    timestamp: at,
    event_time: new Date(at * 1000).toISOString().replace(".000Z", ".000000000Z"),
    created: message.at,
    num_attempts: tries ?? 0,
    bounce_classification: "Uncategorized",
    egress_pool: "default",
    egress_source: binding,
    delivery_protocol: kind === "r" ? null : "ESMTP",
    reception_protocol: "ESMTP",
    nodeid: "00000000-0000-0000-0000-000000000000",
    meta: {},
    headers: {},
  })
}

const COLUMNS =
  "type,timeLogged,timeQueued,orig,rcpt,orcpt,dsnAction,dsnStatus,dsnDiag,dsnMta,bounceCat,srcType,srcMta,dlvType,dlvSourceIp,dlvDestinationIp,dlvEsmtpAvailable,dlvSize,vmta,jobId,envId,queue,vmtaPool"
const ACTIONS = { r: "", d: "relayed", t: "delayed", b: "failed" }
const FALLBACK_STATUS = {
  r: "",
  d: "2.0.0 (success)",
  t: "4.0.0 (undefined status)",
  b: "5.0.0 (undefined status)",
}

const quoted = (field) => (/[",\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field)
const stamp = (at) => new Date(at * 1000).toISOString().slice(0, 19).replace("T", " ").concat("+0000")

function powermta({ at, kind, message, recipient, binding, reply, mx, ip }) {
  const [, domain] = parts(recipient)
  const failed = kind === "t" || kind === "b"
  const fields = {
    type: kind,
    timeLogged: stamp(at),
    timeQueued: stamp(message.at),
    orig: message.from,
    rcpt: recipient,
    dsnAction: ACTIONS[kind],
    dsnStatus: FALLBACK_STATUS[kind],
    dsnDiag: failed && reply !== null ? `smtp;${reply}` : "",
    dsnMta: kind === "r" || mx === null ? "" : `${mx} (${ip})`,
    bounceCat: failed ? "other" : "",
    srcType: "smtp",
    srcMta: "localhost (127.0.0.1)",
    dlvType: kind === "r" ? "" : "smtp",
    dlvDestinationIp: kind === "r" ? "" : (ip ?? ""),
    dlvEsmtpAvailable: kind === "r" ? "" : "8BITMIME,PIPELINING,ENHANCEDSTATUSCODES",
    dlvSize: String(message.size),
    vmta: binding,
    queue: `${domain}/${binding}`,
    vmtaPool: "default",
  }
  return COLUMNS.split(",")
    .map((name) => quoted(fields[name] ?? ""))
    .join(",")
}

function write(name, lines, compress) {
  const path = join(values.out, name)
  writeFileSync(path, Buffer.from(`${lines.join("\n")}\n`, "latin1"))
  const [command, ...args] = compress
  execFileSync(command, [...args, path])
}

// Without name and time in them the same log gives the same bytes.
const gzip = ["gzip", "-9", "-n", "-f"]
write("mainlog", all.map(mainlog), gzip)
write("kumomta", all.map(kumomta), ["zstd", "-q", "-19", "-f", "--rm"])
write("powermta.csv", [COLUMNS, ...all.map(powermta)], gzip)
console.log(`${all.length} records, ${events.length} of them attempts`)
