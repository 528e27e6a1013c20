/**
 * A reply as the classifier looks at it: one line, lower case, without the
 * prefixes that each line of a multi-line reply repeats, without addresses
 * (they say whom it is about, and may hold any word). Keeps out what it means.
 * Source: receivers.md, "Reading rules" 1.
 */
import { foldText } from "../model/classification.js"

/** Longer replies are judged by their beginning: what comes then is a trace or an advertisement. */
const MAX_LENGTH = 2000

const STATUS = /^[245]\.\d{1,3}\.\d{1,3}$/
const BLANKS = /\s+/
/** What only a reply of several lines, or a careless one, has. */
const UNEVEN = /\s\s|[^\S ]|^\s|\s$/
const CODE = /^[2-5]\d\d(?=[- ]|$)/

export interface Reply {
  /** The text, folded. */
  readonly text: string
  /** Three digits; 0 when there is no telling. */
  readonly code: number
  /** Enhanced code packed by `packStatus`; 0 without one. */
  readonly status: number
}

/** An enhanced code as one number. */
export function packStatus(kind: number, subject: number, detail: number): number {
  return (kind * 1000 + subject) * 1000 + detail
}

/** The reply on one line, its prefix once. Doing it again changes nothing. */
export function normaliseReply(reply: string): string {
  const text = withoutQuotation(foldText(reply.length > MAX_LENGTH ? reply.slice(0, MAX_LENGTH) : reply))
  const isEven = !UNEVEN.test(text)
  if (isEven && (!CODE.test(text) || isPlain(text))) return text
  const words = isEven ? text.split(" ") : text.split(BLANKS).filter((word) => word !== "")
  const first = CODE.exec(words[0] ?? "")?.[0]
  return first === undefined ? words.join(" ") : joinLines(words, first)
}

/** Is there nothing that a repeated prefix could be? */
function isPlain(text: string): boolean {
  return text[3] !== "-" && text.indexOf(text.slice(0, 3), 3) === -1
}

/** Takes out what each line begins with again: the code, and the enhanced code with it. */
function joinLines(words: readonly string[], code: string): string {
  const hyphen = `${code}-`
  const isMulti = words[0]?.startsWith(hyphen) === true
  let text = code
  let status: string | null = null
  let isFirst = true
  // A code by itself, which goes if the enhanced one follows it.
  let held = ""
  for (const [i, word] of words.entries()) {
    let rest = i === 0 ? word.slice(word[3] === "-" ? 4 : 3) : word
    while (rest.startsWith(hyphen)) rest = rest.slice(hyphen.length)
    if (rest === "" || (isMulti && rest === code)) continue
    if (isFirst) {
      isFirst = false
      if (STATUS.test(rest)) status = rest
    } else if (status !== null) {
      if (rest === status) {
        held = ""
        continue
      }
      if (held !== "") text += ` ${held}`
      held = rest === code ? rest : ""
      if (held !== "") continue
    }
    text += ` ${rest}`
  }
  return held === "" ? text : `${text} ${held}`
}

/** Bounce mails quote a reply behind the protocol it came by. */
const QUOTED = /^smtp;\s*/

function withoutQuotation(text: string): string {
  return withoutAddresses(text.startsWith("smtp;") ? text.replace(QUOTED, "") : text)
}

/** What ends an address on either side. */
const EDGES = new Uint8Array(128)
for (const edge of " \t\r\n\v\f<>()[]{},;:\"'") EDGES[edge.charCodeAt(0)] = 1

function withoutAddresses(text: string): string {
  let at = text.indexOf("@")
  if (at === -1) return text
  let kept = ""
  let from = 0
  while (at !== -1) {
    let start = at
    while (start > from && EDGES[text.charCodeAt(start - 1)] !== 1) start--
    let end = at + 1
    while (end < text.length && EDGES[text.charCodeAt(end)] !== 1) end++
    kept += `${text.slice(from, start)}@`
    from = end
    at = text.indexOf("@", end)
  }
  return kept + text.slice(from)
}

const LEADING = /^(?:([2-5]\d\d)(?: |$))?(?:#?([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]))?/
/** How qmail and IronPort write it: somewhere in the text. */
const HASHED = /#([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])/

/** Takes a normalised reply apart. */
export function readReply(text: string): Reply {
  const lead = LEADING.exec(text)
  let code = Number(lead?.[1] ?? 0)
  const written = lead?.[2] === undefined ? (text.includes("#") ? HASHED.exec(text) : null) : lead.slice(1)
  if (written === null) return { text, code, status: 0 }
  const [, kind, subject, detail] = written
  // Without a reply code the first digit tells at least whether to come back.
  if (code === 0) code = Number(kind) * 100
  return { text, code, status: packStatus(Number(kind), Number(subject), Number(detail)) }
}
