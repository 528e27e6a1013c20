/** What `adaptive run` is given, judged: addresses, logs, certificates. */
import { lookup } from "node:dns/promises"
import { closeSync, openSync, readFileSync, readSync, type Stats, statSync } from "node:fs"
import { basename, dirname, resolve } from "node:path"
import type { FollowedLog } from "../daemon/daemon.js"
import { type HttpAuth, MIN_TOKEN } from "../http/guard.js"
import { detectFormat, type FormatName } from "../ingest/detect.js"
import { plural } from "../report/words.js"
import { UsageError } from "./context.js"
import { type HostPort, readHostPort } from "./host-port.js"
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

/**
 * Options that mean nothing without another one.
 * @param isWritten does an option stand on the command line, and not in the environment alone?
 * @throws UsageError
 */
export function checkCompany(
  { webhook, webhookSecret, fromStart, follow }: RunOptions,
  isWritten: (option: string) => boolean,
): void {
  if (webhook.length > 0 && webhookSecret === undefined)
    throw new UsageError(
      "--webhook is there, and nothing to sign with",
      "give a secret in ADAPTIVE_WEBHOOK_SECRET, e.g. what openssl rand -hex 24 prints",
    )
  // In the environment it may be for another time.
  if (webhook.length === 0 && isWritten("webhookSecret"))
    throw new UsageError(
      "--webhook-secret is there, and no webhook to sign for",
      "add --webhook URL, or leave it out",
    )
  if (fromStart === true && follow.every((path) => path === "-"))
    throw new UsageError(
      "--from-start is there, and no log is followed",
      "add --follow FILE, or leave it out: standard input is taken from its start anyway",
    )
}

/**
 * Two of one URL would share their place in the journal, and be told everything twice.
 * @throws UsageError
 */
export function checkWebhooks({ webhook }: Pick<RunOptions, "webhook">): void {
  const seen = new Set<string>()
  for (const text of webhook) {
    // What is no URL is refused when it is to be told.
    if (!URL.canParse(text)) continue
    const url = new URL(text)
    url.hash = ""
    // Without its query, which may hold a key.
    if (seen.has(url.href))
      throw new UsageError(`--webhook ${url.origin}${url.pathname} is given twice`, "give each URL once")
    seen.add(url.href)
  }
}

/** @throws UsageError; null for "off" */
export async function readAddress(text: string): Promise<HostPort | null> {
  if (text === "off") return null
  const address = readHostPort(text)
  if (address === null)
    throw new UsageError(
      `--listen "${text}" is no address`,
      "write HOST:PORT, e.g. 127.0.0.1:8025 or [::1]:8025, or off",
    )
  try {
    await lookup(address.host)
  } catch (error) {
    throw new UsageError(
      `--listen "${text}": there is no address of that host (${(error as NodeJS.ErrnoException).code})`,
      "write an address of this machine, e.g. 127.0.0.1:8025, or 0.0.0.0:8025 for all of them",
    )
  }
  return address
}

/** @throws UsageError */
export function readAuth({ token, tlsCert, tlsKey, tlsClientCa }: RunOptions): HttpAuth {
  if (token !== undefined) checkToken(token)
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

/** Tells nothing of the token itself. @throws UsageError */
function checkToken(token: string): void {
  const isPlain = /^[\x21-\x7e]*$/.test(token)
  if (isPlain && token.length >= MIN_TOKEN) return
  throw new UsageError(
    `the token in --token or ADAPTIVE_TOKEN has ${isPlain ? plural(token.length, "character") : "blanks, or letters that are not ASCII"}`,
    `give at least ${MIN_TOKEN} letters, digits and signs, e.g. what openssl rand -hex 24 prints`,
  )
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
