/**
 * Fixtures in `test/testdata/rules`: `NAME.bad.lua` with findings, `NAME.good.lua`
 * without. The header of a fixture says what is expected of it:
 *
 *   -- What it is about, in a sentence.
 *   -- strict                            held against the original: no extensions
 *   -- system: shared/system.lua         loaded before it
 *   -- expect: CODE LINE:COLUMN message  one per finding, in the order of place
 *   -- expect: CODE FILE.lua LINE:COLUMN message
 *   -- counts: domains 1, aliases 0, responses 2, configurations 0; live 1 rules, 1 actions
 */
import { readdirSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { type Loaded, load } from "./loading.js"

const FIXTURES = fileURLToPath(new URL("../testdata/rules/", import.meta.url))

export interface Fixture {
  readonly name: string
  readonly strict: boolean
  readonly system: string | null
  readonly expected: readonly string[]
  readonly counts: string
  /** The files to load, by name. */
  readonly files: Readonly<Record<string, Uint8Array>>
}

export function fixtureNames(): string[] {
  return readdirSync(FIXTURES).filter((name) => /\.(good|bad)\.lua$/.test(name))
}

export function readFixture(name: string): Fixture {
  const bytes = new Uint8Array(readFileSync(FIXTURES + name))
  const header = headerOf(new TextDecoder().decode(bytes))
  const value = (key: string): string | null =>
    header.find((line) => line.startsWith(`${key}: `))?.slice(key.length + 2) ?? null
  const system = value("system")
  const files = { ...(system === null ? {} : { [system]: readFileSync(FIXTURES + system) }), [name]: bytes }
  return {
    name,
    strict: header.includes("strict"),
    system,
    expected: header.filter((line) => line.startsWith("expect: ")).map((line) => line.slice(8)),
    counts: value("counts") ?? "",
    files,
  }
}

/** The comment lines that a file begins with, without their dashes. */
function headerOf(text: string): string[] {
  const lines = text.split(/\r\n|\r|\n/).map((line) => line.replace("\ufeff", ""))
  const end = lines.findIndex((line) => !line.startsWith("--") && !line.startsWith("#"))
  return lines.slice(0, end === -1 ? lines.length : end).map((line) => line.replace(/^-- ?/, ""))
}

/** A loaded fixture in the words of its header. */
export function describeLoaded(fixture: Fixture): { findings: string[]; counts: string; loaded: Loaded } {
  const loaded = load(fixture.files, { strict: fixture.strict })
  const findings = loaded.findings.map(({ code, file, line, column, message }) => {
    const place = file === fixture.name ? `${line}:${column}` : `${file} ${line}:${column}`
    return `${code} ${place} ${message.replaceAll("\n", "\\n")}`
  })
  const { domains, aliases, responses, configurations } = loaded.data.counts
  const live = loaded.rules.rules
  const actions = live.reduce((sum, rule) => sum + rule.actions.length, 0)
  const counts =
    `domains ${domains}, aliases ${aliases}, responses ${responses}, configurations ${configurations}; ` +
    `live ${live.length} rules, ${actions} actions`
  return { findings, counts, loaded }
}
