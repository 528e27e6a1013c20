/**
 * One line of a classification: `{ class = …, markers = …, codes = … }`. What
 * is wrong is reported and left out; an entry with nothing left is disabled.
 * Source: receivers.md, "Bounce classification".
 */
import { type ClassEntry, type CodeTest, foldText, type NumberRange } from "../model/classification.js"
import { nearest } from "../model/nearest.js"
import type { RawEntry, RawTable } from "../model/raw.js"
import { judgePattern } from "../pcre/index.js"
import { checkFields, type FieldNames } from "./fields.js"
import { describe, entryOf, isTable, listOf } from "./raw-table.js"
import type { Report } from "./report.js"

const ENTRY_FORM = 'write { class = "mailbox-full", markers = {"quota"}, codes = {"x.2.2"} }'
const CODE_FORM =
  'write "421", "4xx", "4.7.28", "x.7.25" (any first digit), "5.5.x", "x.7.20-24" or "421 4.7.28"'

const FIELDS: FieldNames = {
  code: "E_BOUNCE_FIELD",
  known: ["class", "code", "reply", "markers", "patterns", "codes"],
  article: "an",
  noun: "entry",
  form: ENTRY_FORM,
}

/** What an entry may name. */
export interface KnownClasses {
  readonly labels: ReadonlySet<string>
  /** Is this a class number: one of Momentum's, or one that could be the operator's own? */
  isNumber(code: number): boolean
}

export function compileClassEntry(table: RawTable, known: KnownClasses, report: Report): ClassEntry | null {
  checkFields(table, FIELDS, report)
  const label = readLabel(table, known, report)
  const code = readNumber(table, known, report)
  const limits = texts(table, "reply", report, CODE_FORM)
  const reply = limits.map((one) => replyRange(one, report)).filter((range) => range !== null)
  const markers = texts(table, "markers", report, 'write markers = {"text", …}')
    .map((one) => readMarker(one, report))
    .filter((marker) => marker !== null)
  const patterns = texts(table, "patterns", report, 'write patterns = {"\\\\bPCRE\\\\b", …}')
    .map((one) => readPattern(one, report))
    .filter((pattern) => pattern !== null)
  const codes = texts(table, "codes", report, CODE_FORM)
    .map((one) => readCode(one, report))
    .filter((test) => test !== null)
  if (label === null) return null
  const asks = ["reply", "markers", "patterns", "codes"].some((field) => entryOf(table, field) !== undefined)
  if (!asks) {
    report.add(
      "E_BOUNCE_FIELD",
      null,
      "the entry has nothing to look for: it is disabled, as it would take every reply",
      ENTRY_FORM,
    )
    return null
  }
  // What was written and is no use must not leave an entry that takes more than its author meant.
  const lost = reply.length < limits.length && reply.length === 0
  const empty =
    markers.length + patterns.length + codes.length === 0 &&
    ["markers", "patterns", "codes"].some((field) => entryOf(table, field) !== undefined)
  return lost || empty ? null : { label, code, reply, markers, patterns, codes }
}

function readLabel(table: RawTable, known: KnownClasses, report: Report): string | null {
  const entry = entryOf(table, "class")
  const value = entry?.value
  if (typeof value === "string" && known.labels.has(value)) return value
  const guess = typeof value === "string" ? nearest(value, known.labels) : null
  const what =
    typeof value === "string" ? `there is no class ${describe(value)}` : `class is ${describe(value)}`
  report.add(
    "E_BOUNCE_CLASS",
    entry?.valuePlace ?? null,
    `${what}: the entry is disabled`,
    guess === null
      ? "name a class, or add it: classes = { profanity = { code = 99 } }"
      : `did you mean "${guess}"?`,
  )
  return null
}

function readNumber(table: RawTable, known: KnownClasses, report: Report): number | null {
  const entry = entryOf(table, "code")
  if (entry === undefined) return null
  if (typeof entry.value === "number" && known.isNumber(entry.value)) return entry.value
  report.add(
    "E_BOUNCE_CLASS",
    entry.valuePlace,
    `code is ${describe(entry.value)}, which is no class number: that of the class is used`,
    "write one of Momentum's numbers, or one of your own below 100; reply codes go into `codes`",
  )
  return null
}

/** A text, or a list of texts; numbers are read as written. */
function texts(table: RawTable, field: string, report: Report, form: string): RawEntry[] {
  const entry = entryOf(table, field)
  if (entry === undefined) return []
  const { value } = entry
  if (!isTable(value)) return isText(entry) ? [entry] : refuse(entry, field, report, form)
  const list = listOf(value)
  if (list.length < value.entries.length) {
    report.add(
      "E_BOUNCE_FIELD",
      value.place,
      `${field} is not a plain list: what has a name, or follows a gap, is ignored`,
      form,
    )
  }
  return list.flatMap((one) => (isText(one) ? [one] : refuse(one, field, report, form)))
}

function isText({ value }: RawEntry): boolean {
  return typeof value === "string" || typeof value === "number"
}

function refuse(entry: RawEntry, field: string, report: Report, form: string): [] {
  const seen = describe(entry.value)
  report.add("E_BOUNCE_FIELD", entry.valuePlace, `${field} holds ${seen}: it is ignored`, form)
  return []
}

function readMarker({ value, valuePlace }: RawEntry, report: Report): string | null {
  const marker = foldText(String(value)).replace(/\s+/g, " ")
  const fault =
    marker.trim() === ""
      ? "is empty: it is ignored"
      : marker.includes("@")
        ? "holds an address, and addresses are taken out of a reply first: it is ignored"
        : null
  if (fault === null) return marker
  report.add(
    "E_BOUNCE_MARKER",
    valuePlace,
    `the marker ${describe(value)} ${fault}`,
    "write words that the reply always has",
  )
  return null
}

function readPattern({ value, valuePlace }: RawEntry, report: Report): string | null {
  const written = String(value)
  // Replies are in lower case by then: where the pattern is too, folding would only take time.
  const prefix = /\p{Lu}/u.test(written.replace(/\\./gs, "")) ? "(?i)" : ""
  const pattern = prefix + written
  const verdict = judgePattern(pattern)
  if (!verdict.ok) {
    const { error } = verdict
    const at = error.offset + 1 - prefix.length
    report.add(
      error.code,
      valuePlace,
      `${error.message} at character ${at} of the pattern: it is ignored`,
      error.hint,
    )
    return null
  }
  if (verdict.exponential) {
    report.add(
      "E_CODE_COST",
      valuePlace,
      "the pattern can try exponentially many ways to match; it is run with a limit, and a reply that reaches it counts as not matched",
      "avoid a repeat inside a repeat, such as (a+)+",
    )
  }
  return pattern
}

const CODE =
  /^(?:([2-5](?:\d\d|xx))(?:-([2-5]\d\d))?)?(?:(?:^|(?<=.) )([245x])\.(\d{1,3}|x)\.(\d{1,3}|x)(?:-(\d{1,3}))?)?$/

function readCode(entry: RawEntry, report: Report): CodeTest | null {
  const parts = CODE.exec(String(entry.value))
  if (parts === null || parts[0] === "") return refuseCode(entry, report)
  const [, first, last, kind, subject = "x", detail = "x", lastDetail] = parts
  return {
    reply: first === undefined ? null : threeDigits(first, last),
    status:
      kind === undefined
        ? null
        : {
            kind: kind === "x" ? null : Number(kind),
            subject: numbers(subject),
            detail: numbers(detail, lastDetail),
          },
  }
}

function replyRange(entry: RawEntry, report: Report): NumberRange | null {
  const parts = /^([2-5](?:\d\d|xx))(?:-([2-5]\d\d))?$/.exec(String(entry.value))
  return parts === null ? refuseCode(entry, report) : threeDigits(parts[1] as string, parts[2])
}

function refuseCode({ value, valuePlace }: RawEntry, report: Report): null {
  report.add("E_BOUNCE_CODE", valuePlace, `${describe(value)} is no reply code: it is ignored`, CODE_FORM)
  return null
}

function threeDigits(first: string, last: string = first): NumberRange {
  return [Number(first.replaceAll("x", "0")), Number(last.replaceAll("x", "9"))]
}

function numbers(first: string, last: string = first): NumberRange {
  return first === "x" ? [0, 999] : [Number(first), Number(last)]
}
