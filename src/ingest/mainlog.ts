/**
 * Momentum's mainlog: receptions, deliveries, transient and permanent failures.
 * The format that comes by the hundred million lines: a line without a reply
 * makes no text and no object. Source: traffic-formats.md section 2.
 */
import { type EventType, NOT_TOLD, TYPE_NUMBER } from "../model/event.js"
import { Fields, HASH, isHeartbeat, MAX_FIELDS, phaseOfStage, quoted, readLogTime } from "./log-fields.js"
import { groupOnly, type MakeReader, type PairSink, type Reader, type Reply } from "./reader.js"
import { decodeText } from "./text.js"

const R = 0x52
const D = 0x44
const X = 0x58
const T = 0x54
const P = 0x50
const B = 0x42

/** Fields of a failure; the last, the reply, may hold `@`. */
const FAILURE_FIELDS = 14
const DELIVERY_FIELDS = 12
const RECEPTION_FIELDS = 14

/** Looser than DNS: enough to tell a domain, or an address in brackets, from a piece of a local part. */
const HOST_NAME = /^(?:[\w\x80-\xff-]+(?:\.[\w\x80-\xff-]+)+\.?|\[[^\s"]+\])$/

export const makeMainlogReader: MakeReader = (sink) => new MainlogReader(sink)

class MainlogReader implements Reader {
  readonly #sink: PairSink
  readonly #fields = new Fields()
  #lastGroup: Reply | null = null

  constructor(sink: PairSink) {
    this.#sink = sink
  }

  line(bytes: Buffer, start: number, end: number): void {
    const fields = this.#fields
    fields.split(bytes, start, end, FAILURE_FIELDS)
    if (fields.count < 5) {
      this.#sink.bad(`${fields.count} fields where a mainlog line has 12 or 14, with "@" between them`, 1)
      return
    }
    const atMicros = readLogTime(bytes, start, fields.end(0), this.#sink)
    if (atMicros < 0) return
    switch (fields.letter(4)) {
      case D:
        this.#delivery(atMicros)
        break
      case R:
        this.#reception(atMicros)
        break
      case T:
        this.#failure(atMicros, "transient")
        break
      case P:
        this.#failure(atMicros, "permanent")
        break
      case X:
        this.#sink.skip("transfer")
        break
      case B:
        this.#sink.bad('record type "B" stands in a bouncelog, not in a mainlog', fields.column(4))
        break
      default:
        if (isHeartbeat(fields)) this.#sink.clock(atMicros, "heartbeat")
        else {
          const seen = quoted(bytes, fields.start(4), fields.end(4))
          this.#sink.bad(`record type ${seen} is none of R, D, X, T, P and M`, fields.column(4))
        }
    }
  }

  end(): void {}

  #delivery(atMicros: number): void {
    const fields = this.#fields
    if (fields.count !== DELIVERY_FIELDS) {
      this.#sink.bad(`a delivery has 12 fields, this line has ${this.#seen()}`)
      return
    }
    if (this.#isMoving(8)) return
    const pair = this.#pair()
    const micros = this.#sink.audits ? fields.micros(10) : NOT_TOLD
    if (pair < 0) return
    const reply = this.#sink.pairs.lacksGroup(pair) ? this.#groupOnly(fields.start(7), fields.end(7)) : null
    this.#sink.record(atMicros, TYPE_NUMBER.delivery, pair, reply, micros)
  }

  #failure(atMicros: number, type: "transient" | "permanent"): void {
    const fields = this.#fields
    if (fields.count < FAILURE_FIELDS) {
      this.#sink.bad(`a failure has 14 fields, this line has ${fields.count}`)
      return
    }
    if (this.#isMoving(8)) return
    const pair = this.#pair()
    if (pair < 0) return
    const response = fields.text(13)
    const reply = {
      response,
      mx: null,
      phase: phaseOfStage(fields.number(9)),
      local: response.includes("[internal]"),
      bounceClass: null,
      fblType: null,
      group: this.#sink.pairs.lacksGroup(pair) ? fields.text(7) || null : null,
      joinKey: this.#sink.joins ? joinKey(fields, type) : null,
    }
    this.#sink.record(atMicros, TYPE_NUMBER[type], pair, reply, NOT_TOLD)
  }

  /** A reception feeds no rule: only an audit asks for more than that it is well formed. */
  #reception(atMicros: number): void {
    const fields = this.#fields
    if (fields.count < RECEPTION_FIELDS) {
      this.#sink.bad(`a reception has 14 fields, this line has ${fields.count}`)
      return
    }
    // A quoted local part with "@" makes the line too long: the last fields are found from its end.
    const { bytes } = fields
    const end = fields.end(13)
    const binding = bytes.lastIndexOf(0x40, end - 1) + 1
    const group = bytes.lastIndexOf(0x40, binding - 2) + 1
    const protocol = bytes.lastIndexOf(0x40, group - 2) + 1
    if (group - protocol === 5 && bytes.toString("latin1", protocol, group - 1) === "xfer")
      this.#sink.skip("transfer")
    else if (bytes[binding] === HASH && bytes.toString("latin1", binding, end) === "#mmove")
      this.#sink.skip("mmove")
    else {
      const pair = this.#sink.audits ? this.#receptionPair(binding, end) : -1
      const isNew = pair >= 0 && this.#sink.pairs.lacksGroup(pair)
      const reply = isNew ? this.#groupOnly(group, binding - 1) : null
      this.#sink.record(atMicros, TYPE_NUMBER.reception, pair, reply, NOT_TOLD)
    }
  }

  #receptionPair(binding: number, bindingEnd: number): number {
    const fields = this.#fields
    const { bytes } = fields
    if (fields.start(13) !== binding) {
      fields.splitQuoted(bytes, fields.lineStart, bindingEnd, MAX_FIELDS)
      if (fields.count !== RECEPTION_FIELDS) return this.#unquotedPair(binding, bindingEnd)
    }
    return this.#pairOf(binding, bindingEnd, fields.start(6), fields.end(6))
  }

  /** Quotes do not tell which `@` are part of an address: the last field that looks like a domain is it. */
  #unquotedPair(binding: number, bindingEnd: number): number {
    const fields = this.#fields
    fields.split(fields.bytes, fields.lineStart, bindingEnd, MAX_FIELDS)
    // More than can be told apart.
    if (fields.count === MAX_FIELDS) return -1
    // Behind it stand the sender's two fields and five more.
    const last = fields.count - 8
    let field = last
    while (field > 6 && !HOST_NAME.test(fields.latin1(field))) field--
    if (field === 6 && !HOST_NAME.test(fields.latin1(field))) field = last
    return this.#pairOf(binding, bindingEnd, fields.start(field), fields.end(field))
  }

  #pairOf(binding: number, bindingEnd: number, domain: number, domainEnd: number): number {
    if (domain === domainEnd) return -1
    return this.#sink.pairs.fromBytes(this.#fields.bytes, binding, bindingEnd, domain, domainEnd)
  }

  /** A group is only known once its first event has gone out: until then many lines bring the same. */
  #groupOnly(start: number, end: number): Reply | null {
    if (start === end) return null
    const group = decodeText(this.#fields.bytes, start, end)
    if (this.#lastGroup?.group !== group) this.#lastGroup = groupOnly(group)
    return this.#lastGroup
  }

  #pair(): number {
    const fields = this.#fields
    if (fields.end(5) === fields.start(5)) {
      this.#sink.bad("the destination domain is empty", fields.column(5))
      return -1
    }
    return this.#sink.pairs.fromBytes(
      fields.bytes,
      fields.start(8),
      fields.end(8),
      fields.start(5),
      fields.end(5),
    )
  }

  /** Mail on its way to another node, which logs the original. */
  #isMoving(field: number): boolean {
    if (!this.#fields.startsWith(field, HASH) || !this.#fields.equals(field, "#mmove")) return false
    this.#sink.skip("mmove")
    return true
  }

  #seen(): string {
    const { count } = this.#fields
    return count < FAILURE_FIELDS ? String(count) : "more"
  }
}

/** Message, connection and kind: what a bouncelog line has in common with the mainlog line it repeats. */
export function joinKey(fields: Fields, type: EventType): string {
  return `${fields.latin1(1)}@${fields.latin1(3)}@${type}`
}
