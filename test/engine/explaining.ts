/** A rule table, a configuration and a reply to what happens: the pieces every engine test needs. */
import { globalOptions } from "../../src/config/global-options.js"
import { type ExplainRequest, type Explanation, explain } from "../../src/engine/explain.js"
import type { Effect } from "../../src/model/effect.js"
import { custom, load } from "../rules/loading.js"

export interface Given {
  /** Domains as Lua text: the inside of the registered table. */
  readonly table: string
  /** `OPTION=VALUE`, as an operator would set them globally. */
  readonly set?: readonly string[]
}

export function explained(
  { table, set = [] }: Given,
  request: Pick<ExplainRequest, "domain" | "response"> & Partial<ExplainRequest>,
): Explanation {
  const { rules, functions } = load({ "custom.lua": custom(`{ ${table} }`) })
  return explain(rules, globalOptions(set), (id, args) => functions.call(id, args), {
    binding: "b1",
    mx: null,
    phase: null,
    atSec: 0,
    ...request,
  })
}

/** A rule as Lua text: r(code, trigger, action) of the worked examples. */
export function r(code: string, trigger: string, action: string, more = ""): string {
  return `{ code = ${JSON.stringify(code)}, trigger = "${trigger}", action = ${action}${more === "" ? "" : `, ${more}`} }`
}

/** An effect in one line: `suspend 30 minutes until 1800`, `throttle down: 1000 -> 800`, `… not: no-default`. */
export function inWords(effect: Effect): string {
  const { action, args, outcome, reason, option, from, to, until, reply } = effect
  const parts = [`${action} ${args.join(" ")}`]
  if (option !== null) parts.push(option)
  if (from !== null || to !== null) parts.push(`${from ?? "unset"} -> ${to ?? "unset"}`)
  if (until !== null) parts.push(`until ${until}`)
  if (reply !== undefined) parts.push(`reply ${JSON.stringify(reply)}`)
  if (outcome === "ignored") parts.push(`not: ${reason}`)
  return parts.join(" | ")
}
