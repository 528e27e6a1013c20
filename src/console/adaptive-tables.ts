/**
 * The tables of `adaptive`, to the letter: those of the manual do not line up
 * everywhere, and are kept so. Source: console.md section 2.
 */
import type { Choice } from "../engine/operate.js"
import { bindingColumn, compareTexts, RULE, row } from "./table.js"
import type { ConsoleTarget } from "./target.js"

const SUSPENSIONS = [-23, 32, 9, 7]
const LIST_HEAD = [-15, 18, 17, 7]
const LIST = [-15, 18, 25, 7]
/** Ends where the dashes do. */
const AGE = 5
const WARMUP = [-55, 18]

export function suspensions(isChosen: Choice, target: ConsoleTarget): string {
  const { store, nowMicros, operations } = target
  const { pairs } = store
  const rows = operations.suspensions(isChosen).map(({ pair, untilMicros, enabled }) => {
    const leftSec = Math.max(0, Math.floor((untilMicros - nowMicros) / 1e6))
    return [
      bindingColumn(target, pairs.bindingOf(pair)),
      pairs.name(pair).domain,
      String(leftSec),
      enabled ? "1" : "0",
    ]
  })
  const head = row(SUSPENSIONS, ["Group/Binding", "Domain", "TTL", "Enable"])
  return table(head, SUSPENSIONS, rows)
}

export function list(isChosen: Choice, hasAge: boolean, target: ConsoleTarget): string {
  const { store, nowMicros, operations } = target
  const { pairs } = store
  const rows = operations.adjustments(isChosen).map(({ pair, option, value, sinceMicros }) => {
    const fields = [
      bindingColumn(target, pairs.bindingOf(pair)),
      pairs.name(pair).domain,
      option,
      amount(target.effective(pair, option, value)),
    ]
    const ageSec = Math.max(0, Math.floor((nowMicros - sinceMicros) / 1e6))
    return hasAge ? [...fields, String(ageSec)] : fields
  })
  const withAge = (widths: readonly number[]): readonly number[] => (hasAge ? [...widths, AGE] : widths)
  const head = ["Group/Binding", "Domain", "Opt", "Value", ...(hasAge ? ["Age"] : [])]
  return table(row(withAge(LIST_HEAD), head), withAge(LIST), rows)
}

export function warmup(target: ConsoleTarget): string {
  const rows = target.operations
    .ages()
    .map(({ binding, ageSec }) => [bindingColumn(target, binding), String(ageSec)])
  return table(row(WARMUP, ["Group/Binding", "Age"]), WARMUP, rows)
}

/** Rows are in order of their texts: the columns that tell them apart come first. */
function table(head: string, widths: readonly number[], rows: readonly (readonly string[])[]): string {
  const lines = [...rows].sort(compareTexts).map((fields) => row(widths, fields))
  return [head, RULE, ...lines].join("\n")
}

/** Throttles have fractions; two digits tell, and a very small limit must not look like none. */
function amount(value: number): string {
  const rounded = Math.round(value * 100) / 100
  return String(rounded === 0 ? Number(value.toPrecision(2)) : rounded)
}
