/**
 * An independent reading of configuration.md section 2 and engine.md section 7:
 * a configuration is a flat list of facts, "in this scope this option has this
 * value", and every question is answered by going through all of them. No tree,
 * no index, nothing shared with the real thing.
 */

/** Where a fact is written; null = not inside a stanza of that kind. */
export interface Path {
  readonly group: string | null
  readonly binding: string | null
  /** A plain name in lower case, or a pattern between slashes. */
  readonly domain: string | null
}

export interface Fact {
  readonly path: Path
  readonly entry:
    | { readonly kind: "declared" }
    | { readonly kind: "option"; readonly option: string; readonly value: string }
    | {
        readonly kind: "rule"
        readonly name: string
        readonly codes: readonly string[] | null
        readonly enabled: boolean | null
      }
}

export interface Query {
  readonly group: string
  readonly binding: string
  readonly domain: string
}

/** Paths that are one scope: a domain is all its stanzas in one container. */
type Rank = readonly Path[]

const same = (a: Path, b: Path): boolean =>
  a.group === b.group && a.binding === b.binding && a.domain === b.domain

const nameOf = ({ group, binding, domain }: Path): string =>
  [
    ...(group === null ? [] : [`binding_group ${group}`]),
    ...(binding === null ? [] : [`binding ${binding}`]),
    ...(domain === null ? [] : [`domain ${domain}`]),
  ].join(" ")

function groupOf(facts: readonly Fact[], { group, binding }: Query): string {
  const declared = facts.filter(({ path }) => path.binding === binding).map(({ path }) => path.group)
  if (declared.length === 0) return group === "" ? "default" : group
  if (declared.includes(group)) return group
  if (declared.includes(null)) return "default"
  return declared[0] as string
}

/** The stanzas of a domain in a container: the plain one, then the patterns as they first stand. */
function domainRank(facts: readonly Fact[], container: Path, domain: string): Rank {
  if (domain === "") return []
  const inside = facts
    .map(({ path }) => path)
    .filter((path) => path.domain !== null && same({ ...path, domain: null }, container))
  const distinct = inside.filter((path, i) => inside.findIndex((one) => same(one, path)) === i)
  const matches = (pattern: string): boolean => new RegExp(pattern.slice(1, -1), "i").test(domain)
  return [
    ...distinct.filter((path) => path.domain === domain),
    ...distinct.filter((path) => path.domain?.startsWith("/") && matches(path.domain)),
  ]
}

const NOWHERE: Path = { group: null, binding: null, domain: null }

/** The eight places of configuration.md section 2, without the built-in default; "" = not asked. */
function ranksOf(facts: readonly Fact[], group: string, binding: string, domain: string): readonly Rank[] {
  const inGroup = { ...NOWHERE, group, binding }
  const outside = { ...NOWHERE, binding }
  const ofGroup = { ...NOWHERE, group }
  const of = (path: Path): Rank => (path.binding === "" || path.group === "" ? [] : [path])
  const domains = (path: Path): Rank => (of(path).length === 0 ? [] : domainRank(facts, path, domain))
  return [
    domains(inGroup),
    domains(outside),
    domains(ofGroup),
    of(inGroup),
    of(outside),
    of(ofGroup),
    domains(NOWHERE),
    [NOWHERE],
  ]
}

function setting(facts: readonly Fact[], path: Path, option: string): string | null {
  const found = facts.filter(
    (fact) => same(fact.path, path) && fact.entry.kind === "option" && fact.entry.option === option,
  )
  const last = found.at(-1)?.entry
  return last?.kind === "option" ? last.value : null
}

function firstOf(
  facts: readonly Fact[],
  ranks: readonly Rank[],
  option: string,
): { text: string; path: Path } | null {
  for (const path of ranks.flat()) {
    const text = setting(facts, path, option)
    if (text !== null) return { text, path }
  }
  return null
}

function pathOf(facts: readonly Fact[], query: Query): readonly Rank[] {
  return ranksOf(facts, groupOf(facts, query), query.binding, query.domain)
}

export function modelLookup(facts: readonly Fact[], query: Query, option: string): string | null {
  return firstOf(facts, pathOf(facts, query), option)?.text ?? null
}

/** The scope that an answer stands in; "" for the global one, or none. */
export function modelDeclaration(facts: readonly Fact[], query: Query, option: string): string {
  const found = firstOf(facts, pathOf(facts, query), option)
  return found === null ? "" : nameOf(found.path)
}

export interface ModelRule {
  readonly name: string
  readonly scope: string
  readonly enabled: boolean
  readonly codes: readonly string[]
}

const SWITCH = "adaptive_sweep_rule_enabled"
const isOn = (facts: readonly Fact[], ranks: readonly Rank[]): boolean =>
  firstOf(facts, ranks, SWITCH)?.text !== "0"

interface Stanza {
  readonly name: string
  readonly path: Path
  readonly order: number
  readonly codes: readonly string[]
  readonly enabled: boolean | null
}

/** All stanzas of one name in one scope are one. */
function stanzasOf(facts: readonly Fact[]): readonly Stanza[] {
  const stanzas: Stanza[] = []
  for (const [order, { path, entry }] of facts.entries()) {
    if (entry.kind !== "rule") continue
    const at = stanzas.findIndex((one) => one.name === entry.name && same(one.path, path))
    const before = stanzas[at]
    const stanza: Stanza = {
      name: entry.name,
      path,
      order: before?.order ?? order,
      codes: entry.codes ?? before?.codes ?? [],
      enabled: entry.enabled ?? before?.enabled ?? null,
    }
    if (at < 0) stanzas.push(stanza)
    else stanzas[at] = stanza
  }
  return stanzas
}

/** Steps 1 to 4 of engine.md section 7. */
export function modelRules(facts: readonly Fact[], query: Query): readonly ModelRule[] {
  const group = groupOf(facts, query)
  const { binding, domain } = query
  const path = ranksOf(facts, group, binding, domain)
  /** What each of the eight falls back through by itself: nothing that lies beside it. */
  const outward = [
    path,
    path.slice(1),
    ranksOf(facts, group, "", domain),
    ranksOf(facts, group, binding, ""),
    [path[4] as Rank, ...ranksOf(facts, group, "", "")],
    ranksOf(facts, group, "", ""),
    [path[6] as Rank, path[7] as Rank],
    [path[7] as Rank],
  ]
  const stanzas = stanzasOf(facts)
  const union: { stanza: Stanza; enabled: boolean }[] = []
  const onPath: Stanza[] = []
  for (const [i, rank] of path.entries()) {
    const scopeIsOn = isOn(facts, outward[i] as readonly Rank[])
    for (const place of rank) {
      for (const stanza of stanzas.filter((one) => same(one.path, place))) {
        onPath.push(stanza)
        if (union.some((one) => one.stanza.name === stanza.name)) continue
        union.push({ stanza, enabled: scopeIsOn && stanza.enabled !== false })
      }
    }
  }
  const names = (prefix: string) => (stanza: Stanza) => stanza.codes.some((code) => code.startsWith(prefix))
  const isUsable = ({ stanza }: { stanza: Stanza }): boolean => names("bc:")(stanza) !== names("fbl:")(stanza)
  const rules: ModelRule[] = union
    .filter(isUsable)
    .sort((a, b) => a.stanza.order - b.stanza.order)
    .map(({ stanza, enabled }) => ({
      name: stanza.name,
      scope: nameOf(stanza.path),
      enabled,
      codes: stanza.codes,
    }))
  if (isOn(facts, path)) {
    const byDefault = (name: string, codes: string[]): void => {
      rules.push({ name, scope: "", enabled: true, codes })
    }
    if (!onPath.some(names("bc:"))) byDefault("default_bounce_rule", ["bc:10", "bc:24"])
    if (!onPath.some(names("fbl:"))) byDefault("default_fbl_rule", ["fbl:abuse"])
  }
  return rules
}
