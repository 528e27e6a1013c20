/** A clock on the wall that jumps: what is believed of it, and when the state's time is told to lie ahead. */
import { describe, expect, test } from "vitest"
import { SteadyClock } from "../../src/daemon/steady-clock.js"

const START_SEC = 1_790_000_000

/** Clocks that a test moves; both go on together unless it says otherwise. */
class Clocks {
  wallSec = START_SEC
  steadySec = 5
  readonly told: string[] = []
  readonly steady: SteadyClock

  constructor() {
    const tell = (level: string) => (_: object, message: string) =>
      void this.told.push(`${level}: ${message}`)
    this.steady = new SteadyClock({
      nowMicros: () => this.wallSec * 1e6,
      nowMs: () => this.steadySec * 1000,
      log: { info: tell("info"), warn: tell("warn"), error: tell("error") },
    })
  }

  /** The one on the wall alone, and that is seen at once. */
  jump(sec: number): void {
    this.wallSec += sec
    void this.steady.nowMicros
  }

  /** Lets time pass in steps of a second, as ticks see it. @returns what is believed then, seconds from the start */
  pass(sec: number): number {
    for (let i = 0; i < sec; i++) {
      this.wallSec++
      this.steadySec++
      void this.steady.nowMicros
    }
    return this.steady.nowMicros / 1e6 - START_SEC
  }
}

describe("what is believed", () => {
  test("a clock that is adjusted by little at a time", () => {
    const clocks = new Clocks()
    for (let i = 1; i <= 10; i++) {
      clocks.wallSec += 59
      expect(clocks.pass(1)).toBe(i * 60)
    }
    expect([clocks.steady.isDoubtful, clocks.told]).toEqual([false, []])
  })

  test("two hours ahead for a moment: nothing of it", () => {
    const clocks = new Clocks()
    clocks.pass(10)
    clocks.jump(7200)
    expect([clocks.pass(50), clocks.steady.isDoubtful]).toEqual([60, true])
    clocks.jump(-7200)
    expect([clocks.pass(1), clocks.steady.isDoubtful]).toEqual([61, false])
    expect(clocks.told).toEqual([
      "warn: this machine's clock has gone ahead by 7,200 seconds at once, or the machine slept: it is believed when that stays so for a minute",
      "info: this machine's clock is back where it was",
    ])
  })

  test("a machine that has slept, or was set right: after a minute", () => {
    const clocks = new Clocks()
    clocks.jump(7200)
    expect([clocks.pass(59), clocks.pass(1)]).toEqual([59, 7260])
    expect([clocks.pass(1), clocks.steady.isDoubtful]).toEqual([7261, false])
    expect(clocks.told.at(-1)).toBe("info: this machine's clock is believed")
  })

  test("one that jumps again and again: not before it has kept still for a minute", () => {
    const clocks = new Clocks()
    clocks.jump(3600)
    clocks.pass(40)
    clocks.jump(3600)
    expect([clocks.pass(40), clocks.pass(20)]).toEqual([80, 7300])
  })

  test("one that goes back: at once", () => {
    const clocks = new Clocks()
    clocks.jump(-7200)
    expect([clocks.pass(1), clocks.steady.isDoubtful]).toEqual([-7199, false])
  })
})

test("the state's time is told to lie ahead while it does by more than a minute", () => {
  const { steady, told } = new Clocks()
  const alarm = (sec: number) => steady.alarm((START_SEC + sec) * 1e6)
  expect([alarm(-5), alarm(60), alarm(61)]).toEqual([
    null,
    null,
    "the state's time is 61 s ahead of this machine's clock: events count as of then",
  ])
  for (const sec of [0, 7200, 7100, 60, 0]) steady.tell((START_SEC + sec) * 1e6)
  expect(told).toEqual([
    "error: the state's time is 7200 s ahead of this machine's clock: events count as of then",
    "info: this machine's clock has come up with the state's time",
  ])
})
