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
  /** Told when a directory cannot be watched; what changes there is not seen. */
  readonly failed: (error: Error) => void
  /** How long it must be quiet, milliseconds: an editor writes in pieces, a deployment file by file. */
  readonly settleMs?: number
}

const SETTLE_MS = 100
/** A deployment that never ends must not keep the rules from being looked at. */
const LONGEST_WAITS = 20

export class RuleWatcher {
  readonly #options: WatchOptions
  readonly #watcher: FSWatcher
  #watched: ReadonlySet<string> = new Set()
  #timer: NodeJS.Timeout | null = null
  #waits = 0
  #isClosed = false

  private constructor(options: WatchOptions) {
    this.#options = options
    this.#watcher = watch([], { ignoreInitial: true, depth: 0, followSymlinks: false })
    this.#watcher.on("all", () => this.#noted())
    this.#watcher.on("error", (error) => options.failed(error as Error))
  }

  /** Begins to watch; what changes from then on is told. */
  static async start(options: WatchOptions): Promise<RuleWatcher> {
    const watcher = new RuleWatcher(options)
    const ready = new Promise<void>((resolve) => watcher.#watcher.once("ready", () => resolve()))
    watcher.#watch()
    await ready
    return watcher
  }

  async close(): Promise<void> {
    this.#isClosed = true
    if (this.#timer !== null) clearTimeout(this.#timer)
    this.#timer = null
    await this.#watcher.close()
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
    if (this.#isClosed) return false
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
