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
  const text = withoutAddresses(foldText(reply.length > MAX_LENGTH ? reply.slice(0, MAX_LENGTH) : reply))
  const code = CODE.exec(text)?.[0]
  if (!UNEVEN.test(text) && (code === undefined || isPlain(text, code))) return text
  const words = text.split(BLANKS).filter((word) => word !== "")
  const first = CODE.exec(words[0] ?? "")?.[0]
  return first === undefined ? words.join(" ") : joinLines(words, first).join(" ")
}

/** Is there nothing that a repeated prefix could be? */
function isPlain(text: string, code: string): boolean {
  return text[3] !== "-" && !text.includes(` ${code}-`) && text.lastIndexOf(code) === 0
}

function joinLines(words: readonly string[], code: string): string[] {
  const hyphen = `${code}-`
  const isMulti = words[0]?.startsWith(hyphen) === true
  const body: string[] = []
  words.forEach((word, i) => {
    let rest = i === 0 ? word.slice(3).replace(/^-/, "") : word
    while (rest.startsWith(hyphen)) rest = rest.slice(hyphen.length)
    if (rest === "" || (isMulti && rest === code)) return
    body.push(rest)
  })
  const status = STATUS.test(body[0] ?? "") ? body[0] : undefined
  if (status === undefined) return [code, ...body]
  const kept = body.filter(
    (word, i) => i === 0 || !(word === status || (word === code && body[i + 1] === status)),
  )
  return [code, ...kept]
}

/** What ends an address on either side. */
const EDGES = " \t\r\n\v\f<>()[]{},;:\"'"

function withoutAddresses(text: string): string {
  let at = text.indexOf("@")
  if (at === -1) return text
  let kept = ""
  let from = 0
  while (at !== -1) {
    let start = at
    while (start > from && !EDGES.includes(text[start - 1] as string)) start--
    let end = at + 1
    while (end < text.length && !EDGES.includes(text[end] as string)) end++
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
