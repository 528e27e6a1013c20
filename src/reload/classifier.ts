/**
 * The classification that scripts have built so far, for scripts that ask while
 * they load. Compiled at the first question, and again when more was added.
 */
import { type Classification, Classifier } from "../classify/classifier.js"
import type { Diagnostic } from "../model/diagnostic.js"
import type { RawClassification } from "../model/raw.js"
import { compileClassification } from "../rules/classification.js"

export class ClassifierOfScripts {
  /** Of the scripts alone. */
  readonly own: RawClassification[] = []
  readonly #makeBase: () => readonly RawClassification[]
  #base: readonly RawClassification[] | null = null
  #classifier: Classifier | null = null

  /** @param base what the scripts add to, where it does not register itself; asked for at the first question */
  constructor(base: () => readonly RawClassification[] = () => []) {
    this.#makeBase = base
  }

  get all(): readonly RawClassification[] {
    this.#base ??= this.#makeBase()
    return [...this.#base, ...this.own]
  }

  add(classification: RawClassification): void {
    this.own.push(classification)
    this.#classifier = null
  }

  /** Findings about what was added last, for whoever shows them at once. */
  findingsOfLast(): readonly Diagnostic[] {
    const { all } = this
    const before = compileClassification(all.slice(0, -1)).findings
    return compileClassification(all).findings.slice(before.length)
  }

  classify(text: string, domain: string | null): Classification {
    this.#classifier ??= new Classifier(compileClassification(this.all).data)
    return this.#classifier.classify(text, domain)
  }
}
