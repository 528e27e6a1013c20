/**
 * What can be judged only on the finished tree: lookbehinds must have a fixed width,
 * and the pattern must not grow beyond what PCRE would compile once its counted
 * groups are written out. Keeps out reading and running.
 */
import {
  type Ast,
  childrenOf,
  EMPTY,
  type GroupNode,
  type LookNode,
  type Node,
  singleSet,
  someNode,
} from "./ast.js"
import { syntaxFault, unsupportedFault } from "./fault.js"

const MAX_LOOKBEHIND = 65535
/** PCRE2 as packaged links with two bytes: 64 KiB of compiled code. Our estimate is on the high side. */
const MAX_CODE_BYTES = 65535

/** @throws PatternFault */
export function checkTree(ast: Ast): void {
  const groups = collectGroups(ast.root)
  checkLookbehinds(ast.root, groups)
  if (codeBytes(ast.root) > MAX_CODE_BYTES) {
    throw unsupportedFault("a pattern this large", 0, "shorten it or lower the counts in {}")
  }
}

/** Every group node by number; `(?|…)` gives one number to several. */
export function collectGroups(root: Node): ReadonlyMap<number, readonly GroupNode[]> {
  const groups = new Map<number, GroupNode[]>()
  const visit = (node: Node): void => {
    if (node.kind === "group") groups.set(node.index, [...(groups.get(node.index) ?? []), node])
    childrenOf(node).forEach(visit)
  }
  visit(root)
  return groups
}

/** The branches of a lookbehind; each may have its own width. */
export function behindBranches(look: LookNode): readonly Node[] {
  return look.body.kind === "alt" ? look.body.branches : [look.body]
}

/**
 * Width in characters of a node that PCRE counts as of fixed length, else undefined.
 * @param open groups around the node: a reference to one of them has no fixed width
 */
export function fixedWidth(
  node: Node,
  groups: ReadonlyMap<number, readonly GroupNode[]>,
  open: ReadonlySet<number>,
): number | undefined {
  const width = (inner: Node): number | undefined => fixedWidth(inner, groups, open)
  switch (node.kind) {
    case "char":
    case "set":
      return 1
    case "newline":
      return undefined
    case "seq": {
      // PCRE does not look beyond a (*FAIL)
      const end = node.items.findIndex((inner) => inner.kind === "fail")
      const items = end < 0 ? node.items : node.items.slice(0, end)
      return items.reduce<number | undefined>((sum, inner) => add(sum, width(inner)), 0)
    }
    case "alt":
      return sameWidth(node.branches.map(width))
    case "group":
      return fixedWidth(node.body, groups, new Set([...open, node.index]))
    case "atomic":
      return width(node.body)
    case "repeat": {
      if (node.body.kind === "look") return 0
      const inner = node.min === node.max ? width(node.body) : undefined
      return inner === undefined ? undefined : inner * node.min
    }
    case "cond":
      // without a second branch PCRE counts the first, taken or not
      return node.no === EMPTY ? width(node.yes) : sameWidth([width(node.yes), width(node.no)])
    case "backref":
    case "call": {
      const target = groups.get(node.group)
      if (target?.length !== 1 || open.has(node.group)) return undefined
      return fixedWidth((target[0] as GroupNode).body, groups, new Set([...open, node.group]))
    }
    default:
      return 0
  }
}

function add(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? undefined : a + b
}

function sameWidth(widths: readonly (number | undefined)[]): number | undefined {
  return widths.every((width) => width === widths[0]) ? widths[0] : undefined
}

function isDefinition(node: Node): boolean {
  return node.kind === "cond" && node.test.kind === "define"
}

function checkLookbehinds(
  node: Node,
  groups: ReadonlyMap<number, readonly GroupNode[]>,
  open: ReadonlySet<number> = new Set(),
): void {
  if (node.kind === "look" && node.behind) {
    // PCRE does not judge what is defined there, nor would we know what it means
    if (someNode(node.body, isDefinition)) {
      throw unsupportedFault("(?(DEFINE)…) in a lookbehind", node.at, "define at the end of the pattern")
    }
    for (const branch of behindBranches(node)) {
      const width = fixedWidth(branch, groups, open)
      if (width === undefined) {
        throw syntaxFault(
          "lookbehind assertion is not fixed length",
          node.at,
          "give every branch at the top of the lookbehind one length, without * + ? {n,m}",
        )
      }
      if (width > MAX_LOOKBEHIND) throw syntaxFault("lookbehind assertion is too long", node.at)
    }
  }
  const inside = node.kind === "group" ? new Set([...open, node.index]) : open
  for (const child of childrenOf(node)) checkLookbehinds(child, groups, inside)
}

/** An upper estimate of PCRE's compiled size, counted groups written out as PCRE does. */
function codeBytes(node: Node): number {
  const children = (): number => childrenOf(node).reduce((sum, child) => sum + codeBytes(child) + 3, 0)
  switch (node.kind) {
    case "char":
      return 5
    case "set":
      return node.set.length <= 2 ? 6 : 40 + 5 * node.set.length
    case "repeat": {
      const body = codeBytes(node.body)
      if (singleSet(node.body)) return 2 * body + 10
      const copies = Number.isFinite(node.max) ? node.max : Math.max(node.min, 1)
      return Math.max(copies, 1) * (body + 12) + 12
    }
    default:
      return children() + 12
  }
}
