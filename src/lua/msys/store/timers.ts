/**
 * Which timers are due. A timer is scheduled or it is not; when it fires is
 * the order of due times, then of scheduling. Knows neither clock nor Lua.
 */

export interface TimerPlan {
  /** "after" fires once, `seconds` after its start; "at" once, at the epoch `seconds`; "every" each `seconds`. */
  readonly kind: "after" | "at" | "every"
  readonly seconds: number
}

export interface DueTimer {
  readonly id: number
  readonly dueSec: number
  readonly order: number
}

export class TimerQueue {
  readonly #plans = new Map<number, TimerPlan>()
  readonly #due = new Map<number, DueTimer>()
  #orders = 0

  /** Timers that are scheduled. */
  get size(): number {
    return this.#due.size
  }

  isScheduled(id: number): boolean {
    return this.#due.has(id)
  }

  /** Schedules a timer, anew if it is scheduled already. */
  start(id: number, plan: TimerPlan, nowSec: number): void {
    const dueSec = plan.kind === "at" ? plan.seconds : nowSec + plan.seconds
    this.#plans.set(id, plan)
    this.#due.set(id, { id, dueSec, order: ++this.#orders })
  }

  stop(id: number): void {
    this.#plans.delete(id)
    this.#due.delete(id)
  }

  /** The timers due at `nowSec`, in the order in which they fire. */
  due(nowSec: number): readonly DueTimer[] {
    const due = [...this.#due.values()].filter(({ dueSec }) => dueSec <= nowSec)
    return due.sort((a, b) => a.dueSec - b.dueSec || a.order - b.order)
  }

  /** The earliest due time, or null. */
  nextSec(): number | null {
    let next: number | null = null
    for (const { dueSec } of this.#due.values()) if (next === null || dueSec < next) next = dueSec
    return next
  }

  /**
   * Takes a due timer out of the queue; a periodic one is scheduled again, at
   * the next point of its own grid after `nowSec`. However many points have
   * passed, it fires once: a clock that jumps must not cause a storm.
   * @returns false if it was stopped or started anew since `due` told of it
   */
  fire({ id, dueSec, order }: DueTimer, nowSec: number): boolean {
    if (this.#due.get(id)?.order !== order) return false
    const plan = this.#plans.get(id) as TimerPlan
    if (plan.kind !== "every") this.stop(id)
    else {
      const passed = Math.floor((nowSec - dueSec) / plan.seconds) + 1
      this.#due.set(id, { id, dueSec: dueSec + passed * plan.seconds, order: ++this.#orders })
    }
    return true
  }
}
