/**
 * Momentum's bouncelog: out-of-band bounces, and copies of the mainlog's
 * failures with their class. Source: traffic-formats.md section 3.
 */
import { type EventType, NOT_TOLD, TYPE_NUMBER } from "../model/event.js"
import { Fields, isHeartbeat, OUT_OF_BAND_STAGE, phaseOfStage, quoted, readLogTime } from "./log-fields.js"
import { joinKey } from "./mainlog.js"
import type { MakeReader } from "./reader.js"

const FIELDS = 16
const B = 0x42
const T = 0x54

export const makeBouncelogReader: MakeReader = (sink) => {
  const fields = new Fields()

  function bounce(atMicros: number, type: EventType): void {
    const { bytes } = fields
    if (fields.count < FIELDS) {
      sink.bad(`a bouncelog line has 16 fields, this one has ${fields.count}`)
      return
    }
    if (fields.equals(10, "#mmove")) {
      sink.skip("mmove")
      return
    }
    if (fields.end(6) === fields.start(6)) {
      sink.bad("the recipient's domain is empty", fields.column(6))
      return
    }
    const pair = sink.pairs.fromBytes(bytes, fields.start(10), fields.end(10), fields.start(6), fields.end(6))
    const stage = fields.number(11)
    const isOutOfBand = type === "permanent" && stage === OUT_OF_BAND_STAGE
    const response = fields.text(15)
    const reply = {
      response,
      mx: null,
      phase: phaseOfStage(stage),
      local: response.includes("[internal]"),
      bounceClass: fields.latin1(12) || null,
      fblType: null,
      group: sink.pairs.lacksGroup(pair) ? fields.text(9) || null : null,
      joinKey: isOutOfBand ? null : joinKey(fields, type),
    }
    if (isOutOfBand) sink.record(atMicros, TYPE_NUMBER.oob, pair, reply, NOT_TOLD)
    else sink.copy(atMicros, type, pair, reply)
  }

  return {
    line(bytes, start, end) {
      fields.splitQuoted(bytes, start, end, FIELDS)
      if (fields.count < 5) {
        sink.bad(`${fields.count} fields where a bouncelog line has 16, with "@" between them`, 1)
        return
      }
      const atMicros = readLogTime(bytes, start, fields.end(0), sink)
      if (atMicros < 0) return
      const letter = fields.letter(4)
      if (letter === B) bounce(atMicros, "permanent")
      else if (letter === T) bounce(atMicros, "transient")
      else if (isHeartbeat(fields)) sink.clock(atMicros, "heartbeat")
      else {
        const seen = quoted(bytes, fields.start(4), fields.end(4))
        sink.bad(`record type ${seen} is none of B, T and M`, fields.column(4))
      }
    },
    end() {},
  }
}
