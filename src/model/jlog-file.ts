/**
 * The option `jlog_file`: where records of changes go, and who reads them.
 * Source: configuration.md section 3; seed "adaptive", jlog_file.
 */

export interface JlogFile {
  readonly path: string
  /** Each has a position of its own in the records. */
  readonly subscribers: readonly string[]
}

/** What to write, for hints. */
export const JLOG_FORM =
  '"jlog:///PATH=>SUBSCRIBER" or "jlog:///PATH?subscribers=ONE,OTHER", subscribers of letters, digits, "_", "." and "-"'

/** A name becomes part of a file name: it must not lead anywhere else. */
const SUBSCRIBER = /^\w[\w.-]{0,99}$/

/** Null for what is of neither form, or names no file, no subscriber, or one of them twice. */
export function parseJlogFile(text: string): JlogFile | null {
  const match = /^jlog:\/\/(\/[^\p{Cc}?>]*?)(?:=>|\?subscribers=)([^=>?]*)$/u.exec(text.trim())
  const [, path = "/", names = ""] = match ?? []
  const subscribers = names.split(",").map((name) => name.trim())
  const isUsable =
    !path.endsWith("/") &&
    new Set(subscribers).size === subscribers.length &&
    subscribers.every((name) => SUBSCRIBER.test(name))
  return isUsable ? { path, subscribers } : null
}
