/**
 * One thing after the other: events, time, commands and new rules, each written to
 * the journal and done to the state between two others. Whoever is told of a
 * decision is told when what led to it is on the disk. When that cannot be written
 * nothing is told and nothing more is taken, until it can.
 * Reads no clock; pauses are made by a timer that is given.
 */
import { setImmediate as turn } from "node:timers/promises"
import type { Reply } from "../console/console.js"
import type { EngineRules } from "../engine/engine.js"
import type { Decision } from "../model/decision.js"
import type { PairName } from "../model/pair-table.js"
import type { GivenConfiguration } from "../reload/conf-files.js"
import type { Journal } from "../store/backing/journal.js"
import type { Core, Numbered } from "./core.js"
import { type CommandNote, EntryWriter, type JournalEvent, type NoteKind, packed } from "./entries.js"
import { NOTHING_CHANGED, onceWritten } from "./unwritten.js"

export interface LedgerOptions {
  readonly core: Core
  readonly journal: Journal
  /** The last decision that all have been told of, by an earlier run too. */
  readonly toldId: number
  /** The number of the rules that serve. */
  readonly rules: number
  /**
   * Told of decisions, in order, each once what led to it is on the disk. Throws nothing.
   * @returns settled when what was made of it will outlive the process; before, the next run is to tell it again.
   * The same for several calls where one write keeps all of them
   */
  readonly published: (decided: readonly Numbered[]) => Promise<void>
  /** Told of each event, as it is taken. */
  readonly taken: (event: Readonly<JournalEvent>) => void
  /** Told when a command has changed the configuration, or has read it again. */
  readonly configured: (isRead: boolean) => void
  /** Told when the journal cannot be written, and null when it can again. */
  readonly troubled: (fault: Error | null) => void
  /** Waits; ends early when the signal says so. */
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
}

/** How far a source was read, beside its events. */
export interface SourceNote {
  readonly source: string
  readonly state: unknown
}

interface Written {
  /** Settled when it is on the disk. */
  readonly done: Promise<void>
}

const whenDone = ({ done }: Written): Promise<void> => done

/** Events between two turns of the event loop: who asks something must not wait for a whole batch. */
const EVENTS_A_TURN = 16
/** Pairs that a sweep looks at between two turns of the event loop. */
const PAIRS_A_SLICE = 20_000
/** A segment is read as a whole. */
const MAX_SEGMENT_BYTES = 64 << 20
/** Between two tries to write the journal. */
const RETRY_MS = 1000
/** Commands that only ask: they need not be done again. */
const ASKING =
  /^\s*(?:$|(?:help|module|cache)\b|adaptive\s+(?:suspensions|list|rules|help)\b|config\s+(?:get|eval|show|showrecurse|help)\b|outbound_audit\S*\s+(?:show|help)\b)/i

export function isAsking(line: string): boolean {
  return ASKING.test(line)
}

/** Does a decision say otherwise when mail may go, because an operator wants it so? */
function isOperated({ source, effects }: Decision): boolean {
  return source === "operator" && effects.some(({ action }) => action !== "reset")
}

export class Ledger {
  readonly core: Core
  readonly #options: LedgerOptions
  readonly #writer: EntryWriter
  readonly #ending = new AbortController()
  /** How far each source was read, as written last. */
  readonly positions = new Map<string, unknown>()
  #queue: Promise<unknown> = Promise.resolve()
  #publishing: Promise<void> = Promise.resolve()
  #toldId: number
  #keeping: Promise<unknown> = Promise.resolve()
  /** What is kept next, and the last decision in it. */
  #next: { readonly kept: Promise<void>; lastId: number } | null = null
  /** The last decision that need not be told again. */
  #keptId: number
  /** What the journal says of it. */
  #notedId: number
  /** Pairs below this number are in the journal, or in the copy of the state before it. */
  #notedPairs: number
  #isTroubled = false
  /** Wait for something, and no longer when the journal cannot be written. */
  readonly #impatient = new Set<() => void>()
  /** By pair: the last decision of an operator that is not on the disk yet. */
  readonly #operated = new Map<number, number>()
  /** Things that wait for their turn, or have it. */
  waiting = 0
  /** Events since the event loop has last had its turn. */
  #sinceTurn = 0
  /** Events taken by this run. */
  taken = 0
  /** The number of the rules that judge the next event. */
  rules: number

  constructor(options: LedgerOptions) {
    this.#options = options
    this.core = options.core
    this.#writer = new EntryWriter(options.core.store.pairs)
    this.rules = options.rules
    this.#toldId = options.toldId
    this.#keptId = options.toldId
    this.#notedId = options.toldId
    this.#notedPairs = options.core.store.pairs.count
  }

  /** The last decision that all have been told of. */
  get toldId(): number {
    return this.#toldId
  }

  /** The journal cannot be written: nothing is taken until it can. */
  get isTroubled(): boolean {
    return this.#isTroubled
  }

  /**
   * Takes events in order, and how far their sources were read with them; settled when they are on the disk.
   * Whoever has more waits for it.
   */
  take(events: readonly JournalEvent[], notes: readonly SourceNote[] = []): Promise<void> {
    // Events that are taken must be garbage while their record goes to the disk: whoever waits for that holds none.
    return this.#inTurn(() => this.#takeAll(events, notes)).then(whenDone)
  }

  async #takeAll(events: readonly JournalEvent[], notes: readonly SourceNote[]): Promise<Written> {
    for (let i = 0; i < events.length; i++) {
      // Small batches behind each other are a large one.
      if (++this.#sinceTurn > EVENTS_A_TURN) {
        this.#sinceTurn = 1
        await turn()
      }
      const due = this.#event(events[i] as JournalEvent)
      if (due !== null) await due
    }
    for (const note of notes) {
      this.positions.set(note.source, note.state)
      this.#note("position", note)
    }
    return this.#seal()
  }

  /** Lets time pass without an event: nothing happens before the first one. */
  async tick(atMicros: number): Promise<void> {
    const { core } = this
    if (core.store.startMicros < 0 || atMicros <= core.store.nowMicros) return
    const written = await this.#inTurn(async () => {
      if (core.isDue(atMicros)) await this.#sweep(atMicros)
      else core.clock(atMicros)
      return this.#seal()
    })
    await written.done
  }

  /**
   * A command of an operator; what it changed is on the disk when its answer comes. While the journal cannot be
   * written nothing is changed; where that begins meanwhile and lasts, the answer is no and says what is so.
   * @param givenMicros when it was given, by the clock that questions are answered by; null: at the state's own time
   */
  async command(line: string, givenMicros: number | null = null): Promise<Reply> {
    if (isAsking(line)) {
      const reply = await this.#inTurn(async () => this.core.command(line, givenMicros))
      // What it tells of is on the disk before it is told; while that takes nothing, what is known is told.
      await this.#unlessTroubled(this.#publishing)
      return reply
    }
    const given = await this.#inTurn(async () =>
      this.#isTroubled ? null : this.#change({ line, givenMicros }),
    )
    return given === null ? NOTHING_CHANGED : onceWritten(given, this, this.#options.timer)
  }

  /** The configuration read again, as its files say: whatever becomes of this run, the next one reads them too. */
  async reread(): Promise<Reply> {
    const { reply, done } = await this.#inTurn(async () =>
      this.#change({ line: "config reload", givenMicros: null }),
    )
    await done
    return reply
  }

  #change(command: CommandNote): Written & { readonly reply: Reply } {
    // Done again, it has to find the state at the same time.
    this.#noteTime()
    const before = this.core.configuration
    const reply = this.core.command(command.line, command.givenMicros)
    const after = this.core.configuration
    const isRead = after.given !== before.given
    // What was read is what is done again: the files may say something else by then.
    if (isRead) this.#noteConfiguration(after.given)
    else this.#note("command", command)
    if (isRead || after.changes !== before.changes) this.#options.configured(isRead)
    return { reply, ...this.#seal() }
  }

  /** Has an operator changed when mail of a pair may go, and is that not on the disk yet? */
  isChanging({ binding, domain }: PairName): boolean {
    return this.#operated.size > 0 && this.#operated.has(this.core.store.pairs.of(binding, domain))
  }

  /** Another configuration from now on. */
  async configure(given: GivenConfiguration): Promise<void> {
    const written = await this.#inTurn(async () => {
      this.#noteTime()
      this.#noteConfiguration(given)
      this.core.configure(given)
      return this.#seal()
    })
    await written.done
  }

  /** Other rules from now on. @param number under which they are kept on the disk already */
  async replaceRules(number: number, ruling: EngineRules): Promise<void> {
    const written = await this.#inTurn(async () => {
      // By itself in a record: whoever reads it again has to load them first.
      this.#seal()
      this.#noteTime()
      this.#note("rules", number)
      this.core.engine.replaceRules(ruling)
      this.rules = number
      return this.#seal()
    })
    await written.done
  }

  /** Settled when everything that has been decided up to now is on the disk and has been told, or when it cannot be. */
  async settled(): Promise<void> {
    // What was done to the state since the last record may belong to one that is not sealed yet.
    if (this.#writer.length > 0) await this.#inTurn(async () => {})
    await this.#unlessTroubled(this.#publishing)
  }

  /** Calls a function when everything that has been decided up to now has been told, and nothing that comes after it. */
  whenTold(call: () => void): void {
    this.#publishing = this.#publishing.then(call)
  }

  /**
   * Calls a function at a moment when everything that was decided has been told, and what comes next stands in
   * a segment of its own: a copy of the state taken then, and that segment, are the whole state.
   * @returns null while the journal cannot be written: nobody is made to wait for that
   */
  async atBoundary<T>(take: (segment: number) => T): Promise<T | null> {
    return this.#inTurn(async () => {
      this.#seal()
      await this.#unlessTroubled(this.#publishing)
      return this.#isTroubled ? null : take(this.#rotate())
    })
  }

  /** From now on, what cannot be written is given up at once: it is read again, or was never acknowledged. */
  end(): void {
    this.#ending.abort()
  }

  async #unlessTroubled(promise: Promise<unknown>): Promise<void> {
    if (this.#isTroubled) return
    await new Promise<void>((resolve) => {
      const go = (): void => {
        this.#impatient.delete(go)
        resolve()
      }
      this.#impatient.add(go)
      promise.then(go, go)
    })
  }

  /** @returns what has to end first, where time has to do something before the event */
  #event(event: JournalEvent): Promise<void> | null {
    const { core } = this
    if (core.isDue(event.atMicros)) return this.#sweep(event.atMicros).then(() => this.#takeOne(event))
    this.#takeOne(event)
    return null
  }

  #takeOne(event: JournalEvent): void {
    const { core } = this
    this.#notePairs()
    event.atMicros = core.timeOf(event.atMicros)
    this.#writer.event(event)
    this.#options.taken(event)
    core.event(event)
    this.taken++
  }

  async #sweep(atMicros: number): Promise<void> {
    this.#notePairs()
    this.#writer.clock(atMicros)
    for (const _ of this.core.clockSlices(atMicros, PAIRS_A_SLICE)) await turn()
  }

  /** Whoever asks for a pair that was never seen makes it known: it has its number in the journal too. */
  #notePairs(): void {
    const { count } = this.core.store.pairs
    if (count === this.#notedPairs) return
    this.#writer.pairs(this.#notedPairs, count)
    this.#notedPairs = count
  }

  /** Time that brought nothing about is not written, until something depends on it. */
  #noteTime(): void {
    this.#notePairs()
    const { nowMicros } = this.core.store
    if (nowMicros >= 0) this.#writer.clock(nowMicros)
  }

  #noteConfiguration(given: GivenConfiguration): void {
    this.#note("configuration", packed(given))
  }

  #note(kind: NoteKind, data: unknown): void {
    this.#writer.note(kind, data)
  }

  /** Ends a record, and has it written; what it led to is told then. */
  #seal(): Written {
    const { journal } = this.#options
    this.#notePairs()
    const decided = this.core.takeDecided()
    for (const { id, decision } of decided) if (isOperated(decision)) this.#operated.set(decision.pair, id)
    if (this.#notedId < this.#keptId && this.#writer.length > 0) {
      this.#notedId = this.#keptId
      this.#writer.note("told", this.#notedId)
    }
    const record = this.#writer.take()
    if (record !== null) journal.append(record)
    if (journal.segmentBytes > MAX_SEGMENT_BYTES) this.#rotate()
    const committed = record === null ? Promise.resolve() : this.#commit()
    // One behind the other, as they were decided.
    this.#publishing = this.#publishAfter(this.#publishing, committed, decided)
    return { done: committed }
  }

  async #publishAfter(
    before: Promise<void>,
    committed: Promise<void>,
    decided: readonly Numbered[],
  ): Promise<void> {
    try {
      await committed
      await before
    } catch {
      // Given up at the end: what is not on the disk is not told either.
      return
    }
    this.#publish(decided)
  }

  /** What comes stands in a segment of its own, which names its pairs itself. */
  #rotate(): number {
    this.#writer.begin()
    return this.#options.journal.rotate()
  }

  #publish(decided: readonly Numbered[]): void {
    const last = decided.at(-1)
    if (last === undefined) return
    const kept = this.#options.published(decided)
    this.#toldId = last.id
    if (this.#operated.size > 0)
      for (const { id, decision } of decided)
        if (this.#operated.get(decision.pair) === id) this.#operated.delete(decision.pair)
    // There may be thousands a second, and one write that keeps them all.
    if (this.#next?.kept === kept) {
      this.#next.lastId = last.id
      return
    }
    const next = { kept, lastId: last.id }
    this.#next = next
    this.#keeping = Promise.all([this.#keeping, kept]).then(() => {
      this.#keptId = next.lastId
      if (this.#next === next) this.#next = null
    })
  }

  /** Until it succeeds: who waits for it takes nothing more meanwhile. */
  async #commit(): Promise<void> {
    const { journal, troubled, timer } = this.#options
    for (;;) {
      try {
        await journal.commit()
        if (this.#isTroubled) {
          this.#isTroubled = false
          troubled(null)
        }
        return
      } catch (fault) {
        if (!this.#isTroubled) {
          this.#isTroubled = true
          for (const go of this.#impatient) go()
          troubled(fault as Error)
        }
        if (this.#ending.signal.aborted) throw fault
        await timer(RETRY_MS, this.#ending.signal).catch(() => {})
      }
    }
  }

  #inTurn<T>(task: () => Promise<T>): Promise<T> {
    this.waiting++
    const done = this.#queue.then(task).finally(() => this.waiting--)
    this.#queue = done.catch(() => {})
    return done
  }
}
