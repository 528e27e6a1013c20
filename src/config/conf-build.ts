/**
 * The items of a configuration to scopes and modules: every stanza of Adaptive
 * Delivery in its place, every foreign one passed over. What is wrong is told,
 * all of it. Source: configuration.md sections 2, 3 and 5.
 */
import { BOUNCE_CLASSES, CUSTOM_BELOW } from "../model/bounce-class.js"
import { hostName } from "../model/host-name.js"
import { nearest } from "../model/nearest.js"
import { readSwitch } from "../model/switch.js"
import { compilePattern } from "../pcre/index.js"
import {
  MODULES,
  NAMED_MODULES,
  SCOPE_KINDS,
  type ScopeKind,
  type StanzaName,
  stanzasOf,
} from "./catalogue.js"
import { checkOption, checkStanzaName } from "./conf-check.js"
import { ConfScripts, type ScriptSource } from "./conf-scripts.js"
import { readSweepStanza } from "./conf-sweep.js"
import { ScopeNode, ScopeTree, type Setting, settingOf } from "./scope-tree.js"
import { type Assignment, type Item, type Scalar, type Stanza, valueText } from "./syntax/conf-ast.js"
import { type ConfReport, NOT_USED } from "./syntax/conf-report.js"

/** A module as it is configured: all its stanzas of one instance together. */
export interface ModuleNode {
  readonly stanza: StanzaName
  /** Null for a module of which there is only one. */
  readonly instance: string | null
  /** Its first stanza; null where no file configures it. */
  readonly first: Stanza | null
  readonly settings: Map<string, Setting>
  /** Of a scriptlet, by name. */
  readonly scripts: Map<string, ReadonlyMap<string, Setting>>
}

export interface Built {
  readonly tree: ScopeTree
  readonly modules: readonly ModuleNode[]
  readonly scripts: readonly ScriptSource[]
  /** Names of the operator's own bounce classes by number. */
  readonly customClasses: ReadonlyMap<number, string>
  /** Sweep rule stanzas, wherever they stand. */
  readonly sweepStanzas: readonly Stanza[]
}

const CONTAINS: Readonly<Record<ScopeKind, readonly string[]>> = {
  global: ["binding_group", "binding", "domain", "host"],
  binding_group: ["binding", "domain", "host"],
  binding: ["domain", "host"],
  domain: [],
}

const MODULE_NAMES: ReadonlySet<string> = new Set(MODULES)
const SWEEP_RULE = "adaptive_sweep_rule"
/** Foreign stanzas in each other that are looked into. */
const MAX_FOREIGN = 20
/** Every stanza that is ours, wherever it stands. */
const OURS: ReadonlySet<string> = new Set([...CONTAINS.global, ...MODULES, SWEEP_RULE])

export function buildConf(items: readonly Item[], report: ConfReport): Built {
  return new Building(report).build(items)
}

class Building {
  readonly #report: ConfReport
  readonly #tree = new ScopeTree()
  readonly #modules = new Map<string, ModuleNode>()
  readonly #scripts: ConfScripts
  readonly #customClasses = new Map<number, string>()
  readonly #sweepStanzas: Stanza[] = []
  /** Judged when all is read: which bounce classes there are may stand behind them. */
  readonly #pending: (() => void)[] = []
  /** What all stanzas of one rule say together, by scope and name. */
  readonly #sweepSettings = new Map<ScopeNode, Map<string, Map<string, Assignment>>>()
  /** Domain stanzas with a pattern, by container and pattern. */
  readonly #patterns = new Map<ScopeNode, Map<string, ScopeNode>>()
  /** The one instance that there may be. */
  #scriptlet: string | null = null
  #order = 0

  constructor(report: ConfReport) {
    this.#report = report
    this.#scripts = new ConfScripts(report)
  }

  build(items: readonly Item[]): Built {
    this.#scope(items, this.#tree.root)
    for (const judge of this.#pending) judge()
    this.#scripts.check()
    return {
      tree: this.#tree,
      modules: [...this.#modules.values()],
      scripts: this.#isOff("scriptlet") ? [] : this.#scripts.sources,
      customClasses: this.#customClasses,
      sweepStanzas: this.#sweepStanzas,
    }
  }

  #isOff(name: StanzaName): boolean {
    return [...this.#modules.values()].some(
      ({ stanza, settings }) =>
        stanza === name && readSwitch(settings.get("enabled")?.text ?? "on") === false,
    )
  }

  #scope(items: readonly Item[], node: ScopeNode): void {
    for (const item of items) {
      if (item.kind === "assignment") this.#set(item, node)
      else if (item.kind === "stanza") this.#stanza(item, node)
    }
  }

  #set(item: Assignment, node: ScopeNode): void {
    const isKnown = checkOption(item, node.kind, this.#report)
    const name = item.name.toLowerCase()
    // What is foreign is kept as well: the console shows it.
    if (isKnown || !name.startsWith("adaptive_")) node.settings.set(name, settingOf(item))
  }

  #stanza(stanza: Stanza, node: ScopeNode): void {
    const name = stanza.name.toLowerCase()
    if (name === SWEEP_RULE) this.#sweepRule(stanza, node)
    else if (CONTAINS.global.includes(name)) {
      if (!CONTAINS[node.kind].includes(name)) this.#misplaced(stanza, node.kind)
      else if (name === "binding" || name === "binding_group") this.#named(stanza, node, name)
      else if (name === "domain") this.#domain(stanza, node)
      else {
        node.foreign.push(stanza)
        this.#host(stanza)
      }
    } else if (MODULE_NAMES.has(name)) {
      if (node.kind === "global") this.#module(stanza, name as StanzaName)
      else this.#misplaced(stanza, node.kind)
    } else if (name.startsWith("adaptive_")) checkStanzaName(stanza, node.kind, OURS, this.#report)
    else {
      node.foreign.push(stanza)
      this.#foreign(stanza, 0)
    }
  }

  /** Options of Adaptive Delivery have no business in a foreign stanza: most likely its name is misspelt. */
  #foreign({ name, items }: Stanza, depth: number): void {
    for (const item of items) {
      if (item.kind === "stanza" && depth < MAX_FOREIGN) this.#foreign(item, depth + 1)
      if (item.kind !== "assignment" || !item.name.toLowerCase().startsWith("adaptive_")) continue
      const valid = stanzasOf(item.name.toLowerCase())
      if (valid.length === 0) continue
      const guess = nearest(name.toLowerCase(), OURS)
      this.#report.add(
        "E_CONF_SCOPE",
        item,
        `option '${item.name}' is not valid in ${name.slice(0, 60)}; it is valid in ${valid.join(", ")}`,
        `${guess === null ? "move it there" : `did you mean ${guess} instead of ${name}?`}; ${NOT_USED}`,
      )
    }
  }

  /** A stanza inside one that holds options only. */
  #inside(stanza: Stanza, outer: StanzaName): void {
    const name = stanza.name.toLowerCase()
    if (OURS.has(name)) this.#misplaced(stanza, outer)
    else if (outer !== "host" && outer !== "scriptlet") checkStanzaName(stanza, outer, OURS, this.#report)
  }

  #misplaced(stanza: Stanza, outer: StanzaName): void {
    const name = stanza.name.toLowerCase()
    const places = SCOPE_KINDS.filter((kind) => name === SWEEP_RULE || CONTAINS[kind].includes(name))
    const where = places.length === 0 ? "global" : places.join(", ")
    this.#report.add(
      "E_CONF_NESTING",
      stanza,
      `${name} cannot stand in scope ${outer}; it is valid in ${where}`,
      `move it there; look for a } that is missing before; ${NOT_USED}`,
    )
  }

  #named(stanza: Stanza, node: ScopeNode, kind: "binding" | "binding_group"): void {
    const name = this.#argument(stanza)
    if (name === null) return
    if ((kind === "binding" ? /[\s:]/ : /\s/).test(name)) {
      this.#report.add(
        "E_CONF_NAME",
        stanza.argument ?? stanza,
        `the ${kind} '${name.slice(0, 60)}' has a ${name.includes(":") ? "colon" : "blank"} in its name`,
        `write it without: a colon separates the names in what is stored, and a blank ends one; ${NOT_USED}`,
      )
      return
    }
    const into = kind === "binding" ? node.bindings : node.groups
    let inner = into.get(name)
    if (inner === undefined) {
      inner = new ScopeNode(kind, name, node, stanza)
      into.set(name, inner)
      if (kind === "binding") {
        const declared = this.#tree.declaredIn.get(name)
        const group = node.kind === "global" ? null : node.name
        if (declared === undefined) this.#tree.declaredIn.set(name, [group])
        else declared.push(group)
      }
    }
    this.#scope(stanza.items, inner)
  }

  #domain(stanza: Stanza, node: ScopeNode): void {
    const name = this.#argument(stanza)
    if (name === null) return
    const regex = /^\/(.*)\/$/s.exec(name)?.[1]
    if (regex === undefined && name.startsWith("/")) {
      this.#report.add(
        "E_CONF_PATTERN",
        stanza.argument ?? stanza,
        `the pattern of domain ${name.slice(0, 60)} does not end with a slash`,
        `write it between slashes, e.g. "/\\.example\\.com$/"; ${NOT_USED}`,
      )
      return
    }
    if (regex === undefined) {
      const key = hostName(name)
      let inner = node.domains.get(key)
      if (inner === undefined) {
        inner = new ScopeNode("domain", key, node, stanza)
        node.domains.set(key, inner)
      }
      this.#scope(stanza.items, inner)
      return
    }
    const patterns = this.#patterns.get(node) ?? new Map<string, ScopeNode>()
    this.#patterns.set(node, patterns)
    const known = patterns.get(name)
    if (known !== undefined) {
      this.#scope(stanza.items, known)
      return
    }
    // Domains are compared without regard to case; the pattern meets them in lower case.
    const compiled = compilePattern(`(?i)${regex}`)
    if (!compiled.ok) {
      this.#report.add(
        "E_CONF_PATTERN",
        stanza.argument ?? stanza,
        `the pattern of domain ${name.slice(0, 60)} is no regular expression: ${compiled.error.message}`,
        `write a pattern between slashes, e.g. "/\\.example\\.com$/"; ${NOT_USED}`,
      )
      return
    }
    const inner = new ScopeNode("domain", name, node, stanza)
    node.patterns.push({ pattern: compiled.pattern, node: inner })
    patterns.set(name, inner)
    this.#scope(stanza.items, inner)
  }

  /** Nothing in it is ours but what has no business there. */
  #host(stanza: Stanza): void {
    for (const item of stanza.items) {
      if (item.kind === "assignment") checkOption(item, "host", this.#report)
      else if (item.kind === "stanza") this.#inside(item, "host")
    }
  }

  #argument(stanza: Stanza): string | null {
    const { argument } = stanza
    if (argument !== null && argument.text !== "") return argument.text
    this.#report.add(
      "E_CONF_NAME",
      stanza,
      `this ${stanza.name.toLowerCase()} has no name`,
      `write ${stanza.name.toLowerCase()} "NAME" { … }; ${NOT_USED}`,
    )
    return null
  }

  #module(stanza: Stanza, name: StanzaName): void {
    const isNamed = (NAMED_MODULES as readonly StanzaName[]).includes(name)
    const instance = isNamed ? this.#argument(stanza) : null
    if (isNamed && instance === null) return
    const key = `${name} ${instance ?? ""}`
    let module = this.#modules.get(key)
    if (module === undefined) {
      if (name === "scriptlet") this.#scriptlet ??= instance
      if (name === "scriptlet" && instance !== this.#scriptlet)
        this.#report.add(
          "E_CONF_NAME",
          stanza.argument ?? stanza,
          `a second scriptlet instance, '${instance}' beside '${this.#scriptlet}'; there may be one`,
          `use one name for all scriptlet stanzas; ${NOT_USED}`,
        )
      module = { stanza: name, instance, first: stanza, settings: new Map(), scripts: new Map() }
      this.#modules.set(key, module)
    }
    for (const item of stanza.items) {
      if (item.kind === "assignment") this.#moduleOption(item, name, module)
      else if (item.kind === "stanza") {
        if (name === "scriptlet" && item.name.toLowerCase() === "script") this.#script(item, module)
        else this.#inside(item, name)
      }
    }
  }

  #moduleOption(item: Assignment, name: StanzaName, module: ModuleNode): void {
    const isKnown = checkOption(item, name, this.#report)
    if (isKnown && item.name.toLowerCase() === "custom_classes") this.#takeClasses(item)
    if (isKnown || name === "scriptlet") module.settings.set(item.name.toLowerCase(), settingOf(item))
  }

  #script(stanza: Stanza, module: ModuleNode): void {
    for (const item of stanza.items) if (item.kind === "stanza") this.#inside(item, "scriptlet")
    const name = stanza.argument?.text ?? ""
    module.scripts.set(name, this.#scripts.take(stanza, module.scripts.get(name)))
  }

  #takeClasses({ value }: Assignment): void {
    if (value.kind !== "dictionary") return
    // The last assignment holds, as of every option.
    this.#customClasses.clear()
    for (const { key, value: name } of value.entries) {
      const number = customNumber(key)
      if (number === null || name.kind !== "scalar" || name.text === "") {
        this.#report.add(
          "E_CONF_VALUE",
          key,
          `${key.text.slice(0, 40)} = "${valueText(name).slice(0, 40)}" is no bounce class of your own`,
          `write a number below ${CUSTOM_BELOW} that is none of the built-in classes, and a name; ${NOT_USED}`,
        )
        continue
      }
      this.#customClasses.set(number, name.text)
    }
  }

  #sweepRule(stanza: Stanza, node: ScopeNode): void {
    const name = this.#argument(stanza)
    if (name === null) return
    this.#sweepStanzas.push(stanza)
    const settings = new Map<string, Assignment>()
    for (const item of stanza.items) {
      if (item.kind === "assignment" && checkOption(item, SWEEP_RULE, this.#report))
        settings.set(item.name.toLowerCase(), item)
      else if (item.kind === "stanza") this.#inside(item, SWEEP_RULE)
    }
    const order = this.#order++
    const ofNode = this.#sweepSettings.get(node) ?? new Map<string, Map<string, Assignment>>()
    this.#sweepSettings.set(node, ofNode)
    const earlier = ofNode.get(name)
    // A second stanza of one name in one scope adds to the first.
    if (earlier !== undefined) {
      for (const [option, item] of settings) earlier.set(option, item)
      return
    }
    ofNode.set(name, settings)
    // Keeps its place; what it says is read when all stanzas of its name are known.
    const slot =
      node.sweepRules.push({
        name,
        families: [],
        enabled: null,
        order,
        source: stanza.source,
        at: stanza.at,
        settings: new Map(),
        rule: null,
      }) - 1
    this.#pending.push(() => {
      node.sweepRules[slot] = readSweepStanza(
        stanza,
        name,
        settings,
        node,
        order,
        this.#customClasses,
        this.#report,
      )
    })
  }
}

function customNumber({ text }: Scalar): number | null {
  const number = /^\d{1,2}$/.test(text) ? Number(text) : null
  return number === null || number < 1 || BOUNCE_CLASSES.has(number) ? null : number
}
