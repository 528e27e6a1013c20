/**
 * Rules that come and go while a daemon runs: what files say is looked at, rehearsed
 * on the last hour, kept, and then serves from one event to the next; or it is
 * refused, and what served before serves on. What fails for other reasons than the
 * rules' own is tried again until it succeeds, or the files say something else.
 */
import type { Configuration } from "../config/configuration.js"
import type { GivenConfiguration } from "../reload/conf-files.js"
import { saysOf } from "../reload/fingerprint.js"
import type { FunctionThread } from "../reload/function-thread.js"
import type { KeptRevision, ReloadOutcome, RuleKeeper } from "../reload/keeper.js"
import { type LoadedRules, rulingOf } from "../reload/load.js"
import { RuleWatcher } from "../reload/watcher.js"
import { tryOut } from "./canary.js"
import type { Ledger } from "./ledger.js"
import type { Log } from "./log.js"
import type { DaemonMetrics } from "./metrics.js"
import type { RecentEvents } from "./recent.js"
import { faultOf, faultOfRules, type Refusal, type RefusalFault, refusalOf } from "./refusal.js"
import type { PassedOver, Revisions } from "./revisions.js"
import { hostFunctions } from "./rule-functions.js"
import { UNWRITABLE } from "./unwritten.js"

export interface RuleOptions {
  readonly rulePaths: (configuration: Configuration) => readonly string[]
  /** Where else rule files are looked for: one that comes to stand there is taken. */
  readonly rulePlaces?: (configuration: Configuration) => readonly string[]
  /**
   * Rules under which more of the last hour's attempts would have been held, by more than so many percent of all,
   * do not serve; null: whatever is valid does.
   */
  readonly canaryPercent: number | null
  readonly metrics: DaemonMetrics
  readonly log: Log
  /** Microseconds since 1970. */
  readonly nowMicros: () => number
  /** Waits; ends early when the signal says so. */
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
}

export interface SwapParts {
  readonly options: RuleOptions
  /** As it is by now: it may name other files than it did. */
  readonly configuration: () => Configuration
  /** What scripts and a rehearsal of rules are told of it. */
  readonly given: () => GivenConfiguration
  readonly keeper: RuleKeeper
  readonly revisions: Revisions
  readonly ledger: Ledger
  readonly recent: RecentEvents
  readonly refusal: Refusal | null
  readonly passedOver: PassedOver | null
  /** Those of the rules that serve first are being made ready; null where they have none. */
  readonly functions: Promise<FunctionThread | null>
  /** Aborted when nothing else is to come to serve. */
  readonly ending: AbortController
}

/** What came of rules that were to serve. */
type Swap =
  | { readonly kind: "serves" | "overtaken" | "ending" }
  | { readonly kind: "refused" | "failed"; readonly why: string; readonly hint: string }

/** What came of going back. */
export type Rollback =
  /** Under a number of its own. */
  | { readonly kind: "serves"; readonly number: number }
  /** It is not kept, or not valid. */
  | { readonly kind: "unknown" }
  /** The rule files, or another operator, have said something new meanwhile. */
  | { readonly kind: "overtaken" }
  /** The disk takes nothing: it serves when it does. */
  | { readonly kind: "waiting" }
  | { readonly kind: "failed"; readonly why: string; readonly hint: string }

const WATCH_HINT =
  "let the daemon read the directory, or raise fs.inotify.max_user_watches; SIGHUP looks at once"
const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000

export class RuleSwaps {
  /** Why what the rule files say does not serve; null where it does. */
  refusal: Refusal | null
  readonly #parts: SwapParts
  readonly #ending: AbortController
  #serving: KeptRevision
  /** What is to serve as soon as it can: the latest that files or an operator have said. */
  #wanted: KeptRevision
  /** What files say, is valid and could not be swapped in for another reason: it is tried again. */
  #owed: KeptRevision | null = null
  /** Need not be rehearsed again. */
  #bearable: KeptRevision | null = null
  #passedOver: PassedOver | null
  /** Of the rules that serve; null where they have none. */
  #functions: FunctionThread | null = null
  #watcher: RuleWatcher | null = null
  /** One after the other. */
  #swapping: Promise<Swap> = Promise.resolve({ kind: "serves" })
  #isRetrying = false
  #pauseMs = FIRST_PAUSE_MS

  constructor(parts: SwapParts) {
    this.#parts = parts
    this.#ending = parts.ending
    this.#serving = parts.keeper.current
    this.#wanted = this.#serving
    this.refusal = parts.refusal
    this.#passedOver = parts.passedOver
  }

  /** The rules that serve. */
  get serving(): KeptRevision {
    return this.#serving
  }

  /** Why what the rule files say does not serve, with its place; null where it does. */
  get trouble(): string | null {
    return this.refusal?.why ?? null
  }

  /** Why the functions of the rules that serve answer no more; null where they do. */
  get functionTrouble(): string | null {
    return this.#functions?.trouble ?? null
  }

  /** Why changes of the rule files are seen late; null where they are seen at once. */
  get watchTrouble(): string | null {
    return this.#watcher?.trouble ?? null
  }

  /** Follows the files from now on. */
  async start(): Promise<void> {
    const { keeper, configuration, options, ledger, functions } = this.#parts
    try {
      this.#functions = await functions
      ledger.core.engine.replaceRules(rulingOf(this.#serving.loaded, this.#functions ?? undefined))
    } catch (error) {
      const { code, why, hint } = faultOf(error)
      options.log.error({ code, hint }, `${why}: they run where events are judged`)
    }
    keeper.follow((outcome) => this.#reloaded(outcome))
    this.#watcher = await RuleWatcher.start({
      paths: () => [
        ...options.rulePaths(configuration()),
        ...(options.rulePlaces?.(configuration()) ?? []),
        ...keeper.seen.dependencies,
      ],
      changed: () => void this.reload(),
      failed: ({ message }) =>
        options.log.error(
          { alarm: "watcher", hint: WATCH_HINT },
          `rule files are not followed: ${message}: they are looked at once a minute`,
        ),
      mended: () => options.log.info({}, "rule files are followed again"),
      timer: options.timer,
    })
    // What changed between loading and watching is seen too.
    void this.reload()
  }

  /**
   * Looks at the rule files; never rejects. What cannot be looked at is looked at again.
   * @param how "anew" where scripts may be told of another configuration
   * @returns what was found; "failed" has been told
   */
  async reload(how: "if changed" | "anew" = "if changed"): Promise<ReloadOutcome["kind"] | "failed"> {
    try {
      return (await this.#parts.keeper.reload(how)).kind
    } catch (error) {
      if (this.#ending.signal.aborted) return "failed"
      this.#refuse(faultOf(error))
      this.#retryLater()
      return "failed"
    } finally {
      // A configuration may name files that stand elsewhere, and so may a script that has changed.
      this.#watcher?.cover()
    }
  }

  /** Goes back to rules that served before. @returns what came of it once that is certain */
  async rollback(number: number): Promise<Rollback> {
    const { keeper, revisions, ledger } = this.#parts
    if (ledger.isTroubled) return { kind: "failed", ...UNWRITABLE }
    let loaded: LoadedRules | null
    try {
      loaded = await revisions.load(number)
    } catch (error) {
      return { kind: "failed", ...faultOf(error) }
    }
    if (loaded === null || !loaded.ok) return { kind: "unknown" }
    const passedOver = this.#goneBackFrom(loaded)
    const revision = keeper.bringBack(loaded, number)
    const swap = await this.#enqueue(revision, passedOver)
    switch (swap.kind) {
      case "serves":
        return { kind: "serves", number: revision.number }
      case "overtaken":
        return { kind: "overtaken" }
      case "ending":
        return { kind: "failed", why: "the daemon is ending", hint: "go back once it runs again" }
      default:
        return { kind: "failed", why: swap.why, hint: swap.hint }
    }
  }

  /** From now on nothing else comes to serve; what is under way for that ends. */
  end(): void {
    this.#ending.abort(new Error("the daemon is ending"))
    this.#parts.keeper.close()
  }

  async close(): Promise<void> {
    this.end()
    await this.#watcher?.close()
    await this.#swapping
    await this.#functions?.close()
  }

  #reloaded(outcome: ReloadOutcome): void {
    const { log, metrics } = this.#parts.options
    switch (outcome.kind) {
      case "unchanged":
        this.#stillSo()
        return
      case "same":
        log.info(
          {},
          `the rule files, read anew, say what they said: revision ${this.#serving.number} serves on`,
        )
        this.#saidAgain(outcome.revision)
        return
      case "refused":
        // What was valid before and waits for its turn has it still.
        metrics.reloaded("refused")
        this.#refuse(faultOfRules(outcome.loaded))
        return
      case "swapped": {
        const { revision } = outcome
        // Whoever goes back waits for it himself.
        if (revision.rollbackOf !== null) return
        this.#owed = null
        if (!this.#staysOut(revision)) void this.#enqueue(revision, null)
        else {
          if (!this.#isGoingBack) this.#wanted = this.#serving
          this.refusal = refusalOf(this.#passedOver)
          log.info({}, `the rule files say what was passed over: revision ${this.#serving.number} serves on`)
        }
      }
    }
  }

  /** Swaps rules in, in their turn. @param passedOver what files say besides */
  #enqueue(revision: KeptRevision, passedOver: PassedOver | null): Promise<Swap> {
    this.#wanted = revision
    const swap = this.#swapping
      .then(() => this.#swap(revision, passedOver))
      .catch((error: unknown) => this.#failed(revision, error))
    this.#swapping = swap
    return swap
  }

  async #swap(revision: KeptRevision, passedOver: PassedOver | null): Promise<Swap> {
    const { revisions, ledger, keeper, options } = this.#parts
    const { signal } = this.#ending
    const { number, loaded, rollbackOf } = revision
    if (signal.aborted) return { kind: "ending" }
    // Others have come while it waited for its turn.
    if (revision !== this.#wanted) {
      // What an operator came before is what files say still: it has its turn if going back fails.
      if (rollbackOf === null && this.#isGoingBack) this.#owed = revision
      return { kind: "overtaken" }
    }
    const refused = revision === this.#bearable ? null : await this.#rehearsed(revision)
    if (signal.aborted) return { kind: "ending" }
    if (refused !== null) return refused
    this.#bearable = revision
    const functions = await hostFunctions(revision, options.log, this.#ending.signal)
    try {
      await revisions.keep(revision, passedOver)
      await ledger.replaceRules(number, rulingOf(loaded, functions ?? undefined))
    } catch (error) {
      await functions?.close()
      throw error
    }
    // Nobody asks those of before any more.
    await this.#functions?.close()
    this.#functions = functions
    this.#serving = revision
    this.#passedOver = passedOver
    this.#owed = null
    this.#pauseMs = FIRST_PAUSE_MS
    options.metrics.reloaded("swapped")
    // Files that are broken by now are so whatever serves.
    if (keeper.seen.ok) this.refusal = null
    options.log.info(
      { number, revision: loaded.revision, rollbackOf },
      `revision ${number} of the rules serves`,
    )
    return { kind: "serves" }
  }

  /** It was not the rules' own fault. */
  #failed(revision: KeptRevision, error: unknown): Swap {
    if (this.#ending.signal.aborted) return { kind: "ending" }
    const { log, metrics } = this.#parts.options
    const fault = faultOf(error)
    metrics.reloaded("refused")
    if (revision.rollbackOf === null) {
      if (revision === this.#wanted) this.#owed = revision
      this.#refuse(fault)
    } else {
      if (revision === this.#wanted) this.#wanted = this.#serving
      log.error(
        { alarm: "rules", code: fault.code, hint: fault.hint },
        `${fault.why}; revision ${this.#serving.number} stays active`,
      )
    }
    if (this.#owed !== null) this.#retryLater()
    return { kind: "failed", ...fault }
  }

  /** Tells what the last hour would have been under other rules. @returns why they do not serve; null where they may */
  async #rehearsed(revision: KeptRevision): Promise<Swap | null> {
    const { options, recent } = this.#parts
    const verdict = await tryOut(revision, {
      serving: this.#serving,
      recent,
      given: this.#parts.given(),
      options,
      signal: this.#ending.signal,
    })
    if (verdict.kind === "unbearable") return this.#passOver(revision, verdict.morePercent, verdict.fault)
    return verdict.kind === "ending" ? { kind: "ending" } : null
  }

  /** Refuses what would hold too much; a restart does not forget it. */
  async #passOver({ loaded }: KeptRevision, morePercent: number | null, fault: RefusalFault): Promise<Swap> {
    const { options, revisions } = this.#parts
    this.#refuse(fault)
    options.metrics.reloaded("refused")
    const says = saysOf(loaded.recorded)
    this.#passedOver = { by: "canary", says, morePercent, why: fault.why, sinceSec: this.#nowSec }
    await revisions.passOver(this.#serving.number, this.#passedOver).catch((error: Error) => {
      const { code, why, hint } = faultOf(error)
      options.log.error({ code, hint }, `${why}: after a restart the refused rules would serve`)
    })
    return { kind: "refused", why: fault.why, hint: fault.hint }
  }

  /** What files say is not to serve again because scripts were told of another configuration. */
  #staysOut(revision: KeptRevision): boolean {
    if (!this.#isPassedOver(revision)) return false
    // What held too much is rehearsed again, where there is something to rehearse it on.
    return this.#passedOver?.by === "rollback" || this.#parts.recent.blocks().length === 0
  }

  #isPassedOver({ loaded }: KeptRevision): boolean {
    return this.#passedOver?.says === saysOf(loaded.recorded)
  }

  /** Files say, read anew, what they said when they were valid last. */
  #saidAgain(revision: KeptRevision): void {
    if (this.#isPassedOver(revision) && !this.#staysOut(revision)) return void this.#enqueue(revision, null)
    // They say that no more.
    if (!this.#isPassedOver(revision) && this.#wanted === this.#serving) this.#passedOver = null
    this.#stillSo()
  }

  /** What files say when an operator goes back; null where it is nothing valid, or what he goes to. */
  #goneBackFrom({ recorded }: LoadedRules): PassedOver | null {
    const { seen } = this.#parts.keeper
    const says = saysOf(seen.recorded)
    if (!seen.ok || says === saysOf(recorded)) return null
    const why = "an operator went back from what the rule files say"
    return { by: "rollback", says, morePercent: null, why, sinceSec: this.#nowSec }
  }

  /** An operator's wish is on its way. */
  get #isGoingBack(): boolean {
    return this.#wanted.rollbackOf !== null && this.#wanted !== this.#serving
  }

  /** The files say what they said: what could not be done then may succeed now. */
  #stillSo(): void {
    const { seen } = this.#parts.keeper
    if (this.#owed !== null) {
      if (this.#isGoingBack) this.#retryLater()
      else void this.#enqueue(this.#owed, null)
    } else if (!seen.ok) this.#refuse(faultOfRules(seen))
    else if (this.#wanted === this.#serving) this.refusal = refusalOf(this.#passedOver)
  }

  /** Another look after a pause, which grows: it does what could not be done. */
  #retryLater(): void {
    if (this.#isRetrying) return
    this.#isRetrying = true
    const { signal } = this.#ending
    const again = (): void => {
      this.#isRetrying = false
      if (!signal.aborted) void this.reload()
    }
    this.#parts.options.timer(this.#pauseMs, signal).then(again, again)
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
  }

  #refuse(fault: RefusalFault): void {
    const { code, why, hint } = fault
    // Tried again and again, it is told once.
    if (this.refusal?.why === why) return
    this.refusal = { ...fault, sinceSec: this.#nowSec }
    this.#parts.options.log.error(
      { alarm: "rules", code, hint },
      `rules are refused: ${why}; revision ${this.#serving.number} stays active`,
    )
  }

  get #nowSec(): number {
    return this.#parts.options.nowMicros() / 1e6
  }
}
