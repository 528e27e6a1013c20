/** `adaptive check`: load rules as the runtime does and report every finding. */
import { countFindings, renderFinding } from "../../report/findings.js"
import { type Context, EXIT, type LoadedRules, loadRules } from "../context.js"

export interface CheckOptions {
  readonly strict?: boolean
  readonly json?: boolean
  readonly extensions: boolean
}

export async function check(context: Context, paths: readonly string[], options: CheckOptions): Promise<number> {
  const loaded = await loadRules(paths, { extensions: options.extensions })
  const { errors, warnings } = countFindings(loaded.data.diagnostics)
  if (options.json === true) printJson(context, loaded, errors === 0)
  else printText(context, loaded)
  if (loaded.read.unreadable.length > 0) return EXIT.usage
  if (errors > 0) return EXIT.no
  return warnings > 0 && options.strict === true ? EXIT.warnings : EXIT.ok
}

function printJson(context: Context, { data }: LoadedRules, ok: boolean): void {
  const { revision, counts, diagnostics } = data
  context.out(JSON.stringify({ ok, revision, ...counts, diagnostics }))
}

function printText(context: Context, { data, read, output }: LoadedRules): void {
  const sources = new Map(read.sources.map(({ file, bytes }) => [file, bytes]))
  for (const line of output) context.err(line)
  for (const finding of data.diagnostics) {
    context.err(renderFinding(finding, (file) => sources.get(file), context.errStyle))
  }
  const { domains, aliases, responses, configurations } = data.counts
  const { errors, warnings } = countFindings(data.diagnostics)
  const { green, red } = context.outStyle
  const verdict = errors > 0 ? red("invalid") : green("valid")
  context.out(
    `${verdict}: revision ${data.revision}, ${plural(domains, "domain")}, ${plural(aliases, "alias", "aliases")}, ` +
      `${plural(responses, "rule")}, ${plural(configurations, "configuration")}; ` +
      `${plural(errors, "error")}, ${plural(warnings, "warning")}`,
  )
}

function plural(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`
}
