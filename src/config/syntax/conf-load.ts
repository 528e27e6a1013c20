/**
 * A configuration and everything it includes, as one list of items. Files are
 * read by whoever calls: here is only which ones, in which order, and how often.
 * Source: configuration.md section 1, Includes.
 */
import type { Place } from "../../model/diagnostic.js"
import type { Include, Item } from "./conf-ast.js"
import { MAX_DEPTH, parseConf } from "./conf-parser.js"
import { ConfReport } from "./conf-report.js"
import { ConfSource } from "./conf-source.js"

/** What a path leads to. */
export type ConfFile =
  | { readonly kind: "file"; readonly path: string; readonly identity: string; readonly bytes: Uint8Array }
  /** Its visible files in alphabetical order. */
  | { readonly kind: "directory"; readonly path: string; readonly files: readonly string[] }
  | { readonly kind: "missing" }
  | { readonly kind: "unreadable"; readonly path: string; readonly reason: string; readonly hint: string }

export interface ConfFiles {
  /** @param path as it is written, or joined to a directory by `join` */
  open(path: string): ConfFile
  /** Directory of a file, and a path below a directory; an absolute path stands for itself. */
  directoryOf(path: string): string
  join(directory: string, path: string): string
  isAbsolute(path: string): boolean
}

export interface ConfText {
  readonly items: readonly Item[]
  /** Every file that was read, in order of reading; one that is included twice stands here twice. */
  readonly sources: readonly ConfSource[]
  readonly report: ConfReport
  /** Directories that scripts and included files are looked for in. */
  readonly directories: readonly string[]
  /** Nothing was found under the name given. */
  readonly isMissing: boolean
  /** Something was, and could not be read: a finding tells why. */
  readonly isUnreadable: boolean
}

/** Files included directly or indirectly: beyond it somebody includes in circles of another kind. */
const MAX_INCLUDES = 10_000
const MAX_NESTING = 100
/** What all of them together may hold: a file of a megabyte may be included a thousand times. */
const MAX_BYTES = 256 << 20
const LOCAL_CHANGES = "local_changes_file"

/**
 * Reads a configuration with its includes.
 * @param nodeName name of this node, for the directory of its own files; null when it has none
 */
export function loadConfText(path: string, files: ConfFiles, nodeName: string | null): ConfText {
  return new Loading(path, files, nodeName).text()
}

/** An include, and how many stanzas are around it. */
interface Where {
  readonly source: ConfSource
  readonly at: number
  readonly depth: number
}

class Loading {
  readonly #path: string
  readonly #files: ConfFiles
  readonly #report = new ConfReport()
  readonly #sources: ConfSource[] = []
  readonly #directories: string[] = []
  /** Files that are being read now, the outermost first: one of them again would have no end. */
  readonly #open: string[] = []
  #includes = 0
  #bytes = 0

  constructor(path: string, files: ConfFiles, nodeName: string | null) {
    this.#path = path
    this.#files = files
    const own = files.directoryOf(path)
    const beside = ["global", ...(nodeName === null ? [] : [nodeName]), "default"]
    for (const base of [own, files.join(own, "..")])
      for (const name of beside) this.#directories.push(files.join(base, name))
  }

  text(): ConfText {
    const found = this.#files.open(this.#path)
    const start = { source: new ConfSource(this.#path, new Uint8Array()), at: 0 }
    const common = {
      sources: this.#sources,
      report: this.#report,
      directories: [this.#files.directoryOf(this.#path), ...this.#directories],
      isMissing: found.kind === "missing",
      isUnreadable: found.kind === "unreadable" || found.kind === "directory",
    }
    if (found.kind === "missing") return { ...common, items: [] }
    if (found.kind === "unreadable") {
      this.#report.add("E_FILE_UNREADABLE", start, found.reason, found.hint)
      return { ...common, items: [] }
    }
    if (found.kind === "directory") {
      this.#report.add(
        "E_FILE_UNREADABLE",
        start,
        "is a directory",
        "name the file in it, e.g. ecelerity.conf",
      )
      return { ...common, items: [] }
    }
    const items = this.#take(found, this.#path, { ...start, depth: 0 }, [])
    const changes = items.findLast(
      (item) => item.kind === "assignment" && item.name.toLowerCase() === LOCAL_CHANGES,
    )
    // What was changed at run time is written there, so it has the last word.
    if (changes?.kind === "assignment" && changes.value.kind === "scalar")
      for (const item of this.#include({ ...changes, kind: "include", path: changes.value }, 0, true))
        items.push(item)
    return { ...common, items }
  }

  /**
   * Items with every include replaced by what it stands for.
   * @param depth stanzas around them, in this file and in those that include it
   */
  #expand(items: readonly Item[], depth: number): Item[] {
    const expanded: Item[] = []
    for (const item of items) {
      if (item.kind === "include") for (const one of this.#include(item, depth, false)) expanded.push(one)
      else if (item.kind === "assignment" || item.items.length === 0) expanded.push(item)
      else if (depth < MAX_DEPTH) expanded.push({ ...item, items: this.#expand(item.items, depth + 1) })
      else
        this.#report.add(
          "E_CONF_DEPTH",
          item,
          `stanzas are nested more than ${MAX_DEPTH} deep, with those that include this file: ${item.name} is not read`,
          "look for a file that is included inside its own stanza",
        )
    }
    return expanded
  }

  #include(include: Include, depth: number, mayBeMissing: boolean): Item[] {
    const { path, source, at } = include
    const where = { source, at: path.at }
    if (path.text === "") {
      this.#report.add(
        "E_CONF_INCLUDE",
        where,
        "the name of the included file is empty",
        'write include "FILE"',
      )
      return []
    }
    if (++this.#includes > MAX_INCLUDES || this.#open.length > MAX_NESTING) {
      this.#report.add(
        "E_CONF_INCLUDE",
        where,
        `more than ${MAX_INCLUDES} files are included, or ${MAX_NESTING} inside each other: "${path.text}" is not read`,
        "include each file once",
      )
      return []
    }
    const found = this.#find(path.text, source.file)
    if (found.kind === "missing") {
      if (!mayBeMissing)
        this.#report.add(
          "E_CONF_INCLUDE",
          where,
          `there is no file or directory "${path.text}": nothing is included`,
          "a relative path is looked for beside this file, then in the directories global and default",
        )
      return []
    }
    return this.#take(found, path.text, { ...where, depth }, [source.placeAt(at), ...source.includedFrom])
  }

  #find(path: string, from: string): ConfFile {
    const files = this.#files
    if (files.isAbsolute(path)) return files.open(path)
    for (const directory of [files.directoryOf(from), ...this.#directories]) {
      const found = files.open(files.join(directory, path))
      if (found.kind !== "missing") return found
    }
    return { kind: "missing" }
  }

  #take(found: ConfFile, name: string, where: Where, includedFrom: readonly Place[]): Item[] {
    switch (found.kind) {
      case "missing":
        this.#report.add(
          "E_CONF_INCLUDE",
          where,
          `${name} leads nowhere: it is not read`,
          "mend the link, or remove it from its directory",
        )
        return []
      case "unreadable":
        this.#report.add("E_CONF_INCLUDE", where, `${name} cannot be read: ${found.reason}`, found.hint)
        return []
      case "directory":
        return found.files.flatMap((file) => {
          const inside = this.#files.open(file)
          // Not recursively: a directory in a directory is passed over.
          return inside.kind === "directory" ? [] : this.#take(inside, file, where, includedFrom)
        })
      case "file":
        return this.#read(found, where, includedFrom)
    }
  }

  #read(
    { path, identity, bytes }: ConfFile & { readonly kind: "file" },
    where: Where,
    includedFrom: readonly Place[],
  ): Item[] {
    this.#bytes += bytes.length
    if (this.#bytes > MAX_BYTES) {
      this.#report.add(
        "E_CONF_INCLUDE",
        where,
        `${path} is not read: with it the configuration has more than ${MAX_BYTES} bytes`,
        "include each file once",
      )
      return []
    }
    if (this.#open.includes(identity)) {
      this.#report.add(
        "E_CONF_CYCLE",
        where,
        `${path} includes itself, directly or through others: it is not read again`,
        "remove the include that leads back",
      )
      return []
    }
    const source = new ConfSource(path, bytes, includedFrom)
    this.#sources.push(source)
    this.#open.push(identity)
    const items = this.#expand(parseConf(source, this.#report), where.depth)
    this.#open.pop()
    return items
  }
}
