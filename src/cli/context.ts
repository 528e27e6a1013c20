/**
 * What every command needs: where to write, how to end, which rules to load.
 * Results go to stdout, diagnostics to stderr. Source: cli.md, conventions.
 */
import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import { globalOptions, type OptionLookup, SettingError } from "../config/lookup.js"
import type { Diagnostic } from "../model/diagnostic.js"
import { type LoadedRules, type LoadOptions, loadRules } from "../reload/load.js"
import { renderFinding } from "../report/findings.js"
import { makeStyle, type Style } from "../report/style.js"

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

/** The rule file shipped with this package, by its shorter name where there is one: it stands in every output. */
function shippedRules(): string {
  const path = fileURLToPath(new URL("../../rules/adaptive_rules.lua", import.meta.url))
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith("..") ? path : fromHere
}

/** Loads the rules of the paths given, or the shipped ones. */
export function loadRulesOrShipped(
  paths: readonly string[],
  options: LoadOptions = {},
): Promise<LoadedRules> {
  return loadRules(paths.length === 0 ? [shippedRules()] : paths, options)
}

/** Options given with `--set`. @throws UsageError */
export function readSettings(assignments: readonly string[]): OptionLookup {
  try {
    return globalOptions(assignments)
  } catch (error) {
    if (error instanceof SettingError) throw new UsageError(error.message, error.hint)
    throw error
  }
}

/** Prints findings with the lines they are about. */
export function printFindings(
  context: Context,
  findings: readonly Diagnostic[],
  { sources }: LoadedRules,
): void {
  const bytesOf = new Map(sources.map(({ file, bytes }) => [file, bytes]))
  for (const finding of findings)
    context.err(renderFinding(finding, (file) => bytesOf.get(file), context.errStyle))
}
