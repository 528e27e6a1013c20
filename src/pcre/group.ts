/**
 * Everything that begins with `(`: groups, assertions, references by parenthesis,
 * conditions, option settings and verbs. What PCRE has and we refuse is refused here,
 * by name. Source: pcre2pattern, from "Groups" to "Backtracking control".
 */
import type { Condition, CondNode, LookNode, Node } from "./ast.js"
import { EMPTY } from "./ast.js"
import type { Cursor, Options } from "./cursor.js"
import { backrefTo, callTo } from "./escape.js"
import { syntaxFault, unsupportedFault } from "./fault.js"

type ReadAlternation = (cursor: Cursor, resetNumbers?: boolean) => Node

interface Atom {
  readonly node: Node
  readonly quantifiable: boolean
}

const MAX_DEPTH = 250

/** `(*NAME`, but not an assertion spelt out; with no letter behind, `*` is a misplaced quantifier. */
export function isVerb(cursor: Cursor): boolean {
  return /^\(\*[A-Za-z:]/.test(cursor.source.slice(cursor.pos, cursor.pos + 3)) && !longName(cursor, 1)
}

/** Settings that may stand only before everything else. Those that change nothing are dropped. */
export function readStartItems(cursor: Cursor): void {
  for (;;) {
    const item = /^\(\*([A-Z_0-9]+)(=[0-9]+)?\)/.exec(cursor.source.slice(cursor.pos))
    if (!item) return
    const [text, name = "", value] = item
    if (NEUTRAL_START_ITEMS.has(name) && value === undefined) cursor.pos += text.length
    else if (REFUSED_START_ITEMS.has(name) && LIMIT_ITEM.test(name) === (value !== undefined)) {
      throw unsupportedFault(text, cursor.pos, "leave it out: patterns run in UTF-8 mode with \\n as newline")
    } else return
  }
}

const NEUTRAL_START_ITEMS: ReadonlySet<string> = new Set([
  ...["UTF", "UTF8", "LF", "BSR_UNICODE"],
  ...["NO_JIT", "NO_START_OPT", "NO_AUTO_POSSESS", "NO_DOTSTAR_ANCHOR"],
])
const REFUSED_START_ITEMS: ReadonlySet<string> = new Set([
  ...["UCP", "NOTEMPTY", "NOTEMPTY_ATSTART", "CR", "CRLF", "ANY", "ANYCRLF", "NUL", "BSR_ANYCRLF"],
  ...["LIMIT_MATCH", "LIMIT_DEPTH", "LIMIT_RECURSION", "LIMIT_HEAP"],
])
const LIMIT_ITEM = /^LIMIT_/

const LONG_NAMES: Readonly<Record<string, string>> = {
  pla: "?=",
  positive_lookahead: "?=",
  nla: "?!",
  negative_lookahead: "?!",
  plb: "?<=",
  positive_lookbehind: "?<=",
  nlb: "?<!",
  negative_lookbehind: "?<!",
  atomic: "?>",
}
const REFUSED_LONG_NAMES: ReadonlySet<string> = new Set([
  ...["napla", "non_atomic_positive_lookahead", "naplb", "non_atomic_positive_lookbehind"],
  ...["sr", "script_run", "asr", "atomic_script_run"],
])
const REFUSED_VERBS: ReadonlySet<string> = new Set(["ACCEPT", "COMMIT", "MARK", "PRUNE", "SKIP", "THEN", ""])

/** Only `(*FAIL)` has a meaning that does not depend on how the search is carried out. */
export function readVerb(cursor: Cursor): Atom {
  const at = cursor.pos
  const rest = cursor.source.slice(at)
  if (/^\(\*[a-z]/.test(rest)) {
    const name = /^\(\*([A-Za-z_0-9]*)/.exec(rest)?.[1] as string
    if (REFUSED_LONG_NAMES.has(name)) throw unsupportedFault(`(*${name}:`, at, "leave it out")
    throw syntaxFault("(*alpha_assertion) not recognized", at + 2 + name.length)
  }
  const verb = /^\(\*([A-Za-z_0-9]*)(:[^)]*)?\)/.exec(rest)
  const [text, name, argument] = verb ?? []
  if (text !== undefined && argument === undefined && (name === "F" || name === "FAIL")) {
    cursor.pos += text.length
    return { node: { kind: "fail" }, quantifiable: false }
  }
  if (name !== undefined && (REFUSED_VERBS.has(name) || name === "F" || name === "FAIL")) {
    throw unsupportedFault(
      `the verb ${text}`,
      at,
      "use (*FAIL), an atomic group (?>…) or a lookahead instead",
    )
  }
  throw syntaxFault("(*VERB) not recognized or malformed", at + 2)
}

/** Reads a group, the cursor standing on its `(`; undefined for a mere option setting. */
export function readGroup(cursor: Cursor, readAlternation: ReadAlternation): Atom | undefined {
  const at = cursor.pos
  cursor.pos++
  if (++cursor.depth > MAX_DEPTH) throw syntaxFault("parentheses are too deeply nested", at)
  const node = readInside(cursor, readAlternation, at)
  cursor.depth--
  return node && { node, quantifiable: true }
}

function readInside(cursor: Cursor, readAlternation: ReadAlternation, at: number): Node | undefined {
  const body = (resetNumbers = false): Node => closed(cursor, readAlternation(cursor, resetNumbers))
  const long = longName(cursor)
  if (long === undefined && !cursor.accept("?")) {
    return cursor.options.noCapture ? body() : capture(cursor, undefined, body)
  }
  if (long !== undefined) cursor.pos += long.length
  const form = long === undefined ? undefined : LONG_NAMES[long.slice(1, -1)]
  const opens = (text: string): boolean => (form === undefined ? cursor.accept(text) : form === `?${text}`)

  if (opens(":")) return body()
  if (opens("|")) return { kind: "seq", items: [body(true)] }
  if (opens(">")) return { kind: "atomic", body: body() }
  for (const [text, behind, negative] of LOOKS) {
    if (opens(text)) return readLook(cursor, body, { behind, negative, at })
  }
  if (cursor.startsWith("*") || cursor.startsWith("<*")) {
    throw unsupportedFault("a non-atomic lookaround", at, "use (?=…) or (?<=…)")
  }
  if (cursor.accept("P")) return readPythonForm(cursor, body)
  if (cursor.accept("<")) return capture(cursor, cursor.readName(">"), body)
  if (cursor.accept("'")) return capture(cursor, cursor.readName("'"), body)
  if (cursor.accept("&")) {
    const start = cursor.pos
    return callTo(cursor, cursor.readName(")"), start)
  }
  if (cursor.accept("(")) return readCondition(cursor, readAlternation, at)
  if (cursor.startsWith("C")) throw unsupportedFault("a callout", at, "leave it out")
  return readCallByNumber(cursor) ?? readOptions(cursor, body)
}

const LOOKS = [
  ["=", false, false],
  ["!", false, true],
  ["<=", true, false],
  ["<!", true, true],
] as const

/** The `*name:` of an assertion spelt out, if there is one we know, `skip` characters on. */
function longName(cursor: Cursor, skip = 0): string | undefined {
  const start = cursor.pos + skip
  const text = /^\*[a-z_]+:/.exec(cursor.source.slice(start, start + 40))?.[0]
  return text !== undefined && Object.hasOwn(LONG_NAMES, text.slice(1, -1)) ? text : undefined
}

function closed(cursor: Cursor, node: Node): Node {
  if (!cursor.accept(")")) throw syntaxFault("missing closing parenthesis", cursor.pos)
  return node
}

function capture(cursor: Cursor, name: string | undefined, body: () => Node): Node {
  const index = cursor.openGroup(name)
  return { kind: "group", index, body: body() }
}

function readLook(
  cursor: Cursor,
  body: () => Node,
  shape: { behind: boolean; negative: boolean; at: number },
): LookNode {
  cursor.lookDepth++
  const inside = body()
  cursor.lookDepth--
  return { kind: "look", ...shape, body: inside }
}

/** `(?P<n>…)`, `(?P=n)`, `(?P>n)`. */
function readPythonForm(cursor: Cursor, body: () => Node): Node {
  if (cursor.accept("<")) return capture(cursor, cursor.readName(">"), body)
  const at = cursor.pos + 1
  if (cursor.accept("=")) return backrefTo(cursor, cursor.readName(")"), at)
  if (cursor.accept(">")) return callTo(cursor, cursor.readName(")"), at)
  throw syntaxFault("unrecognized character after (?P", cursor.pos)
}

/** `(?R)`, `(?1)`, `(?+1)`, `(?-1)`; undefined when it is something else. */
function readCallByNumber(cursor: Cursor): Node | undefined {
  if (cursor.accept("R")) {
    if (!cursor.accept(")")) {
      throw syntaxFault("(?R (recursive pattern call) must be followed by a closing parenthesis", cursor.pos)
    }
    return { kind: "call", group: 0 }
  }
  const group = cursor.readGroupNumber()
  const end = cursor.pos
  if (group === undefined) return undefined
  if (!cursor.accept(")")) throw syntaxFault("missing closing parenthesis", cursor.pos)
  return callTo(cursor, group, end)
}

/** `(?i)`, `(?i-s:…)`, `(?^…)`. Without a colon the setting lasts to the end of the group. */
function readOptions(cursor: Cursor, body: () => Node): Node | undefined {
  const before = cursor.options
  const flags: { -readonly [K in keyof Options]: Options[K] } = { ...before }
  let on = true
  let caret = false
  if (cursor.accept("^")) {
    caret = true
    Object.assign(flags, { caseless: false, multiline: false, dotAll: false, extended: 0, noCapture: false })
  }
  for (;;) {
    const ch = cursor.peek()
    if (ch === "") throw syntaxFault("missing closing parenthesis", cursor.pos)
    cursor.next()
    if (ch === ")" || ch === ":") {
      cursor.options = flags
      if (ch === ")") return undefined
      const node = body()
      cursor.options = before
      return node
    }
    if (ch === "i") flags.caseless = on
    else if (ch === "m") flags.multiline = on
    else if (ch === "s") flags.dotAll = on
    else if (ch === "n") flags.noCapture = on
    else if (ch === "U") flags.ungreedy = on
    else if (ch === "x") flags.extended = on ? (cursor.accept("x") ? 2 : 1) : 0
    else if (ch === "J") {
      throw unsupportedFault(
        "(?J), one name for several groups,",
        cursor.pos - 1,
        "give each group its own name",
      )
    } else if (ch === "-") {
      if (!on || caret) throw syntaxFault("invalid hyphen in option setting", cursor.pos)
      on = false
    } else throw syntaxFault("unrecognized character after (? or (?-", cursor.pos - 1)
  }
}

/** `(?(condition)yes|no)`, the cursor standing behind the second parenthesis. */
function readCondition(cursor: Cursor, readAlternation: ReadAlternation, at: number): Node {
  let node: CondNode | undefined
  const test = readTest(cursor, readAlternation, (settled) => {
    if (node) node.test = settled
  })
  const inside = closed(cursor, readAlternation(cursor))
  const branches = inside.kind === "alt" ? inside.branches : [inside]
  if (test.kind === "define" && branches.length > 1) {
    throw syntaxFault("DEFINE subpattern contains more than one branch", at)
  }
  if (branches.length > 2) throw syntaxFault("conditional subpattern contains more than two branches", at)
  node = { kind: "cond", test, yes: branches[0] as Node, no: branches[1] ?? EMPTY }
  return node
}

/** The test as far as it is known; `settle` is called when all groups are. */
function readTest(
  cursor: Cursor,
  readAlternation: ReadAlternation,
  settle: (test: Condition) => void,
): Condition {
  const at = cursor.pos
  if (cursor.startsWith("?") || cursor.startsWith("*")) {
    if (cursor.startsWith("?C")) throw unsupportedFault("a callout", at, "leave it out")
    cursor.pos--
    const look = isVerb(cursor) ? undefined : readGroup(cursor, readAlternation)?.node
    if (look?.kind !== "look") throw syntaxFault("assertion expected after (?( or (?(?C)", at - 1)
    return { kind: "look", look }
  }
  if (/^VERSION>?=/.test(cursor.source.slice(at))) {
    throw unsupportedFault("a test of the PCRE version", at, "write the branch you need")
  }
  const number = cursor.readGroupNumber()
  if (number !== undefined) {
    if (!cursor.accept(")")) throw syntaxFault("missing closing parenthesis for condition", cursor.pos)
    if (number === 0) throw syntaxFault("reference to non-existent subpattern", cursor.pos)
    return groupTest(cursor, number, at - 1, settle)
  }
  return readNamedTest(cursor, settle)
}

function groupTest(
  cursor: Cursor,
  to: string | number,
  at: number,
  settle: (test: Condition) => void,
): Condition {
  cursor.refer(to, at, (group) => settle({ kind: "group", group }))
  return { kind: "group", group: 0 }
}

function readNamedTest(cursor: Cursor, settle: (test: Condition) => void): Condition {
  const at = cursor.pos
  for (const [open, close] of ["<>", "''"] as const) {
    if (!cursor.accept(open as string)) continue
    const name = cursor.readName(close as string)
    if (!cursor.accept(")")) throw syntaxFault("missing closing parenthesis for condition", cursor.pos)
    return groupTest(cursor, name, at + 1, settle)
  }
  if (cursor.accept("R&")) {
    cursor.refer(cursor.readName(")"), at + 2, (group) => settle({ kind: "recursion", group }))
    return { kind: "recursion", group: undefined }
  }
  const name = cursor.readName(")")
  if (name === "DEFINE") return { kind: "define" }
  if (!/^R[0-9]*$/.test(name)) return groupTest(cursor, name, at, settle)
  // R and R1 ask about recursion, unless a group bears that very name
  const group = name === "R" ? undefined : Number(name.slice(1))
  cursor.refer(
    name,
    at,
    (named) => settle({ kind: "group", group: named }),
    () => {
      if (group !== undefined && group > cursor.groupCount) {
        throw syntaxFault("reference to non-existent subpattern", at)
      }
    },
  )
  return { kind: "recursion", group }
}
