/**
 * Collects findings while rules are compiled, and knows which domain and rule
 * they are about, so that the code that finds something only says what it saw.
 */
import type { Code } from "../errors.js"
import { type Diagnostic, diagnostic, type Place } from "../model/diagnostic.js"

export class Report {
  readonly #findings: Diagnostic[]
  readonly #fallback: Place
  readonly #about: { domain?: string; rule?: number }

  constructor(fallback: Place, findings: Diagnostic[] = [], about: { domain?: string; rule?: number } = {}) {
    this.#fallback = fallback
    this.#findings = findings
    this.#about = about
  }

  get findings(): readonly Diagnostic[] {
    return this.#findings
  }

  /** The place findings fall back to. */
  get place(): Place {
    return this.#fallback
  }

  add(code: Code, place: Place | null, message: string, hint: string): void {
    this.#findings.push(diagnostic(code, place ?? this.#fallback, message, hint, this.#about))
  }

  /** The same collection, with another place to fall back to. */
  at(place: Place): Report {
    return new Report(place, this.#findings, this.#about)
  }

  /** The same collection, speaking of one domain, or one rule of it, from now on. */
  about(domain: string, place: Place | null, rule?: number): Report {
    const about = rule === undefined ? { domain } : { domain, rule }
    return new Report(place ?? this.#fallback, this.#findings, about)
  }
}
