/** What keeps rules from being loaded or swapped in, and is no fault of theirs: a code, what was seen, and what to do. */
import type { Code } from "../errors.js"

export class RulesFault extends Error {
  constructor(
    readonly code: Extract<Code, "E_RULES_WORKER" | "E_RULES_REHEARSAL" | "E_RULES_FUNCTIONS">,
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}
