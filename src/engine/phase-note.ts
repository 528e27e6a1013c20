/** A rule's phase beside a reply's. Source: rule-files.md section 3. */
import { PHASE_NOTE } from "../model/decision.js"
import type { ResponseRule } from "../model/rule.js"

/** A phase that differs from the rule's: worth a word, no more. */
export function phaseNote(rule: ResponseRule, phase: string | null): string | null {
  if (rule.phase === null || phase === null || rule.phase === phase) return null
  if (rule.phase === "each_rcpt" && (phase === "rcptto" || phase === "data")) return null
  return `${PHASE_NOTE} "${rule.phase}", the reply came in "${phase}": this never limits a match`
}
