/**
 * A Postfix of its own for the recording: configuration, queue and log in one
 * temporary directory, nothing of the machine's own Postfix touched.
 */
import { execFileSync } from "node:child_process"
import { chmodSync, chownSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { BINDING_ADDRESS, BINDINGS } from "./receivers.mjs"

/** Where it takes mail in; the sinks have port 25 on their own addresses. */
export const SUBMISSION_PORT = 10025

const MAIN = (dir) => `
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
smtpd_recipient_restrictions = permit_mynetworks, reject
smtpd_relay_restrictions = permit_mynetworks, reject
alias_maps =
alias_database =
smtp_tls_security_level = none
smtpd_tls_security_level = none
smtputf8_enable = no
transport_maps = inline:{ ${BINDINGS.map((binding) => `{${binding}.example.com = discard:}`).join(" ")} }
sender_dependent_default_transport_maps = inline:{ ${BINDINGS.map((binding) => `{@${binding}.example.com = ${binding}:}`).join(" ")} }
default_transport = b1:
minimal_backoff_time = 20s
maximal_backoff_time = 120s
queue_run_delay = 15s
initial_destination_concurrency = 3
default_destination_concurrency_limit = 6
default_destination_concurrency_failed_cohort_limit = 3
default_destination_recipient_limit = 3
default_process_limit = 60
in_flow_delay = 0
smtp_connect_timeout = 5s
smtp_helo_timeout = 10s
smtp_mail_timeout = 10s
smtp_rcpt_timeout = 10s
smtp_data_done_timeout = 20s
`

const MASTER = () => `
127.0.0.1:${SUBMISSION_PORT} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
${BINDINGS.map(
  (binding) =>
    `${binding} unix - - n - - smtp -o syslog_name=postfix/${binding} -o smtp_bind_address=${BINDING_ADDRESS.get(binding)}`,
).join("\n")}
`

/** Writes a configuration into a directory, starts Postfix; returns how to stop it. */
export function startPostfix(dir) {
  const config = join(dir, "config")
  for (const name of ["config", "queue", "data"]) mkdirSync(join(dir, name), { recursive: true })
  // The daemons run as postfix and pass through the directory above.
  chmodSync(dir, 0o755)
  const uid = Number(execFileSync("id", ["-u", "postfix"]))
  chownSync(join(dir, "data"), uid, -1)
  writeFileSync(join(config, "main.cf"), MAIN(dir))
  writeFileSync(join(config, "master.cf"), MASTER())
  const postfix = (...args) =>
    execFileSync("postfix", ["-c", config, ...args], { stdio: ["ignore", "inherit", "inherit"] })
  postfix("start")
  return () => postfix("stop")
}
