/**
 * What a dry-run would have logged and mailed: written below a directory of its
 * own, whatever paths the configuration names, and sent where that is asked for.
 * The bytes depend on the traffic, the rules and the configuration only.
 */
import { mkdirSync, readdirSync } from "node:fs"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import type { Configuration } from "../../config/configuration.js"
import { readOutputSettings } from "../../config/output-settings.js"
import { Settings } from "../../config/settings.js"
import { CODES } from "../../errors.js"
import type { PairTable } from "../../model/pair-table.js"
import type { DryRunListener } from "../../replay/dry-run.js"
import { oneLine } from "../../report/findings.js"
import { openSinks } from "../../sinks/open.js"
import type { Sink, TellFault } from "../../sinks/sink.js"
import { type Context, UsageError } from "../context.js"

export interface OutputOptions {
  /** A directory that is not there yet, or empty. */
  readonly out?: string
  readonly alertSmtp?: string
  /** As alerts name it. */
  readonly nodeName?: string
  readonly config?: string
}

/** Without a name of its own a node is not asked for one: the same input gives the same bytes. */
const NO_NAME = "localhost"
/** More than one piece of traffic can bring about; the replay waits after each. */
const MAX_WAITING_ALERTS = 1_000_000
/** A few seconds of pauses: whoever waits for a replay looks after the server himself. */
const MAX_TRIES = 4

export class DryRunOutput {
  readonly #sink: Sink
  readonly #groupOf: (pair: number) => string
  /** Whether all could be written and sent. */
  readonly #hasFailed: () => boolean

  constructor(sink: Sink, groupOf: (pair: number) => string, hasFailed: () => boolean) {
    this.#sink = sink
    this.#groupOf = groupOf
    this.#hasFailed = hasFailed
  }

  /** A listener that has the decisions written too. */
  with(listener: DryRunListener): DryRunListener {
    return {
      ...listener,
      decision: (decision, where) => {
        listener.decision?.(decision, where)
        this.#sink.decision(decision, this.#groupOf(decision.pair))
      },
      pause: async (progress) => {
        await listener.pause?.(progress)
        await this.#sink.flush()
      },
    }
  }

  /** @returns false when something is not there that should be */
  async end(): Promise<boolean> {
    await this.#sink.flush()
    await this.#sink.close()
    return !this.#hasFailed()
  }
}

/**
 * What `--out` and `--alert-smtp` ask for.
 * @throws UsageError
 */
export async function beginOutput(
  context: Context,
  { out, alertSmtp, nodeName, config }: OutputOptions,
  configuration: Configuration,
  pairs: PairTable,
): Promise<DryRunOutput | null> {
  if (out === undefined && alertSmtp === undefined) return null
  const server = alertSmtp === undefined ? null : readServer(alertSmtp)
  if (out !== undefined) makeDirectory(out)
  const { log, jlog } = readOutputSettings(configuration)
  // A configuration from a file without that module mails nothing.
  const isAlerting = config === undefined || configuration.module("alerting") !== null
  let hasFailed = false
  const tell: TellFault = ({ code, message, hint }) => {
    const { severity } = CODES[code]
    hasFailed ||= severity === "error"
    const paint = severity === "error" ? context.errStyle.red : context.errStyle.yellow
    context.err(`${paint(`${severity}[${code}]`)}: ${oneLine(message)}\n  hint: ${hint}`)
  }
  const sink = await openSinks({
    log: log === null || out === undefined ? null : { ...log, directory: out },
    jlog: jlog === null || out === undefined ? null : { ...jlog, path: join(out, "adaptive.jlog") },
    alerts: isAlerting
      ? {
          host: nodeName ?? NO_NAME,
          server,
          queue: {
            timer: (ms, signal) => wait(ms, undefined, { signal }),
            maxWaiting: MAX_WAITING_ALERTS,
            maxTries: MAX_TRIES,
          },
          directory: out === undefined ? null : join(out, "alerts"),
        }
      : null,
    settings: new Settings(configuration),
    tell,
  })
  const groupOf = (pair: number): string => configuration.groupOf(pairs, pairs.bindingOf(pair))
  return new DryRunOutput(sink, groupOf, () => hasFailed)
}

/** Lines are added to files: what an earlier run left would be mixed with them. */
function makeDirectory(path: string): void {
  let names: readonly string[]
  try {
    mkdirSync(path, { recursive: true })
    names = readdirSync(path)
  } catch (error) {
    throw new UsageError(
      `--out ${path} cannot be made or read: ${(error as Error).message}`,
      "name a directory that may be made",
    )
  }
  if (names.length > 0)
    throw new UsageError(
      `--out ${path} is not empty`,
      "name a directory that is empty or not there: nothing is overwritten",
    )
}

function readServer(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/.exec(text)
  const port = Number(match?.[3])
  const host = match?.[1] ?? match?.[2]
  if (host === undefined || port < 1 || port > 65_535)
    throw new UsageError(
      `--alert-smtp "${text}" is no server`,
      "write HOST:PORT, e.g. localhost:25 or [::1]:25",
    )
  return { host, port }
}
