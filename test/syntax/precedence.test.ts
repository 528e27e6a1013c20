/**
 * Property: an expression printed with as few parentheses as the vendor's
 * precedence allows has the value of the tree it was printed from.
 */
import fc from "fast-check"
import { expect, test } from "vitest"
import { BINARY, complement, run } from "./vm.js"

type Tree =
  | { readonly op: "number"; readonly value: number }
  | { readonly op: string; readonly left: Tree; readonly right: Tree }
  | { readonly op: string; readonly operand: Tree }

interface Operator {
  readonly level: number
  readonly isRight: boolean
  compute(a: number, b: number): number
}

const left = (level: number, compute: Operator["compute"]): Operator => ({ level, isRight: false, compute })
const UNARY_LEVEL = 8

const OPERATORS: Readonly<Record<string, Operator>> = {
  "+": left(6, (a, b) => a + b),
  "-": left(6, (a, b) => a - b),
  "|": left(6, helper("bor")),
  "&": left(6, helper("band")),
  "^^": left(6, helper("bxor")),
  "*": left(7, (a, b) => a * b),
  "/": left(7, (a, b) => a / b),
  "%": left(7, remainder),
  "<<": left(7, helper("shl")),
  ">>": left(7, helper("shr")),
  "\\": left(7, helper("idiv")),
  "^": { level: 10, isRight: true, compute: (a, b) => a ** b },
}

/** As the VM computes it; Lua's formula by way of the quotient rounds differently. */
function remainder(a: number, b: number): number {
  const rest = a % b
  return rest * b < 0 ? rest + b : rest
}

const UNARY: Readonly<Record<string, (a: number) => number>> = {
  "-": (a) => -a,
  "~": complement,
}

function helper(name: string): Operator["compute"] {
  const compute = BINARY[name]
  if (compute === undefined) throw new Error(name)
  return compute
}

const trees: fc.Arbitrary<Tree> = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 6, withCrossShrink: true },
    fc.record({
      op: fc.constant("number"),
      value: fc.constantFrom(0, 1, 2, 3, 5, 7, 0.5, 2.75, 60, 4294967296),
    }),
    fc.record({ op: fc.constantFrom(...Object.keys(OPERATORS)), left: tie("tree"), right: tie("tree") }),
    fc.record({ op: fc.constantFrom(...Object.keys(UNARY)), operand: tie("tree") }),
  ),
})).tree

function evaluate(tree: Tree): number {
  if ("value" in tree) return tree.value
  if ("operand" in tree) return UNARY[tree.op]?.(evaluate(tree.operand)) ?? Number.NaN
  return OPERATORS[tree.op]?.compute(evaluate(tree.left), evaluate(tree.right)) ?? Number.NaN
}

function levelOf(tree: Tree): number {
  if ("value" in tree) return 100
  return "operand" in tree ? UNARY_LEVEL : (OPERATORS[tree.op]?.level ?? 0)
}

function print(tree: Tree): string {
  if ("value" in tree) return String(tree.value)
  // A blank, so that two minus signs do not begin a comment.
  if ("operand" in tree) return `${tree.op} ${wrap(tree.operand, levelOf(tree.operand) < UNARY_LEVEL)}`
  const { level, isRight } = OPERATORS[tree.op] as Operator
  const isTight = (child: Tree, mayEqual: boolean): boolean =>
    levelOf(child) > level || (mayEqual && levelOf(child) === level)
  // A unary operator needs no parentheses on the right of ^: nothing else could be meant.
  const rightFits = isTight(tree.right, isRight) || "operand" in tree.right
  return `${wrap(tree.left, !isTight(tree.left, !isRight))} ${tree.op} ${wrap(tree.right, !rightFits)}`
}

function wrap(tree: Tree, parenthesise: boolean): string {
  return parenthesise ? `(${print(tree)})` : print(tree)
}

/** What is tested is the tree, not how infinities are computed with. */
const isComparable = (value: number): boolean => Number.isFinite(value) && Math.abs(value) < 1e300

test("arithmetic and bitwise operators", () => {
  fc.assert(
    fc.property(trees, (tree) => {
      const expected = evaluate(tree)
      fc.pre(isComparable(expected))
      const [actual] = run(`return ${print(tree)}`).values
      expect(Number(actual) === expected, `${print(tree)}: ${actual}, not ${expected}`).toBe(true)
    }),
    { numRuns: 1000 },
  )
})
