/**
 * Pattern text to tree: alternation, sequences, atoms and quantifiers. The forms that
 * begin with a parenthesis are in group.ts, escapes in escape.ts, classes in class.ts.
 * Accepts what PCRE2 10.42 accepts in UTF-8 mode with no options set, minus what is
 * refused by name as unsupported; it never reads a construct as something else.
 */

import { type Ast, type Node, type RepeatNode, UNBOUNDED } from "./ast.js"
import { ANY_CHAR, NOT_NEWLINE } from "./charset.js"
import { checkTree } from "./check.js"
import { literalNode, readClass, readWordEdge } from "./class.js"
import { Cursor } from "./cursor.js"
import { letterNode, readEscape } from "./escape.js"
import { syntaxFault } from "./fault.js"
import { isVerb, readGroup, readStartItems, readVerb } from "./group.js"

/** A node and whether a quantifier may follow it; `lead` goes before, out of its reach. */
interface Atom {
  readonly lead?: Node
  readonly node: Node
  readonly quantifiable: boolean
}

const MAX_REPEAT = 65535
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/

/**
 * Parses a whole pattern.
 * @throws PatternFault when PCRE would refuse it or a construct is not supported here
 */
export function parsePattern(source: string): Ast {
  const surrogate = source.search(LONE_SURROGATE)
  if (surrogate >= 0) throw syntaxFault("UTF-8 error: isolated surrogate in the pattern", surrogate)
  const cursor = new Cursor(source)
  readStartItems(cursor)
  const root = readAlternation(cursor)
  if (!cursor.atEnd)
    throw syntaxFault("unmatched closing parenthesis", cursor.pos, "write \\) for the character")
  cursor.resolveReferences()
  const ast: Ast = { root, groupCount: cursor.groupCount, groupNames: cursor.groupNames }
  checkTree(ast)
  return ast
}

/**
 * Branches up to the closing parenthesis or the end. Options set in one branch hold in
 * the following ones. In `(?|…)` every branch numbers its groups from the same start.
 */
function readAlternation(cursor: Cursor, resetNumbers = false): Node {
  const { options, groupNumber } = cursor
  let highest = groupNumber
  const branches = [readSequence(cursor)]
  while (cursor.accept("|")) {
    highest = Math.max(highest, cursor.groupNumber)
    if (resetNumbers) cursor.groupNumber = groupNumber
    branches.push(readSequence(cursor))
  }
  cursor.groupNumber = Math.max(highest, cursor.groupNumber)
  cursor.options = options
  return branches.length === 1 ? (branches[0] as Node) : { kind: "alt", branches }
}

function readSequence(cursor: Cursor): Node {
  const items: Node[] = []
  for (;;) {
    cursor.skipIgnored()
    if (cursor.atEnd) break
    if (!cursor.quoting && (cursor.startsWith("|") || cursor.startsWith(")"))) break
    const atom = readAtom(cursor)
    if (!atom) continue
    if (atom.lead) items.push(atom.lead)
    items.push(readQuantifier(cursor, atom))
  }
  // always a sequence: a lookbehind must tell its own branches from a group's
  return { kind: "seq", items }
}

/** One item, or undefined for what only changes how the rest is read. */
function readAtom(cursor: Cursor): Atom | undefined {
  const { options, pos: at } = cursor
  if (cursor.quoting) {
    return item(literalNode(cursor.next().codePointAt(0) as number, options.caseless))
  }
  if (startsQuantifier(cursor)) {
    readCounts(cursor)
    throw syntaxFault(
      "quantifier does not follow a repeatable item",
      cursor.pos - 1,
      `write \\${cursor.source[at]} to match the character itself`,
    )
  }
  switch (cursor.peek()) {
    case "(":
      if (isVerb(cursor)) return readVerb(cursor)
      return readGroup(cursor, readAlternation)
    case "[": {
      const look = readWordEdge(cursor)
      if (look) return { ...item(look), lead: { kind: "assert", what: "wordEdge" } }
      return item({ kind: "set", set: readClass(cursor) })
    }
    case "\\":
      return readBackslash(cursor)
    case ".":
      cursor.pos++
      return item({ kind: "set", set: options.dotAll ? ANY_CHAR : NOT_NEWLINE })
    case "^":
      cursor.pos++
      return edge(options.multiline ? "lineStart" : "subjectStart")
    case "$":
      cursor.pos++
      return edge(options.multiline ? "lineEnd" : "finalEnd")
    default:
      return item(literalNode(cursor.next().codePointAt(0) as number, options.caseless))
  }
}

function item(node: Node): Atom {
  return { node, quantifiable: true }
}

function edge(what: "lineStart" | "subjectStart" | "lineEnd" | "finalEnd"): Atom {
  return { node: { kind: "assert", what }, quantifiable: false }
}

function readBackslash(cursor: Cursor): Atom | undefined {
  const at = cursor.pos
  cursor.pos++
  if (cursor.accept("Q")) {
    cursor.quoting = true
    return undefined
  }
  const found = readEscape(cursor, false)
  if (found.kind === "code") return item(literalNode(found.code, cursor.options.caseless))
  if (found.kind === "set") return item({ kind: "set", set: found.set })
  const node = letterNode(cursor, found.letter, at)
  return { node, quantifiable: node.kind !== "assert" && node.kind !== "keep" }
}

const COUNTS = /^\{([0-9]+)(?:(,)([0-9]*))?\}/

function startsQuantifier(cursor: Cursor): boolean {
  const ch = cursor.peek()
  if (ch === "*" || ch === "+" || ch === "?") return true
  return ch === "{" && COUNTS.test(cursor.source.slice(cursor.pos))
}

/** Consumes `* + ? {n} {n,} {n,m}`; a brace of any other shape is a literal. */
function readCounts(cursor: Cursor): { min: number; max: number } {
  if (cursor.accept("*")) return { min: 0, max: UNBOUNDED }
  if (cursor.accept("+")) return { min: 1, max: UNBOUNDED }
  if (cursor.accept("?")) return { min: 0, max: 1 }
  const [text, low, comma, high] = COUNTS.exec(cursor.source.slice(cursor.pos)) as RegExpExecArray
  cursor.pos += text.length
  const min = Number(low)
  const max = comma === undefined ? min : high ? Number(high) : UNBOUNDED
  if (min > MAX_REPEAT || (max !== UNBOUNDED && max > MAX_REPEAT)) {
    throw syntaxFault("number too big in {} quantifier", cursor.pos - 1)
  }
  if (max < min) throw syntaxFault("numbers out of order in {} quantifier", cursor.pos - 1)
  return { min, max }
}

function readQuantifier(cursor: Cursor, atom: Atom): Node {
  cursor.skipIgnored()
  if (cursor.quoting || !startsQuantifier(cursor)) return atom.node
  const { min, max } = readCounts(cursor)
  if (!atom.quantifiable) throw syntaxFault("quantifier does not follow a repeatable item", cursor.pos - 1)
  cursor.skipIgnored()
  let mode: RepeatNode["mode"] = cursor.options.ungreedy ? "lazy" : "greedy"
  if (!cursor.quoting) {
    if (cursor.accept("+")) mode = "possessive"
    else if (cursor.accept("?")) mode = mode === "greedy" ? "lazy" : "greedy"
  }
  return repeatNode(atom.node, min, max, mode)
}

/** An assertion repeated is the assertion once, or perhaps. Source: pcre2pattern, "Assertions". */
function repeatNode(body: Node, min: number, max: number, mode: RepeatNode["mode"]): Node {
  if (body.kind === "look" && max > 0) {
    return min > 0 ? body : { kind: "repeat", body, min: 0, max: 1, mode }
  }
  if (min === 1 && max === 1) return mode === "possessive" ? { kind: "atomic", body } : body
  return { kind: "repeat", body, min, max, mode }
}
