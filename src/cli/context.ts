/**
 * What every command needs: where to write, how to end, which rules to load.
 * Results go to stdout, diagnostics to stderr. Source: cli.md, conventions.
 */
import type { Diagnostic } from "../model/diagnostic.js"
import type { RuleSource } from "../reload/source.js"
import { renderFinding } from "../report/findings.js"
import { makeStyle, type Style } from "../report/style.js"

/** Exit codes. Source: cli.md. */
export const EXIT = { ok: 0, no: 1, usage: 2, warnings: 3 } as const

/** Wrong usage or unreadable input: told on stderr, exit 2. */
export class UsageError extends Error {
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

export interface Context {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  readonly outStyle: Style
  readonly errStyle: Style
  /** From now on there is more to do than to print: the command goes on when nobody reads it any longer. */
  goOnUnread(): void
  /** Nobody reads standard output any longer. */
  isUnread(): boolean
}

export function makeContext(): Context {
  const colours = (stream: NodeJS.WriteStream): boolean =>
    stream.isTTY === true && (process.env.NO_COLOR ?? "") === ""
  let goesOn = false
  let isUnread = false
  process.stdout.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    // The reader of a pipe may leave early (`adaptive … | head`): nothing to tell it then.
    isUnread = code === "EPIPE"
    if (isUnread && goesOn) return
    if (isUnread) process.exit(EXIT.ok)
    process.stderr.write(
      `adaptive: standard output cannot be written: ${message}: the command ends here\n  hint: make room, or write to another place\n`,
    )
    process.exit(EXIT.usage)
  })
  // There is nowhere left to tell it.
  process.stderr.on("error", () => {})
  return {
    goOnUnread() {
      goesOn = true
    },
    isUnread: () => isUnread,
    out: (text) => void (isUnread || process.stdout.write(`${text}\n`)),
    err: (text) => void process.stderr.write(`${text}\n`),
    outStyle: makeStyle(colours(process.stdout)),
    errStyle: makeStyle(colours(process.stderr)),
  }
}

/** Input that cannot be used; what is wrong with it has been told. */
export class Refused extends Error {
  constructor(readonly exitCode: number) {
    super("the input is refused")
  }
}

/** Prints findings with the lines they are about. */
export function printFindings(
  context: Context,
  findings: readonly Diagnostic[],
  { sources }: { readonly sources: readonly RuleSource[] },
): void {
  const bytesOf = new Map(sources.map(({ file, bytes }) => [file, bytes]))
  for (const finding of findings)
    context.err(renderFinding(finding, (file) => bytesOf.get(file), context.errStyle))
}
