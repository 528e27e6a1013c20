/**
 * A daemon without its doors: state, rules, logs that are followed, what is told.
 * Starts and ends them in the right order. What comes in and what is asked comes
 * through `intake`, `ledger` and `answers`; who listens where is not known here.
 */
import type { Configuration } from "../config/configuration.js"
import { readOutputSettings } from "../config/output-settings.js"
import { Settings } from "../config/settings.js"
import { auditInstances, namedThrottles } from "../config/store-settings.js"
import type { EngineRules } from "../engine/engine.js"
import { type ReloadOutcome, RuleKeeper, RulesRefused } from "../reload/keeper.js"
import type { LoadedRules, LoadOptions } from "../reload/load.js"
import { RuleWatcher } from "../reload/watcher.js"
import { openSinks } from "../sinks/open.js"
import type { Sink, TellFault } from "../sinks/sink.js"
import { Journal } from "../store/backing/journal.js"
import { SnapshotFile } from "../store/backing/snapshot.js"
import { StateDirectory } from "../store/backing/state-directory.js"
import type { Core, Numbered } from "./core.js"
import type { Effects } from "./effects.js"
import { Follower, type FollowOptions } from "./follow.js"
import { Intake, type Taken } from "./intake.js"
import { Ledger } from "./ledger.js"
import type { DaemonMetrics } from "./metrics.js"
import { recover, SNAPSHOT_FILE, type StateNote } from "./recovery.js"
import { Revisions } from "./revisions.js"

/** Where a daemon tells what a person should know; the manner of pino. */
export interface Log {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
}

export interface FollowedLog extends Pick<FollowOptions, "path" | "format" | "fromEnd" | "skipsCopies"> {}

export interface DaemonOptions {
  readonly stateDirectory: string
  /** Reads the configuration anew: as it is by then. */
  readonly makeConfiguration: () => Configuration
  readonly readConfiguration: (file: string | null) => {
    readonly configuration: Configuration | null
    readonly text: string
  }
  readonly rulePaths: (configuration: Configuration) => readonly string[]
  readonly loadOptions: () => LoadOptions
  readonly follow: readonly FollowedLog[]
  /** As alerts name it. */
  readonly host: string
  /** Alerts are mailed to this server; null: nowhere. */
  readonly alertServer: { readonly host: string; readonly port: number } | null
  /** Where logs are kept when the configuration does not say. */
  readonly logDirectory: string | null
  /** Microseconds since 1970. */
  readonly nowMicros: () => number
  /** Of stamps in logs that name no zone, minutes east of UTC; a function where that differs with the season. */
  readonly utcOffsetMinutes: number | ((atMs: number) => number)
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
  readonly log: Log
  /** Takes every decision that is on the disk, beside the sinks. */
  readonly effects: Effects
  readonly metrics: DaemonMetrics
  /** Seconds between two copies of the state. */
  readonly snapshotSec: number
}

/** Time goes on that far behind the clock: events are told of a little later than they happen. */
const LAG_MICROS = 1e6
const TICK_MS = 250
/** Bad lines of one source that are told one by one. */
const MAX_BAD_TOLD = 10

/** What is known of a source of events. */
export interface SourceFacts {
  readonly path: string
  events: number
  bad: number
  /** Why it cannot be read; null where it can. */
  trouble: string | null
}

export class Daemon {
  readonly ledger: Ledger
  readonly intake: Intake
  readonly keeper: RuleKeeper
  readonly revisions: Revisions
  readonly sources = new Map<string, SourceFacts>()
  /** Why what the rule files say does not serve; null where it does. */
  reloadTrouble: string | null = null
  readonly #options: DaemonOptions
  readonly #state: StateDirectory
  readonly #journal: Journal
  readonly #sink: Sink
  readonly #ending = new AbortController()
  #watcher: RuleWatcher | null = null
  #followers: Follower[] = []
  #loops: Promise<void>[] = []
  /** Rules are swapped one after the other. */
  #swapping: Promise<void> = Promise.resolve()
  /** The number of the rules that serve. */
  #serving: number
  /** Where the journal goes on behind the last copy of the state. */
  #copySegment: number

  private constructor(parts: {
    readonly options: DaemonOptions
    readonly state: StateDirectory
    readonly journal: Journal
    readonly sink: Sink
    readonly ledger: Ledger
    readonly keeper: RuleKeeper
    readonly revisions: Revisions
    readonly serving: number
    readonly copySegment: number
  }) {
    this.#options = parts.options
    this.#state = parts.state
    this.#journal = parts.journal
    this.#sink = parts.sink
    this.ledger = parts.ledger
    this.keeper = parts.keeper
    this.revisions = parts.revisions
    this.#serving = parts.serving
    this.#copySegment = parts.copySegment
    const { nowMicros, utcOffsetMinutes } = parts.options
    this.intake = new Intake({ pairs: parts.ledger.core.store.pairs, nowMicros, utcOffsetMinutes })
  }

  /**
   * Takes up the state of the last run and goes on.
   * @throws StoreFault for a state that cannot be used, RulesRefused for rules of which none are valid
   */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const state = await StateDirectory.open(options.stateDirectory)
    try {
      return await Daemon.#begin(options, state)
    } catch (error) {
      await state.close()
      throw error
    }
  }

  static async #begin(options: DaemonOptions, state: StateDirectory): Promise<Daemon> {
    const { log } = options
    const revisions = new Revisions(state)
    const configuration = options.makeConfiguration()
    const { keeper, isNew, trouble } = await startKeeper(options, configuration, revisions)
    if (isNew) await revisions.keep(keeper.current)
    const serving = keeper.current
    let isLive = false
    const found = await recover(state, {
      limits: { namedThrottles: namedThrottles(configuration) },
      rulesOf: async (number) => {
        const loaded = number === serving.number ? serving.loaded : await revisions.load(number)
        return loaded === null ? null : rulingOf(loaded)
      },
      fallback: rulingOf(serving.loaded),
      configuration: options.makeConfiguration(),
      readConfiguration: options.readConfiguration,
      prepare: (store) => store.audits.keepTo(auditInstances(configuration)),
      // What is done again was counted by the run that did it first.
      listener: {
        matched: (rule, fired) => isLive && options.metrics.matched(rule, fired),
        unmatched: () => isLive && options.metrics.unmatched(),
      },
    })
    isLive = true
    options.effects.restore(
      found.untold[0] === undefined ? found.core.lastId : found.untold[0].id - 1,
      found.effects,
      found.told,
    )
    // What was set while the last run went on ended with it.
    found.core.target.reconfigure(configuration)
    for (const { path, bytes } of found.torn)
      log.warn({ path, bytes }, "the last write of the run before was cut off: what it held was never told")
    for (const { code, message, hint } of found.refused) log.error({ code, hint }, message)
    for (const number of found.missing)
      log.error(
        { number },
        "rules of the run before are not kept: what happened under them was done with others",
      )
    const journal = await Journal.begin(state.path, found.segment)
    const sink = await makeSink(options, configuration)
    const published = (decided: readonly Numbered[]): void => {
      for (const { decision, group } of decided) sink.decision(decision, group)
      options.metrics.published(decided)
      options.effects.add(decided)
    }
    const ledger = new Ledger({
      core: found.core,
      journal,
      toldId: found.core.lastId,
      published,
      troubled: (fault) =>
        fault === null
          ? log.info({}, "the journal can be written again: events are taken")
          : log.error({ alarm: "journal" }, `${fault.message}: no events are taken until it can`),
      timer: options.timer,
    })
    for (const [source, place] of found.positions) ledger.positions.set(source, place)
    if (found.untold.length > 0) published(found.untold)
    const daemon = new Daemon({
      options,
      state,
      journal,
      sink,
      ledger,
      keeper,
      revisions,
      serving: serving.number,
      copySegment: found.copySegment,
    })
    daemon.reloadTrouble = trouble
    if (found.rules !== serving.number) await ledger.replaceRules(serving.number, rulingOf(serving.loaded))
    log.info(
      { events: found.repeated, decisions: found.core.lastId, pairs: found.core.store.pairs.count },
      "the state is as it was",
    )
    await daemon.#run(configuration)
    return daemon
  }

  /** A source that comes and goes, by its name. */
  source(path: string): SourceFacts {
    const facts = this.sources.get(path) ?? { path, events: 0, bad: 0, trouble: null }
    this.sources.set(path, facts)
    return facts
  }

  get journalWaitingBytes(): number {
    return this.#journal.waitingBytes
  }

  get journalWrittenBytes(): number {
    return this.#journal.writtenBytes
  }

  /** Why it is not as it should be; nothing where it is. */
  get alarms(): readonly string[] {
    const alarms: string[] = []
    if (this.ledger.isTroubled) alarms.push("the journal cannot be written: no events are taken")
    if (this.reloadTrouble !== null) alarms.push(`the rule files are refused: ${this.reloadTrouble}`)
    for (const { path, trouble } of this.sources.values())
      if (trouble !== null) alarms.push(`${path}: ${trouble}`)
    return alarms
  }

  get core(): Core {
    return this.ledger.core
  }

  /** The number of the rules that serve. */
  get serving(): number {
    return this.#serving
  }

  /** Looks at the rule files, and at what the configuration says by now. */
  async reload(): Promise<ReloadOutcome> {
    return this.keeper.reload()
  }

  /** Goes back to rules that served before; null where there are none such. */
  async rollback(number: number): Promise<number | null> {
    const loaded = await this.revisions.load(number)
    if (loaded === null || !loaded.ok) return null
    const { number: made } = this.keeper.bringBack(loaded, number)
    await this.#swapping
    return made
  }

  /** Takes a copy of the state, and lets the journal before the last one go. */
  async snapshot(): Promise<void> {
    const file = new SnapshotFile(this.#state.file(SNAPSHOT_FILE))
    const { ledger } = this
    const { segment, written } = await ledger.atBoundary((segment) => {
      const note: StateNote = {
        segment,
        lastId: this.core.lastId,
        positions: [...ledger.positions],
        rules: this.#serving,
        effects: this.#options.effects.latest(),
        causes: Array.from(this.core.causes, ([pair, cause]) => {
          const { binding, domain } = this.core.store.pairs.nameOnce(pair)
          return [binding, domain, cause] as const
        }),
      }
      return { segment, written: file.write(this.core.store, note) }
    })
    await written
    // The copy before this one still serves when this one turns out to be damaged: with all that came after it.
    await this.#journal.dropBefore(this.#copySegment)
    this.#copySegment = segment
  }

  /** Ends: takes nothing more, brings everything to the disk. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#watcher?.close()
    for (const follower of this.#followers) await follower.close()
    await Promise.all(this.#loops)
    await this.#swapping
    if (this.ledger.isTroubled) this.ledger.abandon()
    else await this.snapshot().catch((error: Error) => this.#options.log.error({}, error.message))
    await this.ledger.settled()
    await this.#journal.close().catch((error: Error) => this.#options.log.error({}, error.message))
    await this.#sink.close()
    await this.#state.close()
  }

  async #run(configuration: Configuration): Promise<void> {
    const { follow, log, timer, rulePaths } = this.#options
    this.keeper.follow((outcome) => this.#reloaded(outcome))
    this.#watcher = await RuleWatcher.start({
      paths: () => [...rulePaths(configuration), ...this.keeper.seen.dependencies],
      changed: () => void this.reload(),
      failed: (error) => log.error({ alarm: "watcher" }, `rule files cannot be watched: ${error.message}`),
    })
    // What changed between loading and watching is seen too.
    void this.reload()
    for (const source of follow) {
      const facts = this.source(source.path)
      const follower = new Follower({
        ...source,
        state: this.ledger.positions.get(source.path),
        intake: this.intake,
        ledger: this.ledger,
        timer,
        taken: (_, taken) => this.noteTaken(facts, taken),
        troubled: (path, trouble) => {
          facts.trouble = trouble === null ? null : trouble.message
          if (trouble === null) log.info({ path }, "the log can be read again")
          else log.warn({ path, hint: trouble.hint }, `${path}: ${trouble.message}`)
        },
      })
      this.#followers.push(follower)
      await follower.start()
    }
    this.#loops.push(
      this.#every(TICK_MS, () => this.#tick()),
      this.#every(this.#options.snapshotSec * 1000, () => this.snapshot()),
      this.#every(1000, () => this.#sink.flush()),
    )
  }

  /** Time goes on by itself only where no log has older things to tell. */
  async #tick(): Promise<void> {
    if (this.#followers.some(({ isBehind }) => isBehind)) return
    await this.ledger.tick(this.#options.nowMicros() - LAG_MICROS)
  }

  /** Counts what a source told, and tells of lines that were none. */
  noteTaken(facts: SourceFacts, taken: Taken): void {
    const { events, bad } = taken
    this.#options.metrics.taken(facts.path, taken)
    facts.events += events.length
    for (const { file, line, column, reason } of bad) {
      if (++facts.bad <= MAX_BAD_TOLD)
        this.#options.log.warn({ file, line, column }, `${file}:${line}: ${reason}: the line is left out`)
    }
  }

  #reloaded(outcome: ReloadOutcome): void {
    const { log } = this.#options
    if (outcome.kind === "unchanged") return
    this.#options.metrics.reloaded(outcome.kind)
    if (outcome.kind === "refused") {
      const [first] = outcome.loaded.diagnostics.filter(({ severity }) => severity === "error")
      this.reloadTrouble =
        first === undefined ? "it has errors" : `${first.file}:${first.line}: ${first.message}`
      log.error(
        { alarm: "rules", code: first?.code, hint: first?.hint },
        `rules are refused: ${this.reloadTrouble}; revision ${this.#serving} stays active`,
      )
      return
    }
    const { revision } = outcome
    this.reloadTrouble = null
    this.#swapping = this.#swapping.then(async () => {
      await this.revisions.keep(revision)
      await this.ledger.replaceRules(revision.number, rulingOf(revision.loaded))
      this.#serving = revision.number
      log.info(
        { number: revision.number, revision: revision.loaded.revision, rollbackOf: revision.rollbackOf },
        `revision ${revision.number} of the rules serves`,
      )
    })
    this.#swapping = this.#swapping.catch((error: Error) => {
      this.reloadTrouble = error.message
      log.error({ alarm: "rules" }, `${error.message}; revision ${this.#serving} stays active`)
    })
  }

  async #every(ms: number, work: () => Promise<void>): Promise<void> {
    const { signal } = this.#ending
    const { timer, log } = this.#options
    while (!signal.aborted) {
      await timer(ms, signal).catch(() => {})
      if (signal.aborted) return
      await work().catch((error: Error) => log.error({}, error.message))
    }
  }
}

function rulingOf({ rules, functions, classifier }: LoadedRules): EngineRules {
  return {
    rules,
    ask: (id, args) => functions.call(id, args),
    classify: (reply, domain, mx) => classifier.classNumber(reply, domain, mx),
  }
}

/** The rules of the files; where they are not valid, those that served last. */
async function startKeeper(
  { rulePaths, loadOptions, log }: DaemonOptions,
  configuration: Configuration,
  revisions: Revisions,
): Promise<{ readonly keeper: RuleKeeper; readonly isNew: boolean; readonly trouble: string | null }> {
  const last = (await revisions.list()).at(-1)
  const options = { paths: () => rulePaths(configuration), load: loadOptions }
  try {
    const keeper = await RuleKeeper.start({ ...options, lastNumber: last?.number ?? 0 })
    if (last === undefined || !revisions.isOf(last, keeper.current.loaded))
      return { keeper, isNew: true, trouble: null }
    // What serves is what served.
    const again = RuleKeeper.of({ ...options, lastNumber: last.number - 1 }, keeper.current.loaded)
    return { keeper: again, isNew: false, trouble: null }
  } catch (error) {
    if (!(error instanceof RulesRefused) || last === undefined) throw error
    const loaded = await revisions.load(last.number)
    if (loaded === null || !loaded.ok) throw error
    const [first] = error.loaded.diagnostics.filter(({ severity }) => severity === "error")
    const trouble = first === undefined ? "it has errors" : `${first.file}:${first.line}: ${first.message}`
    log.error(
      { alarm: "rules", code: first?.code, hint: first?.hint },
      `rules are refused: ${trouble}; revision ${last.number} of the run before serves`,
    )
    const keeper = RuleKeeper.of({ ...options, lastNumber: last.number - 1 }, loaded)
    return { keeper, isNew: false, trouble }
  }
}

/** What is written and mailed of decisions. */
async function makeSink(options: DaemonOptions, configuration: Configuration): Promise<Sink> {
  const { host, alertServer, logDirectory, timer, log } = options
  const { log: settings, jlog } = readOutputSettings(configuration)
  const tell: TellFault = ({ code, message, hint }) => log.warn({ code, hint }, message)
  return openSinks({
    log: settings === null ? null : { ...settings, directory: logDirectory ?? settings.directory },
    jlog,
    alerts:
      alertServer === null
        ? null
        : {
            host,
            server: alertServer,
            queue: { timer, maxWaiting: 10_000, maxTries: null },
            directory: null,
          },
    settings: new Settings(configuration),
    tell,
  })
}
