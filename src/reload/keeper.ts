/**
 * The rules that serve, and those before them. What is read anew serves only when
 * all of it is valid, and then at once; until then, and when it is not, the rules
 * before go on. Requests that come while one is worked on become one more.
 * Starts nothing by itself: whoever sees that files have changed asks.
 */
import { isDeepStrictEqual } from "node:util"
import { wallClockSec } from "../clock.js"
import { fingerprintOf } from "./fingerprint.js"
import { type LoadedRules, type LoadOptions, loadRules } from "./load.js"

/** Rules that served at some time. */
export interface KeptRevision {
  /** Counts all that ever served, from 1; going back is a new one. */
  readonly number: number
  readonly loaded: LoadedRules
  /** Seconds since 1970 when it began to serve. */
  readonly sinceSec: number
  /** The one that it brought back; null for what was read from files. */
  readonly rollbackOf: number | null
}

export type ReloadOutcome =
  /** The files say what they said at the last look. */
  | { readonly kind: "unchanged" }
  /** They were loaded anew and are what they were when they were valid last: that is no new revision. */
  | { readonly kind: "same"; readonly revision: KeptRevision }
  | { readonly kind: "swapped"; readonly revision: KeptRevision }
  /** The findings tell why; the rules before serve on. */
  | { readonly kind: "refused"; readonly loaded: LoadedRules }

export interface KeeperOptions {
  /** Paths of rule files and directories; asked anew at each look, since a configuration may name others. */
  readonly paths: () => readonly string[]
  /** How they are loaded, asked anew too. */
  readonly load?: () => LoadOptions
  /** Revisions that are kept to go back to. */
  readonly keep?: number
  /** Seconds since 1970; the wall clock unless given. */
  readonly nowSec?: () => number
  /** The number of the last revision of an earlier run, from which this one counts on. */
  readonly lastNumber?: number
}

const KEEP = 20

/** The rules to begin with are not valid: `loaded` tells why. */
export class RulesRefused extends Error {
  constructor(readonly loaded: LoadedRules) {
    super("the rules have errors: there is nothing to begin with")
  }
}

export class RuleKeeper {
  readonly #options: KeeperOptions
  readonly #nowSec: () => number
  readonly #followers = new Set<(outcome: ReloadOutcome) => void>()
  readonly #ending = new AbortController()
  /** The latest last. */
  readonly #kept: KeptRevision[] = []
  /** What was read last, whether it serves or not. */
  #seen: LoadedRules
  /** The last that files said and that was valid; null where an earlier run had that. */
  #valid: KeptRevision | null
  #count = 0
  #isAnew = false
  #running: Promise<ReloadOutcome> | null = null
  #next: Promise<ReloadOutcome> | null = null

  private constructor(options: KeeperOptions, loaded: LoadedRules, seen: LoadedRules) {
    this.#options = options
    this.#nowSec = options.nowSec ?? wallClockSec
    this.#seen = seen
    this.#count = options.lastNumber ?? 0
    const revision = this.#serve(loaded, null)
    this.#valid = seen === loaded || !seen.ok ? revision : null
  }

  /**
   * Loads rules to begin with.
   * @throws RulesRefused when they have errors
   */
  static async start(options: KeeperOptions): Promise<RuleKeeper> {
    const loaded = await loadRules(options.paths(), options.load?.())
    if (!loaded.ok) throw new RulesRefused(loaded)
    return new RuleKeeper(options, loaded, loaded)
  }

  /**
   * Begins with rules that are loaded already; what files say is looked at when somebody asks.
   * @param seen what they are known to say: it serves once they say something else
   */
  static of(options: KeeperOptions, loaded: LoadedRules, seen = loaded): RuleKeeper {
    return new RuleKeeper(options, loaded, seen)
  }

  get current(): KeptRevision {
    return this.#kept.at(-1) as KeptRevision
  }

  /** Revisions that can be gone back to, the latest first; the one that serves is the first. */
  get history(): readonly KeptRevision[] {
    return this.#kept.toReversed()
  }

  /** What was read last, whether it serves or was refused. */
  get seen(): LoadedRules {
    return this.#seen
  }

  /** Tells what comes of each look at the files, and of going back. Returns a function that ends it. */
  follow(follower: (outcome: ReloadOutcome) => void): () => void {
    this.#followers.add(follower)
    return () => this.#followers.delete(follower)
  }

  /**
   * Looks at the files; the outcome is that of a look that began after the call. Never rejects for what
   * files say.
   * @throws RulesFault E_RULES_WORKER when they cannot be loaded at all; the same look may succeed later
   * @param how "if changed": files that say what they said are left alone, and so are those that are
   *   refused for the same reasons; "anew": they are loaded again, for what else scripts ask may be another
   */
  reload(how: "if changed" | "anew" = "if changed"): Promise<ReloadOutcome> {
    this.#isAnew ||= how === "anew"
    if (this.#running === null) return this.#begin()
    // However many ask meanwhile, one more look sees what all of them have seen.
    const begin = (): Promise<ReloadOutcome> => this.#begin()
    this.#next ??= this.#running.then(begin, begin)
    return this.#next
  }

  /**
   * Goes back to rules that served before. Files are not looked at: what they say serves again when
   * they say something new.
   * @param number of a kept revision; the one before the present one unless given
   * @returns null when there is none such
   */
  rollback(number: number | null = null): KeptRevision | null {
    const wanted =
      number === null ? this.#kept.at(-2) : this.#kept.find((revision) => revision.number === number)
    if (wanted === undefined) return null
    const revision = this.#serve(wanted.loaded, wanted.number)
    this.#tell({ kind: "swapped", revision })
    return revision
  }

  /** Serves rules that an earlier run had, under a number of their own. */
  bringBack(loaded: LoadedRules, number: number): KeptRevision {
    const revision = this.#serve(loaded, number)
    this.#tell({ kind: "swapped", revision })
    return revision
  }

  /** Ends: a look that is under way rejects, and nothing is told any more. */
  close(): void {
    this.#followers.clear()
    this.#ending.abort(new Error("the program is ending"))
  }

  #begin(): Promise<ReloadOutcome> {
    this.#next = null
    const running = this.#look().finally(() => {
      if (this.#running === running) this.#running = null
    })
    this.#running = running
    return running
  }

  async #look(): Promise<ReloadOutcome> {
    const isAnew = this.#isAnew
    this.#isAnew = false
    const outcome = await this.#judge(isAnew).catch((error: unknown) => {
      // The next look has to do what this one could not.
      this.#isAnew ||= isAnew
      throw error
    })
    this.#tell(outcome)
    return outcome
  }

  async #judge(isAnew: boolean): Promise<ReloadOutcome> {
    const { paths, load } = this.#options
    const before = this.#seen
    if (!isAnew && before.ok && before.isStill(paths())) return { kind: "unchanged" }
    const loaded = await loadRules(paths(), { ...load?.(), signal: this.#ending.signal })
    this.#seen = loaded
    if (loaded.ok) {
      if (this.#valid !== null && isSame(this.#valid.loaded, loaded))
        return { kind: "same", revision: this.#valid }
      this.#valid = this.#serve(loaded, null)
      return { kind: "swapped", revision: this.#valid }
    }
    // What a refused script lacks may be anywhere: only its findings tell that nothing has changed.
    return !isAnew && isDeepStrictEqual(before.diagnostics, loaded.diagnostics)
      ? { kind: "unchanged" }
      : { kind: "refused", loaded }
  }

  #serve(loaded: LoadedRules, rollbackOf: number | null): KeptRevision {
    const revision = { number: ++this.#count, loaded, sinceSec: this.#nowSec(), rollbackOf }
    this.#kept.push(revision)
    if (this.#kept.length > (this.#options.keep ?? KEEP)) this.#kept.shift()
    return revision
  }

  #tell(outcome: ReloadOutcome): void {
    for (const follower of this.#followers) follower(outcome)
  }
}

function isSame(one: LoadedRules, other: LoadedRules): boolean {
  return fingerprintOf(one.recorded) === fingerprintOf(other.recorded)
}
