/** The version of this package. */
import { readFileSync } from "node:fs"
import { packageUrl } from "../model/places.js"

export function packageVersion(): string {
  const text = readFileSync(packageUrl("package.json"), "utf8")
  return (JSON.parse(text) as { version: string }).version
}
