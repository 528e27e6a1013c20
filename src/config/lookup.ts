/**
 * The one way to ask what is configured: an option for a scope. Everything that
 * depends on options asks here and nowhere else.
 * Source: configuration.md sections 2 and 3; cli.md, conventions.
 */

import type { SweepRule } from "../model/sweep-rule.js"

export interface Scope {
  /** As the traffic has it; where the binding is declared decides first. */
  readonly group: string
  readonly binding: string
  /** Routing domain. */
  readonly domain: string
}

/** Where options of modules, which have no scope, and of the global scope are asked for. */
export const NOWHERE: Scope = Object.freeze({ group: "", binding: "", domain: "" })

export interface OptionLookup {
  /** The text an operator wrote for this option in the most specific scope that sets it; null when none does. */
  lookup(scope: Scope, option: string): string | null
  /** No scope differs from another. */
  readonly isUniform: boolean
  /**
   * Names the scope whose text `lookup` answers with: scopes with the same answer here share what is
   * counted there, such as the messages of a throttle.
   */
  declaration(scope: Scope, option: string): string
  /** The bindings that are declared in a group; none where nobody declares it. */
  bindingsOf(group: string): readonly string[]
  /** The sweep rules of a scope in the order in which they act, disabled ones too. */
  sweepRules(scope: Scope): readonly SweepRule[]
  /** Scopes with the same answer here get the same answers from `lookup`: what is read once serves them all. */
  likeness(scope: Scope): string
}
