/**
 * How a refused pattern is told. PCRE's own wording where PCRE refuses, ours where
 * PCRE would accept and we will not guess; the two carry different codes so that a
 * rule author knows whether the pattern is wrong or merely out of reach here.
 */

/** Why a pattern was refused; `offset` counts characters of the JS string from 0. */
export interface PatternError {
  readonly code: "E_PATTERN_SYNTAX" | "E_PATTERN_UNSUPPORTED"
  readonly message: string
  readonly offset: number
  readonly hint: string
}

/** Thrown inside the room only; the public functions return the error it holds. */
export class PatternFault extends Error {
  override readonly name = "PatternFault"
  constructor(readonly error: PatternError) {
    super(error.message)
  }
}

/** PCRE would refuse this. */
export function syntaxFault(message: string, offset: number, hint = ""): PatternFault {
  return new PatternFault({
    code: "E_PATTERN_SYNTAX",
    message,
    offset,
    hint: hint || "correct the pattern; until then the rule never matches",
  })
}

/** PCRE would accept this; honouring it here is not possible. */
export function unsupportedFault(what: string, offset: number, hint: string): PatternFault {
  return new PatternFault({
    code: "E_PATTERN_UNSUPPORTED",
    message: `${what} is not supported`,
    offset,
    hint,
  })
}
