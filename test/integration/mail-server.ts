/**
 * A Postfix of its own that takes mail for example.com into a maildir, and may send
 * mail for another domain on to a port of loopback: everything in one directory, a
 * port of its own, nothing of the machine's own Postfix touched. Needs root, as
 * Postfix does.
 */
import { execFileSync } from "node:child_process"
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"

export const canServeMail = process.getuid?.() === 0 && existsSync("/usr/sbin/postfix")

/** Whom it refuses at RCPT, for good or for now. */
export const REFUSED = "refused@example.com"
export const LATER = "later@example.com"

/** Where it sends mail of a domain, and the name under which its log tells of that. */
export interface Route {
  readonly domain: string
  readonly binding: string
  readonly port: number
}

/** It tries again within seconds, however often it was put off, and holds nothing back by itself. */
const SENDING = ({ domain, binding, port }: Route): string => `
transport_maps = inline:{ {${domain} = ${binding}:[127.0.0.1]:${port}} }
relay_domains = ${domain}
minimal_backoff_time = 1s
maximal_backoff_time = 2s
queue_run_delay = 1s
default_destination_concurrency_failed_cohort_limit = 0
smtp_tls_security_level = none
`

const MAIN = (dir: string, uid: number): string => `
compatibility_level = 3.6
queue_directory = ${dir}/queue
data_directory = ${dir}/data
maillog_file = ${dir}/mail.log
maillog_file_prefixes = ${dir}
myhostname = mail.example.com
mydestination =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
mynetworks = 127.0.0.0/8
alias_maps =
alias_database =
smtpd_tls_security_level = none
smtpd_client_connection_rate_limit = 0
smtpd_relay_restrictions = permit_mynetworks, reject
smtpd_recipient_restrictions = check_recipient_access inline:{ {${REFUSED} = 550 5.1.1 nobody here} {${LATER} = 450 4.2.1 later} }, permit_mynetworks, reject
virtual_mailbox_domains = example.com
virtual_mailbox_base = ${dir}/mail
virtual_mailbox_maps = static:box/
virtual_minimum_uid = 1
virtual_uid_maps = static:${uid}
virtual_gid_maps = static:${uid}
in_flow_delay = 0
service_throttle_time = 1s
transport_retry_time = 1s
`

const MASTER = (port: number): string => `
127.0.0.1:${port} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
virtual unix - n n - - virtual
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
`

const AGENT = ({ binding }: Route): string =>
  `${binding} unix - - n - - smtp -o syslog_name=postfix/${binding}\n`

/** How it meets those who connect. */
export type Mood = "refuses connections" | "puts off recipients" | "takes mail"

const CLIENTS: Readonly<Record<Mood, readonly string[]>> = {
  "refuses connections": [
    "smtpd_delay_reject=no",
    "smtpd_client_restrictions=check_client_access static:{421 4.3.2 come back later}",
  ],
  "puts off recipients": [
    "smtpd_delay_reject=yes",
    "smtpd_client_restrictions=check_client_access static:{450 4.3.2 not now}",
  ],
  "takes mail": ["smtpd_delay_reject=yes", "smtpd_client_restrictions="],
}

export class MailServer {
  readonly port: number
  readonly #dir: string
  #isRunning = false

  private constructor(dir: string, port: number) {
    this.#dir = dir
    this.port = port
  }

  /** Makes one that is not running. */
  static async make(route: Route | null = null): Promise<MailServer> {
    const port = await freePort()
    const dir = mkdtempSync(join(tmpdir(), "adaptive-mail-"))
    for (const name of ["config", "queue", "data", "mail"]) mkdirSync(join(dir, name), { recursive: true })
    // The daemons run as postfix, and must get in.
    chmodSync(dir, 0o755)
    const uid = Number(execFileSync("id", ["-u", "postfix"]))
    for (const name of ["data", "mail"]) chownSync(join(dir, name), uid, -1)
    writeFileSync(join(dir, "config/main.cf"), MAIN(dir, uid) + (route === null ? "" : SENDING(route)))
    writeFileSync(join(dir, "config/master.cf"), MASTER(port) + (route === null ? "" : AGENT(route)))
    return new MailServer(dir, port)
  }

  /** Starts it, or lets it go on, in a mood. */
  meets(mood: Mood): void {
    execFileSync("postconf", ["-c", join(this.#dir, "config"), "-e", ...CLIENTS[mood]])
    this.#postfix(this.#isRunning ? "reload" : "start")
    this.#isRunning = true
  }

  /** Everything that was delivered. */
  messages(): string[] {
    const box = join(this.#dir, "mail/box/new")
    if (!existsSync(box)) return []
    return readdirSync(box).map((name) => readFileSync(join(box, name), "utf8"))
  }

  /** Where it logs; nothing is there before it has started. */
  get logPath(): string {
    return join(this.#dir, "mail.log")
  }

  log(): string {
    return readFileSync(this.logPath, "utf8")
  }

  /** Ends when it has said its last word. What is queued stays so. */
  stop(): void {
    if (this.#isRunning) this.#postfix("stop")
    this.#isRunning = false
  }

  /** Stops it, and removes all that it left. */
  remove(): void {
    this.stop()
    rmSync(this.#dir, { recursive: true, force: true })
  }

  #postfix(command: string): void {
    execFileSync("postfix", ["-c", join(this.#dir, "config"), command], { stdio: "ignore" })
  }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === "string") throw new Error("no port")
  return address.port
}
