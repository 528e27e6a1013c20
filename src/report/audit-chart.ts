/**
 * Windows of an outbound_audit as a picture for a terminal: a bar beside each
 * line where they are few, a curve over time where they are many.
 */
import type { DeliveryWindow } from "../store/delivery-series.js"
import type { Style } from "./style.js"
import { grouped } from "./words.js"

/** Characters of the longest bar. */
const BAR = 40
/** Columns of a curve: beside its labels it fits a terminal of 100. */
const COLUMNS = 72
/** From low to high; a blank is nothing at all. */
const LEVELS = " ▁▂▃▄▅▆▇█"

export function attemptsOf({ deliveries, transient, permanent }: DeliveryWindow): number {
  return deliveries + transient + permanent
}

export function mostOf(counts: readonly number[]): number {
  return counts.reduce((most, count) => Math.max(most, count), 0)
}

/** What was attempted in a window, in proportion to `most`; whatever happened at all is seen. */
export function bar(window: DeliveryWindow, most: number, style: Style): string {
  if (most === 0) return ""
  const part = (count: number): number => (count === 0 ? 0 : Math.max(1, Math.round((count / most) * BAR)))
  return [
    style.green("█".repeat(part(window.deliveries))),
    style.yellow("▒".repeat(part(window.transient))),
    style.red("░".repeat(part(window.permanent))),
  ].join("")
}

/**
 * One line for each kind of attempt, the oldest window left. Neighbours share a column where there
 * are more windows than columns; each line has its own scale, told behind it.
 * @param windows of one monitor, the running one first
 */
export function curves(windows: readonly DeliveryWindow[], style: Style): string[] {
  const perColumn = Math.ceil(windows.length / COLUMNS)
  const columns = Math.ceil(windows.length / perColumn)
  const what = perColumn === 1 ? "window" : `${perColumn} windows`
  const line = (
    label: string,
    count: (window: DeliveryWindow) => number,
    paint: (text: string) => string,
  ) => {
    const sums = new Array<number>(columns).fill(0)
    // The newest column is full, the oldest may not be.
    for (const [i, window] of windows.entries()) {
      const column = columns - 1 - Math.floor(i / perColumn)
      sums[column] = (sums[column] as number) + count(window)
    }
    const most = mostOf(sums)
    const drawn = sums
      .map((sum) => LEVELS[sum === 0 ? 0 : Math.max(1, Math.round((sum / most) * 8))])
      .join("")
    return `  ${label.padEnd(9)} |${paint(drawn)}| most ${grouped(most)} in ${what}`
  }
  return [
    line("delivered", ({ deliveries }) => deliveries, style.green),
    line("transient", ({ transient }) => transient, style.yellow),
    line("permanent", ({ permanent }) => permanent, style.red),
  ]
}
