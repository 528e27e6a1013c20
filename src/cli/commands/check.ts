/** `adaptive check`: load rules as the runtime does and report every finding. */
import type { LoadedRules } from "../../reload/load.js"
import { countFindings } from "../../report/findings.js"
import { plural } from "../../report/words.js"
import { type Context, EXIT, loadRulesOrShipped, printFindings } from "../context.js"

export interface CheckOptions {
  readonly strict?: boolean
  readonly json?: boolean
  readonly extensions: boolean
}

export async function check(
  context: Context,
  paths: readonly string[],
  options: CheckOptions,
): Promise<number> {
  const loaded = await loadRulesOrShipped(paths, { extensions: options.extensions })
  const { warnings } = countFindings(loaded.diagnostics)
  if (options.json === true) printJson(context, loaded)
  else printText(context, loaded)
  if (loaded.unreadable.length > 0) return EXIT.usage
  if (!loaded.ok) return EXIT.no
  return warnings > 0 && options.strict === true ? EXIT.warnings : EXIT.ok
}

function printJson(context: Context, loaded: LoadedRules): void {
  const { ok, revision, counts, bounceEntries, diagnostics } = loaded
  context.out(
    JSON.stringify({ ok, revision, ...counts, ...(bounceEntries > 0 && { bounceEntries }), diagnostics }),
  )
}

function printText(context: Context, loaded: LoadedRules): void {
  for (const line of loaded.output) context.err(line)
  printFindings(context, loaded.diagnostics, loaded)
  const { domains, aliases, responses, configurations } = loaded.counts
  const { errors, warnings } = countFindings(loaded.diagnostics)
  const { green, red } = context.outStyle
  const verdict = loaded.ok ? green("valid") : red("invalid")
  context.out(
    `${verdict}: revision ${loaded.revision}, ${plural(domains, "domain")}, ${plural(aliases, "alias", "aliases")}, ` +
      `${plural(responses, "rule")}, ${plural(configurations, "configuration")}` +
      `${loaded.bounceEntries > 0 ? `, ${plural(loaded.bounceEntries, "bounce entry", "bounce entries")}` : ""}; ` +
      `${plural(errors, "error")}, ${plural(warnings, "warning")}`,
  )
}
