/**
 * What lies beside a log on its disk: the files that rotation named after it. Tells
 * apart what is not there, or not for us to see, from a disk that fails: of the
 * first there is nothing to read, of the second nothing is known.
 */
import { readdir, stat } from "node:fs/promises"
import { basename, dirname, join } from "node:path"
import { SourceError } from "./source.js"

/** What is needed of what the system knows of a file. */
interface FileFacts {
  readonly ino: bigint
  readonly size: bigint
  readonly mtimeNs: bigint
  isFile(): boolean
}

export interface RotatedFile {
  readonly path: string
  readonly facts: FileFacts
}

/** What rotation puts behind a log's name: a number or a date. Copies of other names are none of ours. */
const ROTATED = /^[.-]\d[\d._-]*(?:\.(?:gz|bz2|xz|zst))?$/
export const PACKED = /\.(?:gz|bz2|xz|zst)$/

/** Files that rotation has named after a log, the oldest first. */
export async function rotatedFiles(log: string): Promise<RotatedFile[]> {
  const own = basename(log)
  const rotated: RotatedFile[] = []
  for (const name of await namesIn(dirname(log))) {
    if (!name.startsWith(own) || !ROTATED.test(name.slice(own.length))) continue
    const path = join(dirname(log), name)
    const facts = await factsOf(path)
    if (facts?.isFile()) rotated.push({ path, facts })
  }
  return rotated.sort((a, b) => Number(a.facts.mtimeNs - b.facts.mtimeNs))
}

/** Null for what is not there, or not to be looked at. */
export async function factsOf(path: string): Promise<FileFacts | null> {
  return stat(path, { bigint: true }).catch((error: unknown) => {
    if (isAbsent(error) || codeOf(error) === "EACCES" || codeOf(error) === "ELOOP") return null
    throw error
  })
}

/** Nothing where the directory is not there, or not to be listed: the log itself may be read all the same. */
export async function namesIn(directory: string): Promise<string[]> {
  return readdir(directory).catch((error: unknown) => {
    if (isAbsent(error) || codeOf(error) === "EACCES") return []
    throw error
  })
}

export function isAbsent(error: unknown): boolean {
  return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR"
}

/** The system, or the server of a remote file system, says no; anything else is a mistake of the program. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && "syscall" in error
}

export function unreadable(path: string, error: unknown): SourceError {
  const code = codeOf(error)
  return new SourceError(
    "E_TRAFFIC_UNREADABLE",
    path,
    `cannot be read: ${code ?? String(error)}`,
    code === "EACCES" || code === "EPERM"
      ? "check who may read it"
      : "look at the disk or the file system that it is on; it is tried again",
  )
}

function codeOf(error: unknown): string | undefined {
  return (error as NodeJS.ErrnoException).code
}
