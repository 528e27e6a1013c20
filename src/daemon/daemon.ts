/**
 * A daemon without its doors: state, rules, logs that are followed, what is told.
 * Starts and ends them in the right order. What comes in and what is asked comes
 * through `intake`, `ledger` and `answers`; who listens where is not known here.
 */
import type { Configuration } from "../config/configuration.js"
import { configurationFor, type GivenConfiguration } from "../reload/conf-files.js"
import { rulingOf } from "../reload/load.js"
import { Journal } from "../store/backing/journal.js"
import { StateDirectory } from "../store/backing/state-directory.js"
import { Copies } from "./copies.js"
import type { Core, Numbered, ReadConfiguration } from "./core.js"
import type { Effects } from "./effects.js"
import { tellFollowed, tellRecovered, tellRules } from "./first-lines.js"
import { Follower, type FollowOptions } from "./follow.js"
import { Intake } from "./intake.js"
import { Ledger } from "./ledger.js"
import { LogOrder } from "./log-order.js"
import { Outputs } from "./outputs.js"
import { ProgramFaults } from "./program-faults.js"
import { RecentEvents } from "./recent.js"
import { readCopy, recover } from "./recovery.js"
import { Revisions } from "./revisions.js"
import { hostFunctions } from "./rule-functions.js"
import { startKeeper } from "./rule-start.js"
import { type RuleOptions, RuleSwaps } from "./rule-swaps.js"
import { Sources } from "./sources.js"
import { SteadyClock } from "./steady-clock.js"

export interface FollowedLog extends Pick<FollowOptions, "path" | "format" | "fromEnd" | "skipsCopies"> {}

export interface DaemonOptions extends RuleOptions {
  readonly stateDirectory: string
  /** The configuration to begin with. */
  readonly given: GivenConfiguration
  readonly readConfiguration: ReadConfiguration
  readonly follow: readonly FollowedLog[]
  /** As alerts name it. */
  readonly host: string
  /** Alerts are mailed to this server; null: nowhere. */
  readonly alertServer: { readonly host: string; readonly port: number } | null
  /** Where logs are kept when the configuration does not say. */
  readonly logDirectory: string | null
  /** Microseconds since 1970. */
  readonly nowMicros: () => number
  /** Milliseconds of a clock that never goes back, and never jumps. */
  readonly nowMs: () => number
  /** Of stamps in logs that name no zone, minutes east of UTC; a function where that differs with the season. */
  readonly utcOffsetMinutes: number | ((atMs: number) => number)
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** Takes every decision that is on the disk, beside the sinks. */
  readonly effects: Pick<Effects, "restore" | "latest" | "add">
  /** Seconds between two copies of the state. */
  readonly snapshotSec: number
  /** Time goes on by itself so many seconds behind the clock; an event that is told of later counts as of then. */
  readonly lagSec?: number
}

/** Events are told of a little later than they happen. */
const LAG_SEC = 1
/** How far what comes in other ways may be ahead of what a log tells: clocks differ, and so do delays. */
const STREAM_AHEAD_SEC = 60
const TICK_MS = 250
export class Daemon {
  readonly ledger: Ledger
  readonly intake: Intake
  readonly order: LogOrder
  readonly rules: RuleSwaps
  readonly revisions: Revisions
  readonly faults: ProgramFaults
  readonly sources: Sources
  readonly copies: Copies
  /** Why what the configuration file says is not in force; null where it is. */
  configurationTrouble: string | null = null
  readonly #options: DaemonOptions
  readonly #state: StateDirectory
  readonly #journal: Journal
  readonly #outputs: Outputs
  readonly #ending = new AbortController()
  readonly #clock: SteadyClock
  #followers: Follower[] = []
  #loops: Promise<void>[] = []

  private constructor(parts: {
    readonly options: DaemonOptions
    readonly state: StateDirectory
    readonly journal: Journal
    readonly outputs: Outputs
    readonly faults: ProgramFaults
    readonly ledger: Ledger
    readonly rules: RuleSwaps
    readonly revisions: Revisions
    readonly copies: Copies
  }) {
    this.#options = parts.options
    this.#state = parts.state
    this.#journal = parts.journal
    this.#outputs = parts.outputs
    this.faults = parts.faults
    this.ledger = parts.ledger
    this.rules = parts.rules
    this.revisions = parts.revisions
    this.copies = parts.copies
    const { nowMicros, nowMs, log, utcOffsetMinutes } = parts.options
    const clock = new SteadyClock({ nowMicros, nowMs, log })
    this.#clock = clock
    this.sources = new Sources(parts.options)
    this.intake = new Intake({
      pairs: parts.ledger.core.store.pairs,
      nowMicros: () => clock.nowMicros,
      utcOffsetMinutes,
    })
    this.order = new LogOrder({
      timer: parts.options.timer,
      take: (events, notes) => parts.ledger.take(events, notes),
    })
  }

  /**
   * Takes up the state of the last run and goes on.
   * @throws StoreFault for a state that cannot be used, RulesRefused for rules of which none are valid
   */
  static async start(options: DaemonOptions): Promise<Daemon> {
    const state = await StateDirectory.open(options.stateDirectory)
    const opened: { close(): Promise<void> }[] = [state]
    try {
      return await Daemon.#begin(options, state, opened)
    } catch (error) {
      for (const one of opened.toReversed()) await one.close()
      throw error
    }
  }

  /** @param opened what has to be closed when it fails */
  static async #begin(
    options: DaemonOptions,
    state: StateDirectory,
    opened: { close(): Promise<void> }[],
  ): Promise<Daemon> {
    const { log } = options
    const revisions = new Revisions(state)
    const configuration = configurationFor(options.given)
    let core: Core | null = null
    const current = (): Configuration => core?.target.configuration ?? configuration
    const given = (): GivenConfiguration => core?.configuration.given ?? options.given
    // Rules are loaded in threads of their own: the state is read meanwhile.
    const reading = readCopy(state)
    opened.push({ close: async () => void (await reading.restored.catch(() => {})) })
    const begun = await startKeeper(options, { configuration: current, given, revisions })
    const serving = begun.keeper.current
    const ending = new AbortController()
    const functions = hostFunctions(serving, log, ending.signal)
    // Whoever waits for them is told; perhaps nobody does.
    functions.catch(() => {})
    opened.push({
      async close() {
        ending.abort(new Error("the daemon does not start"))
        await functions.then(
          (thread) => thread?.close(),
          () => {},
        )
      },
    })
    let isLive = false
    const faults = new ProgramFaults(log, options.metrics, () => options.nowMicros() / 1000)
    opened.push({ close: async () => faults.close() })
    const found = await recover(
      state,
      {
        rulesOf: async (number) => {
          const loaded = number === serving.number ? serving.loaded : await revisions.load(number)
          return loaded === null ? null : rulingOf(loaded)
        },
        fallback: rulingOf(serving.loaded),
        given: options.given,
        // What is done again was counted by the run that did it first.
        listener: {
          matched: (rule, fired) => isLive && options.metrics.matched(rule, fired),
          unmatched: () => isLive && options.metrics.unmatched(),
        },
        failed: faults.note,
      },
      reading,
    )
    isLive = true
    options.effects.restore(
      found.untold[0] === undefined ? found.core.lastId : found.untold[0].id - 1,
      found.effects,
      found.told,
    )
    core = found.core
    core.readConfiguration = options.readConfiguration
    tellRecovered(log, found)
    const journal = await Journal.begin(state.path, found.segment)
    const outputs = await Outputs.open({ ...options, state }, configuration)
    opened.push(outputs)
    const published = (decided: readonly Numbered[]): Promise<void> => {
      // Who is told last must not miss what another one could not take.
      for (const tell of [
        () => decided.forEach(({ decision, group }) => void outputs.decision(decision, group)),
        () => options.metrics.published(decided),
        () => options.effects.add(decided),
      ])
        try {
          tell()
        } catch (error) {
          faults.note(error)
        }
      return outputs.kept()
    }
    const recent = new RecentEvents(found.core.store.pairs, () => found.core.store.nowMicros)
    const ledger = new Ledger({
      core: found.core,
      journal,
      toldId: found.core.lastId,
      published,
      rules: found.rules,
      taken: (event) => recent.add(event),
      configured: (isRead) => {
        ledger.whenTold(() => outputs.reconfigure(current()))
        // Scripts may be told of something else by then, and other files may be named.
        if (!isRead) return
        daemon.configurationTrouble = null
        void daemon.rules.reload("anew")
      },
      troubled: (fault) =>
        fault === null
          ? log.info({}, "the journal can be written again: events are taken")
          : log.error({ alarm: "journal" }, `${fault.message}: no events are taken until it can`),
      timer: options.timer,
    })
    for (const [source, place] of found.positions) ledger.positions.set(source, place)
    if (found.untold.length > 0) void published(found.untold)
    await outputs.keep()
    const daemon: Daemon = new Daemon({
      options,
      state,
      journal,
      outputs,
      faults,
      ledger,
      rules: new RuleSwaps({
        options,
        configuration: current,
        given,
        ...begun,
        functions,
        ending,
        revisions,
        ledger,
        recent,
      }),
      revisions,
      copies: new Copies({
        ...{ ...options, ledger, journal, outputs, revisions },
        file: found.copies,
        last: found.copy,
        segment: found.copySegment,
      }),
    })
    // What was set while the last run went on ended with it, and files may say something else.
    await ledger.configure(options.given)
    if (found.rules !== serving.number) await ledger.replaceRules(serving.number, rulingOf(serving.loaded))
    log.info(
      { events: found.repeated, decisions: found.core.lastId, pairs: found.core.store.pairs.count },
      found.rules === 0 ? "a new state begins" : "the state is as it was",
    )
    tellRules(log, serving, options.rulePaths(current()))
    await daemon.#run()
    return daemon
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
    const { trouble: copyTrouble } = this.copies
    if (copyTrouble !== null)
      alarms.push(`no copy of the state can be written, and the journal grows: ${copyTrouble}`)
    const { trouble, functionTrouble, watchTrouble } = this.rules
    if (trouble !== null) alarms.push(`the rule files are refused: ${trouble}`)
    if (functionTrouble !== null) alarms.push(functionTrouble)
    if (watchTrouble !== null) alarms.push(`rule files are not followed: ${watchTrouble}`)
    if (this.configurationTrouble !== null)
      alarms.push(`the configuration is refused: ${this.configurationTrouble}`)
    for (const alarm of [this.faults.alarm, this.#clock.alarm(this.core.store.nowMicros)])
      if (alarm !== null) alarms.push(alarm)
    return [...alarms, ...this.sources.alarms, ...this.#outputs.alarms]
  }

  get core(): Core {
    return this.ledger.core
  }

  /** Ends: takes nothing more, brings everything to the disk. */
  async close(): Promise<void> {
    this.#ending.abort()
    this.ledger.end()
    // All at the same moment: what one still has to tell may be earlier than what another has.
    await Promise.all(this.#followers.map((follower) => follower.close()))
    await Promise.all(this.#loops)
    await this.rules.close()
    await this.copies.take()
    await this.ledger.settled()
    await this.#journal.close().catch((error: Error) => this.#options.log.error({}, error.message))
    this.sources.close()
    this.faults.close()
    await this.#outputs.close()
    await this.#state.close()
  }

  async #run(): Promise<void> {
    const { follow, log, metrics, timer } = this.#options
    await this.rules.start()
    for (const source of follow) {
      const facts = this.sources.of(source.path)
      metrics.followed(source.path)
      const kept = this.ledger.positions.get(source.path)
      tellFollowed(log, source, kept)
      const follower = new Follower({
        ...source,
        state: kept,
        intake: this.intake,
        ledger: this.ledger,
        order: this.order,
        timer,
        failed: this.faults.note,
        isClockDoubtful: () => this.#clock.isDoubtful,
        taken: (_, taken) => this.sources.taken(facts, taken),
        troubled: (_, trouble) => this.sources.troubled(facts, trouble),
        lost: (path, trouble, isSure) => this.sources.lost(path, trouble, isSure),
      })
      this.#followers.push(follower)
    }
    // Not before all are known: what one tells of may have to wait for another.
    await Promise.all(this.#followers.map((follower) => follower.start()))
    this.#loops.push(
      this.#every(TICK_MS, () => this.#tick()),
      this.#every(this.#options.snapshotSec * 1000, () => this.copies.take()),
      this.#every(1000, () => this.#outputs.flush()),
    )
  }

  /** Time goes on by itself only where no log has older things to tell. */
  async #tick(): Promise<void> {
    const { nowMicros } = this.#clock
    this.#clock.tell(this.core.store.nowMicros)
    if (this.#followers.some(({ isBehind }) => isBehind)) return
    const { lagSec = LAG_SEC } = this.#options
    await this.ledger.tick(nowMicros - lagSec * 1e6)
  }

  /** Settled when what happened at a time may be told by what is no log: nothing that is much older is still to be read. */
  turn(atMicros: number): Promise<void> {
    return this.order.turn(null, atMicros - STREAM_AHEAD_SEC * 1e6, this.#ending.signal)
  }

  /** A log tells of what is so old that events of now have to wait. */
  get isCatchingUp(): boolean {
    return !this.order.mayTell(this.#clock.nowMicros - STREAM_AHEAD_SEC * 1e6)
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
