/**
 * Recorded traffic one step at a time, forth and back: what the state was at a
 * moment, and what is decided next. The same replay as a dry-run's, whose events
 * are held back until they are asked for; going back begins anew.
 */
import { readTraffic, type TrafficEvent } from "../ingest/traffic.js"
import type { Decision } from "../model/decision.js"
import type { Store } from "../store/store.js"
import { type DryRunOptions, Replay, type Where } from "./dry-run.js"

export interface Step {
  readonly decision: Decision
  /** Null for what time alone brought about. */
  readonly where: Where | null
}

export interface SessionOptions extends Omit<DryRunOptions, "store" | "aside"> {
  /** A store to begin with, made anew each time. */
  readonly makeStore: () => Store
}

/** What waits to be handed to the engine: an event, or the mere passing of time. */
type Waiting = TrafficEvent | number

/** Ends a reading that nobody wants to the end. */
class Abandoned extends Error {}

export class Session {
  readonly #options: SessionOptions
  #run: Run

  constructor(options: SessionOptions) {
    this.#options = options
    this.#run = new Run(options)
  }

  get replay(): Replay {
    return this.#run.replay
  }

  get store(): Store {
    return this.#run.store
  }

  /** The time up to which everything has happened; -1 before the first event. */
  get nowMicros(): number {
    return this.store.nowMicros
  }

  /**
   * Lets everything up to and including a time happen.
   * @returns the decisions that were made on the way; from the start when it lies back
   */
  async goto(atMicros: number): Promise<readonly Step[]> {
    if (atMicros < this.nowMicros) {
      await this.#run.abandon()
      this.#run = new Run(this.#options)
    }
    return this.#run.until(atMicros)
  }

  /** Goes on until something is decided; nothing comes back when the traffic ends first. */
  next(): Promise<readonly Step[]> {
    return this.#run.next()
  }

  /** Stops reading. */
  close(): Promise<void> {
    return this.#run.abandon()
  }
}

/** One reading from the start. */
class Run {
  readonly store: Store
  readonly replay: Replay
  readonly #steps: Step[] = []
  readonly #waiting: Waiting[] = []
  #head = 0
  #isDone = false
  readonly #reading: Promise<void>
  /** Lets the reading go on; set while it waits. */
  #goOn: { readonly resolve: () => void; readonly reject: (error: Error) => void } | null = null
  /** Told when there is more to take. */
  #more: (() => void) | null = null
  #failure: unknown = null
  #isAbandoned = false

  constructor({ makeStore, ...options }: SessionOptions) {
    this.store = makeStore()
    const { store } = this
    this.replay = new Replay({ ...options, store }, store, {
      decision: (decision, where) => void this.#steps.push({ decision, where }),
    })
    const { ruling: _ruling, lookup: _lookup, receptions: _receptions, ...traffic } = options
    const consumer = {
      ready: this.replay.ready,
      event: (event: TrafficEvent) => void this.#waiting.push({ ...event }),
      clock: (atMicros: number) => void this.#waiting.push(atMicros),
      bad: () => {},
      pause: () => this.#pause(),
    }
    this.#reading = readTraffic({ ...traffic, pairs: store.pairs, audits: store.audits.size > 0 }, consumer)
      .then(() => {})
      .catch((error: unknown) => {
        if (!(error instanceof Abandoned)) this.#failure = error
      })
      .finally(() => {
        this.#isDone = true
        this.#more?.()
      })
  }

  async until(atMicros: number): Promise<readonly Step[]> {
    await this.replay.ready
    for (;;) {
      const next = await this.#peek()
      if (next === null || timeOf(next) > atMicros) break
      this.#take(next)
    }
    // Time begins with the first event: sweeps count from it. It goes on after the last one that is wanted.
    if (this.store.startMicros >= 0) this.replay.engine.advance(atMicros)
    return this.#steps.splice(0)
  }

  async next(): Promise<readonly Step[]> {
    await this.replay.ready
    while (this.#steps.length === 0) {
      const next = await this.#peek()
      if (next === null) break
      // What time brings about before the event happens at its own time.
      const due = this.replay.engine.nextDueMicros
      if (due >= timeOf(next) || !this.replay.clock(due)) this.#take(next)
    }
    return this.#steps.splice(0)
  }

  async abandon(): Promise<void> {
    this.#goOn?.reject(new Abandoned())
    this.#goOn = null
    // A reading that does not wait now meets this at its next pause.
    this.#isAbandoned = true
    await this.#reading
  }

  #take(next: Waiting): void {
    this.#head++
    if (typeof next === "number") this.replay.clock(next)
    else this.replay.event(next)
  }

  async #peek(): Promise<Waiting | null> {
    while (this.#head === this.#waiting.length) {
      this.#waiting.length = 0
      this.#head = 0
      if (this.#isDone) {
        if (this.#failure !== null) throw this.#failure
        return null
      }
      const more = new Promise<void>((resolve) => {
        this.#more = resolve
      })
      this.#goOn?.resolve()
      this.#goOn = null
      await more
    }
    return this.#waiting[this.#head] as Waiting
  }

  #pause(): Promise<void> | void {
    if (this.#isAbandoned) throw new Abandoned()
    this.#more?.()
    this.#more = null
    if (this.#waiting.length === 0) return
    return new Promise((resolve, reject) => {
      this.#goOn = { resolve, reject }
    })
  }
}

function timeOf(waiting: Waiting): number {
  return typeof waiting === "number" ? waiting : waiting.atMicros
}
