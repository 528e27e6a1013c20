/**
 * PCRE patterns on JavaScript: what other rooms may use. A pattern means what PCRE2
 * says it means in UTF-8 mode, case-sensitive and unanchored; what cannot be honoured
 * is refused when it is compiled, and what could run away is bounded when it runs.
 */
export { createFirstMatch, type FirstMatch } from "./first-match.js"
export {
  type CompiledPattern,
  type CompileResult,
  compilePattern,
  describePattern,
  hydratePattern,
  type MatchFound,
  type MatchOutcome,
} from "./pattern.js"
export { TextPattern } from "./text-pattern.js"
export { judgePattern } from "./verdict.js"
