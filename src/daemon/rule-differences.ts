/**
 * What differs between two rule sets, in lines: what is gone, what is new, what says
 * something else, what comes in another order. Where the files differ in none of
 * that, it says so: nobody is to take two for the same that are not.
 */
import { compareText } from "../model/compare.js"
import type { RecordedRules } from "../reload/load.js"
import { oneLine } from "../report/findings.js"
import { plural } from "../report/words.js"
import { type ComparedRules, type Part, partsOf } from "./rule-parts.js"

/** @returns nothing where the two are the same */
export function ruleDifferences(before: ComparedRules, after: ComparedRules): readonly string[] {
  const [old, fresh] = [byKey(partsOf(before)), byKey(partsOf(after))]
  const lines: string[] = []
  let same = 0
  for (const [key, part] of old) if (!fresh.has(key)) lines.push(`- ${told(part)}`)
  for (const [key, part] of fresh) {
    const known = old.get(key)
    if (known === undefined) lines.push(`+ ${told(part)}`)
    else if (known.says !== part.says) lines.push(`~ ${told(part)}`, `    was: ${known.says}`)
    else if (known.hidden !== part.hidden) lines.push(`~ ${told(part)}`, "    was: written differently")
    else if (part.isRule) same++
  }
  lines.push(...otherOrders(old, fresh))
  if (lines.length > 0) return [...lines, `${plural(same, "rule")} the same`]
  return otherFiles(before.recorded, after.recorded)
}

function told({ head, says }: Part): string {
  return `${head}; ${says}`
}

function byKey(parts: readonly Part[]): ReadonlyMap<string, Part> {
  return new Map(parts.map((part) => [part.key, part]))
}

/** The first that matches decides: of each list the place from which its order is another. */
function otherOrders(old: ReadonlyMap<string, Part>, fresh: ReadonlyMap<string, Part>): string[] {
  const listsBefore = listsOf(old, fresh)
  return [...listsOf(fresh, old)].flatMap(([list, parts]) => {
    const were = listsBefore.get(list) ?? []
    const i = parts.findIndex(({ key }, i) => key !== were[i]?.key)
    const [now, was] = [parts[i], were[i]]
    if (now === undefined || was === undefined) return []
    return [`~ ${told(now)}; from here on the order is another`, `    was here: ${told(was)}`]
  })
}

/** What both have, list by list in order. */
function listsOf(parts: ReadonlyMap<string, Part>, others: ReadonlyMap<string, Part>): Map<string, Part[]> {
  const lists = new Map<string, Part[]>()
  for (const part of parts.values()) {
    if (part.list === null || !others.has(part.key)) continue
    const list = lists.get(part.list)
    if (list === undefined) lists.set(part.list, [part])
    else list.push(part)
  }
  return lists
}

/** Comments change nothing, but a helper may change what a function answers. */
function otherFiles(before: RecordedRules, after: RecordedRules): readonly string[] {
  const [old, fresh] = [filesOf(before), filesOf(after)]
  const names = [...new Set([...old.keys(), ...fresh.keys()])].sort(compareText)
  const lines = names.flatMap((name) => {
    const [was, is] = [old.get(name), fresh.get(name)]
    if (was === undefined || is === undefined)
      return [`${was === undefined ? "+" : "-"} ${oneLine(name)}; a file that no rule comes from`]
    if (Buffer.compare(was, is) === 0) return []
    return [`~ ${oneLine(name)}; differs in no rule: in comments, or in what functions go by`]
  })
  const isOrdered = [...old.keys()].every((name, i) => name === [...fresh.keys()][i])
  return lines.length > 0 || isOrdered ? lines : ["~ the files are the same, and come in another order"]
}

/** What scripts were, required and read. */
function filesOf({ sources, found }: RecordedRules): ReadonlyMap<string, Uint8Array> {
  return new Map([
    ...[...sources, ...found.modules.values()].map(({ file, bytes }) => [file, bytes] as const),
    ...found.files,
  ])
}
