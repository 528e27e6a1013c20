/** How long the event loop was held up of late: quantiles over the last one to two minutes. */
import { monitorEventLoopDelay } from "node:perf_hooks"

/** How finely it is seen. */
const RESOLUTION_MS = 10
const WINDOW_MS = 60_000
const QUANTILES = [
  ["0.5", 50],
  ["0.99", 99],
  ["1", 100],
] as const

export class LoopDelay {
  readonly #histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS })
  readonly #timer: NodeJS.Timeout
  /** Of the window before this one. */
  #before: readonly number[] = []

  constructor() {
    this.#histogram.enable()
    this.#timer = setInterval(() => {
      this.#before = this.#now()
      this.#histogram.reset()
    }, WINDOW_MS)
    this.#timer.unref()
  }

  seconds(): readonly (readonly [quantile: string, seconds: number])[] {
    const now = this.#now()
    return QUANTILES.map(([name], i) => [name, Math.max(now[i] ?? 0, this.#before[i] ?? 0)] as const)
  }

  end(): void {
    clearInterval(this.#timer)
    this.#histogram.disable()
  }

  /** What the histogram holds is the time between two looks: one that is on time is late by nothing. */
  #now(): readonly number[] {
    return QUANTILES.map(([, percent]) =>
      this.#histogram.count === 0
        ? 0
        : Math.max(0, this.#histogram.percentile(percent) / 1e9 - RESOLUTION_MS / 1e3),
    )
  }
}
