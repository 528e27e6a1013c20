/**
 * Lints of a custom script's source that no loaded table shows: global
 * assignments. All scripts of a rule set share one global environment, so a
 * forgotten `local` in one can change another.
 * Source: rule-files.md section 7; lua-dialect.md D.
 */
import { type Diagnostic, diagnostic } from "../model/diagnostic.js"
import type { Block, Chunk, Expr, Node, Stat } from "../syntax/index.js"

/** One finding per global name, at its first assignment. A script that calls `module` has globals of its own. */
export function lintScript(chunk: Chunk, file: string): Diagnostic[] {
  const writes = new Map<string, Node>()
  let isModule = false
  walk(chunk.body, {
    write(target) {
      if (target.kind !== "name" || target.scope !== "global") return
      const known = writes.get(target.name)
      if (known === undefined || isBefore(target, known)) writes.set(target.name, target)
    },
    call(callee) {
      if (callee.kind === "name" && callee.name === "module" && callee.scope === "global") isModule = true
    },
  })
  if (isModule) return []
  return [...writes].map(([name, { line, column }]) =>
    diagnostic(
      "E_SCRIPT_GLOBAL",
      { file, line, column },
      `the script sets the global \`${name}\`, which every other script sees`,
      `write local ${name}`,
    ),
  )
}

/** The walk goes through the text in no particular order. */
function isBefore(a: Node, b: Node): boolean {
  return a.line < b.line || (a.line === b.line && a.column < b.column)
}

interface Visitor {
  write(target: Expr): void
  call(callee: Expr): void
}

/** Visits every statement and expression; with a work list, since operator chains nest as deep as they are long. */
function walk(body: Block, visitor: Visitor): void {
  const stats: Stat[] = [...body]
  const exprs: Expr[] = []
  for (;;) {
    const stat = stats.pop()
    if (stat !== undefined) {
      expandStat(stat, stats, exprs, visitor)
      continue
    }
    const expr = exprs.pop()
    if (expr === undefined) return
    expandExpr(expr, stats, exprs, visitor)
  }
}

/** Not `push(...items)`: a file may have more statements than a call may have arguments. */
function pushAll<T>(list: T[], items: readonly T[]): void {
  for (const item of items) list.push(item)
}

function expandStat(stat: Stat, stats: Stat[], exprs: Expr[], visitor: Visitor): void {
  switch (stat.kind) {
    case "assign":
      for (const target of stat.targets) visitor.write(target)
      pushAll(exprs, stat.targets)
      pushAll(exprs, stat.values)
      return
    case "functionstat":
      visitor.write(stat.target)
      exprs.push(stat.target, stat.function)
      return
    case "localfunction":
      exprs.push(stat.function)
      return
    case "local":
    case "return":
      pushAll(exprs, stat.values)
      return
    case "callstat":
      exprs.push(stat.call)
      return
    case "do":
      pushAll(stats, stat.body)
      return
    case "while":
    case "repeat":
      exprs.push(stat.condition)
      pushAll(stats, stat.body)
      return
    case "if":
      for (const clause of stat.clauses) {
        exprs.push(clause.condition)
        pushAll(stats, clause.body)
      }
      pushAll(stats, stat.otherwise ?? [])
      return
    case "for":
      exprs.push(stat.first, stat.limit)
      if (stat.step !== null) exprs.push(stat.step)
      pushAll(stats, stat.body)
      return
    case "forin":
      pushAll(exprs, stat.values)
      pushAll(stats, stat.body)
      return
    case "break":
  }
}

function expandExpr(expr: Expr, stats: Stat[], exprs: Expr[], visitor: Visitor): void {
  switch (expr.kind) {
    case "function":
      pushAll(stats, expr.body)
      return
    case "index":
      exprs.push(expr.object, expr.key)
      return
    case "call":
      visitor.call(expr.callee)
      exprs.push(expr.callee)
      pushAll(exprs, expr.args)
      return
    case "method":
      exprs.push(expr.object)
      pushAll(exprs, expr.args)
      return
    case "paren":
      exprs.push(expr.inner)
      return
    case "binary":
      exprs.push(expr.left, expr.right)
      return
    case "unary":
      exprs.push(expr.operand)
      return
    case "table":
      for (const field of expr.fields) {
        if (field.keyExpr !== null) exprs.push(field.keyExpr)
        exprs.push(field.value)
      }
      return
    default:
  }
}
