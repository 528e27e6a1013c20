/**
 * How long whoever waits for the disk, or for a log that is behind, is kept waiting:
 * what was so for some seconds stays so for longer than anyone waits, and then a word
 * is better than none. Reads no clock; pauses are made by a timer that is given.
 */

/** Between two looks at whether it goes on. */
const LOOK_MS = 1000
/** A disk that was full, or a log that was behind, for so long will be so for longer than clients wait. */
const MAX_LOOKS = 5

/** Settled when nothing went on for some seconds; not while it does, nor once the signal says so. */
export async function untilTooLong(
  isHeldUp: () => boolean,
  timer: (ms: number, signal: AbortSignal) => Promise<unknown>,
  signal: AbortSignal,
): Promise<void> {
  for (let looks = 0; looks < MAX_LOOKS; looks = isHeldUp() ? looks + 1 : 0) {
    await timer(LOOK_MS, signal)
    // Not every timer refuses by itself.
    signal.throwIfAborted()
  }
}
