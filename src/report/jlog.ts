/**
 * Changes of status and of options as records, for programs: the head of a line
 * of the adaptive log, with other types.
 *   TS@1@S@BINDING@DOMAIN@KIND@UNTIL@REASON     KIND: suspend, blackhole, warmup, lift
 *   TS@1@A@BINDING@DOMAIN@OPTION@FROM@TO@REASON
 * UNTIL: of a hold or a lift, when it ends or would have ended; of a warmup, the
 * age of the binding from now on, in seconds. FROM is empty where nothing was set.
 * The original's payload is not documented. Source: engine.md section 10 and O13.
 */
import type { Decision } from "../model/decision.js"
import type { Effect } from "../model/effect.js"
import { causeText } from "./cause.js"
import { fieldText, lastField, wholeSeconds } from "./log-fields.js"

/** Records without their ends; none for what changed nothing. */
export function jlogRecords(decision: Decision): string[] {
  const { atMicros, binding, domain } = decision
  const head = `${wholeSeconds(atMicros / 1e6)}@1`
  const pair = `${fieldText(binding)}@${fieldText(domain)}`
  return decision.effects.flatMap((effect) => {
    const change = changeOf(effect)
    if (change === null) return []
    const [type, ...fields] = change
    const reason = effect.action === "lift" ? `${effect.args.join(" ")} ended` : causeText(decision)
    return `${head}@${type}@${pair}@${fields.join("@")}@${lastField(reason)}`
  })
}

type Change = readonly ["S", kind: string, until: string] | readonly ["A", string, from: string, to: string]

function changeOf({ outcome, action, option, from, to, until }: Effect): Change | null {
  if (outcome === "ignored") return null
  if (option !== null) return ["A", option, String(from ?? ""), String(to ?? "")]
  switch (action) {
    case "suspend":
    case "blackhole":
    case "lift":
      return ["S", action, until === null ? "" : wholeSeconds(until)]
    case "warmup":
      return ["S", action, String(to ?? "")]
    default:
      return null
  }
}
