/** Traffic through a dry-run, as the JSON Lines that the command would print. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { globalOptions } from "../../src/config/global-options.js"
import type { BadLine } from "../../src/ingest/collector.js"
import { type DryRunOptions, dryRun } from "../../src/replay/dry-run.js"
import type { Summary } from "../../src/replay/tally.js"
import { decisionJson, matchJson, summaryJson } from "../../src/report/json.js"
import type { Store } from "../../src/store/store.js"
import { custom, load } from "../rules/loading.js"

export interface Replayed {
  readonly lines: string[]
  readonly summary: Summary
  readonly bad: BadLine[]
  readonly store: Store
}

export type ReplayOptions = Partial<Omit<DryRunOptions, "files" | "ruling" | "lookup">> & {
  readonly set?: readonly string[]
  readonly sources?: boolean
}

/** @param files contents by name, in the order in which they are given to the command */
export async function replay(
  table: string,
  files: Readonly<Record<string, string | Uint8Array>>,
  { set = [], sources = false, ...options }: ReplayOptions = {},
): Promise<Replayed> {
  const dir = mkdtempSync(join(tmpdir(), "adaptive-replay-"))
  try {
    const { rules, functions } = load({ "custom.lua": custom(`{ ${table} }`, "replace") })
    const paths = Object.entries(files).map(([name, content]) => {
      writeFileSync(join(dir, name), content)
      return join(dir, name)
    })
    const lines: string[] = []
    const bad: BadLine[] = []
    const { summary, store } = await dryRun(
      {
        files: paths,
        format: null,
        reorderSec: 60,
        mode: "simulate",
        ruling: { rules, ask: (id, args) => functions.call(id, args) },
        lookup: globalOptions(set),
        ...options,
      },
      {
        decision: (decision, where) => lines.push(decisionJson(decision, where, { sources })),
        match: (match, where) => lines.push(matchJson(match, where, { sources })),
        bad: (line) => bad.push({ ...line, file: line.file.slice(dir.length + 1) }),
      },
    )
    lines.push([...summaryJson(summary)].join(""))
    return { lines, summary, bad, store }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** A mainlog line; a reply beginning with 5 is permanent, "ok" a delivery, "in" a reception. */
export function mainlogLine(atMicros: number, what: string, domain = "a.test", binding = "b1"): string {
  const start = `${atMicros}@m1@b1@c1`
  if (what === "in") return `${start}@R@user@${domain}@from@sender.test@10.0.0.1@201@esmtp@g1@${binding}`
  if (what === "ok") return `${start}@D@${domain}@201@g1@${binding}@0@0.5@10.0.0.1`
  return `${start}@${what.startsWith("5") ? "P" : "T"}@${domain}@0@g1@${binding}@5@0@1.5@10.0.0.1@${what}`
}
