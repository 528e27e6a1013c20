/**
 * A daemon with its doors: HTTP, the control socket, the socket for events, standard
 * input, webhooks. Opens them when the state is as it was, and closes them before it
 * is put away. What goes through each is not known here.
 */
import type { Readable } from "node:stream"
import { complete } from "../console/complete.js"
import { type Control, startControl } from "../control/server.js"
import type { HttpAuth } from "../http/guard.js"
import type { HttpServer } from "../http/server.js"
import { startHttp } from "../http/server.js"
import type { FormatName } from "../ingest/detect.js"
import { GroupAnswers } from "./answers.js"
import type { Status } from "./api/operations.js"
import { apiRoutes } from "./api/routes.js"
import { Daemon, type DaemonOptions } from "./daemon.js"
import { startEventSocket } from "./event-socket.js"
import { FewLines } from "./few-lines.js"
import { isRuleCommand, ruleCandidates, ruleCommand } from "./rule-commands.js"
import { takeStream } from "./stream.js"
import { startWebhooks } from "./webhooks.js"

export interface ServiceOptions extends DaemonOptions {
  readonly version: string
  /** Null: nothing is answered over HTTP. */
  readonly http: { readonly host: string; readonly port: number; readonly auth: HttpAuth } | null
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
  /** Milliseconds of a clock that never goes back. */
  readonly nowMs: () => number
  /** Seconds that the event loop was held up, by quantile. */
  readonly loopDelaySec: () => readonly (readonly [quantile: string, seconds: number])[]
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
    const { auth } = this.#options.http
    const { host, port } = this.#http
    const isTls = auth.kind === "tls" || (auth.kind === "token" && auth.tls !== undefined)
    return `${isTls ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`
  }

  get socket(): string {
    return this.#control?.path ?? this.#options.socket
  }

  /** Reads configuration and rules anew, as far as there are files of them; what has errors changes nothing. */
  async reload(): Promise<void> {
    const { daemon } = this
    const { log, hasConfiguration } = this.#options
    let isRead = false
    if (hasConfiguration) {
      const { ok, text } = await daemon.ledger.command("config reload")
      daemon.configurationTrouble = ok ? null : text
      isRead = ok
      if (ok) log.info({}, "the configuration is read anew")
      else log.error({ alarm: "configuration" }, `${text}\nthe configuration of before stays in force`)
    }
    const { kind } = await daemon.rules.reload()
    // Where scripts may be told of another configuration all is loaded anew, and what comes of it is told.
    if (kind !== "unchanged" || isRead) return
    const { trouble } = daemon.rules
    if (trouble === null) log.info({}, "the rules say what they said")
    else log.error({ alarm: "rules" }, `the rules are still refused: ${trouble}`)
  }

  /** What the disk does not take by then is given up: it was never acknowledged, or is read again. */
  async close(): Promise<void> {
    // Who waits for the disk would keep its door open.
    this.daemon.ledger.end()
    for (const door of this.#doors.toReversed()) await door.close()
    await this.daemon.close()
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
      alarms: daemon.alarms,
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
      sources: [...daemon.sources.values()],
    }
  }

  async #open(): Promise<void> {
    const { daemon } = this
    const { log, metrics, effects, timer, loopDelaySec, nowMicros } = this.#options
    metrics.observe({
      core: () => daemon.core,
      journalWaitingBytes: () => daemon.journalWaitingBytes,
      journalWrittenBytes: () => daemon.journalWrittenBytes,
      rulesNumber: () => daemon.rules.serving.number,
      isRefused: () => daemon.rules.trouble !== null,
      isReady: () => !daemon.ledger.isTroubled,
      waiting: () => daemon.ledger.waiting,
      snapshotBytes: () => daemon.copiedBytes,
      snapshotAgeSec: () => nowMicros() / 1e6 - daemon.copiedAtSec,
      rules: () => daemon.rules.serving.loaded.rules.rules,
      loopDelaySec,
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
    if (webhooks.length > 0)
      this.#doors.push(
        startWebhooks({
          urls: webhooks,
          secret: webhookSecret,
          effects,
          ledger: daemon.ledger,
          timer,
          nowSec: () => nowMicros() / 1e6,
          tell: ({ code, message, hint }) => log.warn({ code, hint }, message),
        }),
      )
    if (eventSocket !== null)
      this.#doors.push(await startEventSocket({ path: eventSocket, format, ...this.#streams("socket") }))
    if (input !== null) this.#doors.push(this.#read(input))
    if (http !== null) await this.#listen(http)
  }

  #read(input: Readable): Door {
    const { format, log } = this.#options
    let isClosing = false
    takeStream("standard input", format, input, this.#streams("stdin")).then(
      ({ taken }) => log.info({ taken }, "standard input has ended"),
      (error: Error) => isClosing || log.error({}, `standard input: ${error.message}`),
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
    const refusals = new FewLines({ nowMs, tell: (facts, message) => log.warn(facts, message) })
    const server = await startHttp({
      host,
      port,
      auth,
      routes: apiRoutes({
        ...this.#streams("http"),
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
      log: ({ code, status, message, hint }) => {
        metrics.refused(code)
        refusals.tell(code, message, { status, hint })
      },
    })
    this.#http = server
    this.#doors.push({
      async close() {
        await server.close(CLOSE_HTTP_MS)
        refusals.close()
      },
    })
    daemon.source("http")
  }

  #streams(source: string) {
    const { daemon } = this
    const facts = daemon.source(source)
    return {
      intake: daemon.intake,
      ledger: daemon.ledger,
      taken: (taken: Parameters<Daemon["noteTaken"]>[1]) => daemon.noteTaken(facts, taken),
    }
  }

  #command(line: string) {
    const { daemon } = this
    if (!isRuleCommand(line)) return daemon.ledger.command(line)
    return ruleCommand(line, {
      revisions: daemon.revisions,
      serving: () => daemon.rules.serving.number,
      rollback: (number) => daemon.rules.rollback(number),
    })
  }
}
