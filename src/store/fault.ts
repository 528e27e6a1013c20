/** What a store refuses: a code, what was seen, and what to write instead. Nothing has been changed then. */
import type { Code } from "../errors.js"

export class StoreFault extends Error {
  constructor(
    readonly code: Extract<
      Code,
      `E_${"SERIES" | "THROTTLE" | "GAUGE" | "AUDIT" | "SNAPSHOT" | "JOURNAL" | "STATE"}_${string}`
    >,
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

const MAX_SHOWN = 60

/** A text for a message: on one line, and short. */
export function shown(text: unknown): string {
  if (typeof text !== "string") return String(text)
  return JSON.stringify(text.length > MAX_SHOWN ? `${text.slice(0, MAX_SHOWN)}…` : text)
}

const MAX_KEY = 1024

/** Why a text cannot be a name or key; null when it can. `@` and `:` are as good as any other character. */
export function keyFault(key: string): string | null {
  if (key === "") return "is empty"
  if (key.length > MAX_KEY) return `has ${key.length} characters`
  return key.includes("\0") ? "holds a zero byte" : null
}

export const KEY_FORM = `write 1 to ${MAX_KEY} characters without zero bytes`
