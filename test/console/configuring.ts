/** A configuration from texts, without a disk. */
import { type LoadedConfiguration, loadConfiguration } from "../../src/config/configuration.js"
import { memoryFiles } from "../config/loading.js"

/** Files by path; "main.conf" is the one that is named. */
export function configured(files: string | Readonly<Record<string, string>>): LoadedConfiguration {
  return loadConfiguration(
    "main.conf",
    memoryFiles(typeof files === "string" ? { "main.conf": files } : files),
  )
}
