/**
 * PCRE patterns on JavaScript. (Thin: what other rooms may use.)
 */
import type { CompiledPattern } from "./pattern.js"

export type { PatternError } from "./fault.js"
export {
  type CompiledPattern,
  type CompileResult,
  compilePattern,
  describePattern,
  hydratePattern,
  type MatchFound,
  type MatchOutcome,
  type PatternData,
} from "./pattern.js"

export interface FirstMatch {
  find(subject: string): number
}

export function createFirstMatch(patterns: readonly (CompiledPattern | null)[]): FirstMatch {
  return { find: (subject) => patterns.findIndex((pattern) => pattern?.test(subject) === true) }
}

export { judgePattern, type PatternVerdict } from "./verdict.js"
