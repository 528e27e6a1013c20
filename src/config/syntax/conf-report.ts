/** Collects what is wrong with a configuration: all of it, up to a number nobody reads to the end. */
import { CODES, type Code } from "../../errors.js"
import { byPlace, type Diagnostic, diagnostic } from "../../model/diagnostic.js"
import type { ConfSource } from "./conf-source.js"

/** Source: configuration.md section 5. */
const MAX_ERRORS = 100

export class ConfReport {
  readonly findings: Diagnostic[] = []
  #errors = 0
  #untold = 0
  #last: { readonly source: ConfSource; readonly at: number } | null = null

  add(
    code: Code,
    where: { readonly source: ConfSource; readonly at: number },
    message: string,
    hint: string,
  ): void {
    if (CODES[code].severity === "error" && ++this.#errors > MAX_ERRORS) {
      this.#untold++
      this.#last ??= where
      return
    }
    const { source, at } = where
    const finding = diagnostic(code, source.placeAt(at), message, hint)
    this.findings.push(
      source.includedFrom.length === 0
        ? finding
        : Object.freeze({ ...finding, includedFrom: source.includedFrom }),
    )
  }

  /** All findings by file, in order of reading, and by place. */
  sorted(sources: readonly ConfSource[]): readonly Diagnostic[] {
    const order = new Map(sources.map(({ file }, index) => [file, index]))
    const rank = ({ file }: Diagnostic): number => order.get(file) ?? -1
    return this.findings.toSorted((a, b) => rank(a) - rank(b) || byPlace(a, b))
  }

  /** Says how much was not told. */
  end(): void {
    if (this.#last === null) return
    const { source, at } = this.#last
    this.findings.push(
      diagnostic(
        "E_CONF_TOO_MANY",
        source.placeAt(at),
        `${this.#untold} more errors from here on are not told`,
        `mend the first ${MAX_ERRORS}, then check again`,
      ),
    )
  }
}
