/**
 * What every command needs: where to write, how to end, which rules to load.
 * Results go to stdout, diagnostics to stderr. Source: cli.md, conventions.
 */
import { fileURLToPath } from "node:url"
import { wallClockSec } from "../clock.js"
import { ConfigurationFunctions } from "../reload/functions.js"
import { RuleLoader } from "../reload/loader.js"
import { type ReadSources, readRuleSources } from "../reload/source.js"
import { makeStyle, type Style } from "../report/style.js"
import { RuleSet, type RuleSetData } from "../rules/rule-set.js"

/** Exit codes. Source: cli.md. */
export const EXIT = { ok: 0, no: 1, usage: 2, warnings: 3 } as const

/** Wrong usage or unreadable input: told on stderr, exit 2. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

export interface Context {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly outStyle: Style
  readonly errStyle: Style
}

export function makeContext(): Context {
  const colours = (stream: NodeJS.WriteStream): boolean =>
    stream.isTTY === true && (process.env.NO_COLOR ?? "") === ""
  return {
    out: (text) => void process.stdout.write(`${text}\n`),
    err: (text) => void process.stderr.write(`${text}\n`),
    outStyle: makeStyle(colours(process.stdout)),
    errStyle: makeStyle(colours(process.stderr)),
  }
}

/** The rule files shipped with this package. */
const SHIPPED_RULES = fileURLToPath(new URL("../../rules/adaptive_rules.lua", import.meta.url))

export interface LoadedRules {
  readonly data: RuleSetData
  readonly rules: RuleSet
  readonly functions: ConfigurationFunctions
  readonly read: ReadSources
  readonly output: readonly string[]
}

/** Reads and builds the rules of the paths given, or the shipped ones. */
export async function loadRules(
  paths: readonly string[],
  options: { readonly extensions?: boolean; readonly nowSec?: number } = {},
): Promise<LoadedRules> {
  const read = readRuleSources(paths.length === 0 ? [SHIPPED_RULES] : paths)
  const nowSec = options.nowSec ?? wallClockSec()
  const loader = new RuleLoader()
  try {
    const build = await loader.build({
      sources: read.sources,
      roots: read.roots,
      nowSec,
      extensions: options.extensions ?? true,
      findings: read.unreadable,
    })
    const functions = new ConfigurationFunctions({ ...build, nowSec })
    return { data: build.data, rules: new RuleSet(build.data), functions, read, output: build.output }
  } finally {
    await loader.close()
  }
}
