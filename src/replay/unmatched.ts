/**
 * The commonest failures that no rule matched, in bounded memory: texts that
 * differ only in addresses, ids and numbers are one, and of too many different
 * ones the rare are let go. Knows texts, not rules.
 */
import { compareText } from "../model/compare.js"
import { maskedText } from "./mask.js"

/** Texts kept apart; beyond it, the rarest half goes. */
const MAX_TEXTS = 4096
/** Domains told apart for one text. */
const MAX_DOMAINS = 1000

interface Entry {
  count: number
  readonly domains: Set<string>
}

export interface UnmatchedText {
  readonly text: string
  readonly count: number
  readonly domains: number
}

export class UnmatchedTexts {
  #failures = 0
  readonly #entries = new Map<string, Entry>()

  get failures(): number {
    return this.#failures
  }

  add(response: string, domain: string): void {
    this.#failures++
    const text = maskedText(response)
    let entry = this.#entries.get(text)
    if (entry === undefined) {
      if (this.#entries.size >= MAX_TEXTS) this.#letGoOfRare()
      entry = { count: 0, domains: new Set() }
      this.#entries.set(text, entry)
    }
    entry.count++
    if (entry.domains.size < MAX_DOMAINS) entry.domains.add(domain)
  }

  /** The commonest, most first; equally common ones by text. */
  top(most: number): UnmatchedText[] {
    return [...this.#entries]
      .sort(([a, one], [b, other]) => other.count - one.count || compareText(a, b))
      .slice(0, most)
      .map(([text, { count, domains }]) => ({ text, count, domains: domains.size }))
  }

  #letGoOfRare(): void {
    const counts = Array.from(this.#entries.values(), ({ count }) => count).sort((a, b) => a - b)
    const median = counts[counts.length >> 1] as number
    for (const [text, { count }] of this.#entries) if (count <= median) this.#entries.delete(text)
  }
}
