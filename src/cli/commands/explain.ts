/** `adaptive explain`: what one reply does, and why. */
import { explain as explainReply } from "../../api.js"
import { loadRules } from "../../reload/load.js"
import { renderExplanation } from "../../report/explanation.js"
import { countFindings } from "../../report/findings.js"
import { plural } from "../../report/words.js"
import { type Context, EXIT, printFindings } from "../context.js"
import { readSetup, type SetupOptions } from "../setup.js"

export interface ExplainOptions extends SetupOptions {
  readonly domain: string
  readonly binding: string
  readonly response: string
  readonly mx?: string
  readonly phase?: string
  readonly at?: number
  readonly json?: boolean
}

export async function explain(context: Context, options: ExplainOptions): Promise<number> {
  const { configuration, rules, given } = readSetup(context, options)
  const atSec = options.at ?? null
  const loaded = await loadRules(rules, {
    configuration: given,
    ...(atSec === null ? {} : { nowSec: atSec }),
  })
  if (loaded.unreadable.length > 0) {
    printFindings(context, loaded.unreadable, loaded)
    return EXIT.usage
  }
  const { errors } = countFindings(loaded.diagnostics)
  if (errors > 0) {
    context.err(
      `${context.errStyle.yellow("note:")} the rules have ${plural(errors, "error")} (see adaptive check); what is valid is used`,
    )
  }
  const { customClasses } = configuration
  const classifier =
    customClasses.size === 0 ? loaded.classifier : loaded.classifier.withCustomClasses(customClasses)
  const explanation = explainReply({ ...loaded, classifier }, configuration, {
    binding: options.binding,
    domain: options.domain,
    mx: options.mx ?? null,
    phase: options.phase ?? null,
    response: options.response,
    atSec,
  })
  context.out(
    options.json === true ? JSON.stringify(explanation) : renderExplanation(explanation, context.outStyle),
  )
  return EXIT.ok
}
