/**
 * Tells when rule files may have changed: files, directories, and what symbolic
 * links lead to, whether an editor writes in place or by rename, or a deployment
 * swaps a link. Tells too often rather than too seldom: whoever is told looks.
 */
import { readlinkSync, statSync } from "node:fs"
import { dirname, join, resolve, sep } from "node:path"
import { type FSWatcher, watch } from "chokidar"

export interface WatchOptions {
  /** Paths as they are given; asked anew after each change. */
  readonly paths: () => readonly string[]
  /** Told once when it has been quiet for a while. */
  readonly changed: () => void
  /** Told when a directory comes to be one that cannot be watched: until that is mended, a look is asked for once a minute. */
  readonly failed: (error: Error) => void
  /** Told when all can be watched again. */
  readonly mended: () => void
  /** Waits; ends early when the signal says so. */
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** How long it must be quiet, milliseconds: an editor writes in pieces, a deployment file by file. */
  readonly settleMs?: number
}

const SETTLE_MS = 100
/** A deployment that never ends must not keep the rules from being looked at. */
const LONGEST_WAITS = 20
/** The system has too few watches for a while, or a file server is away: it takes a person, or a night. */
const RETRY_MS = 60_000

export class RuleWatcher {
  /** Why not all can be watched; null while all are. */
  trouble: string | null = null
  readonly #options: WatchOptions
  readonly #ending = new AbortController()
  #watcher: FSWatcher
  #watched: ReadonlySet<string> = new Set()
  /** The watcher that there is now has failed. */
  #isFailing = false
  #timer: NodeJS.Timeout | null = null
  #waits = 0

  private constructor(options: WatchOptions) {
    this.#options = options
    this.#watcher = this.#make()
  }

  /** Begins to watch; what changes from then on is told. */
  static async start(options: WatchOptions): Promise<RuleWatcher> {
    const watcher = new RuleWatcher(options)
    await watcher.#begin()
    return watcher
  }

  async close(): Promise<void> {
    this.#ending.abort()
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await closed(this.#watcher)
  }

  #make(): FSWatcher {
    const watcher = watch([], { ignoreInitial: true, depth: 0, followSymlinks: false })
    watcher.on("all", () => this.#noted())
    watcher.on("error", (error) => this.#failed(error as Error))
    return watcher
  }

  async #begin(): Promise<void> {
    const ready = new Promise<void>((resolve) => this.#watcher.once("ready", () => resolve()))
    this.#watch()
    await ready
  }

  #failed(error: Error): void {
    this.#isFailing = true
    if (this.trouble !== null) return
    this.trouble = error.message
    this.#options.failed(error)
    void this.#tryAgain()
  }

  /** All anew: a watcher that failed on a file takes its directory for watched. */
  async #tryAgain(): Promise<void> {
    const { timer, changed, mended } = this.#options
    const { signal } = this.#ending
    while (this.#isFailing) {
      await timer(RETRY_MS, signal).catch(() => {})
      if (signal.aborted) return
      this.#isFailing = false
      // What it holds is free at once, and may be just what was lacking.
      void closed(this.#watcher)
      this.#watcher = this.#make()
      this.#watched = new Set()
      await this.#begin()
      // What has changed meanwhile is seen, if late.
      if (!signal.aborted) changed()
    }
    this.trouble = null
    mended()
  }

  #noted(): void {
    if (this.#timer !== null) {
      if (++this.#waits >= LONGEST_WAITS) return
      clearTimeout(this.#timer)
    }
    this.#timer = setTimeout(() => {
      this.#timer = null
      this.#waits = 0
      // A link may lead somewhere else now.
      this.#watch()
      this.#options.changed()
    }, this.#options.settleMs ?? SETTLE_MS)
  }

  /** Watches the directories that matter now, and no others; to be called when paths may be others, as after each look. */
  cover(): void {
    // What has changed there since it was read, and before it is watched, is seen by one look more.
    if (this.#watch()) this.#noted()
  }

  /** @returns whether directories have come that were not watched before */
  #watch(): boolean {
    // A closed watcher that is given more begins anew.
    if (this.#ending.signal.aborted) return false
    const wanted = new Set(this.#options.paths().flatMap(directoriesOf))
    const fresh = [...wanted].filter((directory) => !this.#watched.has(directory))
    // One that is gone is watched no more by itself; to say so would have it overlooked when it comes back.
    const left = [...this.#watched].filter((directory) => !wanted.has(directory) && isDirectory(directory))
    this.#watcher.unwatch(left)
    this.#watcher.add(fresh)
    this.#watched = wanted
    return fresh.length > 0
  }
}

/** A closed one has no listeners left, and an error that nobody listens to would end the process. */
function closed(watcher: FSWatcher): Promise<void> {
  const closing = watcher.close()
  watcher.on("error", () => {})
  return closing
}

/** Links that lead to links: beyond so many they lead in a circle. */
const MAX_LINKS = 40

/**
 * Directories in which a change may change what a path says: where links on the way stand, where what they
 * lead to stands, and that itself. None of them is reached through a link, so each is watched as what it is.
 */
function directoriesOf(path: string): readonly string[] {
  const directories: string[] = []
  let real: string = sep
  const parts = partsOf(resolve(path))
  for (let links = 0; parts.length > 0 && links < MAX_LINKS; ) {
    const next = join(real, parts.shift() as string)
    const target = targetOf(next)
    if (target !== null) {
      links++
      directories.push(real)
      parts.unshift(...partsOf(resolve(real, target)))
      real = sep
    } else real = next
  }
  directories.push(existing(dirname(real)))
  if (isDirectory(real)) directories.push(real)
  return directories
}

function partsOf(path: string): string[] {
  return path.split(sep).filter((part) => part !== "")
}

/** The nearest directory that is there: where the others will be made. */
function existing(path: string): string {
  return isDirectory(path) || dirname(path) === path ? path : existing(dirname(path))
}

function isDirectory(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
  } catch {
    return false
  }
}

/** Where a link leads; null where there is none that could be followed. In one call: what is a link may be gone by the next. */
function targetOf(path: string): string | null {
  try {
    return readlinkSync(path)
  } catch {
    return null
  }
}
