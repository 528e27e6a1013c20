/**
 * Where the lines of a log go: a file, a terminal or a pipe that may be full, slow,
 * or read by nobody any longer. A line that is not taken is left out and counted: a
 * log must never end the daemon that it tells of.
 */

/** What the lines are written with. */
export interface LogTarget {
  /** As `fs.writeSync`. @returns how many bytes were taken @throws NodeJS.ErrnoException */
  readonly write: (bytes: Buffer) => number
  /** Holds everything up for so long. */
  readonly pause: (ms: number) => void
}

/** Between two looks at whether a reader that is behind takes more. */
const PAUSE_MS = 20
/** Everything else waits meanwhile; a stop must still come in time. */
const MAX_PAUSES = 50
/** A reader is behind: there may be room in a moment. */
const BUSY = new Set<unknown>(["EAGAIN", "EBUSY"])
const NOTHING = Buffer.alloc(0)

export class LogLines {
  readonly #target: LogTarget
  /** What is left of a line that was taken in part. */
  #begun: Buffer = NOTHING
  /** Nobody reads it, and nobody will. */
  #isGone = false
  /** It was waited for in vain; it is not waited for again until it takes something. */
  #isStuck = false
  /** Lines that were left out. */
  lost = 0

  constructor(target: LogTarget) {
    this.#target = target
  }

  /** @param line with its end; never throws */
  write(line: string): void {
    // Half a line is finished before another, so that the log stays one of whole lines.
    this.#begun = this.#leftOf(this.#begun)
    if (this.#begun.length > 0) {
      this.lost++
      return
    }
    const bytes = Buffer.from(line)
    const left = this.#leftOf(bytes)
    if (left.length === bytes.length) this.lost++
    else this.#begun = left
  }

  /** Writes as much as is taken. @returns the rest */
  #leftOf(bytes: Buffer): Buffer {
    let left = bytes
    let pauses = 0
    while (left.length > 0 && !this.#isGone)
      try {
        left = left.subarray(this.#target.write(left))
        this.#isStuck = false
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException
        this.#isGone = code === "EPIPE"
        this.#isStuck ||= pauses === MAX_PAUSES
        if (!BUSY.has(code) || this.#isStuck) break
        this.#target.pause(PAUSE_MS)
        pauses++
      }
    return left
  }
}
