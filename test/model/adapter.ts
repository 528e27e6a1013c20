/**
 * The engine under judgement, as the model's answers are written: runs `adaptive dry-run` (built by
 * `npm run build`) on a scenario's files and keeps of each decision the keys that the model answers for.
 */
import { Workplace } from "../integration/command.js"
import type { Answer, Decision, Effect } from "./decision.js"
import { type Scenario, toJsonl, toLua } from "./scenario.js"

export async function runEngine({ mode, settings, domains, events }: Scenario): Promise<Answer> {
  const place = new Workplace()
  try {
    place.write({ "rules.lua": toLua(domains), "events.jsonl": toJsonl(events) })
    const options = Object.entries(settings).flatMap(([option, value]) => ["--set", `${option}=${value}`])
    const files = ["--rules", "rules.lua", "--traffic", "events.jsonl"]
    const ended = await place.adaptive(["dry-run", "--json", ...files, "--mode", mode, ...options])
    if (ended.code !== 0) throw new Error(`dry-run ends with ${ended.code}: ${ended.stderr}`)
    const records = ended.stdout
      .toString("utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as Printed)
    const summary = records.at(-1)
    if (summary?.kind !== "summary") throw new Error(`dry-run ends without a summary: ${ended.stderr}`)
    return {
      decisions: records.flatMap((record) => (record.kind === "decision" ? [decision(record)] : [])),
      held: summary.held,
    }
  } finally {
    place.remove()
  }
}

type Printed =
  | Decision
  | { readonly kind: "match" }
  | { readonly kind: "summary"; readonly held: Answer["held"] }

function decision({
  at,
  binding,
  domain,
  source,
  rule,
  response,
  trigger,
  count,
  effects,
}: Decision): Decision {
  return {
    kind: "decision",
    ...{ at, binding, domain, source },
    rule: rule === null ? null : { domain: rule.domain, index: rule.index, code: rule.code },
    ...{ response, trigger, count },
    effects: effects.map(effect),
  }
}

function effect({ action, args, outcome, reason, option, from, to, until, reply }: Effect): Effect {
  const kept = { action, args, outcome, reason, option, from, to, until }
  return action === "transcode" && outcome === "applied" && reply !== undefined ? { ...kept, reply } : kept
}
