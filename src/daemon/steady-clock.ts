/**
 * This machine's clock on the wall, held against one that never jumps. What counts
 * as of a time that has not come makes all that follows count as of then, for hours;
 * so a clock that has gone ahead at once is believed when that has been so for a
 * while. A machine that slept, or was set right, looks the same and loses that while
 * only. One that goes back is believed at once: the state's time never does.
 * Reads no clock: both are asked through functions.
 */
import { plural } from "../report/words.js"
import type { Log } from "./log.js"

export interface SteadyClockOptions {
  /** Microseconds since 1970, of the clock on the wall. */
  readonly nowMicros: () => number
  /** Milliseconds of a clock that never jumps, though it may stand still while the machine sleeps. */
  readonly nowMs: () => number
  readonly log: Log
}

/** More than what clocks are adjusted by while they run. */
const STEP_MICROS = 60e6
/** What has been so for that long is no mistake of a moment. */
const BELIEVED_MICROS = 60e6

export class SteadyClock {
  readonly #options: SteadyClockOptions
  /** From the time of the steady clock to that of the one on the wall, as it is believed. */
  #offsetMicros: number
  /** An offset that is not believed yet, and since when it is so by the steady clock. */
  #doubtful: { readonly offsetMicros: number; readonly sinceMicros: number } | null = null
  /** The state's time has been told to lie ahead. */
  #isToldAhead = false

  constructor(options: SteadyClockOptions) {
    this.#options = options
    this.#offsetMicros = options.nowMicros() - options.nowMs() * 1000
  }

  /** The time that is believed. */
  get nowMicros(): number {
    return this.#look()
  }

  /** The clock on the wall says something that is not believed yet. */
  get isDoubtful(): boolean {
    this.#look()
    return this.#doubtful !== null
  }

  /** Why the state's time is not as it should be; null where it is. */
  alarm(stateMicros: number): string | null {
    const aheadMicros = stateMicros - this.#options.nowMicros()
    if (aheadMicros <= STEP_MICROS) return null
    return `the state's time is ${Math.ceil(aheadMicros / 1e6)} s ahead of this machine's clock: events count as of then`
  }

  /** Logs when the state's time comes to lie ahead, and when it no longer does. */
  tell(stateMicros: number): void {
    const alarm = this.alarm(stateMicros)
    if ((alarm !== null) === this.#isToldAhead) return
    this.#isToldAhead = alarm !== null
    if (alarm !== null) this.#options.log.error({ alarm: "clock" }, alarm)
    else this.#options.log.info({}, "this machine's clock has come up with the state's time")
  }

  #look(): number {
    const wallMicros = this.#options.nowMicros()
    const steadyMicros = this.#options.nowMs() * 1000
    this.#judge(wallMicros - steadyMicros, steadyMicros)
    return this.#doubtful === null ? wallMicros : Math.round(steadyMicros + this.#offsetMicros)
  }

  #judge(offsetMicros: number, steadyMicros: number): void {
    const { log } = this.#options
    const aheadMicros = offsetMicros - this.#offsetMicros
    if (aheadMicros <= STEP_MICROS) {
      if (this.#doubtful !== null) log.info({}, "this machine's clock is back where it was")
      this.#doubtful = null
      this.#offsetMicros = offsetMicros
    } else if (
      this.#doubtful === null ||
      Math.abs(offsetMicros - this.#doubtful.offsetMicros) > STEP_MICROS
    ) {
      this.#doubtful = { offsetMicros, sinceMicros: steadyMicros }
      const ahead = plural(Math.ceil(aheadMicros / 1e6), "second")
      const message = `this machine's clock has gone ahead by ${ahead} at once, or the machine slept: it is believed when that stays so for a minute`
      log.warn({}, message)
    } else if (steadyMicros - this.#doubtful.sinceMicros >= BELIEVED_MICROS) {
      this.#doubtful = null
      this.#offsetMicros = offsetMicros
      log.info({}, "this machine's clock is believed")
    }
  }
}
