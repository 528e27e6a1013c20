/** What `adaptive run` is given, judged: addresses, logs, certificates. */
import { closeSync, openSync, readFileSync, readSync, type Stats, statSync } from "node:fs"
import { basename, dirname, resolve } from "node:path"
import type { FollowedLog } from "../daemon/daemon.js"
import type { HttpAuth } from "../http/guard.js"
import { detectFormat, type FormatName } from "../ingest/detect.js"
import { UsageError } from "./context.js"
import { readHostPort } from "./host-port.js"
import type { SetupOptions } from "./setup.js"
import { readFormat } from "./traffic-options.js"

export interface RunOptions extends SetupOptions {
  readonly state: string
  /** HOST:PORT, or "off". */
  readonly listen: string
  /** What whoever asks over HTTP has to show. */
  readonly token?: string
  readonly tlsCert?: string
  readonly tlsKey?: string
  /** Clients show a certificate that it has signed. */
  readonly tlsClientCa?: string
  readonly socket?: string
  readonly eventSocket?: string
  /** Paths; "-" is standard input. */
  readonly follow: readonly string[]
  readonly format: string
  readonly fromStart?: boolean
  /** Minutes east of UTC; without it, this machine's own. */
  readonly utcOffset?: number
  /** Seconds that time goes on by itself behind the clock. */
  readonly lag?: number
  readonly webhook: readonly string[]
  readonly webhookSecret?: string
  readonly alertSmtp?: string
  readonly snapshotInterval: number
  readonly canary?: number
}

/** @throws UsageError; null for "off" */
export function readAddress(text: string): { readonly host: string; readonly port: number } | null {
  if (text === "off") return null
  const address = readHostPort(text)
  if (address === null)
    throw new UsageError(
      `--listen "${text}" is no address`,
      "write HOST:PORT, e.g. 127.0.0.1:8025 or [::1]:8025, or off",
    )
  return address
}

/** @throws UsageError */
export function readAuth({ token, tlsCert, tlsKey, tlsClientCa }: RunOptions): HttpAuth {
  if ((tlsCert === undefined) !== (tlsKey === undefined))
    throw new UsageError("--tls-cert and --tls-key belong together", "give both, or neither")
  const tls =
    tlsCert === undefined || tlsKey === undefined
      ? null
      : { cert: pem("--tls-cert", tlsCert), key: pem("--tls-key", tlsKey) }
  if (tlsClientCa !== undefined) {
    if (tls === null)
      throw new UsageError(
        "--tls-client-ca is there, and no certificate of this host's own",
        "add --tls-cert and --tls-key",
      )
    if (token !== undefined)
      throw new UsageError("a token and client certificates are both asked for", "choose one of them")
    return { kind: "tls", ...tls, ca: pem("--tls-client-ca", tlsClientCa) }
  }
  if (token !== undefined) return { kind: "token", tokens: [token], ...(tls === null ? {} : { tls }) }
  if (tls !== null)
    throw new UsageError(
      "a certificate is there, and nothing is asked of clients",
      "add --tls-client-ca, or a token in ADAPTIVE_TOKEN",
    )
  return { kind: "none" }
}

/** Logs with a path of their own. @throws UsageError */
export function followedLogs({ follow, format: text, fromStart }: RunOptions): readonly FollowedLog[] {
  const format = readFormat(text)
  const twice = follow.find((path, i) => follow.indexOf(path) < i)
  if (twice !== undefined) throw new UsageError(`--follow ${twice} is given twice`, "give each log once")
  const paths = follow.filter((path) => path !== "-")
  for (const path of paths) checkLog(path)
  const holds = paths.map((path) => format ?? heldFormat(path))
  const directoryOf = (path: string): string => dirname(resolve(path))
  // Momentum writes both into one directory; those of another are of another node.
  const hasMainlog = new Set(paths.filter((_, i) => holds[i] === "mainlog").map(directoryOf))
  return paths.map((path, i) => ({
    path,
    format,
    fromEnd: fromStart !== true,
    skipsCopies: holds[i] === "bouncelog" && hasMainlog.has(directoryOf(path)),
  }))
}

/** Enough of a log to tell its format by. */
const HEAD_BYTES = 32 << 10

/**
 * What a log holds, by its first lines; one that has none yet, by the name that Momentum gives it: whether it is
 * beside a mainlog must be known before its first line comes. Null where neither tells.
 */
function heldFormat(path: string): FormatName | null {
  const named = /^(mainlog|bouncelog)(?![a-z])/.exec(basename(path))?.[1] as
    | "mainlog"
    | "bouncelog"
    | undefined
  return detectFormat(headOf(path)) ?? named ?? null
}

/** Empty where there is nothing to read: following it tells why. */
function headOf(path: string): Buffer {
  try {
    // To open a pipe would wait for whoever writes to it.
    if (!statSync(path).isFile()) return Buffer.alloc(0)
    const file = openSync(path, "r")
    try {
      const head = Buffer.alloc(HEAD_BYTES)
      return head.subarray(0, readSync(file, head))
    } finally {
      closeSync(file)
    }
  } catch {
    return Buffer.alloc(0)
  }
}

/** What is there and is no file will not become one by waiting. @throws UsageError */
function checkLog(path: string): void {
  let found: Stats | undefined
  try {
    found = statSync(path, { throwIfNoEntry: false })
  } catch {
    // Whoever may not look yet may do so later: the daemon tells, and tries again.
    return
  }
  if (found === undefined || found.isFile()) return
  if (found.isDirectory()) throw new UsageError(`--follow ${path} is a directory`, "name the log in it")
  throw new UsageError(
    `--follow ${path} is no regular file`,
    "name a log; what comes through a pipe is taken from standard input, with --follow -",
  )
}

function pem(option: string, path: string): string {
  try {
    return readFileSync(path, "utf8")
  } catch (error) {
    throw new UsageError(`${option} ${path} cannot be read: ${(error as Error).message}`, "name a PEM file")
  }
}
