/**
 * What an operator is told whose command the disk does not take. Before it is done
 * it is refused; one that was done when that began cannot be undone, and is told
 * what is so of it. A command that hangs without a word would be given again.
 */
import type { Reply } from "../console/console.js"
import type { Ledger } from "./ledger.js"
import { untilTooLong } from "./patience.js"

export const UNWRITABLE = {
  why: "the journal cannot be written: nothing was changed",
  hint: "make room on the disk of the state directory, and give the command again",
} as const

export const NOTHING_CHANGED: Reply = {
  ok: false,
  text: `E_JOURNAL_WRITE: ${UNWRITABLE.why}\nhint: ${UNWRITABLE.hint}`,
}

const UNWRITTEN = `E_JOURNAL_WRITE: the journal cannot be written: this is done, is not on the disk yet, and is lost if the daemon ends before there is room; mail that it lets go is held until then
hint: make room on the disk of the state directory; the command need not be given again`

/** The answer to a command that was done, once it is on the disk, or when that takes too long. */
export async function onceWritten(
  { reply, done }: { readonly reply: Reply; readonly done: Promise<void> },
  ledger: Pick<Ledger, "isTroubled">,
  timer: (ms: number, signal: AbortSignal) => Promise<unknown>,
): Promise<Reply> {
  const written = done.then(() => reply)
  return (
    (await unlessHeldUp(written, ledger, timer)) ?? {
      ok: false,
      text: [reply.text, UNWRITTEN].filter((text) => text !== "").join("\n"),
    }
  )
}

/** What something brings that waits for the disk; null when that takes too long. */
export async function unlessHeldUp<T>(
  done: Promise<T>,
  ledger: Pick<Ledger, "isTroubled">,
  timer: (ms: number, signal: AbortSignal) => Promise<unknown>,
): Promise<T | null> {
  const answered = new AbortController()
  const late = untilTooLong(() => ledger.isTroubled, timer, answered.signal).then(() => null)
  // Nobody waits any more when it is over after the answer.
  late.catch(() => {})
  try {
    return await Promise.race([done, late])
  } finally {
    answered.abort()
  }
}
