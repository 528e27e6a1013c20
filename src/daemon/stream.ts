/**
 * Events that come as a stream and are not there to be read again: standard input,
 * a socket. They are taken as fast as the journal takes them, and no faster.
 */
import type { FormatName } from "../ingest/detect.js"
import type { Intake, Taken } from "./intake.js"
import type { Ledger } from "./ledger.js"
import { Underway } from "./underway.js"

export interface StreamHost {
  readonly intake: Intake
  readonly ledger: Ledger
  readonly taken: (taken: Taken) => void
  /** Settled when what happened at a time may be told: no log that is read is far behind it. */
  readonly turn: (atMicros: number) => Promise<void>
  /** Rejects when whoever sends has waited for the disk long enough; without it, they wait as long as it takes. */
  readonly patience?: Promise<never>
}

/** Little enough that whoever asks something meanwhile does not wait. */
const PIECE_BYTES = 1 << 13
/** Pieces that are on their way to the disk while the next one is read. */
const MAX_UNDERWAY = 32
/** What comes counts as of now: older events would make failures of long ago a storm of this moment. */
const BEHIND_SEC = 3600

/**
 * Takes all that comes.
 * @param name of the source, for messages
 * @returns events taken and lines refused
 * @throws OpenBytesFault, and what `chunks` or `patience` fail with. However it ends, what was told to be taken is on the disk; only when
 * patience is over it may still be on its way there.
 */
export async function takeStream(
  name: string,
  format: FormatName | null,
  chunks: AsyncIterable<Buffer>,
  { intake, ledger, taken, turn, patience }: StreamHost,
): Promise<{ readonly taken: number; readonly refused: number }> {
  const feed = intake.feed(name, format, { behindSec: BEHIND_SEC, isOneOfMany: true })
  const sum = { taken: 0, refused: 0 }
  const underway = new Underway(MAX_UNDERWAY)
  const patiently = (wait: Promise<void>): Promise<void> =>
    patience === undefined ? wait : Promise.race([wait, patience])
  const add = async (some: Taken): Promise<void> => {
    const [first] = some.events
    if (first !== undefined) await patiently(turn(first.atMicros))
    taken(some)
    sum.taken += some.events.length
    sum.refused += some.badCount
    await patiently(underway.add(ledger.take(some.events)))
  }
  try {
    for await (const bytes of chunks)
      for (let at = 0; at < bytes.length; at += PIECE_BYTES)
        await add(await feed.takeInTurns(bytes.subarray(at, at + PIECE_BYTES)))
    await add(await feed.end())
  } finally {
    feed.close()
    await patiently(underway.all())
  }
  return sum
}
