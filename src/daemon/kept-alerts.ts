/**
 * Alerts that wait for their mail server, in a file beside the state: they are sent
 * by the next run when this one ends, however it ends. The file is written anew a
 * moment after something else waits. A process that is killed between a delivery
 * and that moment sends an alert twice; none is lost.
 */
import { rename } from "node:fs/promises"
import type { AlertKeeper, WaitingAlert } from "../sinks/alert-queue.js"
import type { AlertMessage } from "../sinks/alerts.js"
import type { StateDirectory } from "../store/backing/state-directory.js"
import type { Log } from "./log.js"

export interface KeptAlertsOptions {
  readonly state: Pick<StateDirectory, "file" | "read" | "write" | "remove">
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
  readonly log: Log
}

export const ALERTS_FILE = "alerts"
/** A file that could not be read is kept under this name. */
const DAMAGED_FILE = "alerts.damaged"
/** Raised when the file has another form. */
const VERSION = 1
const HEAD = Buffer.from(`${JSON.stringify({ version: VERSION })}\n`)
/** Between a change and the file that tells of it. */
const PAUSE_MS = 1000
/** What a file with a checksum may hold. */
const MAX_BYTES = 64 << 20

export class KeptAlerts implements AlertKeeper {
  readonly left: readonly WaitingAlert[]
  readonly #options: KeptAlertsOptions
  readonly #ending = new AbortController()
  #waiting: () => readonly WaitingAlert[] = () => []
  /** Something else waits than the file tells. */
  #isDirty = false
  #pause: Promise<void> | null = null
  #writing: Promise<void> = Promise.resolve()
  /** A write that has not begun: it will tell all that waits by then. */
  #next: Promise<void> | null = null
  #trouble: string | null = null
  /** Lines by message: of thousands that wait few are others than a moment ago. */
  readonly #lines = new WeakMap<AlertMessage, { readonly to: readonly string[]; readonly line: Buffer }>()

  private constructor(options: KeptAlertsOptions, left: readonly WaitingAlert[]) {
    this.#options = options
    this.left = left
  }

  /** Reads what an earlier run left. What cannot be read is told and put aside: nothing else depends on it. */
  static async open(options: KeptAlertsOptions): Promise<KeptAlerts> {
    const { state, log } = options
    try {
      return new KeptAlerts(options, alertsIn(await state.read(ALERTS_FILE)))
    } catch (error) {
      const path = state.file(ALERTS_FILE)
      const { message } = error as Error
      const aside = state.file(DAMAGED_FILE)
      const isAside = await rename(path, aside).then(
        () => true,
        () => false,
      )
      log.error(
        {
          code: "E_STATE_UNUSABLE",
          hint: `what was mailed, and what was not, is not known: see the adaptive log${isAside ? `; the file is kept as ${aside}` : ""}`,
        },
        `${message.includes(path) ? message : `${path}: ${message}`}: alerts that waited for the mail server when the last run ended are not sent`,
      )
      return new KeptAlerts(options, [])
    }
  }

  /** Why the file cannot be written; null where it can, as far as is known. */
  get trouble(): string | null {
    return this.#trouble
  }

  changed(waiting: () => readonly WaitingAlert[]): void {
    this.#waiting = waiting
    this.#isDirty = true
    if (!this.#ending.signal.aborted) this.#pause ??= this.#later()
  }

  /** Settled when what waits now is on the disk, or could not be written. */
  kept(): Promise<void> {
    return (this.#isDirty ? this.#pause : null) ?? this.#writing
  }

  /** The same, at once. */
  save(): Promise<void> {
    this.#next ??= this.#writing.then(() => {
      this.#next = null
      return this.#write()
    })
    this.#writing = this.#next
    return this.#next
  }

  async close(): Promise<void> {
    this.#ending.abort()
    await this.#pause
    await this.save()
    if (!this.#isDirty) return
    this.#options.log.error(
      { code: "E_ALERT_SEND", hint: "what was not sent stands in the adaptive log" },
      `${this.#options.state.file(ALERTS_FILE)}: not written: alerts that wait are lost`,
    )
  }

  async #later(): Promise<void> {
    await this.#options.timer(PAUSE_MS, this.#ending.signal).catch(() => {})
    this.#pause = null
    await this.save()
    // One that failed is tried again.
    if (this.#isDirty && !this.#ending.signal.aborted) this.#pause ??= this.#later()
  }

  #lineOf({ message, to }: WaitingAlert): Buffer {
    const known = this.#lines.get(message)
    if (known?.to === to) return known.line
    const line = Buffer.from(`${JSON.stringify({ to, message })}\n`, "utf8")
    this.#lines.set(message, { to, line })
    return line
  }

  async #write(): Promise<void> {
    if (!this.#isDirty) return
    const { state, log } = this.#options
    this.#isDirty = false
    try {
      const waiting = this.#waiting()
      if (waiting.length === 0) await state.remove(ALERTS_FILE)
      else await state.write(ALERTS_FILE, fileOf(waiting.map((one) => this.#lineOf(one))))
      if (this.#trouble !== null) log.info({}, `${state.file(ALERTS_FILE)}: the file can be written again`)
      this.#trouble = null
    } catch (error) {
      this.#isDirty = true
      const isNews = this.#trouble === null
      this.#trouble = `cannot be written: ${(error as Error).message}`
      if (isNews)
        log.error(
          {
            code: "E_STATE_UNUSABLE",
            hint: "make room, or take away what stands in its place; it is tried again every second",
          },
          `${state.file(ALERTS_FILE)}: ${this.#trouble}: alerts that wait would be lost with this process`,
        )
    }
  }
}

/** The file: a line with its version, then a line for each alert. */
function fileOf(lines: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([HEAD, ...lines])
  if (bytes.length > MAX_BYTES) throw new Error(`alerts of ${bytes.length} bytes are too many to keep`)
  return bytes
}

/** @throws Error for what is not of this form; whole it is, as its checksum says */
function alertsIn(bytes: Buffer | null): readonly WaitingAlert[] {
  if (bytes === null) return []
  if (!bytes.subarray(0, HEAD.length).equals(HEAD))
    throw new Error(`the file is of another version; this program reads version ${VERSION}`)
  const lines = bytes.toString("utf8", HEAD.length).split("\n").slice(0, -1)
  return lines.map((line) => JSON.parse(line) as WaitingAlert)
}
