/**
 * Sweep rules as the engine sees them: what share of a pair's mail may bounce
 * with certain classes, or be complained about, before something is done.
 * Source: engine.md section 7; seed "adaptive", adaptive_sweep_rule Scope.
 */
import type { Action } from "./rule.js"

/** What counts: bounces of the last hour by class, or feedback reports by kind. */
export type SweepFamily = "bounce" | "fbl"

export interface SweepThreshold {
  /** Percent; met when the rate is at least this. */
  readonly percent: number
  /** The words of the action, as written: what the console shows. */
  readonly words: readonly string[]
  readonly actions: readonly Action[]
}

/** How a sweep rule is named in every output. Source: cli.md, RULE. */
export interface SweepRuleRef {
  /** Hash of name, scope and codes. */
  readonly id: string
  /** "" and 0 for the rules that apply where nobody wrote one. */
  readonly file: string
  readonly line: number
  readonly name: string
  /** As a configuration would name it: "", "domain d", "binding b domain d", "binding_group g binding b". */
  readonly scope: string
}

export interface SweepRule extends SweepRuleRef {
  /** False: it does not fire, and still takes the place of a more general one of its name. */
  readonly enabled: boolean
  readonly family: SweepFamily
  /** As written, e.g. "bc:10", "fbl:abuse". */
  readonly codes: readonly string[]
  /** Of a bounce rule. */
  readonly classes: readonly number[]
  /** Of an fbl rule, in lower case. */
  readonly categories: readonly string[]
  readonly low: SweepThreshold
  readonly high: SweepThreshold
}

export function sweepRefOf({ id, file, line, name, scope }: SweepRule): SweepRuleRef {
  return { id, file, line, name, scope }
}

const throttleDown: SweepThreshold["actions"] = Object.freeze([
  Object.freeze({ name: "throttle", args: Object.freeze(["down"]) } as const),
])
const suspend4Hours: SweepThreshold["actions"] = Object.freeze([
  Object.freeze({ name: "suspend", args: Object.freeze(["4 hours"]), seconds: 14_400 } as const),
])

/** What a rule does whose stanza does not say. */
export const DEFAULT_LOW = { percent: 5, words: ["throttle", "down"], actions: throttleDown } as const
export const DEFAULT_HIGH = { percent: 10, words: ["suspend", "4 hours"], actions: suspend4Hours } as const

/** The rules that hold where no stanza names a code of their family. */
export const DEFAULT_BOUNCE_RULE: SweepRule = Object.freeze({
  id: "default_bounce_rule",
  file: "",
  line: 0,
  name: "default_bounce_rule",
  scope: "",
  enabled: true,
  family: "bounce",
  codes: ["bc:10", "bc:24"],
  classes: [10, 24],
  categories: [],
  low: { ...DEFAULT_LOW, percent: 3 },
  high: { ...DEFAULT_HIGH, percent: 10 },
})

/** The same where the other documents are followed: since a hotfix of 4.2 (MO-4982) only invalid recipients count. */
export const GUIDE_BOUNCE_RULE: SweepRule = Object.freeze({
  ...DEFAULT_BOUNCE_RULE,
  codes: ["bc:10"],
  classes: [10],
})

export const DEFAULT_FBL_RULE: SweepRule = Object.freeze({
  id: "default_fbl_rule",
  file: "",
  line: 0,
  name: "default_fbl_rule",
  scope: "",
  enabled: true,
  family: "fbl",
  codes: ["fbl:abuse"],
  classes: [],
  categories: ["abuse"],
  low: { ...DEFAULT_LOW, percent: 0.2 },
  high: { ...DEFAULT_HIGH, percent: 0.5 },
})
