/**
 * What a program does with loaded rules, with the defaults filled in: explain a
 * reply, replay traffic, take live events. Apart from the list of the public
 * API, so that a command loads only what it runs.
 */

import { setTimeout as wait } from "node:timers/promises"
import {
  type Configuration,
  type ConfigurationOptions,
  type LoadedConfiguration,
  loadConfiguration,
} from "./config/configuration.js"
import type { OptionLookup } from "./config/lookup.js"
import { auditInstances, namedThrottles } from "./config/store-settings.js"
import { type ExplainRequest, type Explanation, explain as explainReply } from "./engine/explain.js"
import { Runtime, type RuntimeListener } from "./engine/runtime.js"

import type { Classified } from "./model/classification.js"
import { CONF_FILES } from "./reload/conf-files.js"
import { type KeeperOptions, RuleKeeper } from "./reload/keeper.js"
import { type LoadedRules, rulingOf } from "./reload/load.js"
import { RuleWatcher } from "./reload/watcher.js"
import {
  type DryRunListener,
  type DryRunOptions,
  type DryRunResult,
  dryRun as replayTraffic,
} from "./replay/dry-run.js"
import { Store } from "./store/store.js"

/**
 * What happens to one reply, and why, on a pair without history; and which bounce class it is.
 * @param request `domain` and `response` are needed; the binding is "default" unless named
 */
export function explain(
  loaded: LoadedRules,
  lookup: OptionLookup,
  request: Pick<ExplainRequest, "domain" | "response"> & Partial<ExplainRequest>,
): Explanation & Classified {
  const explanation = explainReply(loaded.rules, lookup, (id, args) => loaded.functions.call(id, args), {
    binding: "default",
    mx: null,
    phase: null,
    atSec: null,
    ...request,
  })
  const { code, name, label } = loaded.classifier.classify(
    request.response,
    request.domain,
    request.mx ?? null,
  )
  return { ...explanation, bounceClass: { code, name, label } }
}

/**
 * The engine for a program that sends mail: it is told what happened, and asked
 * whether the next message may go.
 *
 * ```ts
 * const runtime = createRuntime(loaded, globalOptions([]), { decision: console.log })
 * runtime.event({ atMicros: 1790000000e6, type: "transient", binding: "b1", domain: "gmail.com", response: "421 …" })
 * runtime.send("b1", "gmail.com", 1790000001) // { allowed: false, at: 1790000600, reason: "suspended", … }
 * ```
 * @param options `store`: state carried over, or with outbound audits defined; the others are told what is decided
 */
export function createRuntime(
  loaded: LoadedRules,
  lookup: OptionLookup,
  options: RuntimeListener & { readonly store?: Store } = {},
): Runtime {
  const { rules, ask, classify } = rulingOf(loaded)
  const { store, ...listener } = options
  return new Runtime(rules, ask, lookup, store, { classify, ...listener })
}

/** Rules that follow their files. */
export interface KeptRules {
  readonly keeper: RuleKeeper
  /** Follows them no longer; the rules stay. */
  close(): Promise<void>
}

/**
 * Loads rules and keeps them up to date with their files: a set that is valid serves at once and whole,
 * one that is not is told and left out.
 *
 * ```ts
 * const { keeper } = await keepRules(["rules/"])
 * const runtime = createRuntime(keeper.current.loaded, globalOptions([]))
 * keeper.follow((outcome) => {
 *   if (outcome.kind === "swapped") replaceRules(runtime, outcome.revision.loaded)
 *   if (outcome.kind === "refused") for (const { file, line, message } of outcome.loaded.diagnostics) console.error(file, line, message)
 * })
 * ```
 * @param paths rule files and directories, as for `loadRules`
 * @param options `failed`: told when a directory cannot be watched
 * @throws RulesRefused when there is nothing valid to begin with
 */
export async function keepRules(
  paths: readonly string[],
  { failed, ...options }: Omit<KeeperOptions, "paths"> & { readonly failed?: (error: Error) => void } = {},
): Promise<KeptRules> {
  const keeper = await RuleKeeper.start({ ...options, paths: () => paths })
  const look = (): void => {
    keeper.reload().catch((error: Error) => failed?.(error))
  }
  const watcher = await RuleWatcher.start({
    paths: () => [...paths, ...keeper.seen.dependencies],
    changed: look,
    failed: (error) => failed?.(error),
    mended: () => {},
    timer: (ms, signal) => wait(ms, undefined, { signal, ref: false }),
  })
  // Files may have come to matter that did not before.
  keeper.follow(() => watcher.cover())
  // What changed between loading and watching is seen too.
  look()
  return { keeper, close: () => watcher.close() }
}

/** Other rules for a runtime, from its next event on: counts stay with rules of the same id, and so does all that was decided. */
export function replaceRules(runtime: Runtime, loaded: LoadedRules): void {
  runtime.engine.replaceRules(rulingOf(loaded))
}

/** Reads an ecelerity.conf with all it includes; what is wrong with it is data. */
export function loadConfig(path: string, options: ConfigurationOptions = {}): LoadedConfiguration {
  return loadConfiguration(path, CONF_FILES, options)
}

/**
 * A store with what a configuration defines: outbound audits, and how much is remembered of what scripts make.
 * @throws StoreFault E_AUDIT_OPTION
 */
export function configuredStore(configuration: Configuration): Store {
  const store = new Store(undefined, { namedThrottles: namedThrottles(configuration) })
  store.audits.keepTo(auditInstances(configuration))
  return store
}

/** Seconds that lines may be out of order. */
const REORDER_SEC = 60

/**
 * Replays recorded traffic through the engine: what the rules would have done.
 * @param loaded rules, or a promise of them: traffic is read ahead while they load
 * @param options `files` are needed; formats are told by their contents, attempts that
 *   would have been held are not counted, and the state begins empty, unless said otherwise
 * @param listener told each decision as it is made
 * @throws SourceError when a file cannot be read; nothing has been replayed then
 */
export function dryRun(
  loaded: LoadedRules | Promise<LoadedRules>,
  lookup: OptionLookup,
  options: Pick<DryRunOptions, "files"> & Partial<Omit<DryRunOptions, "ruling" | "lookup">>,
  listener: DryRunListener = {},
): Promise<DryRunResult> {
  const ruling = Promise.resolve(loaded).then(rulingOf)
  const defaults = { format: null, reorderSec: REORDER_SEC, mode: "simulate" } as const
  return replayTraffic({ ...defaults, ...options, ruling, lookup }, listener)
}
