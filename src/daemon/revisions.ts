/**
 * Rules that served, kept in the state directory: what happened under them is done
 * again with them after a restart, and an operator can go back to them. Each is
 * kept as it was read, with all that its scripts required.
 */
import { createHash } from "node:crypto"
import { deserialize, serialize } from "node:v8"
import { compareText } from "../model/compare.js"
import type { KeptRevision } from "../reload/keeper.js"
import { type LoadedRules, loadRecorded, type RecordedRules } from "../reload/load.js"
import type { StateDirectory } from "../store/backing/state-directory.js"

/** A revision without its rules. */
export interface RevisionFacts {
  /** Counts all that ever served. */
  readonly number: number
  /** Names what its files say. */
  readonly revision: string
  /** Seconds since 1970 when it began to serve. */
  readonly sinceSec: number
  /** The one that it brought back; null for what was read from files. */
  readonly rollbackOf: number | null
  readonly files: readonly string[]
  readonly rules: number
  /** The same for rules that were loaded from the same. */
  readonly fingerprint: string
}

interface KeptFile {
  readonly facts: RevisionFacts
  readonly recorded: RecordedRules
}

const PREFIX = "rules-"
const KEEP = 20

export class Revisions {
  /** Of this one and those after it none is let go: the journal says what happened under them. */
  neededFrom = 0
  readonly #state: StateDirectory

  constructor(state: StateDirectory) {
    this.#state = state
  }

  /** The latest last. @throws StoreFault E_STATE_UNUSABLE for one that is damaged */
  async list(): Promise<readonly RevisionFacts[]> {
    const facts: RevisionFacts[] = []
    for (const name of await this.#state.names(PREFIX)) {
      const kept = await this.#read(name)
      if (kept !== null) facts.push(kept.facts)
    }
    return facts
  }

  /** Keeps one; of many the oldest are let go. */
  async keep({ number, sinceSec, rollbackOf, loaded }: KeptRevision): Promise<void> {
    const facts: RevisionFacts = {
      number,
      sinceSec,
      rollbackOf,
      revision: loaded.revision,
      files: loaded.recorded.sources.map(({ file }) => file),
      rules: loaded.counts.responses,
      fingerprint: fingerprintOf(loaded.recorded),
    }
    await this.#state.write(
      nameOf(number),
      serialize({ facts, recorded: loaded.recorded } satisfies KeptFile),
    )
    const names = await this.#state.names(PREFIX)
    for (const name of names.slice(0, -KEEP))
      if (numberOf(name) < this.neededFrom) await this.#state.remove(name)
  }

  /** As it was read; null where it is not kept. @throws StoreFault E_STATE_UNUSABLE */
  async recorded(number: number): Promise<RecordedRules | null> {
    return (await this.#read(nameOf(number)))?.recorded ?? null
  }

  /** Loaded once more; null where it is not kept. @throws StoreFault E_STATE_UNUSABLE */
  async load(number: number): Promise<LoadedRules | null> {
    const recorded = await this.recorded(number)
    return recorded === null ? null : loadRecorded(recorded)
  }

  /** Was this one loaded from what these were? */
  isOf({ fingerprint }: RevisionFacts, { recorded }: LoadedRules): boolean {
    return fingerprint === fingerprintOf(recorded)
  }

  async #read(name: string): Promise<KeptFile | null> {
    const bytes = await this.#state.read(name)
    return bytes === null ? null : (deserialize(bytes) as KeptFile)
  }
}

function numberOf(name: string): number {
  return Number(name.slice(PREFIX.length))
}

function nameOf(number: number): string {
  return `${PREFIX}${String(number).padStart(9, "0")}`
}

/** Names what rules were loaded from, with all that their scripts found; when that was does not count. */
function fingerprintOf({ nowSec: _, ...recorded }: RecordedRules): string {
  const hash = createHash("sha256")
  const add = (value: unknown): void => {
    if (value instanceof Uint8Array) hash.update(`bytes ${value.length}:`).update(value)
    else if (value instanceof Map) add([...value].sort(([a], [b]) => compareText(String(a), String(b))))
    else if (Array.isArray(value)) {
      hash.update(`list ${value.length}:`)
      for (const one of value) add(one)
    } else if (typeof value === "object" && value !== null)
      add(Object.entries(value).sort(([a], [b]) => compareText(a, b)))
    else hash.update(`${JSON.stringify(value) ?? "undefined"};`)
  }
  add(recorded)
  return hash.digest("hex")
}
