/**
 * What a pattern says, after all of PCRE's spelling is gone: the one tree that the
 * translator, the engine, the cost analysis and the literal finder read. Options
 * such as `(?i)` or `(?x)` have already been worked into the nodes, so no later stage
 * needs to know them. Plain data, no behaviour beyond small structural questions.
 */
import { type CharSet, EMPTY_SET, LINE_END, union } from "./charset.js"

export type Assertion =
  | "subjectStart" // ^ and \A
  | "subjectEnd" // \z
  | "finalEnd" // $ and \Z: the end, or before a newline that is the last character
  | "lineStart" // (?m)^: but not after a newline that ends the subject
  | "lineEnd" // (?m)$
  | "searchStart" // \G
  | "wordEdge" // \b
  | "notWordEdge" // \B

export type Condition =
  | { readonly kind: "group"; readonly group: number }
  /** Are we inside a call of this group (0: the whole pattern, undefined: any)? */
  | { readonly kind: "recursion"; readonly group: number | undefined }
  | { readonly kind: "define" }
  | { readonly kind: "look"; readonly look: LookNode }

export interface LookNode {
  readonly kind: "look"
  readonly behind: boolean
  readonly negative: boolean
  readonly body: Node
  /** Offset of the group in the pattern. */
  readonly at: number
}

/** Numbers of groups given by name are filled in once the whole pattern is read. */
export interface BackrefNode {
  readonly kind: "backref"
  group: number
  readonly caseless: boolean
}

export interface CallNode {
  readonly kind: "call"
  /** 0 is the whole pattern. */
  group: number
}

export interface RepeatNode {
  readonly kind: "repeat"
  readonly body: Node
  readonly min: number
  readonly max: number
  readonly mode: "greedy" | "lazy" | "possessive"
}

export interface GroupNode {
  readonly kind: "group"
  /** Capture number; inside `(?|…)` several nodes may carry the same one. */
  readonly index: number
  readonly body: Node
}

export interface CondNode {
  readonly kind: "cond"
  /** Like the numbers of references, settled only when all groups are known. */
  test: Condition
  readonly yes: Node
  readonly no: Node
}

export type Node =
  | { readonly kind: "char"; readonly code: number }
  | { readonly kind: "set"; readonly set: CharSet }
  | { readonly kind: "newline" } // \R
  | { readonly kind: "assert"; readonly what: Assertion }
  | { readonly kind: "seq"; readonly items: readonly Node[] }
  | { readonly kind: "alt"; readonly branches: readonly Node[] }
  | GroupNode
  | { readonly kind: "atomic"; readonly body: Node }
  | LookNode
  | RepeatNode
  | BackrefNode
  | CallNode
  | CondNode
  | { readonly kind: "keep" } // \K
  | { readonly kind: "fail" } // (*FAIL)

/** A parsed pattern. */
export interface Ast {
  readonly root: Node
  readonly groupCount: number
  readonly groupNames: readonly (readonly [name: string, group: number])[]
}

export const EMPTY: Node = { kind: "seq", items: [] }

export const UNBOUNDED = Number.POSITIVE_INFINITY

/** The nodes directly below, in pattern order. */
export function childrenOf(node: Node): readonly Node[] {
  switch (node.kind) {
    case "seq":
      return node.items
    case "alt":
      return node.branches
    case "group":
    case "atomic":
    case "look":
    case "repeat":
      return [node.body]
    case "cond":
      return node.test.kind === "look" ? [node.test.look, node.yes, node.no] : [node.yes, node.no]
    default:
      return []
  }
}

export function someNode(node: Node, test: (node: Node) => boolean): boolean {
  return test(node) || childrenOf(node).some((child) => someNode(child, test))
}

/** The set of a node that always takes exactly one character, else undefined. */
export function singleSet(node: Node): CharSet | undefined {
  if (node.kind === "char") return [node.code, node.code]
  if (node.kind === "set") return node.set
  return undefined
}

/**
 * Can the node succeed without taking a character? References count as able to:
 * what they take is known only at run time.
 */
export function canBeEmpty(node: Node): boolean {
  switch (node.kind) {
    case "char":
    case "set":
    case "newline":
      return false
    case "seq":
      return node.items.every(canBeEmpty)
    case "alt":
      return node.branches.some(canBeEmpty)
    case "group":
    case "atomic":
      return canBeEmpty(node.body)
    case "repeat":
      return node.min === 0 || canBeEmpty(node.body)
    case "cond":
      return canBeEmpty(node.yes) || canBeEmpty(node.no)
    default:
      return true
  }
}

/** The characters a match of the node may begin with, when it takes any. */
export function firstSet(node: Node): CharSet {
  switch (node.kind) {
    case "char":
      return [node.code, node.code]
    case "set":
      return node.set
    case "newline":
      return LINE_END
    case "seq": {
      const sets: CharSet[] = []
      for (const item of node.items) {
        sets.push(firstSet(item))
        if (!canBeEmpty(item)) break
      }
      return union(...sets)
    }
    case "alt":
      return union(...node.branches.map(firstSet))
    case "group":
    case "atomic":
      return firstSet(node.body)
    case "repeat":
      return node.max === 0 ? EMPTY_SET : firstSet(node.body)
    case "cond":
      return union(firstSet(node.yes), firstSet(node.no))
    case "backref":
    case "call":
      return [0, 0x10ffff]
    default:
      return EMPTY_SET
  }
}

/** Can a match begin nowhere but at the start of the subject? */
export function isAnchored(node: Node): boolean {
  switch (node.kind) {
    case "assert":
      return node.what === "subjectStart"
    case "seq":
      return node.items[0] !== undefined && isAnchored(node.items[0])
    case "alt":
      return node.branches.every(isAnchored)
    case "group":
    case "atomic":
      return isAnchored(node.body)
    case "repeat":
      return node.min > 0 && isAnchored(node.body)
    default:
      return false
  }
}
