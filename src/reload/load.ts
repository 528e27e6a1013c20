/**
 * Paths to a rule set ready to serve: read, build in a worker, make ready.
 * Findings are data; only a fault of this program throws.
 */
import { Classifier } from "../classify/classifier.js"
import { wallClockSec } from "../clock.js"
import type { Diagnostic } from "../model/diagnostic.js"
import { type RuleCounts, RuleSet } from "../rules/rule-set.js"
import type { BuildResult, FoundFiles } from "./build.js"
import type { GivenConfiguration } from "./conf-files.js"
import { ConfigurationFunctions } from "./functions.js"
import { RuleLoader } from "./loader.js"
import {
  findModule,
  moduleFile,
  placesOf,
  type RuleSource,
  readRuleSources,
  readScriptFile,
  readShippedClassification,
} from "./source.js"

export interface LoadOptions {
  /** False holds the files against the original, which has no `mx:` keys and no `*`. */
  readonly extensions?: boolean
  /** The clock the scripts see, seconds since 1970; now unless given. */
  readonly nowSec?: number
  /** What scripts are told that ask for options; without it there is no configuration. */
  readonly configuration?: GivenConfiguration
  /** Ends the load; it rejects with the signal's reason then. */
  readonly signal?: AbortSignal
}

export interface LoadedRules {
  /** No finding is an error. Rules with errors are left out of `rules`; the others are there. */
  readonly ok: boolean
  readonly revision: string
  readonly counts: RuleCounts
  readonly diagnostics: readonly Diagnostic[]
  /** Findings about paths that could not be read at all. */
  readonly unreadable: readonly Diagnostic[]
  readonly rules: RuleSet
  readonly functions: ConfigurationFunctions
  /** Replies to bounce classes: the shipped classification and what the files add to it. */
  readonly classifier: Classifier
  /** Entries that the files add to the classification. */
  readonly bounceEntries: number
  readonly sources: readonly RuleSource[]
  /** Each file that was read, or could not be, and where those may stand that scripts required or read besides. */
  readonly dependencies: readonly string[]
  /**
   * Do the files of these paths, and those that the scripts required or read besides, still say the same?
   * Reads them; runs nothing.
   */
  isStill(paths: readonly string[]): boolean
  /** Lines that the scripts printed or logged. */
  readonly output: readonly string[]
  /** What it was loaded from. */
  readonly recorded: RecordedRules
}

/**
 * Loads rule files and directories as one rule set: the system file first, then
 * custom scripts in order.
 * @param paths `.lua` files, or directories of them (`adaptive_rules.lua` first, then by name)
 * @throws RulesFault E_RULES_WORKER when the thread that loads them does not start
 */
export async function loadRules(paths: readonly string[], options: LoadOptions = {}): Promise<LoadedRules> {
  const read = readRuleSources(paths)
  const base = readShippedClassification(read.sources)
  return load(
    {
      sources: read.sources,
      base: base.source,
      roots: read.roots,
      nowSec: options.nowSec ?? wallClockSec(),
      extensions: options.extensions ?? true,
      configuration: options.configuration ?? null,
    },
    [...read.unreadable, ...base.unreadable],
    read.unreadable,
    options.signal,
  )
}

/** Rules as they were read once: enough to have the same ones again, whatever the files say by then. Plain data. */
export interface RecordedRules {
  readonly sources: readonly RuleSource[]
  readonly base: RuleSource | null
  readonly roots: readonly string[]
  readonly nowSec: number
  readonly extensions: boolean
  readonly configuration: GivenConfiguration | null
  readonly found: FoundFiles
}

/** Loads rules that were loaded before. */
export function loadRecorded(recorded: RecordedRules): Promise<LoadedRules> {
  return load(recorded, [], [])
}

/**
 * Loaded rules as the engine takes them.
 * @param asked who calls their functions; on the thread that asks unless given
 */
export function rulingOf(
  { rules, functions, classifier }: LoadedRules,
  asked: Pick<ConfigurationFunctions, "call"> = functions,
) {
  return {
    rules,
    ask: (...[id, args]: Parameters<ConfigurationFunctions["call"]>) => asked.call(id, args),
    classify: (reply: string, domain: string, mx: string | null) => classifier.classNumber(reply, domain, mx),
  }
}

async function load(
  from: Omit<RecordedRules, "found"> & { readonly found?: FoundFiles },
  findings: readonly Diagnostic[],
  unreadable: readonly Diagnostic[],
  signal?: AbortSignal,
): Promise<LoadedRules> {
  const { sources, base, roots, nowSec, extensions, configuration, found } = from
  const baseSources = base === null ? [] : [base]
  const given = configuration === null ? {} : { configuration }
  const loader = new RuleLoader()
  try {
    const build = await loader.build(
      {
        sources,
        base,
        roots,
        nowSec,
        extensions,
        findings,
        ...given,
        ...(found === undefined ? {} : { found }),
      },
      signal,
    )
    const { revision, counts, diagnostics } = build.data
    return {
      ok: !diagnostics.some(({ severity }) => severity === "error"),
      revision,
      counts,
      diagnostics,
      unreadable,
      rules: new RuleSet(build.data),
      functions: new ConfigurationFunctions({ ...build, nowSec, ...given }),
      classifier: new Classifier(build.classification),
      bounceEntries: build.ownBounceEntries,
      sources: [...sources, ...baseSources],
      dependencies: [
        // In a directory they may be links, and one that leads nowhere may lead somewhere later.
        ...[...sources, ...unreadable].map(({ file }) => file),
        // What stands under one root now, or under none, may come under another.
        ...[...[...build.modules.keys()].map(moduleFile), ...build.files.keys(), ...build.missed].flatMap(
          (path) => placesOf(roots, path),
        ),
      ],
      isStill: (paths) => isStill(paths, [...sources, ...baseSources], build),
      output: build.output,
      recorded: {
        sources,
        base,
        roots,
        nowSec,
        extensions,
        configuration,
        found: { modules: build.modules, files: build.files },
      },
    }
  } finally {
    await loader.close()
  }
}

function isStill(
  paths: readonly string[],
  sources: readonly RuleSource[],
  { modules, files, missed }: Pick<BuildResult, "modules" | "files" | "missed">,
): boolean {
  const { roots, ...read } = readRuleSources(paths)
  const base = readShippedClassification(read.sources)
  if (read.unreadable.length + base.unreadable.length > 0) return false
  const again = [...read.sources, ...(base.source === null ? [] : [base.source])]
  return (
    again.length === sources.length &&
    again.every(({ file, bytes }, i) => file === sources[i]?.file && isSame(bytes, sources[i].bytes)) &&
    [...modules].every(([name, { file, bytes }]) => {
      const found = findModule(roots, name)
      return found?.path === file && isSame(found.source, bytes)
    }) &&
    [...files].every(([path, bytes]) => {
      const found = readScriptFile(roots, path)
      return !("reason" in found) && isSame(found, bytes)
    }) &&
    missed.every((path) => "reason" in readScriptFile(roots, path))
  )
}

function isSame(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0
}
