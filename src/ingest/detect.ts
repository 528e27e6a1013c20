/**
 * Which format a file has, told by its first lines. Each format has a shape that
 * no other has; the format of the first line that has one is taken, so that a
 * damaged line at the top does no harm. Names no reader's inner workings.
 * Source: cli.md, `--format`.
 */
import { makeBouncelogReader } from "./bouncelog.js"
import { makeFbllogReader } from "./fbllog.js"
import { makeJsonlReader } from "./jsonl.js"
import { makeKumoMtaReader } from "./kumomta.js"
import { makeMainlogReader } from "./mainlog.js"
import { makeMsysJsonReader } from "./msys-json.js"
import { makePostfixReader } from "./postfix.js"
import { makePowerMtaReader } from "./powermta.js"
import type { MakeReader } from "./reader.js"
import { makeRejectlogReader } from "./rejectlog.js"

/** From the connection to the receiver on, or from the reception by the sending server ("spool"). */
type DeliveryTime = "connection" | "spool" | null

interface Format {
  readonly make: MakeReader
  /** Longest line or record that is read; a longer one is a bad line. */
  readonly maxLineBytes: number
  /** From what on its deliveries' times are counted; null where it has none. */
  readonly deliveryTime: DeliveryTime
  /** Does a line have this format's shape? */
  readonly fits: (line: string) => boolean
}

/** No mail log has such a line; a batch of JSON events may. */
const MAX_LOG_LINE = 64 << 10
const MAX_JSON_LINE = 16 << 20

const log = (make: MakeReader, deliveryTime: DeliveryTime, fits: Format["fits"]): Format => ({
  make,
  maxLineBytes: MAX_LOG_LINE,
  deliveryTime,
  fits,
})
const json = (make: MakeReader, deliveryTime: DeliveryTime, fits: Format["fits"]): Format => ({
  make,
  maxLineBytes: MAX_JSON_LINE,
  deliveryTime,
  fits: (line) => /^\s*[[{]/.test(line) && fits(line),
})

const TIME = /^\d{10}(?:\d{6})?@/
const field = (line: string, n: number): string => line.split("@", n + 1)[n] ?? ""
const fieldCount = (line: string): number => line.split("@").length

/** In the order in which they are tried. */
export const FORMATS = {
  mainlog: log(makeMainlogReader, "spool", (line) => {
    if (!TIME.test(line)) return false
    const type = field(line, 4)
    // A bouncelog's T has the stage two fields later.
    if (type === "T") return /^\d{1,2}$/.test(field(line, 9)) && !/^\d{1,2}$/.test(field(line, 11))
    return /^[RDXP]$/.test(type)
  }),
  bouncelog: log(makeBouncelogReader, null, (line) => {
    return TIME.test(line) && /^[BT]$/.test(field(line, 4)) && /^\d{1,2}$/.test(field(line, 11))
  }),
  fbllog: log(
    makeFbllogReader,
    null,
    (line) => TIME.test(line) && field(line, 2) === "F" && fieldCount(line) >= 9,
  ),
  rejectlog: log(makeRejectlogReader, null, (line) => /^\d{10}(?:\d{6})?: (?:R="|Marker )/.test(line)),
  "msys-json": json(makeMsysJsonReader, "spool", (line) => /"msys"\s*:/.test(line)),
  kumomta: json(
    makeKumoMtaReader,
    "spool",
    (line) =>
      /"(?:timestamp|event_time)"\s*:/.test(line) &&
      /"(?:queue|site|egress_source|reception_protocol)"\s*:/.test(line),
  ),
  jsonl: json(makeJsonlReader, "connection", (line) => /"time"\s*:/.test(line) && /"type"\s*:/.test(line)),
  powermta: log(
    makePowerMtaReader,
    "spool",
    (line) => /^"?type"?,/.test(line) && /\btimeLogged\b/.test(line),
  ),
  postfix: log(makePostfixReader, "connection", (line) =>
    /^(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT\S+) \S+ postfix[^\s[]*\[\d+\]: /.test(line),
  ),
} as const satisfies Record<string, Format>

/** Of lines before and beside which none has told a format. */
export const UNTOLD: Pick<Format, "make" | "maxLineBytes"> = {
  make: (sink) => ({
    line: () => sink.bad("neither this line nor any before it has the shape of a known format"),
    end: () => {},
  }),
  maxLineBytes: MAX_LOG_LINE,
}

export type FormatName = keyof typeof FORMATS
export const FORMAT_NAMES = Object.keys(FORMATS) as FormatName[]

export function isFormatName(text: string): text is FormatName {
  return Object.hasOwn(FORMATS, text)
}

/** Lines looked at, and bytes of them. */
const MAX_LINES = 2000
const SNIFF_BYTES = 256 << 10

/** The format of a file that begins like this; null when no line tells. */
export function detectFormat(head: Buffer): FormatName | null {
  const lines = head.toString("latin1", 0, SNIFF_BYTES).split("\n", MAX_LINES)
  for (const line of lines) {
    const found = FORMAT_NAMES.find((name) => FORMATS[name].fits(line))
    if (found !== undefined) return found
  }
  return prettyJson(head)
}

/** JSON over many lines has no telling line: the first value as a whole may tell. */
function prettyJson(head: Buffer): FormatName | null {
  const text = head.toString("latin1", 0, SNIFF_BYTES)
  if (!/^\s*[[{]/.test(text)) return null
  const jsonFormats: FormatName[] = ["msys-json", "kumomta", "jsonl"]
  return jsonFormats.find((name) => FORMATS[name].fits(text)) ?? null
}
