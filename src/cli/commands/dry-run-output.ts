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
import { CODES, type Code } from "../../errors.js"
import type { PairTable } from "../../model/pair-table.js"
import type { DryRunListener } from "../../replay/dry-run.js"
import { oneLine } from "../../report/findings.js"
import { plural } from "../../report/words.js"
import { openSinks } from "../../sinks/open.js"
import type { Sink } from "../../sinks/sink.js"
import { type Context, UsageError } from "../context.js"
import { readAlertServer } from "../host-port.js"
import type { Progress } from "../progress.js"

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

/** What the output is of. */
interface Replayed {
  readonly configuration: Configuration
  readonly pairs: PairTable
  readonly progress: Progress
}

export class DryRunOutput {
  readonly #sink: Sink
  readonly #groupOf: (pair: number) => string
  /** Called at the end; false when something is not there that should be. */
  readonly #conclude: () => boolean

  constructor(sink: Sink, groupOf: (pair: number) => string, conclude: () => boolean) {
    this.#sink = sink
    this.#groupOf = groupOf
    this.#conclude = conclude
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
    return this.#conclude()
  }
}

/**
 * What `--out` and `--alert-smtp` ask for.
 * @throws UsageError
 */
export async function beginOutput(
  context: Context,
  options: OutputOptions,
  { configuration, pairs, progress }: Replayed,
): Promise<DryRunOutput | null> {
  const { out, alertSmtp, nodeName } = options
  if (out === undefined && alertSmtp === undefined) return null
  const { isAlerting } = configuration
  const server = readAlertServer(options, isAlerting)
  if (out !== undefined) makeDirectory(out)
  const { log, jlog } = readOutputSettings(configuration)
  let hasFailed = false
  const tell = ({ code, message, hint }: { code: Code; message: string; hint: string }): void => {
    const { severity } = CODES[code]
    hasFailed ||= severity === "error"
    progress.clear()
    const paint = severity === "error" ? context.errStyle.red : context.errStyle.yellow
    context.err(`${paint(`${severity}[${code}]`)}: ${oneLine(message)}\n  hint: ${hint}`)
  }
  const settings = new Settings(configuration)
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
    settings,
    tell,
  })
  const groupOf = (pair: number): string => configuration.groupOf(pairs, pairs.bindingOf(pair))
  const addressed = { yes: 0, no: 0 }
  const counting: Sink = {
    ...sink,
    decision(decision, group) {
      if (decision.alerts.length > 0) {
        const { addresses } = settings.of({ ...decision, group }).alertDestination
        addressed[addresses.length > 0 ? "yes" : "no"] += decision.alerts.length
      }
      sink.decision(decision, group)
    },
  }
  return new DryRunOutput(server === null ? sink : counting, groupOf, () => {
    if (server !== null && addressed.yes === 0 && addressed.no > 0)
      tell({
        code: "E_ALERT_NOBODY",
        message: `--alert-smtp ${alertSmtp}: ${plural(addressed.no, "alert is", "alerts are")} for nobody: none is sent`,
        hint: "name who is to have them: adaptive_alert_email_destination, in the configuration or with --set",
      })
    return !hasFailed
  })
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
