/**
 * Momentum's fbllog: complaints of recipients, as receivers report them.
 * Source: traffic-formats.md section 4.
 */
import { makeEvent } from "../model/event.js"
import { Fields, isHeartbeat, quoted, readLogTime } from "./log-fields.js"
import type { MakeReader } from "./reader.js"

const FIELDS = 10

export const makeFbllogReader: MakeReader = (sink) => {
  const fields = new Fields()
  return {
    line(bytes, start, end) {
      fields.splitQuoted(bytes, start, end, FIELDS)
      if (fields.count < 3) {
        sink.bad(`${fields.count} fields where an fbllog line has 10, with "@" between them`, 1)
        return
      }
      const atMicros = readLogTime(bytes, start, fields.end(0), sink)
      if (atMicros < 0) return
      if (isHeartbeat(fields)) {
        sink.clock(atMicros, "heartbeat")
        return
      }
      if (!fields.equals(2, "F")) {
        sink.bad(
          `record type ${quoted(bytes, fields.start(2), fields.end(2))} is none of F and M`,
          fields.column(2),
        )
        return
      }
      if (fields.count < FIELDS - 1) {
        sink.bad(`an fbllog line has 10 fields, this one has ${fields.count}`)
        return
      }
      const binding = fields.text(5)
      const domain = fields.text(4) || fields.text(8)
      if (binding === "#mmove") sink.skip("mmove")
      else if (domain === "")
        sink.bad("neither the recipient's domain nor the reported one is there", fields.column(4))
      else {
        sink.event(
          makeEvent({
            atMicros,
            type: "fbl",
            binding,
            group: fields.text(6),
            domain,
            fblType: fields.latin1(7) || null,
          }),
        )
      }
    },
    end() {},
  }
}
