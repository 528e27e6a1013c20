/**
 * The items of a configuration to scopes and modules: every stanza of Adaptive
 * Delivery in its place, every foreign one passed over. What is wrong is told,
 * all of it. Source: configuration.md sections 2, 3 and 5.
 */
import { BOUNCE_CLASSES, CUSTOM_BELOW } from "../model/bounce-class.js"
import { hostName } from "../model/host-name.js"
import { nearest } from "../model/nearest.js"
import { compilePattern } from "../pcre/index.js"
import { SCOPE_KINDS, type ScopeKind, STANZAS, type StanzaName } from "./catalogue.js"
import { checkOption } from "./conf-check.js"
import { readSweepStanza } from "./conf-sweep.js"
import { ScopeNode, ScopeTree, type Setting, settingOf } from "./scope-tree.js"
import { type Assignment, type Item, type Scalar, type Stanza, valueText } from "./syntax/conf-ast.js"
import type { ConfReport } from "./syntax/conf-report.js"

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

/** A script that the configuration names. */
export interface ScriptSource {
  readonly text: string
  readonly at: Assignment
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

const MODULES: ReadonlySet<string> = new Set(
  STANZAS.filter(
    (name) =>
      !(SCOPE_KINDS as readonly string[]).includes(name) &&
      name !== "host" &&
      name !== "script" &&
      name !== "adaptive_sweep_rule",
  ),
)
const NAMED_MODULES: ReadonlySet<string> = new Set(["outbound_audit", "scriptlet"])
const SWEEP_RULE = "adaptive_sweep_rule"
const STAYS = "the configuration is not used while it has errors"

export function buildConf(items: readonly Item[], report: ConfReport): Built {
  return new Building(report).build(items)
}

class Building {
  readonly #report: ConfReport
  readonly #tree = new ScopeTree()
  readonly #modules = new Map<string, ModuleNode>()
  readonly #scripts: ScriptSource[] = []
  readonly #customClasses = new Map<number, string>()
  readonly #sweepStanzas: Stanza[] = []
  /** Judged when all is read: which bounce classes there are may stand behind them. */
  readonly #pending: (() => void)[] = []
  /** What all stanzas of one rule say together, by scope and name. */
  readonly #sweepSettings = new Map<ScopeNode, Map<string, Map<string, Assignment>>>()
  #order = 0

  constructor(report: ConfReport) {
    this.#report = report
  }

  build(items: readonly Item[]): Built {
    this.#scope(items, this.#tree.root)
    for (const judge of this.#pending) judge()
    return {
      tree: this.#tree,
      modules: [...this.#modules.values()],
      scripts: this.#scripts,
      customClasses: this.#customClasses,
      sweepStanzas: this.#sweepStanzas,
    }
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
      if (!CONTAINS[node.kind].includes(name)) this.#misplaced(stanza, node)
      else if (name === "binding" || name === "binding_group") this.#named(stanza, node, name)
      else if (name === "domain") this.#domain(stanza, node)
      else this.#host(stanza)
    } else if (MODULES.has(name)) {
      if (node.kind === "global") this.#module(stanza, name as StanzaName)
      else this.#misplaced(stanza, node)
    } else if (name.startsWith("adaptive_")) {
      const guess = name.length > 60 ? null : nearest(name, [SWEEP_RULE, ...MODULES])
      this.#report.add(
        "E_CONF_UNKNOWN",
        stanza,
        `unknown stanza '${name.slice(0, 60)}' in scope ${node.kind}${guess === null ? "" : `; did you mean '${guess}'?`}`,
        STAYS,
      )
    }
  }

  #misplaced(stanza: Stanza, node: ScopeNode): void {
    const name = stanza.name.toLowerCase()
    const places = SCOPE_KINDS.filter((kind) => CONTAINS[kind].includes(name))
    const where = places.length === 0 ? "global" : places.join(", ")
    this.#report.add(
      "E_CONF_NESTING",
      stanza,
      `${name} cannot stand in scope ${node.kind}; it is valid in ${where}`,
      `move it there; look for a } that is missing before. ${STAYS}`,
    )
  }

  #named(stanza: Stanza, node: ScopeNode, kind: "binding" | "binding_group"): void {
    const name = this.#argument(stanza)
    if (name === null) return
    if (/[\s:]/.test(name)) {
      this.#report.add(
        "E_CONF_NAME",
        stanza.argument ?? stanza,
        `the ${kind} '${name.slice(0, 60)}' has a ${name.includes(":") ? "colon" : "blank"} in its name`,
        `: parts the names in stored state, and a blank ends a name. ${STAYS}`,
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
    const known = node.patterns.find(({ node }) => node.name === name)
    if (known !== undefined) {
      this.#scope(stanza.items, known.node)
      return
    }
    // Domains are compared without regard to case; the pattern meets them in lower case.
    const compiled = compilePattern(`(?i)${regex}`)
    if (!compiled.ok) {
      this.#report.add(
        "E_CONF_PATTERN",
        stanza.argument ?? stanza,
        `the pattern of domain ${name.slice(0, 60)} is no regular expression: ${compiled.error.message}`,
        `write a pattern between slashes, e.g. "/\\.example\\.com$/". ${STAYS}`,
      )
      return
    }
    const inner = new ScopeNode("domain", name, node, stanza)
    node.patterns.push({ pattern: compiled.pattern, node: inner })
    this.#scope(stanza.items, inner)
  }

  /** Nothing in it is ours but what has no business there. */
  #host(stanza: Stanza): void {
    for (const item of stanza.items) if (item.kind === "assignment") checkOption(item, "host", this.#report)
  }

  #argument(stanza: Stanza): string | null {
    const { argument } = stanza
    if (argument !== null && argument.text !== "") return argument.text
    this.#report.add(
      "E_CONF_NAME",
      stanza,
      `this ${stanza.name.toLowerCase()} has no name`,
      `write ${stanza.name.toLowerCase()} "NAME" { … }. ${STAYS}`,
    )
    return null
  }

  #module(stanza: Stanza, name: StanzaName): void {
    const instance = NAMED_MODULES.has(name) ? this.#argument(stanza) : null
    if (NAMED_MODULES.has(name) && instance === null) return
    const key = `${name} ${instance ?? ""}`
    let module = this.#modules.get(key)
    if (module === undefined) {
      const other = [...this.#modules.values()].find((one) => one.stanza === name)
      if (name === "scriptlet" && other !== undefined)
        this.#report.add(
          "E_CONF_NAME",
          stanza.argument ?? stanza,
          `a second scriptlet instance, '${instance}' beside '${other.instance}'; there may be one`,
          `use one name for all scriptlet stanzas. ${STAYS}`,
        )
      module = { stanza: name, instance, first: stanza, settings: new Map(), scripts: new Map() }
      this.#modules.set(key, module)
    }
    for (const item of stanza.items) {
      if (item.kind === "assignment") this.#moduleOption(item, name, module)
      else if (item.kind === "stanza" && name === "scriptlet") this.#script(item, module)
    }
  }

  #moduleOption(item: Assignment, name: StanzaName, module: ModuleNode): void {
    const isKnown = checkOption(item, name, this.#report)
    if (isKnown && item.name.toLowerCase() === "custom_classes") this.#takeClasses(item)
    if (isKnown || name === "scriptlet") module.settings.set(item.name.toLowerCase(), settingOf(item))
  }

  #script(stanza: Stanza, module: ModuleNode): void {
    if (stanza.name.toLowerCase() !== "script") return
    const settings = new Map<string, Setting>()
    for (const item of stanza.items) {
      if (item.kind !== "assignment") continue
      const isSource = item.name.toLowerCase() === "source"
      if (isSource && !checkOption(item, "script", this.#report)) continue
      settings.set(item.name.toLowerCase(), settingOf(item))
      if (isSource) this.#scripts.push({ text: valueText(item.value), at: item })
    }
    module.scripts.set(stanza.argument?.text ?? "", settings)
  }

  #takeClasses({ value }: Assignment): void {
    if (value.kind !== "dictionary") return
    for (const { key, value: name } of value.entries) {
      const number = customNumber(key)
      if (number === null || name.kind !== "scalar" || name.text === "") {
        this.#report.add(
          "E_CONF_VALUE",
          key,
          `${key.text.slice(0, 40)} = ${valueText(name).slice(0, 40)} is no bounce class of your own`,
          `write a number below ${CUSTOM_BELOW} that is none of the built-in classes, and a name. ${STAYS}`,
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
      else if (item.kind === "stanza") this.#misplacedInRule(item)
    }
    const order = this.#order++
    const place = node.sweepRules.findIndex((one) => one.name === name)
    // A second stanza of one name in one scope adds to the first.
    const earlier = this.#sweepSettings.get(node)?.get(name)
    const merged = new Map([...(earlier ?? []), ...settings])
    const ofNode = this.#sweepSettings.get(node) ?? new Map<string, Map<string, Assignment>>()
    ofNode.set(name, merged)
    this.#sweepSettings.set(node, ofNode)
    if (place >= 0) return
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
      const all = this.#sweepSettings.get(node)?.get(name) ?? merged
      node.sweepRules[slot] = readSweepStanza(
        stanza,
        name,
        all,
        node,
        order,
        this.#customClasses,
        this.#report,
      )
    })
  }

  #misplacedInRule(stanza: Stanza): void {
    this.#report.add(
      "E_CONF_NESTING",
      stanza,
      `${stanza.name.slice(0, 60)} cannot stand in an adaptive_sweep_rule`,
      `look for a } that is missing before. ${STAYS}`,
    )
  }
}

function customNumber({ text }: Scalar): number | null {
  const number = /^\d{1,2}$/.test(text) ? Number(text) : null
  return number === null || number < 1 || BOUNCE_CLASSES.has(number) ? null : number
}
