/** A configuration from texts, without a disk. */
import { dirname, isAbsolute, join } from "node:path"
import { type LoadedConfiguration, loadConfiguration } from "../../src/config/configuration.js"
import type { ConfFiles } from "../../src/config/syntax/conf-load.js"

/** Files by path; "main.conf" is the one that is named. */
export function configured(files: string | Readonly<Record<string, string>>): LoadedConfiguration {
  const texts = typeof files === "string" ? { "main.conf": files } : files
  const memory: ConfFiles = {
    open(path) {
      const text = texts[path]
      if (text !== undefined)
        return { kind: "file", path, identity: path, bytes: new TextEncoder().encode(text) }
      const inside = Object.keys(texts).filter((one) => dirname(one) === path && !one.startsWith(`${path}/.`))
      return inside.length > 0 ? { kind: "directory", path, files: inside.sort() } : { kind: "missing" }
    },
    directoryOf: dirname,
    join,
    isAbsolute,
  }
  return loadConfiguration("main.conf", memory)
}
