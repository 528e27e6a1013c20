/**
 * Rules that come and go while a daemon runs: what files say is looked at, rehearsed
 * on the last hour, kept, and then serves from one event to the next; or it is
 * refused, and what served before serves on.
 */
import type { Configuration } from "../config/configuration.js"
import type { Diagnostic } from "../model/diagnostic.js"
import type { GivenConfiguration } from "../reload/conf-files.js"
import { type KeptRevision, type ReloadOutcome, RuleKeeper, RulesRefused } from "../reload/keeper.js"
import { type LoadedRules, type LoadOptions, rulingOf } from "../reload/load.js"
import { RuleWatcher } from "../reload/watcher.js"
import type { Ledger } from "./ledger.js"
import type { Log } from "./log.js"
import type { DaemonMetrics } from "./metrics.js"
import type { RecentEvents } from "./recent.js"
import { rehearsalText } from "./rehearsal.js"
import { rehearse } from "./rehearse.js"
import type { Revisions } from "./revisions.js"

export interface RuleOptions {
  readonly rulePaths: (configuration: Configuration) => readonly string[]
  /**
   * Rules under which more of the last hour's attempts would have been held, by more than so many percent of all,
   * do not serve; null: whatever is valid does.
   */
  readonly canaryPercent: number | null
  readonly metrics: DaemonMetrics
  readonly log: Log
}

interface SwapParts {
  readonly options: RuleOptions
  /** As it is by now: it may name other files than it did. */
  readonly configuration: () => Configuration
  /** What scripts and a rehearsal of rules are told of it. */
  readonly given: () => GivenConfiguration
  readonly keeper: RuleKeeper
  readonly revisions: Revisions
  readonly ledger: Ledger
  readonly recent: RecentEvents
  readonly trouble: string | null
}

export class RuleSwaps {
  /** Why what the rule files say does not serve; null where it does. */
  trouble: string | null
  readonly #parts: SwapParts
  #serving: KeptRevision
  #watcher: RuleWatcher | null = null
  /** One after the other. */
  #swapping: Promise<void> = Promise.resolve()

  constructor(parts: SwapParts) {
    this.#parts = parts
    this.#serving = parts.keeper.current
    this.trouble = parts.trouble
  }

  /** The rules that serve. */
  get serving(): KeptRevision {
    return this.#serving
  }

  /** Follows the files from now on. */
  async start(): Promise<void> {
    const { keeper, configuration, options } = this.#parts
    keeper.follow((outcome) => this.#reloaded(outcome))
    this.#watcher = await RuleWatcher.start({
      paths: () => [...options.rulePaths(configuration()), ...keeper.seen.dependencies],
      changed: () => void this.reload(),
      failed: (error) =>
        options.log.error({ alarm: "watcher" }, `rule files cannot be watched: ${error.message}`),
    })
    // What changed between loading and watching is seen too.
    void this.reload()
  }

  /** Looks at the rule files. @param how "anew" where scripts may be told of another configuration */
  reload(how: "if changed" | "anew" = "if changed"): Promise<ReloadOutcome> {
    // A configuration may name files that stand elsewhere.
    if (how === "anew") this.#watcher?.cover()
    return this.#parts.keeper.reload(how)
  }

  /** Goes back to rules that served before. @returns their new number; null where they are not kept or not valid */
  async rollback(number: number): Promise<number | null> {
    const loaded = await this.#parts.revisions.load(number)
    if (loaded === null || !loaded.ok) return null
    const { number: made } = this.#parts.keeper.bringBack(loaded, number)
    await this.#swapping
    return made
  }

  async close(): Promise<void> {
    await this.#watcher?.close()
    await this.#swapping
  }

  #reloaded(outcome: ReloadOutcome): void {
    const { log, metrics } = this.#parts.options
    if (outcome.kind === "unchanged") return
    metrics.reloaded(outcome.kind)
    if (outcome.kind === "refused") {
      const first = firstError(outcome.loaded)
      this.trouble = placeText(first)
      log.error(
        { alarm: "rules", code: first?.code, hint: first?.hint },
        `rules are refused: ${this.trouble}; revision ${this.#serving.number} stays active`,
      )
      return
    }
    this.#swapping = this.#swapping
      .then(() => this.#swap(outcome.revision))
      .catch((error: Error) => {
        this.trouble = error.message
        log.error({ alarm: "rules" }, `${error.message}; revision ${this.#serving.number} stays active`)
      })
  }

  async #swap(revision: KeptRevision): Promise<void> {
    const { revisions, ledger, keeper, options } = this.#parts
    const { number, loaded, rollbackOf } = revision
    // Others have come while it waited for its turn.
    if (revision !== keeper.current || !(await this.#isBearable(revision))) return
    await revisions.keep(revision)
    await ledger.replaceRules(number, rulingOf(loaded))
    this.#serving = revision
    this.trouble = null
    options.log.info(
      { number, revision: loaded.revision, rollbackOf },
      `revision ${number} of the rules serves`,
    )
  }

  /** Tells what the last hour would have been under other rules. @returns false where that is too much */
  async #isBearable({ loaded, number, rollbackOf }: KeptRevision): Promise<boolean> {
    const { log, canaryPercent } = this.#parts.options
    const blocks = this.#parts.recent.blocks()
    if (blocks.length === 0) return true
    const rehearsal = await rehearse({
      blocks,
      before: this.#serving.loaded.recorded,
      after: loaded.recorded,
      configuration: this.#parts.given(),
    }).catch((error: Error) => {
      log.error({ alarm: "rehearsal" }, `rules cannot be rehearsed: ${error.message}`)
      return null
    })
    if (rehearsal === null) return canaryPercent === null
    log.info({ number, events: rehearsal.events }, `revision ${number} on ${rehearsalText(rehearsal)}`)
    const more = rehearsal.heldAfter - rehearsal.heldBefore
    // Who goes back knows what he does.
    if (canaryPercent === null || rollbackOf !== null || more <= canaryPercent) return true
    this.trouble = `${more.toFixed(1)} % more attempts of the last hour would have been held, and --canary allows ${canaryPercent} %`
    log.error(
      { alarm: "rules", hint: "change the rules, or start with a higher --canary" },
      `rules are refused: ${this.trouble}; revision ${this.#serving.number} stays active`,
    )
    return false
  }
}

/**
 * The rules of the files; where they are not valid, those that served last, and why.
 * @param from asked at each look: another configuration may name other files
 * @throws RulesRefused when there are none of either
 */
export async function startKeeper(
  { rulePaths, log }: RuleOptions,
  from: Pick<SwapParts, "configuration" | "given" | "revisions">,
): Promise<{ readonly keeper: RuleKeeper; readonly trouble: string | null }> {
  const { configuration, given, revisions } = from
  const last = (await revisions.list()).at(-1)
  const load = (): LoadOptions => ({ configuration: given() })
  const options = { paths: () => rulePaths(configuration()), load }
  try {
    const keeper = await RuleKeeper.start({ ...options, lastNumber: last?.number ?? 0 })
    if (last === undefined || !revisions.isOf(last, keeper.current.loaded)) {
      await revisions.keep(keeper.current)
      return { keeper, trouble: null }
    }
    // What serves is what served.
    const again = RuleKeeper.of({ ...options, lastNumber: last.number - 1 }, keeper.current.loaded)
    return { keeper: again, trouble: null }
  } catch (error) {
    if (!(error instanceof RulesRefused) || last === undefined) throw error
    const loaded = await revisions.load(last.number)
    if (loaded === null || !loaded.ok) throw error
    const first = firstError(error.loaded)
    log.error(
      { alarm: "rules", code: first?.code, hint: first?.hint },
      `rules are refused: ${placeText(first)}; revision ${last.number} of the run before serves`,
    )
    const keeper = RuleKeeper.of({ ...options, lastNumber: last.number - 1 }, loaded)
    return { keeper, trouble: placeText(first) }
  }
}

function firstError({ diagnostics }: LoadedRules): Diagnostic | undefined {
  return diagnostics.find(({ severity }) => severity === "error")
}

function placeText(finding: Diagnostic | undefined): string {
  return finding === undefined ? "they have errors" : `${finding.file}:${finding.line}: ${finding.message}`
}
