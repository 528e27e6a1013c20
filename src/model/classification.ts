/**
 * How replies are sorted into bounce classes, as plain data: what a
 * classification file compiles to and what crosses threads. Keeps out how a
 * text is held against it (room `classify`).
 * Source: receivers.md, "Bounce classification"; traffic-formats.md section 7.
 */

/** A category of replies and the class it counts as. */
export interface ClassDefinition {
  /** The category, e.g. "mailbox-full". */
  readonly label: string
  /** Momentum's number, or one of the operator's own. */
  readonly code: number
  /** Name of a class of one's own; null: Momentum's, the configuration's, or the label. */
  readonly name: string | null
  /** What such a reply means, in a sentence. */
  readonly description: string
}

/** Both ends included. */
export type NumberRange = readonly [first: number, last: number]

/** A reply code, an enhanced code or both; null where any will do. */
export interface CodeTest {
  readonly reply: NumberRange | null
  /** Null: the entry asks for no enhanced code. */
  readonly status: {
    /** First digit; null: any. */
    readonly kind: number | null
    readonly subject: NumberRange
    readonly detail: NumberRange
  } | null
}

/** One line of a classification: what must be found, and the category then. */
export interface ClassEntry {
  readonly label: string
  /** A number in place of that of the category. */
  readonly code: number | null
  /** Reply codes the entry is limited to; empty: all. */
  readonly reply: readonly NumberRange[]
  /** Folded texts that are looked for at the beginning of a word. */
  readonly markers: readonly string[]
  /** PCRE for folded texts. */
  readonly patterns: readonly string[]
  readonly codes: readonly CodeTest[]
}

export interface ClassificationData {
  readonly classes: readonly ClassDefinition[]
  /** By domain, or by `mx:` and a suffix of the MX host. */
  readonly overrides: readonly (readonly [string, readonly ClassEntry[]])[]
  readonly providers: readonly (readonly [string, readonly ClassEntry[]])[]
  /** Keys of `providers` that share the entries of another key. */
  readonly aliases: readonly (readonly [string, string])[]
  readonly general: readonly ClassEntry[]
}

/** What a reply was found to be. */
export interface BounceVerdict {
  readonly code: number
  readonly name: string
  readonly label: string
}

/** What tells of a reply, with its class. */
export interface Classified {
  readonly bounceClass: BounceVerdict
}

/** Accents, case and typographic apostrophes taken off: what texts are compared by. */
export function foldText(text: string): string {
  const lower = text.toLowerCase()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  if (/^[\x00-\x7f]*$/.test(lower)) return lower
  // Taken apart first: a Greek accent by itself becomes the one that stands for an apostrophe.
  return lower
    .normalize("NFD")
    .replace(/[\u0300-\u036f]/g, "")
    .replace(/[\u2018\u2019\u00b4]/g, "'")
}
