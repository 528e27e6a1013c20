/**
 * How much work a backtracking matcher can be made to do, judged from the tree alone:
 * a polynomial in the subject's length, or exponential. The number decides at run time
 * whether a RegExp may be let loose on a subject, so it errs upwards; repeats that
 * provably cannot compete with what follows (`[^@]+@`) are seen through, so that
 * ordinary rules are not called dangerous. Keeps out matching.
 */
import {
  canBeEmpty,
  firstSet,
  isAnchored,
  type Node,
  type RepeatNode,
  singleSet,
  someNode,
  UNBOUNDED,
} from "./ast.js"
import { ANY_CHAR, type CharSet, EMPTY_SET, intersects, LINE_END, NEWLINE, union } from "./charset.js"

/** Worst-case work in terms of the subject's length, for a linter to tell. */
export type Cost =
  | { readonly kind: "linear" }
  | { readonly kind: "polynomial"; readonly degree: number }
  | { readonly kind: "exponential" }

export interface Analysis {
  readonly cost: Cost
  /** Longest subject (in UTF-16 units) on which a RegExp stays within the budget. */
  readonly regExpMaxLength: number
}

/** Steps a RegExp may take in the worst case. V8 interprets its first run: 10 to 30 ns each. */
const STEP_BUDGET = 5_000_000
const MAX_DEGREE = 12
/** A bounded repeat beyond this counts as one that the subject's length bounds. */
const LARGE_COUNT = 1_000
/** Constant factors can be as bad as exponents: (a?){30}. */
const HOPELESS_FACTOR = 1_000_000

/** Coefficients by power of the length; undefined: exponential. */
type Polynomial = readonly number[] | undefined

const ONE: Polynomial = [1]
const LENGTH: Polynomial = [1, 1]

function add(a: Polynomial, b: Polynomial): Polynomial {
  if (!a || !b) return undefined
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => (a[i] ?? 0) + (b[i] ?? 0))
}

function multiply(a: Polynomial, b: Polynomial): Polynomial {
  if (!a || !b || a.length + b.length - 2 > MAX_DEGREE) return undefined
  const out = new Array<number>(a.length + b.length - 1).fill(0)
  a.forEach((x, i) => {
    b.forEach((y, j) => {
      out[i + j] = (out[i + j] as number) + x * y
    })
  })
  return out
}

function scale(a: Polynomial, factor: number): Polynomial {
  return multiply(a, [factor])
}

function larger(a: Polynomial, b: Polynomial): Polynomial {
  if (!a || !b) return undefined
  return Array.from({ length: Math.max(a.length, b.length) }, (_, i) => Math.max(a[i] ?? 0, b[i] ?? 0))
}

/** k places chosen one behind the other: only one order in k! of them is possible. */
function stepsAt(a: Polynomial, length: number): number {
  if (!a) return Number.POSITIVE_INFINITY
  let power = 1
  return a.reduce((sum, coefficient, degree) => {
    if (degree > 0) power *= length / degree
    return sum + coefficient * power
  }, 0)
}

const isOne = (a: Polynomial): boolean => a !== undefined && a.length === 1 && (a[0] as number) <= 1

/** What stands behind a node, as far as it bears on whether the node's ways can fail. */
interface Rest {
  /** Characters it may begin with. */
  readonly first: CharSet
  /** Once reached, the search succeeds: nothing before it is tried again. */
  readonly sure: boolean
}

const SUCCESS: Rest = { first: ANY_CHAR, sure: true }

interface Work {
  /** Steps to exhaust the node once, from one place. */
  readonly steps: Polynomial
  /** How often what follows is entered with a fitting character. */
  readonly ways: Polynomial
}

const SINGLE: Work = { steps: ONE, ways: ONE }

export function analyse(root: Node): Analysis {
  const items = root.kind === "seq" ? root.items : [root]
  // a search that may start anywhere is a search behind a lazy run of anything
  const start: RepeatNode = {
    kind: "repeat",
    body: { kind: "set", set: ANY_CHAR },
    min: 0,
    max: UNBOUNDED,
    mode: "lazy",
  }
  const { steps } = workOfSequence(isAnchored(root) ? items : [start, ...items], SUCCESS)
  return { cost: costOf(steps), regExpMaxLength: longestWithin(steps) }
}

function costOf(steps: Polynomial): Cost {
  if (!steps?.every((coefficient) => coefficient < HOPELESS_FACTOR)) return { kind: "exponential" }
  const degree = steps.findLastIndex((coefficient) => coefficient > 0)
  return degree <= 1 ? { kind: "linear" } : { kind: "polynomial", degree }
}

function longestWithin(steps: Polynomial): number {
  let length = 1 << 26
  while (length > 0 && stepsAt(steps, length) > STEP_BUDGET) length = Math.floor(length * 0.9)
  return length
}

/** What a match of `node` followed by `rest` begins with, and whether it can fail. */
function before(node: Node, rest: Rest): Rest {
  switch (node.kind) {
    case "char":
    case "set":
      return { first: singleSet(node) as CharSet, sure: false }
    case "newline":
      return { first: LINE_END, sure: false }
    case "assert":
      return { first: firstOfAssertion(node.what, rest), sure: false }
    case "seq":
      return node.items.reduceRight((behind, item) => before(item, behind), rest)
    case "alt":
      return either(node.branches.map((branch) => before(branch, rest)))
    case "group":
      return before(node.body, rest)
    case "atomic": {
      const inside = before(node.body, rest)
      return { first: inside.first, sure: inside.sure && rest.sure }
    }
    case "repeat": {
      if (node.max === 0) return rest
      const inside = before(node.body, rest)
      if (node.min === 0) return { first: union(inside.first, rest.first), sure: rest.sure }
      return { first: inside.first, sure: inside.sure && rest.sure }
    }
    case "look":
      // it is run before the character behind it is looked at: only a cheap one may be seen through
      return { first: someNode(node.body, isRepeat) ? ANY_CHAR : rest.first, sure: false }
    case "keep":
      return rest
    case "fail":
      return { first: EMPTY_SET, sure: false }
    default:
      return { first: ANY_CHAR, sure: false }
  }
}

/** An end of subject is in no set, so a run up to it has one way only, as before a newline. */
function firstOfAssertion(what: string, rest: Rest): CharSet {
  if (what === "subjectEnd") return EMPTY_SET
  return what === "finalEnd" || what === "lineEnd" ? NEWLINE : rest.first
}

function either(rests: readonly Rest[]): Rest {
  return { first: union(...rests.map((rest) => rest.first)), sure: rests.some((rest) => rest.sure) }
}

function workOf(node: Node, rest: Rest): Work {
  switch (node.kind) {
    case "seq":
      return workOfSequence(node.items, rest)
    case "alt":
      return workOfAlternatives(node.branches, rest)
    case "group":
      return workOf(node.body, rest)
    case "atomic":
      // the text is gone over once more by the emulation
      return { steps: add(workOf(node.body, SUCCESS).steps, LENGTH), ways: ONE }
    case "look":
      return { steps: add(workOf(node.body, SUCCESS).steps, ONE), ways: ONE }
    case "repeat":
      return singleSet(node.body) ? workOfRun(node, rest) : workOfRepeat(node, rest)
    case "cond": {
      const test = node.test.kind === "look" ? workOf(node.test.look, SUCCESS).steps : ONE
      const both = workOfAlternatives([node.yes, node.no], rest)
      return { steps: add(test, both.steps), ways: both.ways }
    }
    case "backref":
      return { steps: LENGTH, ways: ONE }
    case "call":
      return { steps: LENGTH, ways: LENGTH }
    default:
      return SINGLE
  }
}

function workOfSequence(items: readonly Node[], rest: Rest): Work {
  const behind: Rest[] = new Array(items.length)
  let next = rest
  for (let i = items.length - 1; i >= 0; i--) {
    behind[i] = next
    next = before(items[i] as Node, next)
  }
  let steps: Polynomial = [0]
  let ways: Polynomial = ONE
  for (let i = 0; i < items.length; ) {
    const literal = literalAt(items, i)
    if (literal.length > 1) {
      steps = add(steps, scale(ways, workOfLiteral(literal)))
      i += literal.length
      if (behind[i - 1]?.sure) ways = ONE
      continue
    }
    const item = items[i] as Node
    const work = workOf(item, behind[i] as Rest)
    steps = add(steps, multiply(ways, work.steps))
    i++
    const share = isRun(item) && work.ways?.length === 2 ? shareOfPlaces(items, i) : 1
    if (share < 1) {
      // a run before literals has as many ways as these have places to stand
      const end = i + Math.max(1, literalAt(items, i).length)
      const head = workOfSequence(items.slice(i, end), behind[end - 1] as Rest)
      steps = add(steps, multiply(ways, multiply(LENGTH, head.steps)))
      ways = multiply(ways, multiply([1, share], head.ways))
      i = end
    } else ways = multiply(ways, work.ways)
    if (behind[i - 1]?.sure) ways = ONE
  }
  return { steps, ways }
}

/** At what share of a subject's places can the literals stand that come next? */
function shareOfPlaces(items: readonly Node[], start: number): number {
  const literal = literalAt(items, start)
  if (literal.length > 1) return 1 / periodOf(literal)
  const next = items[start]
  if (literal.length === 1 || next === undefined) return 1
  if (next.kind === "group") return shareOfPlaces([next.body], 0)
  if (next.kind === "seq") return shareOfPlaces(next.items, 0)
  if (next.kind !== "alt") return 1
  return Math.min(
    1,
    next.branches.reduce((sum, branch) => sum + shareOfPlaces([branch], 0), 0),
  )
}

function isRepeat(node: Node): boolean {
  return node.kind === "repeat"
}

function isRun(node: Node): boolean {
  return node.kind === "repeat" && singleSet(node.body) !== undefined
}

/** The single-character items from `start` on. */
function literalAt(items: readonly Node[], start: number): CharSet[] {
  const sets: CharSet[] = []
  for (let i = start; i < items.length; i++) {
    const set = singleSet(items[i] as Node)
    if (!set) break
    sets.push(set)
  }
  return sets
}

/** Smallest shift at which the literal can overlap itself. */
function periodOf(literal: readonly CharSet[]): number {
  for (let shift = 1; shift < literal.length; shift++) {
    if (literal.slice(shift).every((set, i) => intersects(set, literal[i] as CharSet))) return shift
  }
  return literal.length
}

/** Steps per place at which the literal is tried, on average over all places. */
function workOfLiteral(literal: readonly CharSet[]): number {
  return 1 + Math.ceil(literal.length / periodOf(literal))
}

function workOfAlternatives(branches: readonly Node[], rest: Rest): Work {
  const works = branches.map((branch) => workOf(branch, rest))
  const steps = works.reduce<Polynomial>((sum, work) => add(sum, add(work.steps, ONE)), [0])
  if (rest.sure) return { steps, ways: ONE }
  // branches that cannot both go on from one place do not add up
  const heads = branches.map((branch) => headOf(branch, rest))
  let ways: Polynomial = ONE
  works.forEach((work, i) => {
    let together = work.ways
    works.forEach((other, j) => {
      if (j !== i && compatible(heads[i] as Head, heads[j] as Head)) together = add(together, other.ways)
    })
    ways = larger(ways, together)
  })
  return { steps, ways }
}

/** The sets a branch must begin with, and what may come behind them. */
interface Head {
  readonly sets: readonly CharSet[]
}

function headOf(branch: Node, rest: Rest): Head {
  const items = branch.kind === "seq" ? branch.items : [branch]
  const sets = literalAt(items, 0)
  return { sets: sets.length > 0 ? sets : [before(branch, rest).first] }
}

function compatible(a: Head, b: Head): boolean {
  return a.sets.every((set, i) => {
    const other = b.sets[i]
    return other === undefined || intersects(set, other)
  })
}

/** A repeat of a single character. */
function workOfRun(node: RepeatNode, rest: Rest): Work {
  // a held run is gone over a second time by its emulation
  const passes = node.mode === "possessive" ? 2 : 1
  const steps = scale(node.max > LARGE_COUNT ? LENGTH : [node.max + 1], passes)
  const held = node.mode === "possessive" || node.min === node.max || rest.sure
  if (held || !intersects(singleSet(node.body) as CharSet, rest.first)) return { steps, ways: ONE }
  return { steps, ways: node.max > LARGE_COUNT ? LENGTH : [node.max - node.min + 1] }
}

function workOfRepeat(node: RepeatNode, rest: Rest): Work {
  const { body, min, max } = node
  if (max === 0) return { steps: [0], ways: ONE }
  const held = node.mode === "possessive"
  const first = firstSet(body)
  const again: Rest = {
    first: canBeEmpty(body) ? ANY_CHAR : union(first, rest.first),
    sure: (held || rest.sure) && min <= 1,
  }
  const round = workOf(body, again)
  const extra = held ? LENGTH : ONE
  if (max === 1) return { steps: add(round.steps, extra), ways: optionalWays(node, round.ways, rest) }
  if (isOne(round.ways) && !(max === UNBOUNDED && canBeEmpty(body))) {
    const rounds: Polynomial = max > LARGE_COUNT ? LENGTH : [max]
    const steps = isFrugal(body)
      ? scale(add(round.steps, LENGTH), 2 * countNodes(body))
      : multiply(rounds, round.steps)
    const alone = held || rest.sure || !intersects(first, rest.first)
    return { steps: add(steps, extra), ways: alone ? ONE : add(rounds, ONE) }
  }
  if (max > LARGE_COUNT) return { steps: undefined, ways: undefined }
  // every round may be left by every way of the one before
  let all: Polynomial = ONE
  let power: Polynomial = ONE
  for (let i = 0; i < max; i++) {
    power = multiply(power, round.ways)
    all = add(all, power)
  }
  return { steps: add(multiply(all, round.steps), extra), ways: held ? ONE : all }
}

function optionalWays(node: RepeatNode, ways: Polynomial, rest: Rest): Polynomial {
  if (node.mode === "possessive" || rest.sure) return ONE
  if (node.min === 1) return ways
  return intersects(firstSet(node.body), rest.first) || canBeEmpty(node.body)
    ? add(ways, ONE)
    : larger(ways, ONE)
}

/** Does a round take, over all, no more steps than a fixed number per character it consumes? */
function isFrugal(body: Node): boolean {
  return !someNode(
    body,
    (node) =>
      node.kind === "look" ||
      node.kind === "atomic" ||
      node.kind === "backref" ||
      node.kind === "call" ||
      (node.kind === "repeat" && node.mode === "possessive" && !singleSet(node.body)),
  )
}

function countNodes(node: Node): number {
  let count = 0
  someNode(node, () => {
    count++
    return false
  })
  return count
}
