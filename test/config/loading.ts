/** Configurations for tests: files in memory, or the fixtures, and findings as an operator reads them. */
import { readdirSync, readFileSync } from "node:fs"
import { posix } from "node:path"
import { fileURLToPath } from "node:url"
import {
  type ConfigurationOptions,
  type LoadedConfiguration,
  loadConfiguration,
} from "../../src/config/configuration.js"
import type { ConfFile, ConfFiles } from "../../src/config/syntax/conf-load.js"
import { CONF_FILES } from "../../src/reload/conf-files.js"
import { renderFinding } from "../../src/report/findings.js"
import { makeStyle } from "../../src/report/style.js"

export type Content = string | Uint8Array

/** Files by path; directories are what stands before a slash. */
export function memoryFiles(files: Readonly<Record<string, Content>>): ConfFiles {
  const paths = Object.keys(files)
  return {
    open: (given): ConfFile => {
      const path = posix.normalize(given)
      const content = files[path]
      if (content !== undefined)
        return { kind: "file", path, identity: path, bytes: new Uint8Array(Buffer.from(content)) }
      const inside = paths.filter((one) => posix.dirname(one) === path)
      const isDirectory = paths.some((one) => path === "." || one.startsWith(`${path}/`))
      if (!isDirectory) return { kind: "missing" }
      return {
        kind: "directory",
        path,
        files: inside.filter((one) => !posix.basename(one).startsWith(".")).sort(),
      }
    },
    directoryOf: posix.dirname,
    join: posix.join,
    isAbsolute: posix.isAbsolute,
  }
}

/** A configuration of one file, or of several of which `ecelerity.conf` is the first. */
export function loadText(
  content: Content | Readonly<Record<string, Content>>,
  options: ConfigurationOptions = {},
): LoadedConfiguration {
  const isOne = typeof content === "string" || content instanceof Uint8Array
  return loadConfiguration(
    "ecelerity.conf",
    memoryFiles(isOne ? { "ecelerity.conf": content } : content),
    options,
  )
}

/** What Adaptive Delivery needs around whatever is tested. */
export const MODULES = `adaptive {} alerting {} inbound_audit {} scriptlet "s" { script "a" { source = "msys.adaptive" } }\n`

const STYLE = makeStyle(false)

/** Findings as `adaptive check` prints them. */
export function rendered({ diagnostics, sources }: LoadedConfiguration): string {
  const bytesOf = new Map(sources.map(({ file, text }) => [file, Buffer.from(text, "latin1")]))
  return diagnostics.map((one) => `${renderFinding(one, (file) => bytesOf.get(file), STYLE)}\n`).join("")
}

const FIXTURES = fileURLToPath(new URL("../testdata/config/", import.meta.url))

/** The files of the fixtures, by paths relative to their directory. */
const FIXTURE_FILES: ConfFiles = {
  ...CONF_FILES,
  open: (path) => {
    const found = CONF_FILES.open(`${FIXTURES}${path}`)
    switch (found.kind) {
      case "missing":
        return found
      case "directory":
        return { ...found, path, files: found.files.map((file) => file.slice(FIXTURES.length)) }
      default:
        return { ...found, path }
    }
  },
}

export function fixtureNames(kind: "good" | "bad"): string[] {
  return readdirSync(FIXTURES).filter((name) => name.endsWith(`.${kind}.conf`))
}

export function loadFixture(name: string): LoadedConfiguration {
  return loadConfiguration(name, FIXTURE_FILES, { nodeName: "node1" })
}

/** What a fixture is expected to be told, whole. */
export function expectedOf(name: string): string {
  return readFileSync(`${FIXTURES}${name.replace(/\.conf$/, ".txt")}`, "utf8")
}
