/**
 * Where decisions of a daemon go: logs, records, alerts, as the configuration has
 * them at that time. When it changes, what was taken before still goes where it was
 * to go, and alerts that wait for their server go on waiting.
 */
import type { Configuration } from "../config/configuration.js"
import { NOWHERE } from "../config/lookup.js"
import { readOutputSettings } from "../config/output-settings.js"
import { Settings } from "../config/settings.js"
import { CODES } from "../errors.js"
import type { Decision } from "../model/decision.js"
import { plural } from "../report/words.js"
import { AdaptiveLog } from "../sinks/adaptive-log.js"
import type { AlertQueue } from "../sinks/alert-queue.js"
import { Alerts } from "../sinks/alerts.js"
import { Jlog } from "../sinks/jlog.js"
import { LineFiles } from "../sinks/line-files.js"
import { openQueue } from "../sinks/open.js"
import type { Sink, TellFault } from "../sinks/sink.js"
import { ALERTS_FILE, KeptAlerts, type KeptAlertsOptions } from "./kept-alerts.js"

export interface OutputOptions extends KeptAlertsOptions {
  /** As alerts name it. */
  readonly host: string
  /** Alerts are mailed to this server; null: nowhere. */
  readonly alertServer: { readonly host: string; readonly port: number } | null
  /** Where logs are kept when the configuration does not say; null: where it says by itself. */
  readonly logDirectory: string | null
}

const MAX_WAITING_ALERTS = 10_000
/** A disk under the logs that hangs must not keep the state from being written. */
const MAX_KEEP_MS = 5000
/** Of files that cannot be written, or can again. */
const MAX_TOLD = 10

export class Outputs implements Sink {
  readonly #options: OutputOptions
  readonly #tell: TellFault
  readonly #lines: LineFiles
  readonly #records: LineFiles
  readonly #kept: KeptAlerts
  readonly #queue: AlertQueue | null
  #log: AdaptiveLog | null = null
  #jlog: Jlog | null = null
  #alerts: Alerts | null = null
  /** Cursors of records whose settings have changed since. */
  #past: Promise<unknown> = Promise.resolve()
  #isAlerting = true
  /** The next time that all is written; null while nobody waits for it. */
  #written: { readonly done: Promise<void>; readonly tell: () => void } | null = null
  /** That, and alerts that are kept by then. */
  #both: { readonly alerts: Promise<void>; readonly done: Promise<void> } | null = null

  private constructor(options: OutputOptions, tell: TellFault, kept: KeptAlerts, queue: AlertQueue | null) {
    this.#options = options
    this.#tell = tell
    this.#lines = new LineFiles("line", tell)
    this.#records = new LineFiles("record", tell)
    this.#kept = kept
    this.#queue = queue
  }

  /** What an earlier run left unsent is on its way then. */
  static async open(options: OutputOptions, configuration: Configuration): Promise<Outputs> {
    const { alertServer, host, timer, log } = options
    const tell: TellFault = ({ code, message, hint }) =>
      log[CODES[code].severity === "error" ? "error" : "warn"]({ code, hint }, message)
    const kept = await KeptAlerts.open(options)
    const left = plural(kept.left.length, "alert")
    if (kept.left.length > 0)
      if (alertServer !== null) log.info({}, `${left} of the run before: to be sent now`)
      else
        log.warn(
          { hint: "give --alert-smtp to have them sent, or remove the file" },
          `${options.state.file(ALERTS_FILE)}: ${left} of the run before, and no mail server to send to`,
        )
    const queue =
      alertServer === null
        ? null
        : await openQueue(alertServer, host, {
            timer,
            maxWaiting: MAX_WAITING_ALERTS,
            maxTries: null,
            keeper: kept,
            tell,
          })
    const outputs = new Outputs(options, tell, kept, queue)
    outputs.reconfigure(configuration)
    return outputs
  }

  /** Goes by another configuration, or by the same one with other options. */
  reconfigure(configuration: Configuration): void {
    const { host, logDirectory } = this.#options
    const settings = new Settings(configuration)
    const { log, jlog } = readOutputSettings(configuration)
    const isNamed = configuration.lookup(NOWHERE, "log_base") !== null
    const { isAlerting } = configuration
    if (this.#jlog !== null) this.#past = Promise.all([this.#past, this.#jlog.makeCursors()])
    this.#tellWhetherAlerting(isAlerting)
    this.#alerts =
      this.#queue === null || !isAlerting
        ? null
        : new Alerts({ host, settings, takers: [this.#queue], tell: this.#tell })
    this.#log =
      log === null
        ? null
        : new AdaptiveLog(
            isNamed ? log : { ...log, directory: logDirectory ?? log.directory },
            this.#alerts?.hostOf ?? (() => null),
            this.#lines,
          )
    this.#jlog = jlog === null ? null : new Jlog(jlog, this.#records, this.#tell)
  }

  decision(decision: Decision, group: string): void {
    this.#log?.decision(decision, group)
    this.#jlog?.decision(decision)
    this.#alerts?.decision(decision, group)
  }

  /**
   * Settled when what was taken so far outlives the process, or could not be written; that is about every second.
   * Whoever asks before then is given the same.
   */
  kept(): Promise<void> {
    const alerts = this.#kept.kept()
    if (this.#both?.alerts === alerts) return this.#both.done
    this.#written ??= nextTime()
    const done = Promise.all([this.#written.done, alerts]).then(() => {})
    this.#both = { alerts, done }
    return done
  }

  /** The same, at once; logs are not waited for without end. */
  async keep(): Promise<void> {
    const done = new AbortController()
    const late = this.#options.timer(MAX_KEEP_MS, done.signal).catch(() => {})
    await Promise.all([Promise.race([this.flush(), late]), this.#kept.save()])
    done.abort()
  }

  /** Writes logs and records, as far as that can be done now. Alerts take their time by themselves. */
  async flush(): Promise<void> {
    const before = this.#troubles()
    const written = this.#written
    this.#written = null
    this.#both = null
    await this.#jlog?.makeCursors()
    await Promise.all([this.#lines.flush(), this.#records.flush()])
    const now = this.#troubles()
    const mended = [...before.keys()].filter((path) => !now.has(path))
    for (const path of mended.slice(0, MAX_TOLD))
      this.#options.log.info({ path }, "the file can be written again")
    written?.tell()
  }

  /** Why something is not written or sent; nothing where all is. */
  get alarms(): readonly string[] {
    const files = Array.from(this.#troubles(), ([path, trouble]) => `${path}: ${trouble}`)
    const more = files.length - MAX_TOLD
    const alerts = this.#queue?.trouble ?? null
    const kept = this.#kept.trouble
    return [
      ...files.slice(0, MAX_TOLD),
      ...(more > 0 ? [`${more} more files cannot be written`] : []),
      ...(kept === null ? [] : [`${this.#options.state.file(ALERTS_FILE)}: ${kept}`]),
      ...(alerts === null ? [] : [alerts]),
    ]
  }

  async close(): Promise<void> {
    await Promise.all([this.#past, this.#jlog?.makeCursors()])
    await Promise.all([this.#lines.close(), this.#records.close(), this.#queue?.close()])
    await this.#kept.close()
  }

  #troubles(): ReadonlyMap<string, string> {
    return new Map([...this.#lines.troubles, ...this.#records.troubles])
  }

  #tellWhetherAlerting(isAlerting: boolean): void {
    const { alertServer } = this.#options
    if (alertServer !== null && this.#isAlerting && !isAlerting)
      this.#tell({
        code: "E_ALERT_NOBODY",
        message: `${alertServer.host}:${alertServer.port}: no alert is sent there: the configuration has no alerting stanza`,
        hint: "write alerting { } there, or leave --alert-smtp out",
      })
    this.#isAlerting = isAlerting
  }
}

function nextTime(): { readonly done: Promise<void>; readonly tell: () => void } {
  let tell = (): void => {}
  const done = new Promise<void>((resolve) => {
    tell = resolve
  })
  return { done, tell }
}
