/** Why what rule files say does not serve: a code, what was seen and where, what to do, since when. */
import type { Diagnostic } from "../model/diagnostic.js"
import { RulesFault } from "../reload/fault.js"
import type { LoadedRules } from "../reload/load.js"
import { StoreFault } from "../store/fault.js"
import type { PassedOver } from "./revisions.js"

export interface RefusalFault {
  readonly code: string
  /** With its place. */
  readonly why: string
  readonly hint: string
}

export interface Refusal extends RefusalFault {
  /** Seconds since 1970. */
  readonly sinceSec: number
}

/** Why valid rules of the files do not serve, where that is something to look after. */
export function refusalOf(passedOver: PassedOver | null): Refusal | null {
  if (passedOver?.by !== "canary") return null
  const { why, sinceSec } = passedOver
  return {
    code: "E_RULES_REHEARSAL",
    why,
    hint: "change the rules, or start with a higher --canary",
    sinceSec,
  }
}

/** The first error of rules that have some. */
export function faultOfRules({ diagnostics }: LoadedRules): RefusalFault {
  const first = diagnostics.find(({ severity }: Diagnostic) => severity === "error")
  return first === undefined
    ? { code: "E_RULES_SHAPE", why: "they have errors", hint: "adaptive check tells which" }
    : { code: first.code, why: `${first.file}:${first.line}: ${first.message}`, hint: first.hint }
}

/** Of whatever was thrown. */
export function faultOf(error: unknown): RefusalFault {
  if (error instanceof RulesFault || error instanceof StoreFault)
    return { code: error.code, why: error.message, hint: error.hint }
  const why = error instanceof Error ? error.message : String(error)
  return { code: "E_RULES_WORKER", why, hint: "it is tried again" }
}
