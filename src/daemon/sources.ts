/**
 * Where events come from, as far as it is told of: what each source gave and when,
 * lines that were none, what is wrong with it, what was lost of it.
 */
import { FewLines } from "./few-lines.js"
import type { Taken } from "./intake.js"
import type { Log } from "./log.js"
import type { DaemonMetrics } from "./metrics.js"

/** What is known of a source of events. */
export interface SourceFacts {
  readonly path: string
  events: number
  bad: number
  /** When its last event happened, seconds since 1970; 0 before the first. */
  lastAtSec: number
  /** Why it cannot be read; null where it can. */
  trouble: string | null
}

export interface SourcesOptions {
  readonly log: Log
  readonly metrics: DaemonMetrics
  /** Microseconds since 1970. */
  readonly nowMicros: () => number
}

/** What a person reads of a trouble, and can do about it. */
interface Told {
  readonly message: string
  readonly hint: string
}

/** What was lost is an alarm for so long: nobody can bring it back. */
const LOSS_TOLD_SEC = 3600

export class Sources {
  readonly #options: SourcesOptions
  readonly #facts = new Map<string, SourceFacts>()
  /** What was lost of a log last, and until when that is told. */
  readonly #losses = new Map<string, { readonly reason: string; readonly untilMicros: number }>()
  readonly #badLines: FewLines

  constructor(options: SourcesOptions) {
    this.#options = options
    this.#badLines = new FewLines({
      nowMs: () => options.nowMicros() / 1000,
      tell: (facts, message) => options.log.warn(facts, message),
    })
  }

  /** One that comes and goes, by its name. */
  of(path: string): SourceFacts {
    const facts = this.#facts.get(path) ?? { path, events: 0, bad: 0, lastAtSec: 0, trouble: null }
    this.#facts.set(path, facts)
    this.#options.metrics.source(path)
    return facts
  }

  all(): Iterable<SourceFacts> {
    return this.#facts.values()
  }

  /** Why they are not as they should be; nothing where they are. */
  get alarms(): readonly string[] {
    const alarms: string[] = []
    for (const { path, trouble } of this.#facts.values())
      if (trouble !== null) alarms.push(`${path}: ${trouble}`)
    for (const [path, { reason, untilMicros }] of this.#losses)
      if (this.#options.nowMicros() < untilMicros) alarms.push(`${path}: part of it is lost: ${reason}`)
    return alarms
  }

  /** Counts what a source told, and tells of lines that were none. */
  taken(facts: SourceFacts, taken: Taken): void {
    const { events, bad, badCount } = taken
    this.#options.metrics.taken(facts.path, taken)
    facts.events += events.length
    facts.bad += badCount
    const last = events.at(-1)
    if (last !== undefined) facts.lastAtSec = last.atMicros / 1e6
    for (const { file, line, column, reason } of bad)
      this.#badLines.tell(`bad lines of ${facts.path}`, `${file}:${line}: ${reason}: the line is left out`, {
        file,
        line,
        column,
      })
  }

  /** A log cannot be read; null: it can again. */
  troubled(facts: SourceFacts, trouble: Told | null): void {
    const { log } = this.#options
    const { path } = facts
    facts.trouble = trouble === null ? null : trouble.message
    if (trouble === null) log.info({ path }, "the log can be read again")
    else log.warn({ path, hint: trouble.hint }, `${path}: ${trouble.message}`)
  }

  /** Part of a log cannot be found. @param isSure false where it may be that there was no such part */
  lost(path: string, { message, hint }: Told, isSure: boolean): void {
    const { log, metrics, nowMicros } = this.#options
    if (!isSure) {
      log.info({ path, hint }, `${path}: ${message}: what was written in that moment is not found`)
      return
    }
    metrics.lost(path)
    this.#losses.set(path, { reason: message, untilMicros: nowMicros() + LOSS_TOLD_SEC * 1e6 })
    log.warn({ path, hint }, `${path}: ${message}: part of it is lost`)
  }

  /** Tells what was only counted. */
  close(): void {
    this.#badLines.close()
  }
}
