/**
 * How mail went, by row and window, over several monitors: receptions,
 * deliveries and the time they took, transient and permanent failures. What a
 * row stands for (a domain, a pair) is the owner's business.
 *
 * A monitor of N windows holds the running one and N before it. Times add up in
 * whole microseconds, so the sum is exact in whatever order events come.
 * Source: console.md section 3.
 */
import { NOT_TOLD } from "../model/event.js"
import type { Monitor } from "../model/monitor.js"
import type { Part } from "./part.js"
import { WindowGrid } from "./window-grid.js"

/** What is counted, by number. */
export const METRIC = { receptions: 0, deliveries: 1, transient: 2, permanent: 3 } as const
/** Deliveries of which it is known how long they took. */
const TIMED = 4
const COUNTS = 5

/** One window of one monitor. */
export interface DeliveryWindow {
  readonly sizeSec: number
  /** Windows back from the running one. */
  readonly offset: number
  /** When the window begins. */
  readonly fromSec: number
  readonly receptions: number
  readonly deliveries: number
  /** What deliveries took together, and how many of them it is known of. */
  readonly deliveryMicros: number
  readonly timed: number
  readonly transient: number
  readonly permanent: number
}

interface MonitorGrids {
  readonly monitor: Monitor
  readonly counts: WindowGrid
  /** Microseconds: they need wider cells than counts. */
  readonly times: WindowGrid
}

export class DeliverySeries {
  #grids: MonitorGrids[]

  constructor(monitors: readonly Monitor[]) {
    this.#grids = monitors.map(makeGrids)
  }

  /**
   * Counts an event, in every monitor that looks back as far.
   * @param metric one of METRIC
   * @param deliveryMicros how long the delivery took; NOT_TOLD when that is not known
   * @returns whether all of them did
   */
  add(row: number, metric: number, atMicros: number, deliveryMicros = NOT_TOLD): boolean {
    let isComplete = true
    for (const { counts, times } of this.#grids) {
      if (counts.isPast(atMicros)) {
        isComplete = false
        continue
      }
      counts.add(row, metric, 1, atMicros)
      if (metric !== METRIC.deliveries || deliveryMicros < 0) continue
      counts.add(row, TIMED, 1, atMicros)
      times.add(row, 0, deliveryMicros, atMicros)
    }
    return isComplete
  }

  /** Sum of a metric over windows of a monitor, both ends included, 0 being the running one. */
  count(row: number, metric: number, monitor: number, from: number, to: number, atMicros: number): number {
    return this.#grids[monitor]?.counts.sum(row, metric, from, to, atMicros) ?? 0
  }

  /** Deliveries and failures of a row in the windows of the monitor that looks back furthest. */
  attempts(row: number, atMicros: number): number {
    const reach = ({ monitor: { sizeSec, count } }: MonitorGrids): number => sizeSec * count
    const [furthest] = [...this.#grids].sort((a, b) => reach(b) - reach(a))
    if (furthest === undefined) return 0
    const { counts, monitor } = furthest
    const of = (metric: number): number => counts.sum(row, metric, 0, monitor.count, atMicros)
    return of(METRIC.deliveries) + of(METRIC.transient) + of(METRIC.permanent)
  }

  /** All windows of a row, monitor by monitor, the running one first. */
  windows(row: number, atMicros: number): DeliveryWindow[] {
    return this.#grids.flatMap(({ monitor: { sizeSec, count }, counts, times }) =>
      Array.from({ length: count + 1 }, (_, offset) => {
        const of = (metric: number): number => counts.sum(row, metric, offset, offset, atMicros)
        return {
          sizeSec,
          offset,
          fromSec: (Math.floor(atMicros / 1e6 / sizeSec) - offset) * sizeSec,
          receptions: of(METRIC.receptions),
          deliveries: of(METRIC.deliveries),
          deliveryMicros: times.sum(row, 0, offset, offset, atMicros),
          timed: of(TIMED),
          transient: of(METRIC.transient),
          permanent: of(METRIC.permanent),
        }
      }),
    )
  }

  clearRow(row: number): void {
    for (const { counts, times } of this.#grids) {
      counts.clearRow(row)
      times.clearRow(row)
    }
  }

  clear(): void {
    for (const { counts, times } of this.#grids) {
      counts.clear()
      times.clear()
    }
  }

  /** Changes the monitors; what windows of the same size have counted stays as far as the new ones look back. */
  configure(monitors: readonly Monitor[]): void {
    this.#grids = monitors.map((monitor) => {
      const old = this.#grids.find((one) => one.monitor.sizeSec === monitor.sizeSec)
      if (old === undefined) return makeGrids(monitor)
      const windows = monitor.count + 1
      return { monitor, counts: old.counts.resized(windows), times: old.times.resized(windows) }
    })
  }

  /** A copy that goes its own way; cells are shared until one side writes. */
  fork(): DeliverySeries {
    const copy = new DeliverySeries([])
    copy.#grids = this.#grids.map(({ monitor, counts, times }) => ({
      monitor,
      counts: counts.fork(),
      times: times.fork(),
    }))
    return copy
  }

  /** Bytes of its cells. */
  get bytes(): number {
    return this.#grids.reduce((sum, { counts, times }) => sum + counts.bytes + times.bytes, 0)
  }

  /** All cells, in parts called `NAME-counts` and `NAME-times`. */
  *parts(name: string, facts: object): Generator<Part> {
    for (const [monitor, { counts, times }] of this.#grids.entries()) {
      yield* counts.parts(`${name}-counts`, { ...facts, monitor })
      yield* times.parts(`${name}-times`, { ...facts, monitor })
    }
  }

  /** Takes over one of these parts. */
  takePart(part: Part): void {
    const { monitor } = part.facts as { readonly monitor: number }
    const grids = this.#grids[monitor] as MonitorGrids
    ;(part.name.endsWith("-counts") ? grids.counts : grids.times).takePart(part)
  }
}

function makeGrids(monitor: Monitor): MonitorGrids {
  const windows = monitor.count + 1
  return {
    monitor,
    counts: new WindowGrid(monitor.sizeSec, windows, COUNTS),
    times: new WindowGrid(monitor.sizeSec, windows),
  }
}
