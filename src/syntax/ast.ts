/**
 * The syntax tree of a chunk: plain data, one shape per construct, each node
 * placed at its first token. Lints read it; nothing is emitted from it.
 *
 * Strings hold one char per byte. A chain such as `a + b + c` nests to the left
 * as deep as it is long, so whoever walks a tree must loop down `left`,
 * `object` and `callee` instead of recursing.
 */

export interface Node {
  readonly line: number
  readonly column: number
}

export type Expr =
  | Constant
  | NumberLiteral
  | StringLiteral
  | FunctionExpr
  | Name
  | Index
  | Call
  | MethodCall
  | Paren
  | Binary
  | Unary
  | TableExpr

interface Constant extends Node {
  readonly kind: "nil" | "true" | "false" | "vararg"
}

interface NumberLiteral extends Node {
  readonly kind: "number"
  readonly value: number
}

export interface StringLiteral extends Node {
  readonly kind: "string"
  readonly value: string
}

export interface FunctionExpr extends Node {
  readonly kind: "function"
  /** Without the `self` that a method gets. */
  readonly params: readonly string[]
  readonly isVararg: boolean
  readonly body: Block
  readonly endLine: number
}

interface Name extends Node {
  readonly kind: "name"
  readonly name: string
  readonly scope: Scope
}

export type Scope = "local" | "upvalue" | "global"

/** `object[key]`; `object.name` has a string literal as its key. */
interface Index extends Node {
  readonly kind: "index"
  readonly object: Expr
  readonly key: Expr
}

interface Call extends Node {
  readonly kind: "call"
  readonly callee: Expr
  readonly args: readonly Expr[]
}

interface MethodCall extends Node {
  readonly kind: "method"
  readonly object: Expr
  readonly name: string
  readonly args: readonly Expr[]
}

interface Paren extends Node {
  readonly kind: "paren"
  readonly inner: Expr
}

/** Operators as Lua 5.1 spells them, plus the dialect's; `!=` is `~=`, `!` is `not`. */
interface Binary extends Node {
  readonly kind: "binary"
  readonly operator: string
  readonly left: Expr
  readonly right: Expr
}

interface Unary extends Node {
  readonly kind: "unary"
  readonly operator: string
  readonly operand: Expr
}

/** Where a table and its fields were written. */
export interface TableSite extends Node {
  readonly endLine: number
  readonly endColumn: number
  readonly fields: readonly TableField[]
}

export interface TableField extends Node {
  readonly kind: "named" | "keyed" | "positional"
  /** The literal key, the position counted from 1, or null for a computed key. */
  readonly key: string | number | null
  readonly valueLine: number
  readonly valueColumn: number
}

export interface TableExpr extends TableSite {
  readonly kind: "table"
  /** Made of literals only, and found so because tables are tracked: the host makes it. */
  readonly isConstant: boolean
  readonly fields: readonly Field[]
}

export interface Field extends TableField {
  /** Null unless the key was written in brackets. */
  readonly keyExpr: Expr | null
  readonly value: Expr
}

export type Block = readonly Stat[]

export type Stat =
  | LocalStat
  | AssignStat
  | CallStat
  | DoStat
  | WhileStat
  | RepeatStat
  | IfStat
  | NumericFor
  | GenericFor
  | FunctionStat
  | LocalFunction
  | ReturnStat
  | BreakStat

export interface LocalStat extends Node {
  readonly kind: "local"
  readonly names: readonly string[]
  readonly values: readonly Expr[]
}

export interface AssignStat extends Node {
  readonly kind: "assign"
  readonly targets: readonly Expr[]
  readonly values: readonly Expr[]
}

interface CallStat extends Node {
  readonly kind: "callstat"
  readonly call: Expr
}

interface DoStat extends Node {
  readonly kind: "do"
  readonly body: Block
}

interface WhileStat extends Node {
  readonly kind: "while"
  readonly condition: Expr
  readonly body: Block
}

interface RepeatStat extends Node {
  readonly kind: "repeat"
  readonly body: Block
  readonly condition: Expr
}

export interface IfStat extends Node {
  readonly kind: "if"
  readonly clauses: readonly IfClause[]
  readonly otherwise: Block | null
}

export interface IfClause {
  readonly condition: Expr
  readonly body: Block
}

export interface NumericFor extends Node {
  readonly kind: "for"
  readonly name: string
  readonly first: Expr
  readonly limit: Expr
  readonly step: Expr | null
  readonly body: Block
}

export interface GenericFor extends Node {
  readonly kind: "forin"
  readonly names: readonly string[]
  readonly values: readonly Expr[]
  readonly body: Block
}

export interface FunctionStat extends Node {
  readonly kind: "functionstat"
  readonly target: Expr
  /** `function a.b:c()`: the target is `a.b.c` and there is a hidden `self`. */
  readonly isMethod: boolean
  readonly function: FunctionExpr
}

export interface LocalFunction extends Node {
  readonly kind: "localfunction"
  readonly name: string
  readonly function: FunctionExpr
}

export interface ReturnStat extends Node {
  readonly kind: "return"
  readonly values: readonly Expr[]
}

export interface BreakStat extends Node {
  readonly kind: "break"
}

export interface Chunk {
  readonly body: Block
}
