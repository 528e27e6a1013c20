/**
 * How long whoever waits for the disk is kept waiting: a disk that was full for some
 * seconds stays so for longer than anyone waits, and then a word is better than none.
 * Reads no clock; pauses are made by a timer that is given.
 */
import type { Ledger } from "./ledger.js"

/** Between two looks at whether the journal can be written. */
const LOOK_MS = 1000
/** A disk that was full for so long will stay so for longer than clients wait. */
const MAX_LOOKS = 5

/** Settled when the journal could not be written for some seconds; not while it can, nor once the signal says so. */
export async function untilTooLong(
  ledger: Pick<Ledger, "isTroubled">,
  timer: (ms: number, signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks = ledger.isTroubled ? looks + 1 : 0) {
    await timer(LOOK_MS, signal)
    // Not every timer refuses by itself.
    signal.throwIfAborted()
  }
}
