/**
 * The scopes of a configuration and what each sets: groups, bindings and domains
 * in each other, and the way a question falls back through them. Says nothing
 * about what options mean. Source: configuration.md section 2.
 */
import { hostName } from "../model/host-name.js"
import type { SweepFamily, SweepRule } from "../model/sweep-rule.js"
import type { CompiledPattern } from "../pcre/index.js"
import type { ScopeKind } from "./catalogue.js"
import type { Scope } from "./lookup.js"
import { type Stanza, type Value, valueText } from "./syntax/conf-ast.js"
import type { ConfSource } from "./syntax/conf-source.js"

/** An option as one scope sets it. */
export interface Setting {
  /** In lower case. */
  readonly name: string
  readonly text: string
  /** Null for what was given as a text alone, with `--set`. */
  readonly value: Value | null
}

/** What a stanza says, valid or not: also one that is ignored takes the place of a more general one. */
export interface SweepStanza {
  readonly name: string
  /** Families that its codes name; none without codes, two where they are mixed. */
  readonly families: readonly SweepFamily[]
  /** Its own switch; null when it has none. */
  readonly enabled: boolean | null
  /** Its place among all stanzas of the configuration. */
  readonly order: number
  /** Where its first stanza stands. */
  readonly source: ConfSource
  readonly at: number
  /** Its own options, as they are written. */
  readonly settings: ReadonlyMap<string, Setting>
  /** What it makes where it is on; null when it is ignored. */
  readonly rule: Omit<SweepRule, "enabled"> | null
}

export function settingOf({ name, value }: { readonly name: string; readonly value: Value }): Setting {
  return { name: name.toLowerCase(), text: valueText(value), value }
}

/** One stanza, or several of one name; of domains also those that a regex names. */
export class ScopeNode {
  readonly kind: ScopeKind
  /** As it was first written; "" for the global one. */
  readonly name: string
  readonly parent: ScopeNode | null
  /** Tells it from every other one of this configuration. */
  readonly id: string
  readonly settings = new Map<string, Setting>()
  readonly sweepRules: SweepStanza[] = []
  /** What is the mail server's own: kept and shown, never judged. */
  readonly foreign: Stanza[] = []
  /** Its first stanza; null for the global scope. */
  readonly place: Stanza | null
  readonly groups = new Map<string, ScopeNode>()
  readonly bindings = new Map<string, ScopeNode>()
  /** By name in lower case. */
  readonly domains = new Map<string, ScopeNode>()
  /** In the order in which they stand; asked after the plain one. */
  readonly patterns: { readonly pattern: CompiledPattern; readonly node: ScopeNode }[] = []

  constructor(kind: ScopeKind, name: string, parent: ScopeNode | null, place: Stanza | null = null) {
    this.place = place
    this.kind = kind
    this.name = name
    this.parent = parent
    const above = parent === null || parent.id === "" ? "" : `${parent.id} `
    this.id = kind === "global" ? "" : `${above}${kind} ${name}`
  }

  /** Stanzas of a domain in this container: the plain one first. */
  domainNodes(domain: string): readonly ScopeNode[] {
    const nodes: ScopeNode[] = []
    const plain = this.domains.get(domain)
    if (plain !== undefined) nodes.push(plain)
    for (const { pattern, node } of this.patterns) if (pattern.test(domain) === true) nodes.push(node)
    return nodes
  }

  get hasDomains(): boolean {
    return this.domains.size > 0 || this.patterns.length > 0
  }
}

/** Scopes of one rank: most often one stanza; of a domain perhaps a plain one and some with patterns. */
export type Rank = readonly ScopeNode[]

const DEFAULT = "default"

export class ScopeTree {
  readonly root = new ScopeNode("global", "", null)
  /** Groups that declare a binding, by its name, in the order in which they stand; null = outside of any. */
  readonly declaredIn = new Map<string, (string | null)[]>()

  /**
   * The group that a binding belongs to. Where it is declared decides; what the traffic says decides
   * among several, or where the binding is declared nowhere.
   */
  groupOf(binding: string, told: string): string {
    const groups = this.declaredIn.get(binding)
    if (groups === undefined) return told === "" ? DEFAULT : told
    if (groups.includes(told)) return told
    const first = groups[0] as string | null
    return groups.includes(null) ? DEFAULT : (first ?? DEFAULT)
  }

  /**
   * The ranks that a scope falls back through, the most specific first; those that do not exist are left out.
   * A part of the scope that is "" is not asked: `{group: "g", binding: "", domain: ""}` is the group itself.
   */
  ranks({ group, binding, domain }: Scope): readonly Rank[] {
    const { root } = this
    const groupNode = group === "" ? undefined : root.groups.get(group)
    const inGroup = binding === "" ? undefined : groupNode?.bindings.get(binding)
    const outside = binding === "" ? undefined : root.bindings.get(binding)
    const name = hostName(domain)
    const domains = (node: ScopeNode | undefined): Rank =>
      node === undefined || name === "" || !node.hasDomains ? NONE : node.domainNodes(name)
    const one = (node: ScopeNode | undefined): Rank => (node === undefined ? NONE : [node])
    return [
      domains(inGroup),
      domains(outside),
      domains(groupNode),
      one(inGroup),
      one(outside),
      one(groupNode),
      domains(root),
      [root],
    ].filter((rank) => rank.length > 0)
  }
}

const NONE: Rank = Object.freeze([])

/** What the first rank that sets an option says, and where. */
export function findSetting(
  ranks: readonly Rank[],
  option: string,
): { readonly setting: Setting; readonly node: ScopeNode } | null {
  for (const rank of ranks) {
    for (const node of rank) {
      const setting = node.settings.get(option)
      if (setting !== undefined) return { setting, node }
    }
  }
  return null
}
