/**
 * One recording, inside the namespaces that record.sh makes: name service, sinks,
 * Postfix, and mail sent at an uneven pace. Stops by itself when the time is over.
 *
 * usage: node recording.mjs --minutes N --messages N --out FILE [--seed N]
 */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs"
import { createConnection } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { parseArgs } from "node:util"
import { serveNames } from "./dns.mjs"
import { SUBMISSION_PORT, startPostfix } from "./postfix.mjs"
import { BINDINGS, RECEIVERS, UNKNOWN_DOMAIN } from "./receivers.mjs"
import { openSinks, seeded } from "./sinks.mjs"

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "20" },
    messages: { type: "string", default: "4000" },
    seed: { type: "string", default: "20260101" },
    out: { type: "string" },
  },
})
const totalSec = Number(values.minutes) * 60
const messages = Number(values.messages)
if (
  !(totalSec > 0 && totalSec <= 7200) ||
  !(messages > 0 && messages <= 50_000) ||
  values.out === undefined
) {
  console.error(
    "usage: node recording.mjs --minutes N --messages N --out FILE [--seed N]; at most 120 minutes, 50,000 messages",
  )
  process.exit(2)
}
/** The last part is for retries: no new mail then. */
const SENDING_SHARE = 0.85

const random = seeded(Number(values.seed))
/** @type {[domain: string, weight: number][]} */
const weights = RECEIVERS.flatMap(({ weight, domains }) =>
  domains.map((domain) => [domain, weight / domains.length]),
)
weights.push([UNKNOWN_DOMAIN, 0.5])
const totalWeight = weights.reduce((sum, [, weight]) => sum + weight, 0)

function anyDomain() {
  let left = random() * totalWeight
  for (const [domain, weight] of weights) {
    left -= weight
    if (left <= 0) return domain
  }
  return weights[0][0]
}

/** One session of SMTP; one message after the other. */
class Sender {
  #socket
  #replies = []
  #waiting = []

  async open() {
    this.#socket = createConnection(SUBMISSION_PORT, "127.0.0.1")
    let pending = ""
    this.#socket.on("data", (piece) => {
      pending += piece
      for (let end = pending.indexOf("\r\n"); end >= 0; end = pending.indexOf("\r\n")) {
        const line = pending.slice(0, end)
        pending = pending.slice(end + 2)
        if (line[3] === "-") continue
        const next = this.#waiting.shift()
        if (next === undefined) this.#replies.push(line)
        else next(line)
      }
    })
    await this.#reply()
    await this.#say("EHLO client.example.com")
  }

  async send(from, recipients) {
    await this.#say(`MAIL FROM:<${from}>`)
    for (const recipient of recipients) await this.#say(`RCPT TO:<${recipient}>`)
    await this.#say("DATA")
    await this.#say(`From: <${from}>\r\nTo: <${recipients[0]}>\r\nSubject: news\r\n\r\nHello.\r\n.`)
  }

  close() {
    this.#socket.destroy()
  }

  #reply() {
    const ready = this.#replies.shift()
    return ready === undefined
      ? new Promise((resolve) => this.#waiting.push(resolve))
      : Promise.resolve(ready)
  }

  async #say(line) {
    this.#socket.write(`${line}\r\n`)
    const reply = await this.#reply()
    if (!/^[23]/.test(reply)) throw new Error(`Postfix answers ${reply} to ${line.slice(0, 60)}`)
  }
}

const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms))
const startMs = Date.now()
const elapsedSec = () => (Date.now() - startMs) / 1000
const progress = () => elapsedSec() / totalSec

const dir = mkdtempSync(join(tmpdir(), "record-postfix-"))
const closeNames = await serveNames()
const closeSinks = await openSinks(progress, Number(values.seed) + 1)
const stopPostfix = startPostfix(dir)
let isOver = false
/** What has been logged so far is kept, also when the recording is broken off. */
function end() {
  if (isOver) return
  isOver = true
  stopPostfix()
  closeSinks()
  closeNames()
  copyFileSync(join(dir, "mail.log"), values.out)
  rmSync(dir, { recursive: true, force: true })
}
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
  process.once(signal, () => {
    end()
    process.exit(1)
  })
}
try {
  await wait(2000)
  const sender = new Sender()
  await sender.open()
  for (let sent = 0; sent < messages && progress() < SENDING_SHARE; sent++) {
    // Mail comes in waves: a campaign starts strong and fades, four times over.
    const share = sent / messages
    const wave = (share * 4) % 1
    const dueSec = totalSec * SENDING_SHARE * (Math.floor(share * 4) + wave ** 1.5) * 0.25
    if (dueSec > elapsedSec()) await wait((dueSec - elapsedSec()) * 1000)
    const binding = BINDINGS[Math.floor(random() * BINDINGS.length)]
    const domain = anyDomain()
    const count = random() < 0.1 ? 3 : 1
    const recipients = Array.from({ length: count }, () => `user${Math.floor(random() * 5000)}@${domain}`)
    await sender.send(`news@${binding}.example.com`, recipients)
    if (sent % 500 === 499) console.log(`${sent + 1} messages after ${Math.round(elapsedSec())} s`)
  }
  sender.close()
  await wait(Math.max(0, totalSec - elapsedSec()) * 1000)
} finally {
  end()
}
process.exit(0)
