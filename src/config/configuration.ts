/**
 * A configuration as everything asks it: one `lookup(scope, option)` with its
 * fallback, the sweep rules of a scope, the modules and scripts that it names.
 * Source: configuration.md sections 2 and 3.
 */
import type { Diagnostic } from "../model/diagnostic.js"
import type { PairTable } from "../model/pair-table.js"
import { DEFAULT_BOUNCE_RULE, GUIDE_BOUNCE_RULE, type SweepRule } from "../model/sweep-rule.js"
import { readSwitch } from "../model/switch.js"
import { optionsOf } from "./catalogue.js"
import { buildConf, type ModuleNode } from "./conf-build.js"
import { readSweepStanza } from "./conf-sweep.js"
import { checkWhole } from "./conf-whole.js"
import type { OptionLookup, Scope } from "./lookup.js"
import { findSetting, type Rank, type ScopeNode, ScopeTree, type Setting } from "./scope-tree.js"
import { sweepRulesOf } from "./sweep-stanza.js"
import type { Assignment } from "./syntax/conf-ast.js"
import { type ConfFile, type ConfFiles, loadConfText } from "./syntax/conf-load.js"
import { ConfReport } from "./syntax/conf-report.js"
import type { ConfSource } from "./syntax/conf-source.js"

export interface ConfigurationOptions {
  /** Name of this node, for the directory of its own files. */
  readonly nodeName?: string
  /** Rules are named otherwise: the configuration need not lead to any. */
  readonly hasRules?: boolean
}

/** A script that the configuration names, and where it was looked for. */
export interface NamedScript {
  readonly text: string
  readonly file: string
  readonly line: number
}

export interface LoadedConfiguration {
  /** No finding is an error. One that has errors is not to be used. */
  readonly ok: boolean
  /** There is no such file. */
  readonly isMissing: boolean
  /** There is, but it could not be read; a finding tells why. */
  readonly isUnreadable: boolean
  readonly diagnostics: readonly Diagnostic[]
  /** Text and bytes of every file that was read, for quoting lines. */
  readonly sources: readonly ConfSource[]
  readonly configuration: Configuration
  /** What there was to read, as plain data: enough to load the same again elsewhere. */
  readonly recorded: RecordedConfiguration
}

/** A configuration as it can be handed to another thread. */
export interface RecordedConfiguration {
  readonly path: string
  readonly nodeName: string | null
  readonly opened: ReadonlyMap<string, ConfFile>
}

/** Reads and judges a configuration. Never throws for what is in the files. */
export function loadConfiguration(
  path: string,
  files: ConfFiles,
  { nodeName, hasRules = false }: ConfigurationOptions = {},
): LoadedConfiguration {
  const opened = new Map<string, ConfFile>()
  const recording: ConfFiles = {
    ...files,
    open(path) {
      const known = opened.get(path) ?? files.open(path)
      opened.set(path, known)
      return known
    },
  }
  const text = loadConfText(path, recording, nodeName ?? null)
  const { report, sources, isMissing, isUnreadable } = text
  const built = buildConf(text.items, report)
  if (!isMissing && !isUnreadable) checkWhole(built, hasRules, report)
  report.end()
  const diagnostics = report.sorted(sources)
  const scripts = built.scripts.map(({ text, at }) => ({
    text,
    file: at.source.file,
    line: at.source.placeAt(at.at).line,
  }))
  return {
    recorded: { path, nodeName: nodeName ?? null, opened },
    ok: !isMissing && !diagnostics.some(({ severity }) => severity === "error"),
    isMissing,
    isUnreadable,
    diagnostics,
    sources,
    configuration: new Configuration(
      built.tree,
      built.modules,
      scripts,
      built.customClasses,
      text.directories,
    ),
  }
}

export class Configuration implements OptionLookup {
  readonly tree: ScopeTree
  readonly modules: ModuleNode[]
  readonly scripts: readonly NamedScript[]
  readonly customClasses: ReadonlyMap<number, string>
  /** Directories that scripts and included files are looked for in. */
  readonly directories: readonly string[]
  /**
   * Defaults where the documents disagree: false for the module's own page, true for the User Guide, by which changes are
   * recorded (enable_jlog) and the default bounce rule counts invalid recipients only.
   * @source configuration.md section 4, rows 1 to 3; row 1 has no effect on a single node
   */
  followsGuide = false
  /** Is Adaptive Delivery on where nothing says so? */
  readonly #isEnabled: boolean

  constructor(
    tree: ScopeTree,
    modules: readonly ModuleNode[],
    scripts: readonly NamedScript[],
    customClasses: ReadonlyMap<number, string>,
    directories: readonly string[],
    isEnabled = false,
  ) {
    this.#isEnabled = isEnabled
    this.tree = tree
    this.modules = [...modules]
    this.scripts = scripts
    this.customClasses = customClasses
    this.directories = directories
  }

  /** One in which nothing is set. Adaptive Delivery is on: there is no file that could enable it. */
  static empty(): Configuration {
    const configuration = new Configuration(new ScopeTree(), [], [], new Map(), [], true)
    // It is there, so that the console can set its options.
    configuration.#adaptive()
    return configuration
  }

  /** Sets an option globally: of the adaptive module if it is one of its own. */
  assign(option: string, text: string): void {
    const setting: Setting = { name: option, text, value: null }
    if (optionsOf("adaptive").has(option)) this.#adaptive().set(option, setting)
    else this.tree.root.settings.set(option, setting)
  }

  /**
   * Sets an option of a sweep rule that is configured in a scope, unless that makes it one with errors, or ignored.
   * @returns why it was not set, nothing where it was; null when there is no rule of that name
   */
  setSweepRule(node: ScopeNode, name: string, assignment: Assignment): readonly Diagnostic[] | null {
    return this.#changeSweepRule(node, name, (settings) =>
      settings.set(assignment.name.toLowerCase(), assignment),
    )
  }

  unsetSweepRule(node: ScopeNode, name: string, option: string): readonly Diagnostic[] | null {
    return this.#changeSweepRule(node, name, (settings) => settings.delete(option))
  }

  #changeSweepRule(
    node: ScopeNode,
    name: string,
    change: (settings: Map<string, Assignment>) => void,
  ): readonly Diagnostic[] | null {
    const place = node.sweepRules.findIndex((one) => one.name === name)
    const stanza = node.sweepRules[place]
    if (stanza === undefined) return null
    const settings = new Map<string, Assignment>()
    for (const [option, { value }] of stanza.settings)
      if (value !== null)
        settings.set(option, { kind: "assignment", name: option, value, source: value.source, at: value.at })
    change(settings)
    const { source, at, order } = stanza
    const report = new ConfReport()
    const changed = readSweepStanza({ source, at }, name, settings, node, order, this.customClasses, report)
    // One that would be ignored from now on is as wrong as one with errors.
    const isWorse = changed.rule === null && stanza.rule !== null
    if (isWorse || report.findings.some(({ severity }) => severity === "error")) return report.findings
    node.sweepRules[place] = changed
    return []
  }

  /** May alerts be mailed at all? A file says so with its alerting stanza; without a file nothing has to. */
  get isAlerting(): boolean {
    return this.#isEnabled || this.module("alerting") !== null
  }

  get isUniform(): boolean {
    const { bindings, groups, hasDomains } = this.tree.root
    return bindings.size === 0 && groups.size === 0 && !hasDomains
  }

  lookup(scope: Scope, option: string): string | null {
    const text = this.#find(scope, option)?.setting.text ?? null
    if (option === "enable_jlog" && text === null && this.followsGuide) return "true"
    if (option !== "adaptive_enabled") return text
    // A module that is loaded, but not enabled, acts nowhere.
    const module = this.#find(scope, "enabled")?.setting.text ?? "true"
    return readSwitch(module) === false ? "false" : (text ?? String(this.#isEnabled))
  }

  declaration(scope: Scope, option: string): string {
    return this.#find(scope, option)?.node?.id ?? ""
  }

  likeness(scope: Scope): string {
    return this.ranks(scope)
      .flatMap((rank) => rank.map(({ id }) => id))
      .join("\n")
  }

  sweepRules(scope: Scope): readonly SweepRule[] {
    const ranks = this.ranks(scope)
    return sweepRulesOf(
      ranks,
      (rank) => this.#outward(rank, ranks, scope),
      this.followsGuide ? GUIDE_BOUNCE_RULE : DEFAULT_BOUNCE_RULE,
    )
  }

  bindingsOf(group: string): readonly string[] {
    const { groups, bindings } = this.tree.root
    const declared = [...(groups.get(group)?.bindings.keys() ?? [])]
    // Those outside of any group are in the default one; one may stand in both places.
    return group === "default" ? [...new Set([...declared, ...bindings.keys()])] : declared
  }

  /** The group of a binding of the traffic, by its number there. */
  groupOf(pairs: PairTable, binding: number): string {
    return this.tree.groupOf(pairs.bindingName(binding), pairs.groupOf(binding))
  }

  /** What a scope falls back through, with the binding's own group in it. */
  ranks(scope: Scope): readonly Rank[] {
    // Without a binding there is no group that it would be of: a group is asked only where it is named.
    const group = scope.binding === "" ? scope.group : this.tree.groupOf(scope.binding, scope.group)
    return this.tree.ranks({ ...scope, group })
  }

  /** The settings of a module; of an instance where there may be several. */
  module(stanza: string, instance: string | null = null): ReadonlyMap<string, Setting> | null {
    return (
      this.modules.find((module) => module.stanza === stanza && module.instance === instance)?.settings ??
      null
    )
  }

  /** The adaptive module, which is there also where no file configures it. */
  #adaptive(): Map<string, Setting> {
    const known = this.modules.find(({ stanza }) => stanza === "adaptive")
    if (known !== undefined) return known.settings
    const settings = new Map<string, Setting>()
    this.modules.push({ stanza: "adaptive", instance: null, first: null, settings, scripts: new Map() })
    return settings
  }

  #find(scope: Scope, option: string): { readonly setting: Setting; readonly node: ScopeNode | null } | null {
    if (!optionsOf("adaptive").has(option)) return findSetting(this.ranks(scope), option)
    const setting = this.module("adaptive")?.get(option)
    return setting === undefined ? null : { setting, node: null }
  }

  /** What a scope on the way of another falls back through by itself: to what contains it, not to its siblings. */
  #outward(rank: Rank, ranks: readonly Rank[], scope: Scope): readonly Rank[] {
    const node = rank[0] as ScopeNode
    const group = this.tree.groupOf(scope.binding, scope.group)
    const { kind, parent } = node
    const container = parent?.kind ?? "global"
    if (kind === "domain" && container === "binding_group")
      return this.tree.ranks({ group, binding: "", domain: scope.domain })
    if (kind === "binding_group") return this.tree.ranks({ group, binding: "", domain: "" })
    if (kind === "global") return [rank]
    const own = kind === "binding" ? this.tree.ranks({ group, binding: scope.binding, domain: "" }) : ranks
    return own.slice(own.findIndex((one) => one[0] === node))
  }
}
