/**
 * Momentum's rejectlog: mail refused on its way in. It feeds no rule, so its
 * lines are recognised, counted and left at that.
 * Source: traffic-formats.md section 5.
 */
import { quoted, readLogTime } from "./log-fields.js"
import type { MakeReader } from "./reader.js"

const COLON = 0x3a
const LONGEST_TIME = 16

export const makeRejectlogReader: MakeReader = (sink) => ({
  line(bytes, start, end) {
    const colon = bytes.subarray(start, Math.min(end, start + LONGEST_TIME + 1)).indexOf(COLON)
    if (colon < 0) {
      sink.bad(
        `a rejectlog line begins with a time and a colon, this one with ${quoted(bytes, start, end)}`,
        1,
      )
      return
    }
    const atMicros = readLogTime(bytes, start, start + colon, sink)
    if (atMicros < 0) return
    const rest = bytes.toString("latin1", start + colon + 1, end)
    if (/^ R="/.test(rest)) sink.skip("rejection")
    else if (/^ Marker \d/.test(rest)) sink.clock(atMicros, "heartbeat")
    else sink.bad('neither R="…" nor a marker follows the time', colon + 2)
  },
  end() {},
})
