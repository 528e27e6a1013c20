/**
 * Rules as the engine sees them: plain frozen data, complete and valid.
 * Source: rule-files.md sections 3 to 5.
 */

/** When a matched rule fires. Source: rule-files.md section 3, `trigger`. */
export type Trigger =
  | { readonly kind: "every"; readonly text: "1" }
  | {
      /** Fires when more than `count` matches lie in the last `windowSec` seconds. */
      readonly kind: "rate"
      readonly text: string
      readonly count: number
      readonly windowSec: number
    }

export const ACTION_NAMES = [
  "suspend",
  "blackhole",
  "throttle",
  "greylisted",
  "warmup",
  "reduce_connections",
  "reduce_deliveries",
  "transcode",
] as const
export type ActionName = (typeof ACTION_NAMES)[number]

/** One action; `args` keeps the author's words, the other fields are what they mean. */
export type Action =
  | {
      readonly name: "suspend" | "blackhole" | "greylisted" | "warmup"
      readonly args: readonly string[]
      readonly seconds: number
    }
  | { readonly name: "throttle"; readonly args: readonly string[] }
  | {
      readonly name: "reduce_connections" | "reduce_deliveries"
      readonly args: readonly string[]
      readonly amount: number
    }
  | { readonly name: "transcode"; readonly args: readonly string[]; readonly reply: string }

/** How a rule is named in every output. */
export interface RuleRef {
  /** Hash of what the rule counts (domain, code, trigger): editing its action, message or duration keeps it. */
  readonly id: string
  readonly file: string
  readonly line: number
  /** The domain key that holds the rule. */
  readonly domain: string
  /** Position among the domain's rules, from 1. */
  readonly index: number
  readonly code: string
}

export interface ResponseRule extends RuleRef {
  readonly trigger: Trigger
  readonly actions: readonly Action[]
  readonly message: string | null
  /** Advisory only; the original never implemented it. */
  readonly phase: string | null
  /** Matches, counts and is reported; its actions are never carried out. */
  readonly observe: boolean
}

/** What `configuration` says of one option. */
export type ConfiguredValue =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "range"; readonly low: number; readonly high: number }
  | {
      readonly kind: "function"
      readonly id: number
      /** Tells one function from another, as far as its own text does. */
      readonly lines?: SourceLines | null
    }

/** Lines of a file, the first and the last included. */
export interface SourceLines {
  readonly file: string
  readonly first: number
  readonly last: number
}

export interface Configuration {
  readonly option: string
  readonly value: ConfiguredValue
  readonly file: string
  readonly line: number
}

export function refOf(rule: ResponseRule): RuleRef {
  const { id, file, line, domain, index, code } = rule
  return { id, file, line, domain, index, code }
}
