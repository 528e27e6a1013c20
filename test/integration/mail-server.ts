/**
 * A Postfix of its own that takes mail for example.com into a maildir: everything
 * in one directory, a port of its own on loopback, nothing of the machine's own
 * Postfix touched. Needs root, as Postfix does.
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
postlog unix-dgram n - n - 1 postlogd
`

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
  static async make(): Promise<MailServer> {
    const port = await freePort()
    const dir = mkdtempSync(join(tmpdir(), "adaptive-mail-"))
    for (const name of ["config", "queue", "data", "mail"]) mkdirSync(join(dir, name), { recursive: true })
    // The daemons run as postfix, and must get in.
    chmodSync(dir, 0o755)
    const uid = Number(execFileSync("id", ["-u", "postfix"]))
    for (const name of ["data", "mail"]) chownSync(join(dir, name), uid, -1)
    writeFileSync(join(dir, "config/main.cf"), MAIN(dir, uid))
    writeFileSync(join(dir, "config/master.cf"), MASTER(port))
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

  log(): string {
    return readFileSync(join(this.#dir, "mail.log"), "utf8")
  }

  /** Stops it, and removes all that it left. */
  remove(): void {
    if (this.#isRunning) this.#postfix("stop")
    this.#isRunning = false
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
