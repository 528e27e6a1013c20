/**
 * Postfix's syslog: the lines in which its delivery agents tell what became of a
 * recipient. Source: foreign-traffic-formats.md section 3.
 */
import { isPlausible, makeEvent, type Phase } from "../model/event.js"
import { domainOf } from "./address.js"
import { asNumber } from "./json-records.js"
import { implausible, type MakeReader, type ReaderOptions, type RecordSink } from "./reader.js"
import { joinRepeats, replyCode } from "./reply.js"
import { readStamp, recentMs, utcMs } from "./stamp.js"
import { decodeText } from "./text.js"

/** STAMP HOST TAG[pid]: TEXT; syslog's own lines may lack the tag. */
const STAMPED = /^([A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ /
const TAG = /([^\s[:]+)(?:\[\d+\])?: /y
/** Programs of other names may begin like Postfix. */
const POSTFIX_TAG = /^postfix(?:[-/]|$)/
const TRADITIONAL = /^([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)$/
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
/** A leap year: the 29th of February is a day of it. */
const DEFAULT_YEAR = 2000

/** QID: to=<ADDRESS>, FIELDS, status=WORD (REASON) */
const TO = /^[0-9A-Za-z]+: to=</
const ADDRESS_END = ">, "
const ORIGINAL = ", orig_to=<"
const STATUS_START = ", status="

/** Daemons that keep their own words in the counts; what delivers to this machine is no attempt. */
const OTHER_DAEMONS = new Set([
  "anvil",
  "bounce",
  "cleanup",
  "master",
  "pickup",
  "postfix-script",
  "postscreen",
  "qmgr",
  "scache",
  "smtpd",
  "tlsproxy",
  "trivial-rewrite",
  "verify",
])
const LOCAL_DAEMONS = new Set(["local", "virtual", "pipe", "discard"])

/** `host MX[IP]`, perhaps with a port, and what comes behind. Words without brackets: nothing to try twice. */
const HOST = /^host ([^\s[\]]+)\[([^\s\]]*)\](?::\d+)? (.*)$/s
const SAID = "said: "
const REFUSED = "refused to talk to me: "
const IN_REPLY_TO = / \(in reply to ([A-Za-z ]{1,40}) command\)$/
/** A peer of which Postfix itself tells what went wrong. */
const PEER = /(?:connect to|lost connection with|conversation with) ([^\s[\]]+)\[([^\s\]]*)\]/
/** Before the queue, in it, connecting, transmitting: the last two are from the connection to the delivery. */
const DELAYS = /(?:^|, )delays=[\d.]+\/[\d.]+\/([\d.]+)\/([\d.]+)(?:,|$)/
const RELAY = /(?:^|, )relay=([^\s[\]]+)\[([^\s\]]*)\]/

/** In the relay's brackets a local socket may stand instead. */
const IP = /^[\da-fA-F.:]+$/

export const makePostfixReader: MakeReader = (sink, options) => {
  const clock = new StampReader(options, () => sink.note("no-year"))
  return {
    line: (bytes, start, end) => tell(decodeText(bytes, start, end), clock, sink),
    end() {},
  }
}

/** Stamps of one log, in order: where they lack the year it is told by the months going by, or by what time it is. */
class StampReader {
  readonly #offsetAt: (atMs: number) => number
  readonly #nearMicros: (() => number) | null
  #year: number
  #month = -1
  /** Many lines have the stamp of the one before. */
  #lastText = ""
  #last: number | null = null

  readonly #assume: () => void

  /** @param assume told when a stamp has no year and none was given */
  constructor({ year, utcOffsetMinutes = 0, nearMicros }: ReaderOptions, assume: () => void) {
    this.#year = year ?? DEFAULT_YEAR
    this.#nearMicros = year === undefined ? (nearMicros ?? null) : null
    this.#assume = year === undefined && nearMicros === undefined ? assume : () => {}
    this.#offsetAt = typeof utcOffsetMinutes === "number" ? () => utcOffsetMinutes : utcOffsetMinutes
  }

  read(text: string): number | null {
    if (text === this.#lastText) return this.#last
    this.#last = this.#read(text)
    this.#lastText = text
    return this.#last
  }

  #read(text: string): number | null {
    const match = TRADITIONAL.exec(text)
    if (match === null) return readStamp(text)
    const [, monthName = "", ...rest] = match
    const [day = 0, hour = 0, minute = 0, second = 0] = rest.map(Number)
    const month = MONTHS.indexOf(monthName)
    if (month < 0) return null
    if (this.#nearMicros !== null) {
      const fields = { month: month + 1, day, hour, minute, second }
      const ms = recentMs(fields, this.#nearMicros() / 1000, this.#offsetAt)
      return ms === null ? null : ms * 1000
    }
    this.#assume()
    const ms = utcMs(this.#yearOf(month), month + 1, day, hour, minute, second)
    return ms === null ? null : (ms - this.#offsetAt(ms) * 60e3) * 1000
  }

  /** Half a year back is the next year; December after January is a late line of the year before. */
  #yearOf(month: number): number {
    const before = this.#month
    if (before === 0 && month === 11) return this.#year - 1
    if (before >= 0 && month < before - 6) this.#year++
    this.#month = month
    return this.#year
  }
}

function tell(text: string, clock: StampReader, sink: RecordSink): void {
  const stamped = STAMPED.exec(text)
  if (stamped === null) {
    sink.bad(`the line is no syslog line of Postfix: it begins with ${JSON.stringify(text.slice(0, 40))}`, 1)
    return
  }
  const [before, stamp = ""] = stamped
  TAG.lastIndex = before.length
  const tag = TAG.exec(text)?.[1]
  if (tag === undefined && text.startsWith("postfix", before.length)) {
    sink.bad("the line ends before what the program said", before.length + 1)
    return
  }
  if (tag === undefined || !POSTFIX_TAG.test(tag)) {
    sink.skip("other-program")
    return
  }
  const atMicros = clock.read(stamp)
  if (atMicros === null) {
    sink.bad(`there is no time ${JSON.stringify(stamp)}`, 1)
    return
  }
  if (!isPlausible(atMicros)) {
    sink.bad(implausible(JSON.stringify(stamp)), 1)
    return
  }
  const { binding, daemon } = agentOf(tag)
  if (LOCAL_DAEMONS.has(daemon)) sink.skip("local-delivery")
  else if (OTHER_DAEMONS.has(daemon)) sink.skip(daemon)
  else attempt(text.slice(TAG.lastIndex), { atMicros, binding, daemon }, sink)
}

/** `postfix/NAME/smtp` and `postfix-NAME/smtp` name a binding: one of several agents, or instances. */
function agentOf(tag: string): { binding: string; daemon: string } {
  const parts = tag.split("/")
  const daemon = parts.at(-1) as string
  const instance = (parts[0] as string).replace(/^postfix-?/, "")
  return { binding: parts.length > 2 ? parts.slice(1, -1).join("/") : instance, daemon }
}

interface Attempt {
  readonly atMicros: number
  readonly binding: string
  readonly daemon: string
}

function attempt(message: string, { atMicros, binding, daemon }: Attempt, sink: RecordSink): void {
  const start = TO.exec(message)?.[0].length
  if (start === undefined) {
    sink.skip(daemon === "smtp" || daemon === "lmtp" ? "smtp-notice" : "other-daemon")
    return
  }
  const told = recipientOf(message, start)
  if (told === null) {
    sink.bad("the line ends before the status of the delivery")
    return
  }
  const { address, fields, status, reason } = told
  const type = STATUS.get(status)
  if (type === undefined) {
    sink.skip(status === "expired" ? "expired" : /deliverable$/.test(status) ? "probe" : "other-status")
    return
  }
  const domain = domainOf(address)
  if (domain === null) {
    sink.skip("no-domain")
    return
  }
  // It repeats what an earlier attempt was told, and none was made.
  if (reason.startsWith("delivery temporarily suspended")) {
    sink.skip("suspended-by-postfix")
    return
  }
  const answer = type === "delivery" ? NO_ANSWER : answerOf(reason)
  if (answer.response === "" && type !== "delivery") {
    sink.bad(`the line gives no reason why the mail was ${status}`)
    return
  }
  const [, relayMx, relayIp = ""] = RELAY.exec(fields) ?? []
  sink.event(
    makeEvent({
      atMicros,
      type,
      binding,
      domain,
      mx: answer.mx ?? relayMx ?? null,
      ip: answer.ip ?? (IP.test(relayIp) ? relayIp : null),
      phase: answer.phase,
      response: answer.response,
      local: answer.local,
      deliveryTimeSec: type === "delivery" ? connectedSec(fields) : null,
    }),
  )
}

/** Seconds from connecting to the receiver's last word. */
function connectedSec(fields: string): number | null {
  const delays = DELAYS.exec(fields)
  const connecting = asNumber(delays?.[1])
  const transmitting = asNumber(delays?.[2])
  return connecting === null || transmitting === null ? null : connecting + transmitting
}

interface Told {
  readonly address: string
  readonly fields: string
  readonly status: string
  /** What stands in the parentheses behind the status; it may hold parentheses itself, not always in pairs. */
  readonly reason: string
}

/** What a line tells of a recipient, whose address begins at `start`; null where the line ends too early. */
function recipientOf(message: string, start: number): Told | null {
  const end = addressEnd(message, start)
  if (end < 0) return null
  const original = message.startsWith(ORIGINAL, end + 1)
    ? addressEnd(message, end + 1 + ORIGINAL.length)
    : end
  // The fields begin with the comma behind the address.
  const statusStart = original < 0 ? -1 : message.indexOf(STATUS_START, original + 1)
  if (statusStart < 0) return null
  const [status = ""] = /^\w*/.exec(message.slice(statusStart + STATUS_START.length)) ?? []
  const rest = message.slice(statusStart + STATUS_START.length + status.length).trim()
  const reason = rest.startsWith("(") ? rest.slice(1) : rest
  return {
    address: message.slice(start, end),
    fields: message.slice(original + ADDRESS_END.length, statusStart),
    status,
    // Syslog cuts long lines: then the parenthesis is missing, and what is there is part of the reply all the same.
    reason: rest !== reason && reason.endsWith(")") ? reason.slice(0, -1) : reason,
  }
}

/** Where the address that begins here has its `>`, or -1. A quoted local part may hold one. */
function addressEnd(message: string, start: number): number {
  if (message[start] === '"') {
    for (let i = start + 1; i < message.length; i++) {
      if (message[i] === "\\") i++
      else if (message[i] === '"') return message.indexOf(ADDRESS_END, i)
    }
  }
  return message.indexOf(ADDRESS_END, start)
}

const STATUS: ReadonlyMap<string, "delivery" | "transient" | "permanent"> = new Map([
  ["sent", "delivery"],
  ["deferred", "transient"],
  ["bounced", "permanent"],
])

interface Answer {
  readonly response: string
  readonly phase: Phase | null
  readonly local: boolean
  readonly mx: string | null
  readonly ip: string | null
}

const NO_ANSWER: Answer = { response: "", phase: null, local: false, mx: null, ip: null }

/** Who said what, and when. The status in `dsn=` may be Postfix's own, and stays out. */
function answerOf(reason: string): Answer {
  const [, mx = null, ip = null, words = ""] = HOST.exec(reason) ?? []
  if (words.startsWith(SAID)) {
    const [tail = "", command = ""] = IN_REPLY_TO.exec(words) ?? []
    const reply = words.slice(SAID.length, words.length - tail.length)
    return answered(reply, phaseOf(command), mx, ip)
  }
  if (words.startsWith(REFUSED)) return answered(words.slice(REFUSED.length), "connect", mx, ip)
  const [, peer = null, peerIp = null] = PEER.exec(reason) ?? []
  return { response: reason, phase: null, local: true, mx: peer, ip: peerIp }
}

function answered(reply: string, phase: Phase | null, mx: string | null, ip: string | null): Answer {
  const response = joinRepeats(reply)
  // Some receivers greet with words that are no reply at all: then only Postfix speaks.
  return { response, phase, local: replyCode(response) === null, mx, ip }
}

function phaseOf(command: string): Phase | null {
  if (command === "MAIL FROM") return "mailfrom"
  if (command === "RCPT TO") return "rcptto"
  if (command === "DATA" || command === "end of DATA" || command === "BDAT") return "data"
  if (/^(EHLO|HELO|LHLO)$/.test(command)) return "ehlo"
  if (command === "STARTTLS") return "starttls"
  return command === "RSET" ? "rset" : null
}
