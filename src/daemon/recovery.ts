/**
 * A state made up again after a restart: the last copy of it, and what the journal
 * says has happened since, done again with the rules and the configuration of that
 * time. Decides nothing; what comes out is what there was before the process ended.
 */
import { auditInstances, namedThrottles } from "../config/store-settings.js"
import type { EngineRules } from "../engine/engine.js"
import { configurationFor, type GivenConfiguration } from "../reload/conf-files.js"
import { readJournal, type TornEnd } from "../store/backing/journal.js"
import { type Restored, SnapshotFile } from "../store/backing/snapshot.js"
import type { StateDirectory } from "../store/backing/state-directory.js"
import { StoreFault } from "../store/fault.js"
import { Store } from "../store/store.js"
import { type ConfigurationState, Core, type CoreOptions, type HoldCause, type Numbered } from "./core.js"
import { DecidedAgain } from "./decided.js"
import type { KeptEffects } from "./effects.js"
import { commandOf, EntryFault, EntryReader, unpacked } from "./entries.js"
import type { SourceNote } from "./ledger.js"

const SNAPSHOT_FILE = "snapshot"
/** Of what was told already only so much is worth keeping. */
const MAX_TOLD = 100_000

/** What stands beside the copy of a state. */
export interface StateNote {
  /** What happened since stands in this segment of the journal and those behind it. */
  readonly segment: number
  readonly lastId: number
  readonly positions: readonly (readonly [source: string, state: unknown])[]
  /** The number of the rules of that time. */
  readonly rules: number
  /** The configuration in force then: packed, and the commands that had changed it. */
  readonly configuration: { readonly given: string; readonly changes: readonly string[] }
  /** Why pairs were held. */
  readonly causes: readonly (readonly [binding: string, domain: string, cause: HoldCause])[]
  readonly effects: KeptEffects["list"]
  /** Of those behind this one none is missing. */
  readonly effectsAfter: number
}

export interface RecoveryOptions extends Pick<CoreOptions, "listener" | "failed"> {
  /** Rules by their number, as they were kept; null for those that nobody has. */
  readonly rulesOf: (number: number) => Promise<EngineRules | null>
  /** In place of rules that are not there; a state that was never written begins with them. */
  readonly fallback: EngineRules
  /** A state that was never written begins with it. */
  readonly given: GivenConfiguration
}

export interface Recovered {
  readonly core: Core
  /** Knows which copy is not to be kept as the one before the next. */
  readonly copies: SnapshotFile
  readonly positions: ReadonlyMap<string, unknown>
  /** The segment in which the journal goes on, at least. */
  readonly segment: number
  /** The copy of the state that it began with; null where there was none. */
  readonly copy: { readonly bytes: number; readonly writtenAtSec: number } | null
  /** The segment behind the copy that was taken. */
  readonly copySegment: number
  /** The rules that served last; 0 where none did. */
  readonly rules: number
  /** Decisions as they stood beside the copy of the state; null where some are missing between these and `told`. */
  readonly effects: KeptEffects | null
  /** The last decisions since then that have been told. */
  readonly told: readonly Numbered[]
  /** Decisions that nobody may have been told of. */
  readonly untold: readonly Numbered[]
  /** Events that were done again. */
  readonly repeated: number
  readonly torn: readonly TornEnd[]
  /** Damaged copies that were passed over. */
  readonly refused: readonly StoreFault[]
  /** Numbers of rules that were needed and not there: others were taken in their place. */
  readonly missing: readonly number[]
}

/** The last copy of a state that is being read: that needs no rules, which may be loaded meanwhile. */
export interface CopyReading {
  readonly copies: SnapshotFile
  /** Null where there is none. */
  readonly restored: Promise<Restored | null>
}

/** Begins; what fails is told to whoever waits for it. */
export function readCopy(state: Pick<StateDirectory, "file">): CopyReading {
  const copies = new SnapshotFile(state.file(SNAPSHOT_FILE))
  // How much may be remembered is known when the note has been read, which stands last.
  const restored = copies.read({ namedThrottles: Infinity })
  restored.catch(() => {})
  return { copies, restored }
}

/** @throws StoreFault when what is there cannot be used; nothing has been changed then but a torn end taken off */
export async function recover(
  state: Pick<StateDirectory, "path" | "file">,
  options: RecoveryOptions,
  reading: CopyReading = readCopy(state),
): Promise<Recovered> {
  const { fallback, rulesOf, given, listener, failed } = options
  const { copies } = reading
  const restored = await reading.restored
  const note = (restored?.note ?? null) as StateNote | null
  const configuration: ConfigurationState =
    note === null
      ? { given, changes: [] }
      : { ...note.configuration, given: unpacked(note.configuration.given) }
  const missing: number[] = []
  const rulesFor = async (number: number): Promise<EngineRules> => {
    const found = await rulesOf(number)
    if (found === null) missing.push(number)
    return found ?? fallback
  }
  let rules = note?.rules ?? 0
  const store = restored?.store ?? emptyStore(given)
  store.throttles.resize(namedThrottles(configurationFor(configuration.given)))
  const ruling = rules === 0 ? fallback : await rulesFor(rules)
  const causes = (note?.causes ?? []).map(
    ([binding, domain, cause]) => [store.pairs.of(binding, domain), cause] as const,
  )
  const core = new Core({ store, ruling, configuration, listener, failed, lastId: note?.lastId ?? 0, causes })
  const positions = new Map(note?.positions ?? [])
  const decided = new DecidedAgain(core.lastId, MAX_TOLD)
  let repeated = 0
  const torn: TornEnd[] = []
  const reader = new EntryReader(core.store.pairs)
  let segment = note?.segment ?? 1
  let current = 0
  for await (const record of readJournal(state.path, segment, (end) => torn.push(end))) {
    if (record.segment !== current) reader.begin()
    current = record.segment
    segment = Math.max(segment, current)
    let next: number | null = null
    try {
      reader.read(record.payload, {
        event(event) {
          core.event(event)
          repeated++
        },
        clock: (atMicros) => core.clock(atMicros),
        note(kind, data) {
          if (kind === "command") {
            const { line, givenMicros } = commandOf(data)
            core.command(line, givenMicros)
          } else if (kind === "configuration") core.configure(unpacked(data as string))
          else if (kind === "told") decided.toldUpTo(data as number)
          else if (kind === "rules") next = data as number
          else if (kind === "position") {
            const { source, state: place } = data as SourceNote
            positions.set(source, place)
          }
        },
      })
    } catch (error) {
      if (!(error instanceof EntryFault) && !(error instanceof SyntaxError)) throw error
      throw new StoreFault(
        "E_JOURNAL_DAMAGED",
        `${state.path}: segment ${record.segment} of the journal: ${error.message}`,
        "run the program that wrote it, or give another state directory",
      )
    }
    if (next !== null) {
      rules = next
      core.engine.replaceRules(await rulesFor(next))
    }
    decided.add(core.takeDecided())
  }
  const { told, untold } = decided.end()
  return {
    core,
    copies,
    positions,
    // Of too many the oldest are let go, and those that stood before them: between effects nothing is missing.
    effects: decided.hasGap ? null : keptEffects(note),
    told,
    segment,
    copy: restored,
    copySegment: note?.segment ?? 1,
    rules,
    untold,
    repeated,
    torn,
    refused: restored?.refused ?? [],
    missing,
  }
}

/** A state that begins has told nothing. */
function keptEffects(note: StateNote | null): KeptEffects | null {
  if (note === null) return { afterId: 0, list: [] }
  const { effects: list, effectsAfter } = note
  // Of a copy that an earlier version wrote, the first one tells.
  const afterId = (effectsAfter as number | undefined) ?? (list[0]?.[0] ?? note.lastId + 1) - 1
  return { afterId, list }
}

function emptyStore(given: GivenConfiguration): Store {
  const store = new Store()
  store.audits.keepTo(auditInstances(configurationFor(given)))
  return store
}
