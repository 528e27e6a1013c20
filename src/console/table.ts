/** Lines as printf makes them: what is too long widens its column, nothing is cut. Source: console.md section 2. */
import { compareText } from "../model/compare.js"
import type { ConsoleTarget } from "./target.js"
import { printable } from "./words.js"

export const RULE = "-".repeat(74)

/** A field: `-23` is `%-23s`, `9` is `%9s`. */
export function row(widths: readonly number[], fields: readonly (string | number)[]): string {
  return widths
    .map((width, i) => {
      const text = printable(String(fields[i]))
      return width < 0 ? text.padEnd(-width) : text.padStart(width)
    })
    .join(" ")
}

/** Group and binding as the column shows them: the default binding of the default group by its name alone. */
export function bindingColumn({ store, groupOf }: ConsoleTarget, binding: number): string {
  const group = groupOf(binding)
  const name = store.pairs.bindingName(binding)
  return group === "default" && name === "default" ? name : `${group}/${name}`
}

/** In order of the texts, the first that differs deciding. */
export function compareTexts(a: readonly string[], b: readonly string[]): number {
  for (const [i, text] of a.entries()) {
    const order = compareText(text, b[i] as string)
    if (order !== 0) return order
  }
  return 0
}
