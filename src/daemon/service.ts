/**
 * A daemon with its doors: HTTP, the control socket, the socket for events, standard
 * input, webhooks. Opens them when the state is as it was, and closes them before it
 * is put away. What goes through each is not known here.
 */
import type { Readable } from "node:stream"
import { complete } from "../console/complete.js"
import type { Reply } from "../console/console.js"
import { type Control, startControl } from "../control/server.js"
import type { HttpAuth } from "../http/guard.js"
import type { HttpServer } from "../http/server.js"
import { startHttp } from "../http/server.js"
import type { FormatName } from "../ingest/detect.js"
import { oneLine } from "../report/findings.js"
import { GroupAnswers } from "./answers.js"
import type { Status } from "./api/operations.js"
import { apiRoutes } from "./api/routes.js"
import { Daemon, type DaemonOptions } from "./daemon.js"
import type { Effects } from "./effects.js"
import { startEventSocket } from "./event-socket.js"
import type { Taken } from "./intake.js"
import { isAsking } from "./ledger.js"
import { Refusals } from "./refusals.js"
import { isRuleCommand, ruleCandidates, ruleCommand } from "./rule-commands.js"
import { takeStream } from "./stream.js"
import { unlessHeldUp } from "./unwritten.js"
import { startWebhooks } from "./webhooks.js"

export interface ServiceOptions extends DaemonOptions {
  readonly version: string
  readonly effects: Effects
  /** Null: nothing is answered over HTTP. */
  readonly http: {
    readonly host: string
    readonly port: number
    readonly auth: HttpAuth
    /** Reads the files of certificates anew; what it throws may have a `hint`. */
    readonly readAuth: () => HttpAuth
  } | null
  /** There is a configuration file, which may change. */
  readonly hasConfiguration: boolean
  /** Of the control socket. */
  readonly socket: string
  /** Of the socket for events; null: there is none. */
  readonly eventSocket: string | null
  /** Standard input, where events come from there. */
  readonly input: Readable | null
  /** Of standard input and the socket. */
  readonly format: FormatName | null
  readonly webhooks: readonly string[]
  readonly webhookSecret: string
  /** Seconds that the event loop was held up, by quantile. */
  readonly loopDelaySec: () => readonly (readonly [quantile: string, seconds: number])[]
  /** Lines of the log that could not be written. */
  readonly logLinesLost: () => number
}

interface Door {
  close(): Promise<void>
}

/** Of the five seconds that a stop may take, requests that run get so many. */
const CLOSE_HTTP_MS = 1500

export class Service {
  readonly daemon: Daemon
  readonly #options: ServiceOptions
  readonly #startedAtSec: number
  readonly #doors: Door[] = []
  #http: HttpServer | null = null
  #control: Control | null = null
  /** Why the certificates that the files hold are not served; null where they are. */
  #certificateTrouble: readonly [string] | null = null
  #webhookAlarms: () => readonly string[] = () => []

  private constructor(daemon: Daemon, options: ServiceOptions) {
    this.daemon = daemon
    this.#options = options
    this.#startedAtSec = options.nowMicros() / 1e6
  }

  /** @throws StoreFault, RulesRefused, HttpStartFault, ControlFault */
  static async start(options: ServiceOptions): Promise<Service> {
    const service = new Service(await Daemon.start(options), options)
    try {
      await service.#open()
      return service
    } catch (error) {
      await service.close()
      throw error
    }
  }

  /** Where it answers over HTTP; null where it does not. */
  get address(): string | null {
    if (this.#http === null || this.#options.http === null) return null
    const { host, port } = this.#http
    return `${this.#isTls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`
  }

  get #isTls(): boolean {
    const auth = this.#options.http?.auth
    return auth?.kind === "tls" || (auth?.kind === "token" && auth.tls !== undefined)
  }

  get socket(): string {
    return this.#control?.path ?? this.#options.socket
  }

  /** Reads certificates, configuration and rules anew, as far as there are files of them; what has errors changes nothing. */
  async reload(): Promise<void> {
    const { daemon } = this
    // First, as it waits for nothing: the others wait for a disk that takes what there is.
    this.#renewCertificates()
    const { log, hasConfiguration } = this.#options
    let isRead = false
    if (hasConfiguration) {
      const { ok, text } = await daemon.ledger.reread()
      daemon.configurationTrouble = ok ? null : text
      isRead = ok
      if (ok) log.info({}, "the configuration is read anew")
      else log.error({ alarm: "configuration" }, `${text}\nthe configuration of before stays in force`)
    }
    const found = await daemon.rules.reload()
    // Where scripts may be told of another configuration all is loaded anew, and what comes of it is told.
    if (found !== "unchanged" || isRead) return
    const { trouble } = daemon.rules
    if (trouble === null) log.info({}, "the rules say what they said")
    else log.error({ alarm: "rules" }, `the rules are still refused: ${trouble}`)
  }

  /** What the disk does not take by then is given up: it was never acknowledged, or is read again. */
  async close(): Promise<void> {
    // Nothing else serves once the end is told, however long doors take to close.
    this.daemon.rules.end()
    // Who waits for the disk would keep its door open.
    this.daemon.ledger.end()
    for (const door of this.#doors.toReversed()) await door.close()
    await this.daemon.close()
  }

  /** Why it is not as it should be; nothing where it is. */
  get #alarms(): readonly string[] {
    return [...this.daemon.alarms, ...(this.#certificateTrouble ?? []), ...this.#webhookAlarms()]
  }

  get status(): Status {
    const { daemon } = this
    const { core } = daemon
    return {
      program: "adaptive",
      version: this.#options.version,
      pid: process.pid,
      startedAt: this.#startedAtSec,
      ready: !daemon.ledger.isTroubled,
      alarms: this.#alarms,
      rules: {
        number: daemon.rules.serving.number,
        revision: daemon.rules.serving.loaded.revision,
        since: daemon.rules.serving.sinceSec,
        refused: daemon.rules.trouble,
      },
      state: {
        directory: this.#options.stateDirectory,
        pairs: core.store.pairs.count,
        held: core.held,
        decisions: core.lastId,
        journalWaitingBytes: daemon.journalWaitingBytes,
      },
      sources: [...daemon.sources.all()],
    }
  }

  #renewCertificates(): void {
    const { http, log } = this.#options
    if (http === null || !this.#isTls) return
    try {
      this.#http?.renew(http.readAuth())
      this.#certificateTrouble = null
      log.info({}, "the certificates are read anew")
    } catch (error) {
      const { message, hint } = error as Error & { readonly hint?: string }
      const trouble = `the certificates are refused: ${message}`
      this.#certificateTrouble = [trouble]
      log.error({ alarm: "certificates", code: "E_HTTP_TLS", hint }, trouble)
    }
  }

  async #open(): Promise<void> {
    const { daemon } = this
    const { log, metrics, effects, timer, loopDelaySec, logLinesLost, nowMicros } = this.#options
    metrics.observe({
      core: () => daemon.core,
      journalWaitingBytes: () => daemon.journalWaitingBytes,
      journalWrittenBytes: () => daemon.journalWrittenBytes,
      version: this.#options.version,
      rulesNumber: () => daemon.rules.serving.number,
      isRefused: () => daemon.rules.trouble !== null,
      isReady: () => !daemon.ledger.isTroubled,
      waiting: () => daemon.ledger.waiting,
      snapshotBytes: () => daemon.copies.bytes,
      snapshotAgeSec: () => nowMicros() / 1e6 - daemon.copies.atSec,
      rules: () => daemon.rules.serving.loaded.rules.rules,
      alarms: () => this.#alarms.length,
      sources: () => daemon.sources.all(),
      loopDelaySec,
      logLinesLost,
    })
    this.#control = await startControl({
      path: this.#options.socket,
      programVersion: this.#options.version,
      handler: {
        command: (line) => this.#command(line),
        complete: (line) => [...complete(line, daemon.core.target), ...ruleCandidates(line)],
        nowMicros: () => daemon.core.store.nowMicros,
      },
      failed: (error) => log.error({}, `the control socket: ${String(error)}`),
    })
    this.#doors.push(this.#control)
    const { eventSocket, format, input, http, webhooks, webhookSecret } = this.#options
    if (webhooks.length > 0) {
      const door = startWebhooks({
        urls: webhooks,
        secret: webhookSecret,
        effects,
        ledger: daemon.ledger,
        timer,
        nowSec: () => nowMicros() / 1e6,
        tell: ({ code, message, hint }) => log.warn({ code, hint }, message),
      })
      this.#webhookAlarms = door.alarms
      this.#doors.push(door)
    }
    if (eventSocket !== null)
      this.#doors.push(
        await startEventSocket({
          path: eventSocket,
          format,
          nowMs: this.#options.nowMs,
          failed: (error) => log.error({}, `the socket for events: ${String(error)}`),
          ...this.#streams("socket"),
        }),
      )
    if (input !== null) this.#doors.push(this.#read(input))
    if (http !== null) await this.#listen(http)
  }

  #read(input: Readable): Door {
    const { format, log } = this.#options
    let isClosing = false
    takeStream("standard input", format, input, this.#streams("stdin")).then(
      ({ taken }) => log.info({ taken }, "standard input has ended"),
      (error: Error) => {
        if (isClosing) return
        log.error({}, `standard input: ${error.message}`)
        this.daemon.sources.of("stdin").trouble = `${error.message}: nothing more is taken from it`
      },
    )
    return {
      // Whoever writes into a pipe may never end: waiting for more would keep the process.
      close: async () => {
        isClosing = true
        input.destroy()
      },
    }
  }

  async #listen({ host, port, auth }: NonNullable<ServiceOptions["http"]>): Promise<void> {
    const { daemon } = this
    const { log, metrics, effects, timer, nowMicros, nowMs, version } = this.#options
    const refusals = new Refusals({ log, metrics, faults: daemon.faults, nowMs })
    const server = await startHttp({
      host,
      port,
      auth,
      routes: apiRoutes({
        ...this.#streams("http"),
        isCatchingUp: () => daemon.isCatchingUp,
        version,
        auth: auth.kind,
        groups: new GroupAnswers(daemon.core),
        nowMicros,
        effects: effects.log,
        metrics: metrics.registry,
        timer,
        status: () => this.status,
      }),
      nowMs,
      timer,
      log: refusals.note,
    })
    this.#http = server
    this.#doors.push({
      async close() {
        await server.close(CLOSE_HTTP_MS)
        refusals.close()
      },
    })
    daemon.sources.of("http")
  }

  #streams(source: string) {
    const { daemon } = this
    const facts = daemon.sources.of(source)
    return {
      intake: daemon.intake,
      ledger: daemon.ledger,
      taken: (taken: Taken) => daemon.sources.taken(facts, taken),
      turn: (atMicros: number) => daemon.turn(atMicros),
    }
  }

  async #command(given: string): Promise<Reply> {
    const { daemon } = this
    // Half a surrogate pair, as JSON may hold it, would be another text when it is read again.
    const line = given.toWellFormed()
    const reply = await (isRuleCommand(line)
      ? this.#ruleCommand(line)
      : daemon.ledger.command(line, this.#options.nowMicros()))
    // Who wants to know later what was done by hand finds it here.
    if (!isAsking(line)) this.#options.log.info({ command: oneLine(line), ok: reply.ok }, "a command")
    return reply
  }

  #ruleCommand(line: string): Promise<Reply> {
    const { daemon } = this
    return ruleCommand(line, {
      revisions: daemon.revisions,
      serving: () => daemon.rules.serving.number,
      refusal: () => daemon.rules.refusal,
      rollback: async (number) => {
        const done = daemon.rules.rollback(number)
        return (await unlessHeldUp(done, daemon.ledger, this.#options.timer)) ?? { kind: "waiting" }
      },
    })
  }
}
