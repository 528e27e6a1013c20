/**
 * The commonest failures that no rule matched, in bounded memory: texts that
 * differ only in addresses, ids and numbers are one, and of too many different
 * ones the rare are let go. Knows texts, not rules.
 */
import { compareText } from "../model/compare.js"
import { maskedHash, maskedText } from "./mask.js"

/** Texts kept apart; beyond it, the rarest half goes. */
const MAX_TEXTS = 4096
/** Domains told apart for one text. */
const MAX_DOMAINS = 1000

interface Entry {
  readonly text: string
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
  /** By masked hash. */
  readonly #entries = new Map<number, Entry>()

  get failures(): number {
    return this.#failures
  }

  add(response: string, domain: string): void {
    this.#failures++
    const hash = maskedHash(response)
    let entry = this.#entries.get(hash)
    if (entry === undefined) {
      if (this.#entries.size >= MAX_TEXTS) this.#letGoOfRare()
      entry = { text: maskedText(response), count: 0, domains: new Set() }
      this.#entries.set(hash, entry)
    }
    entry.count++
    if (entry.domains.size < MAX_DOMAINS) entry.domains.add(domain)
  }

  /** The commonest, most first; equally common ones by text. */
  top(most: number): UnmatchedText[] {
    return [...this.#entries.values()]
      .sort((a, b) => b.count - a.count || compareText(a.text, b.text))
      .slice(0, most)
      .map(({ text, count, domains }) => ({ text, count, domains: domains.size }))
  }

  #letGoOfRare(): void {
    const counts = Array.from(this.#entries.values(), ({ count }) => count).sort((a, b) => a - b)
    const median = counts[counts.length >> 1] as number
    for (const [hash, { count }] of this.#entries) if (count <= median) this.#entries.delete(hash)
  }
}
