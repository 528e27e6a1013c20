/** The shipped classification, as the loader makes it, for tests on the test's own thread. */
import { Classifier } from "../../src/classify/classifier.js"
import type { Diagnostic } from "../../src/model/diagnostic.js"
import { buildRules } from "../../src/reload/build.js"
import { readShippedClassification } from "../../src/reload/source.js"

export interface Shipped {
  readonly classifier: Classifier
  readonly findings: readonly Diagnostic[]
}

/** @param files custom scripts that add to it, name to text */
export function shipped(files: Readonly<Record<string, string>> = {}): Shipped {
  const sources = Object.entries(files).map(([file, text]) => ({
    file,
    bytes: new TextEncoder().encode(text),
  }))
  const { source, unreadable } = readShippedClassification(sources)
  const build = buildRules({
    sources,
    base: source,
    roots: [],
    nowSec: 1_800_000_000,
    extensions: true,
    findings: unreadable,
  })
  return { classifier: new Classifier(build.classification), findings: build.data.diagnostics }
}

/** A custom script that registers a classification given as Lua text. */
export function classification(table: string, mode?: "augment" | "replace"): string {
  return `msys.bounce.registerClassification(${table}${mode === undefined ? "" : `, "${mode}"`})\n`
}
