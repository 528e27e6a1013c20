/** Collects what is wrong with a configuration: all of it, up to a number nobody reads to the end. */
import { CODES, type Code } from "../../errors.js"
import { byPlace, type Diagnostic, diagnostic } from "../../model/diagnostic.js"
import type { ConfSource } from "./conf-source.js"

/** So many errors are told, and so many findings that are none. Source: configuration.md section 5. */
const MAX_TOLD = 100

/** A name may have megabytes. */
const MAX_MESSAGE = 600

interface Where {
  readonly source: ConfSource
  readonly at: number
}

/** What becomes of a configuration with an error, for hints. */
export const NOT_USED = "the configuration is not used while it has errors"

export class ConfReport {
  readonly findings: Diagnostic[] = []
  #errors = 0
  #others = 0
  #firstUntold: Where | null = null

  add(code: Code, where: Where, message: string, hint: string): void {
    const nth = CODES[code].severity === "error" ? ++this.#errors : ++this.#others
    if (nth > MAX_TOLD) this.#firstUntold ??= where
    else this.#tell(code, where, message, hint)
  }

  /** One more error would not be told: its message need not be worked out. */
  get isFull(): boolean {
    return this.#errors >= MAX_TOLD
  }

  /** All findings by file, in order of reading, and by place. */
  sorted(sources: readonly ConfSource[]): readonly Diagnostic[] {
    const order = new Map(sources.map(({ file }, index) => [file, index]))
    const rank = ({ file }: Diagnostic): number => order.get(file) ?? -1
    return this.findings.toSorted((a, b) => rank(a) - rank(b) || byPlace(a, b))
  }

  /** Says how much was not told. */
  end(): void {
    if (this.#firstUntold === null) return
    const untold = [more(this.#errors, "error"), more(this.#others, "warning")].filter((text) => text !== "")
    this.#tell(
      "E_CONF_TOO_MANY",
      this.#firstUntold,
      `${untold.join(" and ")}, beginning here, are not told`,
      `mend what is told, then check again`,
    )
  }

  #tell(code: Code, { source, at }: Where, text: string, hint: string): void {
    const message = text.length <= MAX_MESSAGE ? text : `${text.slice(0, MAX_MESSAGE)}…`
    const finding = diagnostic(code, source.placeAt(at), message, hint)
    this.findings.push(
      source.includedFrom.length === 0
        ? finding
        : Object.freeze({ ...finding, includedFrom: source.includedFrom }),
    )
  }
}

function more(count: number, kind: string): string {
  return count <= MAX_TOLD ? "" : `${count - MAX_TOLD} more ${kind}s`
}
