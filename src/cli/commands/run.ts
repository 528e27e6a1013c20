/** `adaptive run`: the engine as a daemon, on live events. */
import { hostname } from "node:os"
import { resolve } from "node:path"
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as wait } from "node:timers/promises"
import { localOffsetMinutes, monotonicMs, wallClockSec } from "../../clock.js"
import { apiRoutes } from "../../daemon/api/routes.js"
import { Daemon, type FollowedLog } from "../../daemon/daemon.js"
import { DaemonMetrics } from "../../daemon/metrics.js"
import { EventLog } from "../../http/event-log.js"
import { HttpStartFault } from "../../http/fault.js"
import type { HttpAuth } from "../../http/guard.js"
import { type HttpServer, startHttp } from "../../http/server.js"
import { FORMATS, type FormatName } from "../../ingest/detect.js"
import { nearest } from "../../model/nearest.js"
import { RulesRefused } from "../../reload/keeper.js"
import { decisionJson } from "../../report/json.js"
import { StoreFault } from "../../store/fault.js"
import { type Context, EXIT, printFindings, UsageError } from "../context.js"
import { makeLog } from "../log.js"
import { readSetup, rereadConfiguration, rulePaths, type SetupOptions } from "../setup.js"
import { packageVersion } from "../version.js"

export interface RunOptions extends SetupOptions {
  readonly state: string
  readonly listen: string
  /** A token that whoever asks over HTTP has to show; from the environment. */
  readonly token?: string
  readonly follow: readonly string[]
  readonly format: string
  readonly fromStart?: boolean
  /** Minutes east of UTC; without it, this machine's own. */
  readonly utcOffset?: number
  readonly snapshotInterval: number
}

/** What is kept of effects for those who come back. */
const EFFECTS = { maxEvents: 100_000, maxBytes: 64 << 20 }
/** Of these five seconds that a stop may take, requests that run get so many. */
const CLOSE_HTTP_MS = 1500
/** Events of one client are those of one source: what it is named. */
const HTTP_SOURCE = "http"

export async function run(context: Context, options: RunOptions): Promise<number> {
  const { forScripts } = readSetup(context, options)
  const address = readAddress(options.listen)
  const follow = followedLogs(options)
  const log = makeLog()
  const stop = new Promise<string>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal))
  })
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  const metrics = new DaemonMetrics()
  let effects = new EventLog(EFFECTS)
  const timer = (ms: number, signal: AbortSignal): Promise<unknown> => wait(ms, undefined, { signal })
  const nowMicros = (): number => Math.round(wallClockSec() * 1e6)
  const startedAt = wallClockSec()
  let daemon: Daemon | null = null
  let http: HttpServer | null = null
  try {
    const started = await Daemon.start({
      stateDirectory: options.state,
      makeConfiguration: () => readSetup(context, options).configuration,
      readConfiguration: (other) => rereadConfiguration(other ?? options.config, options),
      rulePaths: (configuration) => rulePaths(options.rules, configuration),
      loadOptions: () => ({ configuration: forScripts }),
      follow,
      host: options.nodeName ?? hostname(),
      alertServer: null,
      logDirectory: options.config === undefined ? options.state : null,
      nowMicros,
      utcOffsetMinutes: options.utcOffset ?? localOffsetMinutes,
      timer,
      log,
      restored: (lastId) => {
        effects = new EventLog({ ...EFFECTS, lastId })
      },
      published: (decided) => {
        for (const { id, decision } of decided)
          if (decision.effects.some(({ outcome }) => outcome === "applied"))
            effects.append(id, decisionJson(decision, null, { sources: false }))
      },
      metrics,
      snapshotSec: options.snapshotInterval,
    })
    daemon = started
    metrics.observe({
      core: () => started.core,
      journalWaitingBytes: () => started.journalWaitingBytes,
      journalWrittenBytes: () => started.journalWrittenBytes,
      rulesNumber: () => started.serving,
      isRefused: () => started.reloadTrouble !== null,
      isReady: () => !started.ledger.isTroubled,
      loopDelaySec: () => [
        ["0.5", delay.percentile(50) / 1e9],
        ["0.99", delay.percentile(99) / 1e9],
        ["1", delay.max / 1e9],
      ],
    })
    const auth: HttpAuth =
      options.token === undefined ? { kind: "none" } : { kind: "token", tokens: [options.token] }
    http = await startHttp({
      ...address,
      auth,
      routes: apiRoutes({
        version: packageVersion(),
        auth: auth.kind,
        intake: started.intake,
        ledger: started.ledger,
        nowMicros,
        taken: (taken) => started.noteTaken(started.source(HTTP_SOURCE), taken),
        effects,
        metrics: metrics.registry,
        timer,
        status: () => {
          const { current } = started.keeper
          return {
            program: "adaptive",
            version: packageVersion(),
            pid: process.pid,
            startedAt,
            ready: !started.ledger.isTroubled,
            alarms: started.alarms,
            rules: {
              number: started.serving,
              revision: current.loaded.revision,
              since: current.sinceSec,
              refused: started.reloadTrouble,
            },
            state: {
              directory: resolve(options.state),
              pairs: started.core.store.pairs.count,
              held: started.core.causes.size,
              decisions: started.core.lastId,
              journalWaitingBytes: started.journalWaitingBytes,
            },
            sources: [...started.sources.values()],
          }
        },
      }),
      nowMs: monotonicMs,
      timer,
      log: ({ code, status, message, hint }) => log.warn({ code, status, hint }, message),
    })
    process.on("SIGHUP", () => void started.reload())
    log.info({ listen: `http://${hostText(http.host)}:${http.port}`, state: resolve(options.state) }, "ready")
    const signal = await stop
    log.info({ signal }, "ending")
    return EXIT.ok
  } catch (error) {
    if (error instanceof RulesRefused) {
      printFindings(context, error.loaded.diagnostics, error.loaded)
      return EXIT.no
    }
    if (error instanceof StoreFault || error instanceof HttpStartFault)
      throw new UsageError(error.message, error.hint)
    throw error
  } finally {
    await http?.close(CLOSE_HTTP_MS)
    await daemon?.close()
    delay.disable()
  }
}

/** @throws UsageError */
function readAddress(text: string): { host: string; port: number } {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  if (host === undefined || port > 65_535)
    throw new UsageError(
      `--listen "${text}" is no address`,
      "write HOST:PORT, e.g. 127.0.0.1:8025 or [::1]:8025",
    )
  return { host, port }
}

function hostText(host: string): string {
  return host.includes(":") ? `[${host}]` : host
}

/** @throws UsageError */
function followedLogs({ follow, format, fromStart }: RunOptions): FollowedLog[] {
  if (format !== "auto" && !Object.hasOwn(FORMATS, format)) {
    const guess = nearest(format, Object.keys(FORMATS))
    throw new UsageError(
      `unknown format "${format}"`,
      guess === null ? `the formats are ${Object.keys(FORMATS).join(", ")}` : `did you mean ${guess}?`,
    )
  }
  return follow.map((path) => ({
    path,
    format: format === "auto" ? null : (format as FormatName),
    fromEnd: fromStart !== true,
    skipsCopies: false,
  }))
}
