/** A configuration file as a tree, before anything is known of its names. */
import type { ConfSource } from "./conf-source.js"

/** Something at a place of a file. */
interface Node {
  readonly source: ConfSource
  readonly at: number
}

export interface Scalar extends Node {
  readonly kind: "scalar"
  readonly text: string
  readonly isQuoted: boolean
}

export interface List extends Node {
  readonly kind: "list"
  readonly elements: readonly Value[]
}

export interface Dictionary extends Node {
  readonly kind: "dictionary"
  readonly entries: readonly { readonly key: Scalar; readonly value: Value }[]
}

export type Value = Scalar | List | Dictionary

export interface Assignment extends Node {
  readonly kind: "assignment"
  readonly name: string
  readonly value: Value
}

export interface Stanza extends Node {
  readonly kind: "stanza"
  readonly name: string
  readonly argument: Scalar | null
  readonly items: readonly Item[]
}

export interface Include extends Node {
  readonly kind: "include"
  readonly path: Scalar
}

export type Item = Assignment | Stanza | Include

/** A value as an operator might have written it on one line. */
export function valueText(value: Value): string {
  switch (value.kind) {
    case "scalar":
      return value.text
    case "list":
      return `(${value.elements.map(quotedText).join(" ")})`
    case "dictionary":
      return `[${value.entries.map(({ key, value }) => `${key.text} = ${quotedText(value)}`).join(" ")}]`
  }
}

function quotedText(value: Value): string {
  const text = valueText(value)
  if (value.kind !== "scalar" || !value.isQuoted) return text
  // Backslashes that escape nothing stay as they are.
  return `"${text.replace(/"|\\(?=["\\]|$)/g, "\\$&")}"`
}

/** The elements of a list; a scalar serves as a list of one. */
export function elementsOf(value: Value): readonly Value[] {
  return value.kind === "list" ? value.elements : [value]
}
