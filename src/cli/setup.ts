/**
 * What a command works with: the configuration of `--config` and `--set`, and
 * the rules that they or `--rules` lead to. Source: cli.md, conventions.
 */
import { relative } from "node:path"
import { fileURLToPath } from "node:url"
import { type Configuration, type LoadedConfiguration, loadConfiguration } from "../config/configuration.js"
import { assignGlobally, globalOptions, SettingError } from "../config/global-options.js"
import { packageUrl } from "../model/places.js"
import { CONF_FILES, type GivenConfiguration, namedRules } from "../reload/conf-files.js"
import { type LoadedRules, type LoadOptions, loadRules } from "../reload/load.js"
import { countFindings, oneLine, renderFinding } from "../report/findings.js"
import { makeStyle } from "../report/style.js"
import { plural } from "../report/words.js"
import { type Context, EXIT, printFindings, Refused, UsageError } from "./context.js"

export interface SetupOptions {
  readonly config?: string
  readonly nodeName?: string
  /** Defaults of the User Guide where the documents disagree. */
  readonly guideDefaults?: boolean
  readonly rules: readonly string[]
  readonly set: readonly string[]
}

export interface Setup {
  readonly configuration: Configuration
  /** Rule files: those of `--rules`, else those that the configuration names, else the shipped ones. */
  readonly rules: readonly string[]
  /** The configuration as it was given; what scripts are told that ask for options. */
  readonly given: GivenConfiguration
}

/** The rule file shipped with this package, by its shorter name where there is one: it stands in every output. */
function shippedRules(): string {
  const path = fileURLToPath(packageUrl("rules/adaptive_rules.lua"))
  const fromHere = relative(process.cwd(), path)
  return fromHere.startsWith("..") ? path : fromHere
}

/**
 * Reads the configuration and what is set over it; what is wrong is told.
 * @throws UsageError, Refused
 */
export function readSetup(context: Context, options: SetupOptions): Setup {
  const { configuration, recorded } = readConfiguration(context, options)
  try {
    assignGlobally(configuration, options.set)
  } catch (error) {
    if (error instanceof SettingError) throw new UsageError(error.message, error.hint)
    throw error
  }
  configuration.followsGuide = options.guideDefaults === true
  const given = { recorded, assignments: options.set, followsGuide: configuration.followsGuide }
  return { configuration, rules: rulePaths(options.rules, configuration), given }
}

/** Paths of rule files for `loadRules`. */
export function rulePaths(given: readonly string[], configuration: Configuration): readonly string[] {
  if (given.length > 0) return given
  const { system, custom } = namedRules(configuration)
  return [system ?? shippedRules(), ...custom]
}

/** @throws UsageError when there is no such file */
export function readConf(path: string, nodeName: string | undefined, hasRules: boolean): LoadedConfiguration {
  const loaded = loadConfiguration(path, CONF_FILES, {
    ...(nodeName === undefined ? {} : { nodeName }),
    hasRules,
  })
  if (loaded.isMissing)
    throw new UsageError(
      `No configuration found at ${path}`,
      "check the path; a relative one is taken from the current directory",
    )
  return loaded
}

/** Tells what was found in a configuration. */
export function printConfFindings(context: Context, { diagnostics, sources }: LoadedConfiguration): void {
  const quoted = sources.map(({ file, text }) => ({ file, bytes: Buffer.from(text, "latin1") }))
  printFindings(context, diagnostics, { sources: quoted })
}

function readConfiguration(
  context: Context,
  { config, nodeName, rules }: SetupOptions,
): Pick<LoadedConfiguration, "configuration"> & {
  readonly recorded: LoadedConfiguration["recorded"] | null
} {
  if (config === undefined) return { configuration: globalOptions([]), recorded: null }
  const loaded = readConf(config, nodeName, rules.length > 0)
  // What is only worth knowing is told by `check`.
  const told = loaded.diagnostics.filter(({ severity }) => severity === "error")
  if (told.length === 0) return loaded
  printConfFindings(context, { ...loaded, diagnostics: told })
  context.err(
    `${context.errStyle.red("adaptive:")} the configuration has ${plural(told.length, "error")}: nothing is done`,
  )
  throw new Refused(loaded.isUnreadable ? EXIT.usage : EXIT.no)
}

/** Reads a configuration for a running engine: null when it has errors, which are the text. */
export function rereadConfiguration(
  file: string | undefined,
  { set, guideDefaults, nodeName }: Pick<SetupOptions, "set" | "guideDefaults" | "nodeName">,
): {
  readonly configuration: Configuration | null
  /** The same as it was given. */
  readonly given: GivenConfiguration | null
  readonly text: string
} {
  const refused = (text: string) => ({ configuration: null, given: null, text })
  if (file === undefined) return refused("name a file: there was no --config")
  const loaded = loadConfiguration(file, CONF_FILES, {
    hasRules: true,
    ...(nodeName === undefined ? {} : { nodeName }),
  })
  if (loaded.isMissing) return refused(`No configuration found at ${oneLine(file)}`)
  const wrong = loaded.diagnostics.filter(({ severity }) => severity === "error")
  const text = wrong.map((finding) => renderFinding(finding, () => undefined, makeStyle(false))).join("\n")
  if (wrong.length > 0) return refused(text)
  // What was set over the file before is set over it again.
  const { configuration, recorded } = loaded
  assignGlobally(configuration, set)
  configuration.followsGuide = guideDefaults === true
  return {
    configuration,
    given: { recorded, assignments: set, followsGuide: configuration.followsGuide },
    text,
  }
}

export interface RuleUse {
  /** What a command does with rules, for messages: "replayed", "explained". */
  readonly done: string
  /** Goes on with the rules that are valid. */
  readonly force: boolean
}

/**
 * Loads rules for a command that needs all of them: half of them would mislead, so errors must be accepted.
 * @throws Refused
 */
export async function usableRules(
  context: Context,
  paths: readonly string[],
  options: LoadOptions,
  { done, force }: RuleUse,
): Promise<LoadedRules> {
  const loaded = await loadRules(paths, options)
  if (loaded.unreadable.length > 0) {
    printFindings(context, loaded.unreadable, loaded)
    throw new Refused(EXIT.usage)
  }
  const { errors } = countFindings(loaded.diagnostics)
  if (errors === 0) return loaded
  const { yellow, red } = context.errStyle
  const some = plural(errors, "error")
  if (force) {
    context.err(`${yellow("note:")} the rules have ${some} (see adaptive check); what is valid is ${done}`)
    return loaded
  }
  const wrong = loaded.diagnostics.filter(({ severity }) => severity === "error")
  printFindings(context, wrong, loaded)
  context.err(
    `${red("adaptive:")} the rules have ${some}: nothing is ${done}\n  hint: mend them, or have what is valid ${done} with --force`,
  )
  throw new Refused(EXIT.no)
}
