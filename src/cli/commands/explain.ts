/** `adaptive explain`: what one reply does, and why. */
import { globalOptions, SettingError } from "../../config/lookup.js"
import { explain as explainReply } from "../../engine/explain.js"
import { renderExplanation } from "../../report/explanation.js"
import { countFindings, renderFinding } from "../../report/findings.js"
import { type Context, EXIT, loadRules, UsageError } from "../context.js"

export interface ExplainOptions {
  readonly domain: string
  readonly binding: string
  readonly response: string
  readonly mx?: string
  readonly phase?: string
  readonly at?: number
  readonly rules: readonly string[]
  readonly set: readonly string[]
  readonly json?: boolean
}

export async function explain(context: Context, options: ExplainOptions): Promise<number> {
  const lookup = readSettings(options.set)
  const atSec = options.at ?? null
  const loaded = await loadRules(options.rules, atSec === null ? {} : { nowSec: atSec })
  const sources = new Map(loaded.read.sources.map(({ file, bytes }) => [file, bytes]))
  const show = (findings: typeof loaded.data.diagnostics): void => {
    for (const finding of findings) context.err(renderFinding(finding, (file) => sources.get(file), context.errStyle))
  }
  if (loaded.read.unreadable.length > 0) {
    show(loaded.read.unreadable)
    return EXIT.usage
  }
  const { errors } = countFindings(loaded.data.diagnostics)
  if (errors > 0) {
    context.err(`${context.errStyle.yellow("note:")} the rules have ${errors} errors (see adaptive check); what is valid is used`)
  }
  const explanation = explainReply(loaded.rules, lookup, (id, args) => loaded.functions.call(id, args), {
    binding: options.binding,
    domain: options.domain,
    mx: options.mx ?? null,
    phase: options.phase ?? null,
    response: options.response,
    atSec,
  })
  context.out(options.json === true ? JSON.stringify(explanation) : renderExplanation(explanation, context.outStyle))
  return EXIT.ok
}

function readSettings(assignments: readonly string[]) {
  try {
    return globalOptions(assignments)
  } catch (error) {
    if (error instanceof SettingError) throw new UsageError(error.message, error.hint)
    throw error
  }
}
