/**
 * Rules that served, kept in the state directory: what happened under them is done
 * again with them after a restart, and an operator can go back to them. Each is
 * kept as it was read, with all that its scripts required.
 */
import { deserialize, serialize } from "node:v8"
import { fingerprintOf } from "../reload/fingerprint.js"
import type { KeptRevision } from "../reload/keeper.js"
import { type LoadedRules, loadRecorded, type RecordedRules } from "../reload/load.js"
import type { StateDirectory } from "../store/backing/state-directory.js"
import { StoreFault } from "../store/fault.js"

/** What the rule files say and does not serve, although it is valid: it waits until they say something else. */
export interface PassedOver {
  /** An operator went back from it, or it would have held too much. */
  readonly by: "rollback" | "canary"
  /** Names what the files say. */
  readonly says: string
  /** Of the attempts of an hour so many percent more would have been held; null where that is not known. */
  readonly morePercent: number | null
  /** In words. */
  readonly why: string
  /** Seconds since 1970. */
  readonly sinceSec: number
}

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
  /** While the files say this, these rules go on; null: whatever else they say serves. */
  readonly passedOver: PassedOver | null
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

  /** Keeps one; of many the oldest are let go. @throws StoreFault E_STATE_UNUSABLE where that cannot be written */
  async keep(
    { number, sinceSec, rollbackOf, loaded }: KeptRevision,
    passedOver: PassedOver | null = null,
  ): Promise<void> {
    const facts: RevisionFacts = {
      passedOver,
      number,
      sinceSec,
      rollbackOf,
      revision: loaded.revision,
      files: loaded.recorded.sources.map(({ file }) => file),
      rules: loaded.counts.responses,
      fingerprint: fingerprintOf(loaded.recorded),
    }
    await this.#write({ facts, recorded: loaded.recorded })
    const names = await this.#state.names(PREFIX)
    for (const name of names.slice(0, -KEEP))
      if (numberOf(name) < this.neededFrom) await this.#state.remove(name)
  }

  /** Notes what a kept one is to go on in place of. @throws StoreFault E_STATE_UNUSABLE */
  async passOver(number: number, passedOver: PassedOver): Promise<void> {
    const kept = await this.#read(nameOf(number))
    if (kept !== null) await this.#write({ ...kept, facts: { ...kept.facts, passedOver } })
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
    if (bytes === null) return null
    const { facts, recorded } = deserialize(bytes) as KeptFile
    // Earlier versions passed nothing over.
    return { facts: { ...facts, passedOver: facts.passedOver ?? null }, recorded }
  }

  async #write(kept: KeptFile): Promise<void> {
    const name = nameOf(kept.facts.number)
    await this.#state.write(name, serialize(kept)).catch((error: Error) => {
      throw new StoreFault(
        "E_STATE_UNUSABLE",
        `${this.#state.file(name)}: rules cannot be kept: ${error.message}`,
        "make room in the state directory, and let it be written to",
      )
    })
  }
}

function numberOf(name: string): number {
  return Number(name.slice(PREFIX.length))
}

function nameOf(number: number): string {
  return `${PREFIX}${String(number).padStart(9, "0")}`
}
