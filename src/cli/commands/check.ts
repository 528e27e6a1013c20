/** `adaptive check`: load rules and configuration as the runtime does and report every finding. */
import type { LoadedConfiguration } from "../../config/configuration.js"
import { globalOptions } from "../../config/global-options.js"
import { type LoadedRules, loadRules } from "../../reload/load.js"
import { countFindings } from "../../report/findings.js"
import { plural } from "../../report/words.js"
import { type Context, EXIT, printFindings } from "../context.js"
import { printConfFindings, readConf, rulePaths } from "../setup.js"

export interface CheckOptions {
  readonly rules: readonly string[]
  readonly config?: string
  readonly nodeName?: string
  readonly strict?: boolean
  readonly json?: boolean
  readonly extensions: boolean
}

export async function check(context: Context, options: CheckOptions): Promise<number> {
  const { config, nodeName, rules, extensions } = options
  const conf = config === undefined ? null : readConf(config, nodeName, rules.length > 0)
  const paths = rulePaths(rules, conf?.configuration ?? globalOptions([]))
  const loaded = await loadRules(paths, {
    extensions,
    configuration: { recorded: conf?.recorded ?? null, assignments: [], followsGuide: false },
  })
  const diagnostics = [...(conf?.diagnostics ?? []), ...loaded.diagnostics]
  const ok = loaded.ok && conf?.ok !== false
  if (options.json === true) {
    const { revision, counts, bounceEntries } = loaded
    const bounces = bounceEntries > 0 ? { bounceEntries } : {}
    context.out(JSON.stringify({ ok, revision, ...counts, ...bounces, diagnostics }))
  } else printText(context, loaded, conf, countFindings(diagnostics))
  if (loaded.unreadable.length > 0 || conf?.isUnreadable === true) return EXIT.usage
  if (!ok) return EXIT.no
  return countFindings(diagnostics).warnings > 0 && options.strict === true ? EXIT.warnings : EXIT.ok
}

function printText(
  context: Context,
  loaded: LoadedRules,
  conf: LoadedConfiguration | null,
  { errors, warnings }: ReturnType<typeof countFindings>,
): void {
  if (conf !== null) printConfFindings(context, conf)
  for (const line of loaded.output) context.err(line)
  printFindings(context, loaded.diagnostics, loaded)
  // For a configuration that is not valid nothing goes to standard output (configuration.md section 5).
  if (conf?.ok === false) return
  const { domains, aliases, responses, configurations } = loaded.counts
  const { green, red } = context.outStyle
  if (conf !== null) context.out(green("Configuration valid"))
  const verdict = loaded.ok ? green("valid") : red("invalid")
  context.out(
    `${verdict}: revision ${loaded.revision}, ${plural(domains, "domain")}, ${plural(aliases, "alias", "aliases")}, ` +
      `${plural(responses, "rule")}, ${plural(configurations, "configuration")}` +
      `${loaded.bounceEntries > 0 ? `, ${plural(loaded.bounceEntries, "bounce entry", "bounce entries")}` : ""}; ` +
      `${plural(errors, "error")}, ${plural(warnings, "warning")}`,
  )
}
