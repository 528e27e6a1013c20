/**
 * Decisions and summaries as JSON Lines: the same bytes for the same input, keys
 * in a fixed order. Source: cli.md, `adaptive dry-run`.
 */
import type { Decision, Match, SweepFiring } from "../model/decision.js"
import { refOf } from "../model/rule.js"
import { sweepRefOf } from "../model/sweep-rule.js"
import type { Where } from "../replay/dry-run.js"
import type { Summary } from "../replay/tally.js"

/** Where in the files a line stands, beside its number in the replay. */
interface Shown {
  /** Name the file and the line in it too. */
  readonly sources: boolean
}

export function decisionJson(decision: Decision, where: Where | null, { sources }: Shown): string {
  const { atMicros, binding, domain, source, rule, sweep, response, count, effects, alerts, notes } = decision
  return JSON.stringify({
    kind: "decision",
    at: atMicros / 1e6,
    binding,
    domain,
    source,
    rule: rule !== null ? refOf(rule) : sweep !== null ? sweepRefOf(sweep.rule) : null,
    line: where?.lineNumber ?? null,
    ...(sources ? { file: where?.file ?? null, fileLine: where?.line ?? null } : {}),
    response,
    trigger: rule !== null ? rule.trigger.text : sweep !== null ? sweepTrigger(sweep) : null,
    count,
    ...(sweep === null ? {} : { total: sweep.total, level: sweep.level }),
    effects,
    ...(alerts.length === 0 ? {} : { alerts }),
    ...(notes.length === 0 ? {} : { notes }),
  })
}

/** What was met, e.g. `bc:10 bc:24 >= 3%`. */
function sweepTrigger({ rule, level }: SweepFiring): string {
  return `${rule.codes.join(" ")} >= ${rule[level].percent}%`
}

export function matchJson(match: Match, where: Where, { sources }: Shown): string {
  const { atMicros, binding, domain, rule, response, count } = match
  return JSON.stringify({
    kind: "match",
    at: atMicros / 1e6,
    binding,
    domain,
    source: "response",
    rule: refOf(rule),
    line: where.lineNumber,
    ...(sources ? { file: where.file, fileLine: where.line } : {}),
    response,
    trigger: rule.trigger.text,
    count,
    effects: [],
  })
}

/** A console command and its reply. */
export function consoleJson(
  command: string,
  { ok, text }: { readonly ok: boolean; readonly text: string },
): string {
  return JSON.stringify({ kind: "console", command, ok, text })
}

/** In pieces, because the lists may be long. */
export function* summaryJson(summary: Summary): Generator<string> {
  let separator = '{"kind":"summary",'
  for (const [key, value] of Object.entries(summary)) {
    yield `${separator}${JSON.stringify(key)}:`
    separator = ","
    if (!Array.isArray(value)) {
      yield JSON.stringify(value)
      continue
    }
    yield "["
    for (const [i, element] of value.entries()) yield (i === 0 ? "" : ",") + JSON.stringify(element)
    yield "]"
  }
  yield "}"
}
