/**
 * PCRE patterns on JavaScript: what other rooms may use. A pattern means what PCRE2
 * says it means in UTF-8 mode, case-sensitive and unanchored; what cannot be honoured
 * is refused when it is compiled, and what could run away is bounded when it runs.
 */
export type { Cost } from "./analyse.js"
export type { PatternError } from "./fault.js"
export { createFirstMatch, type FirstMatch, type FirstMatchOptions } from "./first-match.js"
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
export { judgePattern, type PatternVerdict } from "./verdict.js"
