/** `adaptive run`: the engine as a daemon, on live events. */
import { existsSync } from "node:fs"
import { hostname } from "node:os"
import { join, resolve } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { localOffsetMinutes, monotonicMs, wallClockSec } from "../../clock.js"
import { ControlFault } from "../../control/fault.js"
import { defaultSocketPath, HERE, SOCKET_NAME } from "../../control/socket-path.js"
import { Effects } from "../../daemon/effects.js"
import { DaemonMetrics } from "../../daemon/metrics.js"
import { Service } from "../../daemon/service.js"
import { HttpStartFault } from "../../http/fault.js"
import { placesOfRules } from "../../reload/conf-files.js"
import { RulesFault } from "../../reload/fault.js"
import { RulesRefused } from "../../reload/keeper.js"
import { StoreFault } from "../../store/fault.js"
import { type Context, EXIT, printFindings, UsageError } from "../context.js"
import { readAlertServer } from "../host-port.js"
import { makeLog } from "../log.js"
import { LoopDelay } from "../loop-delay.js"
import {
  checkCompany,
  checkWebhooks,
  followedLogs,
  type RunOptions,
  readAddress,
  readAuth,
} from "../run-options.js"
import { readSetup, rereadConfiguration, rulePaths } from "../setup.js"
import { readFormat } from "../traffic-options.js"
import { packageVersion } from "../version.js"

/** A stop takes five seconds at most; what hangs by then, such as a disk that answers nothing, is left. */
const LONGEST_STOP_MS = 4500

/** @param isWritten does an option stand on the command line, and not in the environment alone? */
export async function run(
  context: Context,
  options: RunOptions,
  isWritten: (option: string) => boolean,
): Promise<number> {
  checkCompany(options, isWritten)
  checkWebhooks(options)
  const { given, configuration } = readSetup(context, options)
  const alertServer = readAlertServer(options, configuration.isAlerting)
  const auth = readAuth(options)
  const address = await readAddress(options.listen)
  const follow = followedLogs(options)
  const stateDirectory = resolve(options.state)
  const usual = options.socket ?? defaultSocketPath(process.env, existsSync)
  // Where nothing else is said it stands in the state directory, whatever that is called.
  const socket = usual === HERE ? join(options.state, SOCKET_NAME) : usual
  const { log, linesLost } = makeLog()
  let isStarted = false
  const stop = new Promise<string>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const)
      process.once(signal, () => {
        // While it starts there is nothing to put away: the state is on the disk as it was.
        if (!isStarted) process.exit(EXIT.ok)
        resolve(signal)
      })
  })
  let reload = (): void => {}
  // Taken from the first moment on (`main`); while it starts there is nothing to do: what it reads is as new as can be.
  process.on("SIGHUP", () => reload())
  const delay = new LoopDelay()
  try {
    const service = await Service.start({
      version: packageVersion(),
      http: address === null ? null : { ...address, auth, readAuth: () => readAuth(options) },
      hasConfiguration: options.config !== undefined,
      socket,
      eventSocket: options.eventSocket ?? null,
      input: options.follow.includes("-") ? process.stdin : null,
      format: readFormat(options.format),
      webhooks: options.webhook,
      webhookSecret: options.webhookSecret ?? "",
      nowMs: monotonicMs,
      loopDelaySec: () => delay.seconds(),
      logLinesLost: linesLost,
      stateDirectory,
      given,
      readConfiguration: (other) => rereadConfiguration(other ?? options.config, options),
      rulePaths: (configuration) => rulePaths(options.rules, configuration),
      rulePlaces: (configuration) => (options.rules.length > 0 ? [] : placesOfRules(configuration)),
      follow,
      host: options.nodeName ?? hostname(),
      alertServer,
      logDirectory: options.config === undefined ? stateDirectory : null,
      nowMicros: () => Math.round(wallClockSec() * 1e6),
      utcOffsetMinutes: options.utcOffset ?? localOffsetMinutes,
      timer: (ms, signal) => wait(ms, undefined, { signal }),
      log,
      effects: new Effects(),
      metrics: new DaemonMetrics(),
      snapshotSec: options.snapshotInterval,
      ...(options.lag === undefined ? {} : { lagSec: options.lag }),
      canaryPercent: options.canary ?? null,
    })
    isStarted = true
    reload = () => {
      service.reload().catch((error: Error) => log.error({ alarm: "reload" }, error.message))
    }
    log.info({ listen: service.address ?? "off", socket: service.socket, state: stateDirectory }, "ready")
    const signal = await stop
    log.info({ signal }, "ending")
    setTimeout(() => {
      log.error({ alarm: "stop" }, "the stop hangs and is cut short: what is not on the disk is taken again")
      process.exit(EXIT.no)
    }, LONGEST_STOP_MS).unref()
    await service.close()
    if (service.daemon.journalWaitingBytes === 0) {
      log.info({}, "ended: everything is on the disk")
      return EXIT.ok
    }
    log.error({}, "ended: the journal could not be written: what was never acknowledged is not on the disk")
    return EXIT.no
  } catch (error) {
    if (error instanceof RulesRefused) {
      printFindings(context, error.loaded.diagnostics, error.loaded)
      return EXIT.no
    }
    if (
      error instanceof StoreFault ||
      error instanceof RulesFault ||
      error instanceof HttpStartFault ||
      error instanceof ControlFault
    )
      throw new UsageError(error.message, error.hint)
    throw error
  } finally {
    delay.end()
    // Nothing more is read; a terminal would keep the process.
    process.stdin.pause()
  }
}
