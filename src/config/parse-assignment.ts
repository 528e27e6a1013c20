/** One option as it would stand in a configuration, from its name and the text of its value. */
import type { Assignment } from "./syntax/conf-ast.js"
import { parseConf } from "./syntax/conf-parser.js"
import { ConfReport } from "./syntax/conf-report.js"
import { ConfSource } from "./syntax/conf-source.js"

/** Several bare words are taken as a text. Null for what cannot be a value. */
export function parseAssignment(name: string, text: string): Assignment | null {
  return attempt(name, text) ?? attempt(name, `"${text.replace(/["\\]/g, "\\$&")}"`)
}

function attempt(name: string, value: string): Assignment | null {
  const report = new ConfReport()
  const [item, ...others] = parseConf(new ConfSource("console", Buffer.from(`${name} = ${value}`)), report)
  return item?.kind === "assignment" &&
    others.length === 0 &&
    report.findings.every(({ severity }) => severity !== "error")
    ? item
    : null
}
