/**
 * The files of a configuration as its reader asks for them, and the rule files
 * that its scriptlet names. Reads; judges nothing.
 * Source: configuration.md section 1, Includes; cli.md, conventions (`--config`).
 */
import { accessSync, constants, readdirSync, readFileSync, realpathSync, statSync } from "node:fs"
import { dirname, isAbsolute, join } from "node:path"
import { askOption, type OptionAnswer } from "../config/ask.js"
import { isActivating } from "../config/conf-whole.js"
import { type Configuration, loadConfiguration, type RecordedConfiguration } from "../config/configuration.js"
import { assignGlobally, globalOptions } from "../config/global-options.js"
import type { ConfFile, ConfFiles } from "../config/syntax/conf-load.js"
import { moduleFile } from "./source.js"

/** Many times the largest configuration there is; a log named by mistake is larger. */
const MAX_CONF_BYTES = 64 << 20

export const CONF_FILES: ConfFiles = {
  open,
  directoryOf: dirname,
  join,
  isAbsolute,
}

function open(path: string): ConfFile {
  const unreadable = (reason: string, hint: string): ConfFile => ({ kind: "unreadable", path, reason, hint })
  try {
    const stat = statSync(path)
    if (stat.isDirectory()) {
      const names = readdirSync(path).filter((name) => !name.startsWith("."))
      return { kind: "directory", path, files: names.sort().map((name) => join(path, name)) }
    }
    if (!stat.isFile()) return unreadable("it is no regular file", "name a text file or a directory of them")
    if (stat.size > MAX_CONF_BYTES)
      return unreadable(
        `it has ${stat.size} bytes, more than the ${MAX_CONF_BYTES} that a configuration may have`,
        "name the configuration itself",
      )
    return { kind: "file", path, identity: realpathSync(path), bytes: new Uint8Array(readFileSync(path)) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    if (code === "ENOENT" || code === "ENOTDIR") return { kind: "missing" }
    return code === "EACCES" || code === "EPERM"
      ? unreadable("you may not read it", "check the permissions of the file and its directories")
      : unreadable(message, "check the path")
  }
}

/** The rule files that a configuration leads to. */
export interface NamedRules {
  /** The system file, if one stands beside the configuration. */
  readonly system: string | null
  readonly custom: readonly string[]
  /** Sources that lead to no file: scripts of the mail server's own, most likely. */
  readonly notFound: readonly string[]
}

/** Texts that only scripts with something to say to Adaptive Delivery hold. */
const SPEAKS_TO_US = /registerRules|registerClassification|msys\.adaptive/
const SYSTEM_MODULE = "msys.adaptive_rules"
/** The first that is there is the system file. */
const SYSTEM_FILES = [SYSTEM_MODULE, "adaptive_rules"]

/**
 * Finds the rule files among a configuration's scripts. `msys.adaptive` stands for the system file, which is
 * taken from beside the configuration where there is one; scripts that have nothing to do with rules are left alone.
 */
export function namedRules(configuration: Configuration): NamedRules {
  const { directories, scripts } = configuration
  const roots = rootsOf(directories)
  const system = SYSTEM_FILES.map((source) => find(source, roots)).find((path) => path !== null) ?? null
  const custom: string[] = []
  const notFound: string[] = []
  for (const { text } of scripts) {
    if (isActivating(text) || text === SYSTEM_MODULE) continue
    const path = find(text, roots)
    if (path === null) notFound.push(text)
    else if (path !== system && !custom.includes(path) && speaksToUs(path)) custom.push(path)
  }
  return { system, custom, notFound }
}

/**
 * Where the rule files that a configuration leads to are looked for: one that comes to stand there is found.
 * Scripts of the mail server's own may stand where we may not look, and nothing of ours comes there.
 */
export function placesOfRules({ directories, scripts }: Configuration): readonly string[] {
  const roots = rootsOf(directories)
  const own = scripts.map(({ text }) => text).filter((text) => !isActivating(text))
  return [...SYSTEM_FILES, ...own]
    .flatMap((source) => placesOf(source, roots))
    .filter((place) => mayBeListed(dirname(place)))
}

/** The directory, or the nearest one above it that is there. */
function mayBeListed(directory: string): boolean {
  try {
    accessSync(directory, constants.R_OK)
    return true
  } catch (error) {
    const isThere = (error as NodeJS.ErrnoException).code !== "ENOENT"
    return !isThere && dirname(directory) !== directory && mayBeListed(dirname(directory))
  }
}

function rootsOf(directories: readonly string[]): readonly string[] {
  return directories.flatMap((directory) => [directory, join(directory, "scriptlets")])
}

/** Where a path, or the name of a module below one of the roots, may lead. */
function placesOf(source: string, roots: readonly string[]): readonly string[] {
  const asPath = [source, `${source}.lua`]
  if (isAbsolute(source)) return asPath
  return roots.flatMap((root) => [...asPath, moduleFile(source)].map((name) => join(root, name)))
}

function find(source: string, roots: readonly string[]): string | null {
  return placesOf(source, roots).find((place) => open(place).kind === "file") ?? null
}

function speaksToUs(path: string): boolean {
  const found = open(path)
  return found.kind === "file" && SPEAKS_TO_US.test(Buffer.from(found.bytes).toString("latin1"))
}

/** A configuration as it was given: files as they were read, and what was set over them. Plain data. */
export interface GivenConfiguration {
  /** Null without a file. */
  readonly recorded: RecordedConfiguration | null
  /** `OPTION=VALUE`, globally. */
  readonly assignments: readonly string[]
  /** Defaults of the User Guide where the documents disagree. */
  readonly followsGuide: boolean
}

/** The same configuration once more, in whatever thread, whatever the files say by then. */
export function configurationFor({ recorded, assignments, followsGuide }: GivenConfiguration): Configuration {
  let configuration = globalOptions([])
  if (recorded !== null) {
    const { path, nodeName, opened } = recorded
    const files = { ...CONF_FILES, open: (path: string): ConfFile => opened.get(path) ?? { kind: "missing" } }
    configuration = loadConfiguration(path, files, nodeName === null ? {} : { nodeName }).configuration
  }
  assignGlobally(configuration, assignments)
  configuration.followsGuide = followsGuide
  return configuration
}

/** What `msys.config` answers with. */
export function configAnswers(script: GivenConfiguration): (path: readonly string[]) => OptionAnswer | null {
  const configuration = configurationFor(script)
  return (path) => askOption(configuration, path)
}
