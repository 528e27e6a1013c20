/** `adaptive run`: the engine as a daemon, on live events. */
import { hostname } from "node:os"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { wallClockSec } from "../../clock.js"
import { Daemon, type FollowedLog } from "../../daemon/daemon.js"
import { FORMATS, type FormatName } from "../../ingest/detect.js"
import { nearest } from "../../model/nearest.js"
import { RulesRefused } from "../../reload/keeper.js"
import { StoreFault } from "../../store/fault.js"
import { type Context, EXIT, printFindings, UsageError } from "../context.js"
import { makeLog } from "../log.js"
import { readSetup, rereadConfiguration, rulePaths, type SetupOptions } from "../setup.js"

export interface RunOptions extends SetupOptions {
  readonly state: string
  readonly follow: readonly string[]
  readonly format: string
  readonly fromStart?: boolean
  readonly alertSmtp?: string
  readonly snapshotInterval: number
}

export async function run(context: Context, options: RunOptions): Promise<number> {
  const { configuration, forScripts } = readSetup(context, options)
  const log = makeLog()
  const stop = new Promise<string>((resolve) => {
    for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => resolve(signal))
  })
  let daemon: Daemon
  try {
    daemon = await Daemon.start({
      stateDirectory: options.state,
      makeConfiguration: () => readSetup(context, options).configuration,
      readConfiguration: (other) => rereadConfiguration(other ?? options.config, options),
      rulePaths: (conf) => rulePaths(options.rules, conf),
      loadOptions: () => ({ configuration: forScripts }),
      follow: followedLogs(options),
      host: options.nodeName ?? hostname(),
      alertServer: null,
      logDirectory: options.config === undefined ? options.state : null,
      nowMicros: () => Math.round(wallClockSec() * 1e6),
      timer: (ms, signal) => wait(ms, undefined, { signal }),
      log,
      published: (decided) => {
        for (const { id, decision } of decided) {
          const { atMicros, binding, domain, source } = decision
          log.info({ id, at: atMicros / 1e6, binding, domain, source }, "decided")
        }
      },
      snapshotSec: options.snapshotInterval,
    })
  } catch (error) {
    if (error instanceof RulesRefused) {
      printFindings(context, error.loaded.diagnostics, error.loaded)
      return EXIT.no
    }
    if (error instanceof StoreFault) throw new UsageError(error.message, error.hint)
    throw error
  }
  process.on("SIGHUP", () => void daemon.reload())
  log.info({ state: join(process.cwd(), options.state), rules: configuration.scripts.length }, "ready")
  const signal = await stop
  log.info({ signal }, "ending")
  await daemon.close()
  return EXIT.ok
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
