/** Bad lines of traffic on their way to the terminal: the first of each file, the others by number. */
import { CODES, type Code } from "../errors.js"
import type { BadLine } from "../ingest/collector.js"
import { oneLine } from "../report/findings.js"
import type { Context } from "./context.js"
import type { Progress } from "./progress.js"

const BAD_LINE = "E_TRAFFIC_LINE" satisfies Code

/** Bad lines told one by one, of each file, unless all are wanted. */
const MAX_BAD_LINES = 10

export class BadLines {
  readonly #context: Context
  readonly #progress: Progress
  readonly #all: boolean
  readonly #counts = new Map<string, number>()
  /** What came before `begin`; null from then on. */
  #early: BadLine[] | null = []

  constructor(context: Context, progress: Progress, all: boolean) {
    this.#context = context
    this.#progress = progress
    this.#all = all
  }

  add(line: BadLine): void {
    const { file } = line
    const count = (this.#counts.get(file) ?? 0) + 1
    this.#counts.set(file, count)
    if (!this.#all && count > MAX_BAD_LINES) return
    if (this.#early === null) this.#tell(line)
    else this.#early.push(line)
  }

  begin(): void {
    const early = this.#early ?? []
    this.#early = null
    for (const line of early) this.#tell(line)
  }

  #tell({ file, line, column, reason }: BadLine): void {
    this.#progress.clear()
    const { bold, yellow } = this.#context.errStyle
    const place = bold(`${oneLine(file)}:${line}:${column ?? 1}:`)
    this.#context.err(
      `${place} ${yellow(`${CODES[BAD_LINE].severity}[${BAD_LINE}]`)}: ${oneLine(reason)}: the line is left out`,
    )
  }

  end(): void {
    for (const [file, count] of this.#counts) {
      if (this.#all || count <= MAX_BAD_LINES) continue
      this.#context.err(
        `${oneLine(file)}: ${count - MAX_BAD_LINES} more lines like these are left out (--all-bad tells each)`,
      )
    }
  }
}
