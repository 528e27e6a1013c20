/**
 * The words of a `config` command: which scope or module it is about, and what
 * is left of it. Source: console.md section 4.
 */
import { MODULES, NAMED_MODULES, type StanzaName } from "../config/catalogue.js"
import type { ModuleNode } from "../config/conf-build.js"
import type { Configuration } from "../config/configuration.js"
import { ScopeNode, type ScopeTree } from "../config/scope-tree.js"
import { hostName } from "../model/host-name.js"
import { ConsoleFault, singleWord, unquoted } from "./words.js"

export interface NamedScope {
  readonly kind: "scope"
  readonly group: string
  readonly binding: string
  readonly domain: string
  /** Name of a sweep rule within it; "" when the command is about the scope. */
  readonly sweepRule: string
  /** Null where nobody wrote such a scope. */
  readonly node: ScopeNode | null
}

export interface NamedModule {
  readonly kind: "module"
  readonly stanza: StanzaName
  readonly instance: string | null
  /** Null where it is not configured. */
  readonly module: ModuleNode | null
}

export interface Target {
  readonly target: NamedScope | NamedModule
  /** The scope in the words of the command, for replies. */
  readonly words: string
  readonly rest: readonly string[]
}

/** Modules without a name of their own. */
const SINGLETONS: readonly StanzaName[] = MODULES.filter((name) => !NAMED_MODULES.includes(name))
export const SCOPE_WORDS = ["binding_group", "binding", "domain", "adaptive_sweep_rule"] as const
type ScopeWord = (typeof SCOPE_WORDS)[number]

/** Reads the scope at the beginning of a command's words. */
export function scopeOf(words: readonly string[], configuration: Configuration): Target {
  const first = words[0]?.toLowerCase() ?? ""
  // `config get adaptive enabled` is about the module; `config get adaptive_enabled` about an option.
  if ((SINGLETONS as readonly string[]).includes(first) && words.length > 1)
    return moduleTarget(first as StanzaName, null, words, 1, configuration)
  const several = NAMED_MODULES.find((name) => name === first)
  if (several !== undefined) {
    const instance = words[1]
    if (instance === undefined) throw new ConsoleFault(`Missing instance of ${first}`)
    return moduleTarget(several, instance, words, 2, configuration)
  }
  const named: Record<ScopeWord, string> = {
    binding_group: "",
    binding: "",
    domain: "",
    adaptive_sweep_rule: "",
  }
  let at = 0
  for (; at < words.length; at += 2) {
    const word = words[at]?.toLowerCase() ?? ""
    if (!(SCOPE_WORDS as readonly string[]).includes(word)) break
    const instance = words[at + 1]
    if (instance === undefined) throw new ConsoleFault(`Missing name of ${word}`)
    if (named[word as ScopeWord] !== "") throw new ConsoleFault(`${word} is named twice`)
    named[word as ScopeWord] = unquoted(instance)
    // An empty name would be the scope around it.
    if (named[word as ScopeWord] === "") throw new ConsoleFault(`Missing name of ${word}`)
  }
  const { binding_group: group, binding, domain, adaptive_sweep_rule: sweepRule } = named
  return {
    target: { kind: "scope", group, binding, domain, sweepRule, node: nodeOf(configuration.tree, named) },
    words: words.slice(0, at).map(unquoted).join(" "),
    rest: words.slice(at),
  }
}

function moduleTarget(
  stanza: StanzaName,
  instance: string | null,
  words: readonly string[],
  count: number,
  { modules }: Configuration,
): Target {
  const name = instance === null ? null : unquoted(instance)
  const module = modules.find((one) => one.stanza === stanza && one.instance === name) ?? null
  return {
    target: { kind: "module", stanza, instance: name, module },
    words: words.slice(0, count).map(unquoted).join(" "),
    rest: words.slice(count),
  }
}

function nodeOf(
  tree: ScopeTree,
  { binding_group: group, binding, domain }: Record<ScopeWord, string>,
): ScopeNode | null {
  let node: ScopeNode | undefined = tree.root
  if (group !== "") node = node.groups.get(group)
  if (binding !== "") node = node?.bindings.get(binding)
  if (domain !== "")
    node =
      node?.domains.get(hostName(domain)) ?? node?.patterns.find(({ node }) => node.name === domain)?.node
  return node ?? null
}

/** The default group and the default binding are there without anybody writing them. */
function implicitNode({ group, binding }: NamedScope, tree: ScopeTree): ScopeNode | null {
  const { root } = tree
  if (group === "default" && binding === "") {
    const made = new ScopeNode("binding_group", group, root)
    root.groups.set(group, made)
    return made
  }
  if (group !== "" || binding !== "default" || tree.declaredIn.has(binding)) return null
  const made = new ScopeNode("binding", binding, root)
  root.bindings.set(binding, made)
  tree.declaredIn.set(binding, [null])
  return made
}

/**
 * The scope that `set` writes to. A domain that nobody wrote is made; a group or binding is not: a typing
 * error would be taken for one.
 */
export function writableNode(target: NamedScope, tree: ScopeTree): ScopeNode {
  if (target.node !== null) return target.node
  const { group, binding, domain } = target
  if (/^\/.*\/$/s.test(domain))
    throw new ConsoleFault(`No such scope: the pattern ${singleWord(domain)} is not in the configuration`)
  if (domain === "") {
    const made = implicitNode(target, tree)
    if (made !== null) return made
  }
  const container = nodeOf(tree, { binding_group: group, binding, domain: "", adaptive_sweep_rule: "" })
  if (container === null || domain === "") {
    const missing =
      group !== "" && !tree.root.groups.has(group) ? `binding_group '${group}'` : `binding '${binding}'`
    const [owner] = group === "" ? (tree.declaredIn.get(binding) ?? []) : []
    if (typeof owner === "string")
      throw new ConsoleFault(
        `No such scope: ${singleWord(missing)} is in binding_group '${owner}'; write binding_group ${owner} before it`,
      )
    throw new ConsoleFault(`No such scope: ${singleWord(missing)} is not in the configuration`)
  }
  const name = hostName(domain)
  const made = new ScopeNode("domain", name, container)
  container.domains.set(name, made)
  return made
}
