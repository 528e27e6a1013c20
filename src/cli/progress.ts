/**
 * A bar on a terminal for work longer than a second: share done, bytes, rate,
 * remaining time. Anywhere else nothing is written.
 */
import { monotonicMs } from "../clock.js"

const QUIET_MS = 1000
const REDRAW_MS = 200
const WIDTH = 24
const UNITS = ["B", "kB", "MB", "GB", "TB"]

export class Progress {
  readonly #stream: NodeJS.WriteStream
  readonly #startMs = monotonicMs()
  #drawnMs = 0
  #isShown = false

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream
  }

  update({ doneBytes, totalBytes }: { doneBytes: number; totalBytes: number | null }): void {
    if (this.#stream.isTTY !== true) return
    const nowMs = monotonicMs()
    if (nowMs - this.#startMs < QUIET_MS || nowMs - this.#drawnMs < REDRAW_MS) return
    this.#drawnMs = nowMs
    this.#isShown = true
    this.#stream.write(`\r${progressLine(doneBytes, totalBytes, (nowMs - this.#startMs) / 1000)}\u001b[K`)
  }

  /** Takes the bar away, so that other text can be written. */
  clear(): void {
    if (this.#isShown) this.#stream.write("\r\u001b[K")
    this.#isShown = false
  }
}

/** One line: with a total `[####····] 42 %  120.0 MB of 285.7 MB  95.2 MB/s  1.7 s left`. */
export function progressLine(doneBytes: number, totalBytes: number | null, elapsedSec: number): string {
  const perSecond = doneBytes / elapsedSec
  const rate = `${bytesText(perSecond)}/s`
  if (totalBytes === null || totalBytes === 0) return `${bytesText(doneBytes)}  ${rate}`
  const share = Math.min(1, doneBytes / totalBytes)
  const filled = Math.round(share * WIDTH)
  const bar = "#".repeat(filled) + "·".repeat(WIDTH - filled)
  const leftSec = perSecond === 0 ? 0 : (totalBytes - doneBytes) / perSecond
  return `[${bar}] ${Math.floor(share * 100)} %  ${bytesText(doneBytes)} of ${bytesText(totalBytes)}  ${rate}  ${timeText(leftSec)} left`
}

function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${(bytes / 1000 ** power).toFixed(power === 0 ? 0 : 1)} ${UNITS[power]}`
}

function timeText(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`
  return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`
}
