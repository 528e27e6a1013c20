/**
 * A log that is followed: its bytes to the ledger, with the place up to which they
 * were taken, so that after a restart no line is skipped and none taken twice.
 * Looks again when a timer that is given says so; knows no clock.
 */
import type { FormatName } from "../ingest/detect.js"
import { type LogPosition, LogTail } from "../ingest/log-tail.js"
import { SourceError } from "../ingest/source.js"
import type { Feed, Intake, Step, Taken } from "./intake.js"
import type { Ledger, SourceNote } from "./ledger.js"
import type { LogOrder, LogPlace } from "./log-order.js"
import { Underway } from "./underway.js"

/** How far a log was read, as it stands in the journal. */
export interface FollowState {
  readonly format: FormatName | null
  readonly position: LogPosition | null
}

export interface FollowOptions {
  readonly path: string
  /** Null: its lines tell. */
  readonly format: FormatName | null
  /** Begins at the end of a log that was never read. */
  readonly fromEnd: boolean
  /** A bouncelog beside a mainlog: failures that both have are taken once. */
  readonly skipsCopies: boolean
  /** From the journal; undefined for a log that was never read. */
  readonly state: unknown
  readonly intake: Intake
  readonly ledger: Ledger
  readonly order: LogOrder
  /** Waits; ends early when the signal says so. */
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** This machine's clock says what is not believed yet: lines wait, since their times may be of that clock too. */
  readonly isClockDoubtful: () => boolean
  /** Told of what was taken, also of lines that could not be read. */
  readonly taken: (path: string, taken: Taken) => void
  /** Told when it cannot be read; null when it can again. */
  readonly troubled: (path: string, trouble: Trouble | null) => void
  /** Told when part of it cannot be found. @param isSure false where it may be that there was no such part */
  readonly lost: (path: string, trouble: Trouble, isSure: boolean) => void
  /** Told of mistakes of this program. */
  readonly failed: (error: unknown) => void
}

interface Trouble {
  readonly message: string
  readonly hint: string
}

/** Most likely its name is misspelt. */
const MISSING: Trouble = {
  message: "there is no such file yet: it is followed from its first line when it comes",
  hint: "check the path; a relative one is taken from the current directory",
}

const UNTOLD: Trouble = {
  message: "none of its lines so far has the shape of a known format: nothing is taken until one has",
  hint: "check that it is a log of mail, or name its format with --format",
}

const BROKEN: Trouble = {
  message:
    "a mistake of this program has ended the reading: it goes on there when the daemon is started again",
  hint: "the log of the daemon tells which; please report it",
}

/** Between two looks at a log that says nothing new. */
const LOOK_MS = 200
/** Between two looks at one that has just said something, twice as long each time that it has not; several share it. */
const FIRST_LOOK_MS = 10
/** Read at a time. */
const CHUNK_BYTES = 1 << 16
/** Taken as one: its events live together until they are taken, and what lives holds up whoever collects garbage. */
const PIECE_BYTES = 1 << 12
/** Pieces that are on their way to the disk while the next one is read. */
const MAX_UNDERWAY = 32
/** The first line of a file with columns names them. */
const MAX_HEADING_BYTES = 1 << 16
const LOST_HINT = "rotate logs by renaming them, and keep the last one unpacked"

export class Follower {
  readonly #options: FollowOptions
  readonly #tail: LogTail
  readonly #ending = new AbortController()
  readonly #place: LogPlace
  #feed: Feed
  #running: Promise<void> | null = null
  /** What was told last; null where all is well. */
  #trouble: string | null = null
  /** What names the columns has been read, where there is such a thing. */
  #isHeaded = false
  readonly #underway = new Underway(MAX_UNDERWAY)
  /** There may be more of the log than was taken. */
  isBehind = true

  constructor(options: FollowOptions) {
    const state = (options.state ?? null) as FollowState | null
    this.#options = options
    this.#tail = new LogTail(options.path, {
      position: state?.position ?? null,
      // One that was looked for and not there has nothing that is old.
      fromEnd: options.fromEnd && state === null,
      chunkBytes: CHUNK_BYTES,
    })
    this.#feed = this.#newFeed(options.format ?? state?.format ?? null)
    this.#place = options.order.enter()
  }

  /** Begins; when it is settled, every line that is written from then on will be taken, by this run or the next. */
  async start(): Promise<void> {
    const state = (this.#options.state ?? null) as FollowState | null
    if (state === null) await this.#mark()
    this.#running = this.#run(state).catch((error) => {
      this.isBehind = false
      this.#place.leave()
      this.#tellTrouble(BROKEN)
      this.#options.failed(error)
    })
  }

  /** Takes no more. What was read and not taken is read again by the next run. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#running
    this.#place.leave()
    await this.#tail.close()
  }

  async #run(state: FollowState | null): Promise<void> {
    const { signal } = this.#ending
    const position = state?.position ?? null
    let pauseMs = LOOK_MS
    while (!signal.aborted) {
      pauseMs = Math.min(pauseMs * 2, LOOK_MS)
      try {
        if (!this.#isHeaded && position !== null) await this.#readHeading(position)
        this.#isHeaded = true
        // All logs together are not looked at more often than one: each look costs some calls of the system.
        if (await this.#look()) pauseMs = Math.min(LOOK_MS, FIRST_LOOK_MS * this.#options.order.size)
        // Its writer is given the time that he may need before it is left.
        if (this.#tail.isLeaving) pauseMs = LOOK_MS
        this.isBehind = false
        if (signal.aborted) return
        // One that rotation has renamed is still open, or its place is known.
        if (this.#tail.position() === null) this.#tellTrouble(MISSING)
        else this.#tellTrouble(this.#feed.isUntold ? UNTOLD : null)
      } catch (error) {
        if (signal.aborted) return
        if (!(error instanceof SourceError)) throw error
        // Time must not stand still for a log that nobody can read.
        this.isBehind = false
        this.#place.reads(false)
        const { path, message, hint } = error
        // A file that rotation has named otherwise is told by its own name.
        const isOwn = path === this.#options.path
        this.#tellTrouble({ message: isOwn ? message : `${path} ${message}`, hint })
      }
      await this.#options.timer(pauseMs, signal).catch(() => {})
    }
  }

  /** Once, as long as it is the same. */
  #tellTrouble(trouble: Trouble | null): void {
    const message = trouble?.message ?? null
    if (message === this.#trouble) return
    this.#trouble = message
    this.#options.troubled(this.#options.path, trouble)
  }

  /** A place on the disk before the first line: or else the next run would begin at an end that lies behind it. */
  async #mark(): Promise<void> {
    const { path, format, ledger } = this.#options
    try {
      await this.#tail.mark()
    } catch (error) {
      // The first look tells why it cannot be read.
      if (error instanceof SourceError) return
      throw error
    }
    const state: FollowState = { format, position: this.#tail.position() }
    await ledger.take([], [{ source: path, state }])
  }

  /** @returns whether there was anything new */
  async #look(): Promise<boolean> {
    let isMore = false
    this.#place.reads(true)
    for await (const piece of this.#tail.read()) {
      if (piece.kind === "lost")
        this.#options.lost(this.#options.path, { message: piece.reason, hint: LOST_HINT }, piece.isSure)
      else {
        isMore = true
        this.isBehind = true
        if (piece.kind === "rotated") await this.#take(this.#feed.rotated(), 0)
        else await this.#takeBytes(piece.bytes)
      }
      if (this.#ending.signal.aborted) break
    }
    this.#place.reads(false)
    await this.#underway.all()
    return isMore
  }

  async #takeBytes(bytes: Buffer): Promise<void> {
    const { timer, isClockDoubtful } = this.#options
    const { signal } = this.#ending
    for (let at = 0; at < bytes.length && !signal.aborted; at += PIECE_BYTES) {
      while (isClockDoubtful() && !signal.aborted) await timer(LOOK_MS, signal).catch(() => {})
      if (signal.aborted) return
      const end = Math.min(at + PIECE_BYTES, bytes.length)
      const piece = bytes.subarray(at, end)
      const unread = bytes.length - end
      // Much of a log may be no events: it moves all the same.
      this.#place.reads(true)
      if (this.#place.isShared) await this.#takeLines(await this.#feed.takeLines(piece), unread)
      else {
        const taken = await this.#feed.takeInTurns(piece)
        // Events that come in other ways wait for those of this one.
        this.#place.told(taken)
        await this.#take(taken, this.#feed.openBytes + unread)
      }
    }
  }

  /** Takes lines among those of other logs. */
  async #takeLines(steps: readonly Step[], unread: number): Promise<void> {
    const { path } = this.#options
    const parts = steps.map((step) => ({ events: step.events, note: this.#noteOf(step.unused + unread) }))
    const { written, taken } = await this.#place.tell(parts, this.#ending.signal)
    // What was not taken is read again by the next run, and counted then.
    for (const step of steps.slice(0, taken)) this.#options.taken(path, step)
    for (const one of written) await this.#underway.add(one.catch(() => {}))
  }

  /** @param unused bytes that the tail gave and that are not in it */
  async #take(taken: Taken, unused: number): Promise<void> {
    const { path, ledger } = this.#options
    const note = this.#noteOf(unused)
    this.#options.taken(path, taken)
    // Given up at the end: what was not written is read again by the next run.
    await this.#underway.add(ledger.take(taken.events, note === null ? [] : [note]).catch(() => {}))
  }

  /** A log that is not there has no place to go on from: the end of what was there still is one. */
  #noteOf(unused: number): SourceNote | null {
    const position = this.#tail.position(unused)
    const state: FollowState = { format: this.#feed.format, position }
    return position === null ? null : { source: this.#options.path, state }
  }

  /** A log with columns is not understood from its middle on: what names them stands at its beginning. */
  async #readHeading(position: LogPosition): Promise<void> {
    if (this.#feed.format !== "powermta" || position.offset === 0) return
    const beginning = await this.#tail.beginning(MAX_HEADING_BYTES)
    const end = beginning.indexOf(0x0a) + 1
    if (end > 0 && end <= position.offset) this.#feed.take(beginning.subarray(0, end))
  }

  #newFeed(format: FormatName | null): Feed {
    const { intake, path, skipsCopies } = this.#options
    return intake.feed(path, format, { skipsCopies })
  }
}
