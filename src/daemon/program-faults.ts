/** Mistakes of this program that it has survived: told, counted, and an alarm until it is started again. */
import { plural } from "../report/words.js"
import { FewLines } from "./few-lines.js"
import type { Log } from "./log.js"
import type { DaemonMetrics } from "./metrics.js"

export class ProgramFaults {
  readonly #metrics: DaemonMetrics
  readonly #lines: FewLines
  #count = 0

  /** @param nowMs milliseconds of a clock */
  constructor(log: Log, metrics: DaemonMetrics, nowMs: () => number) {
    this.#metrics = metrics
    this.#lines = new FewLines({ nowMs, tell: (facts, message) => log.error(facts, message) })
  }

  /** @param about facts that tell what it happened with */
  readonly note = (error: unknown, about: object = {}): void => {
    this.#count++
    this.#metrics.failed()
    this.#lines.tell(
      "mistakes of this program",
      "a mistake of this program: what it was about is left half done, and everything else goes on; please report it",
      { alarm: "program", ...about, error: error instanceof Error ? error.stack : String(error) },
    )
  }

  /** Null where there were none. */
  get alarm(): string | null {
    return this.#count === 0
      ? null
      : `the program has made ${plural(this.#count, "mistake")}: its log tells which; please report them`
  }

  /** Tells what was only counted. */
  close(): void {
    this.#lines.close()
  }
}
