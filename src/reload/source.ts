/**
 * Rule files on disk to source texts: which files, in which order, and every
 * way in which a path can be no rule file. Reads; runs nothing.
 * Source: cli.md, conventions (`--rules`).
 */
import {
  closeSync,
  constants,
  fstatSync,
  openSync,
  readdirSync,
  readFileSync,
  realpathSync,
  statSync,
} from "node:fs"
import { join, relative, resolve, sep } from "node:path"
import { fileURLToPath } from "node:url"
import { type Diagnostic, diagnostic } from "../model/diagnostic.js"
import { packageUrl } from "../model/places.js"

/** Many times the largest rule file we know of; the reader needs about 100 bytes for each, and 400 MB is enough. */
export const MAX_SOURCE_BYTES = 4 << 20

export interface RuleSource {
  /** The path as the user gave it (or below the directory as given). */
  readonly file: string
  readonly bytes: Uint8Array
}

export interface ReadSources {
  readonly sources: readonly RuleSource[]
  /** One per path that could not be read; nothing of such a path is used. */
  readonly unreadable: readonly Diagnostic[]
  /** Directories that scripts may `require` from: those of the paths given. */
  readonly roots: readonly string[]
}

const SYSTEM_FILE = "adaptive_rules.lua"

/** Reads rule files and directories; every path that fails is reported, the others are still read. */
export function readRuleSources(paths: readonly string[]): ReadSources {
  const sources: RuleSource[] = []
  const unreadable: Diagnostic[] = []
  const roots = new Set<string>()
  const refuse = (file: string, fault: Fault): void => {
    unreadable.push(diagnostic(fault.code, { file, line: 1, column: 1 }, fault.message, fault.hint))
  }
  for (const path of paths) {
    const listed = listRuleFiles(path)
    if ("code" in listed) {
      refuse(path, listed)
      continue
    }
    roots.add(listed.root)
    for (const file of listed.files) {
      const bytes = readSource(file)
      if ("code" in bytes) refuse(file, bytes)
      else sources.push({ file, bytes })
    }
  }
  return { sources, unreadable, roots: [...roots] }
}

interface Fault {
  readonly code:
    | "E_FILE_MISSING"
    | "E_FILE_UNREADABLE"
    | "E_FILE_EMPTY_DIRECTORY"
    | "E_FILE_BINARY"
    | "E_FILE_SIZE"
  readonly message: string
  readonly hint: string
}

/** Beside this program, wherever it is installed. */
const SHIPPED_CLASSIFICATION = fileURLToPath(packageUrl("rules/bounce_classification.lua"))

/** The shipped classification of bounces; none when it is among the files given, which then are loaded in their order. */
export function readShippedClassification(given: readonly RuleSource[]): {
  readonly source: RuleSource | null
  readonly unreadable: readonly Diagnostic[]
} {
  const shipped = realPath(SHIPPED_CLASSIFICATION)
  if (given.some(({ file }) => realPath(file) === shipped)) return { source: null, unreadable: [] }
  const { sources, unreadable } = readRuleSources([SHIPPED_CLASSIFICATION])
  return { source: sources[0] ?? null, unreadable }
}

function realPath(path: string): string {
  try {
    return realpathSync(path)
  } catch {
    return path
  }
}

function listRuleFiles(path: string): { files: readonly string[]; root: string } | Fault {
  let isDirectory: boolean
  try {
    isDirectory = statSync(path).isDirectory()
  } catch (error) {
    return explain(error, path)
  }
  if (!isDirectory) return { files: [path], root: resolve(path, "..") }
  let names: string[]
  try {
    names = readdirSync(path).filter((name) => name.endsWith(".lua") && !name.startsWith("."))
  } catch (error) {
    return explain(error, path)
  }
  if (names.length === 0) {
    return {
      code: "E_FILE_EMPTY_DIRECTORY",
      message: `the directory ${path} holds no .lua file: nothing is loaded from it`,
      hint: "name the directory that holds adaptive_rules.lua, or the file itself",
    }
  }
  const rest = names.filter((name) => name !== SYSTEM_FILE).sort()
  const ordered = names.length === rest.length ? rest : [SYSTEM_FILE, ...rest]
  return { files: ordered.map((name) => join(path, name)), root: resolve(path) }
}

function readSource(file: string): Uint8Array | Fault {
  let descriptor: number
  try {
    // A named pipe would hold us until somebody writes to it; for a file the flag means nothing.
    descriptor = openSync(file, constants.O_RDONLY | constants.O_NONBLOCK)
  } catch (error) {
    return explain(error, file)
  }
  try {
    const stat = fstatSync(descriptor)
    if (!stat.isFile()) {
      return {
        code: "E_FILE_UNREADABLE",
        message: `${file} is not a regular file: it is not loaded`,
        hint: "name a .lua file or a directory of them",
      }
    }
    if (stat.size > MAX_SOURCE_BYTES) {
      return {
        code: "E_FILE_SIZE",
        message: `${file} has ${stat.size} bytes; a rule file has at most ${MAX_SOURCE_BYTES}: it is not loaded`,
        hint: "name the rule file; if it really is one, split it into several custom scripts",
      }
    }
    const bytes = new Uint8Array(readFileSync(descriptor))
    return looksBinary(bytes) ?? bytes
  } catch (error) {
    return explain(error, file)
  } finally {
    closeSync(descriptor)
  }
}

/** A zero byte in the first 8 KB: an archive, a program, a compiled chunk, UTF-16 text. */
function looksBinary(bytes: Uint8Array): Fault | null {
  if (bytes.subarray(0, 8192).indexOf(0) === -1 && bytes[0] !== 0x1b) return null
  const utf16 = (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)
  return {
    code: "E_FILE_BINARY",
    message: utf16
      ? "the file is UTF-16 text: it is not loaded"
      : "the file is binary, not Lua text: it is not loaded",
    hint: utf16 ? "save it as UTF-8 without a byte order mark" : "name the Lua source of the rules",
  }
}

function explain(error: unknown, path: string): Fault {
  const code = (error as NodeJS.ErrnoException).code
  if (code === "ENOENT" || code === "ENOTDIR") {
    return {
      code: "E_FILE_MISSING",
      message: `there is no file or directory ${path}`,
      hint: "check the path; a relative one is taken from the current directory",
    }
  }
  const reason: Record<string, string> = {
    ELOOP: "its symbolic links lead back to themselves",
    EACCES: "you may not read it",
    EPERM: "you may not read it",
  }
  return {
    code: "E_FILE_UNREADABLE",
    message: `${path} cannot be read: ${reason[code ?? ""] ?? (error as Error).message}`,
    hint:
      code === "ELOOP"
        ? "let the link point to the file itself"
        : "check the permissions of the file and its directories",
  }
}

/** A name that would leave the script roots. */
export class ModuleNameError extends Error {}

/**
 * Finds `name.lua` for `require`: `.` and `/` both separate directories; a file
 * that a link puts outside its root does not count.
 * @throws ModuleNameError for a name that could leave the roots (lua-dialect.md D)
 */
export function findModule(
  roots: readonly string[],
  name: string,
): { readonly path: string; readonly source: Uint8Array } | null {
  if (leavesRoots(name)) {
    throw new ModuleNameError(`module name '${name}' is refused: it would leave the script roots`)
  }
  return findUnderRoots(roots, moduleFile(name))
}

/** Where a module stands below one of the roots. */
export function moduleFile(name: string): string {
  return `${name.replaceAll(".", "/")}.lua`
}

/** Where a file that scripts ask for may stand, one place for each root; none for a name that leaves them. */
export function placesOf(roots: readonly string[], path: string): readonly string[] {
  return leavesRoots(path) ? [] : roots.map((root) => join(root, path))
}

/** Reads any file under the script roots, for `msys.readfile`. */
export function readScriptFile(
  roots: readonly string[],
  path: string,
): Uint8Array | { readonly reason: string } {
  if (leavesRoots(path)) return { reason: `${path} is refused: it would leave the script roots` }
  return findUnderRoots(roots, path)?.source ?? { reason: `no file ${path} under the script roots` }
}

function leavesRoots(name: string): boolean {
  return name.startsWith("/") || name.includes("..") || name.includes("\\") || name.includes("\0")
}

function findUnderRoots(
  roots: readonly string[],
  file: string,
): { readonly path: string; readonly source: Uint8Array } | null {
  for (const root of roots) {
    const path = join(root, file)
    try {
      const real = realpathSync(path)
      const inside = relative(realpathSync(root), real)
      if (inside.startsWith(`..${sep}`) || inside === "..") continue
      const source = readSource(real)
      if (!("code" in source)) return { path, source }
    } catch {
      // Not under this root.
    }
  }
  return null
}
