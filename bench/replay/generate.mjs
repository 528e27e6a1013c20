/**
 * Writes a mainlog of any length: 85 % deliveries and receptions, 15 % failures,
 * over 100,000 pairs, by a fixed recipe. Lines are made in blocks and memory stays
 * flat, so that the log may be far larger than it.
 */
import { closeSync, openSync, writeSync } from "node:fs"

const BINDINGS = 20
const DOMAINS = 5000
/** A few domains have most of the traffic, as everywhere. */
const LARGE = [
  "gmail.com",
  "hotmail.com",
  "yahoo.com",
  "outlook.com",
  "icloud.com",
  "aol.com",
  "gmx.net",
  "comcast.net",
]

/** Stage, and the reply; IP and ID vary from one to the next, as they do in real ones. */
/** @type {[type: string, stage: number, form: string][]} */
const REPLIES = [
  [
    "T",
    5,
    "421 4.7.0 [TSS04] Messages from IP temporarily deferred due to unexpected volume or user complaints - 4.16.55.1",
  ],
  [
    "T",
    7,
    "421-4.7.28 [IP] Gmail has detected an unusual rate of email 421-4.7.28 originating from your IP address. ID.gsmtp",
  ],
  [
    "T",
    3,
    "451 4.7.650 The mail server [IP] has been temporarily rate limited due to IP reputation. (S775) [ID.prod.outlook.com]",
  ],
  ["T", 5, "452 4.2.2 The email account that you tried to reach is over quota ID - gsmtp"],
  [
    "T",
    5,
    "450 4.2.0 <userID@example.org>: Recipient address rejected: Greylisted, see http://postgrey.example.net/",
  ],
  ["T", 0, "451 4.4.1 [internal] Connection refused"],
  [
    "P",
    5,
    "550 5.1.1 <userID@example.com>: Recipient address rejected: User unknown in virtual mailbox table",
  ],
  [
    "P",
    5,
    "550-5.1.1 The email account that you tried to reach does not exist. Please try 550-5.1.1 double-checking. ID.gsmtp",
  ],
  ["P", 7, "554 5.7.1 Message ID rejected because of policy reasons [PH01]"],
  [
    "P",
    3,
    "550 5.7.1 Unfortunately, messages from [IP] weren't sent. Part of their network is on our block list (S3150). [ID]",
  ],
]

/** @param {{ path: string, lines: number, perSecond?: number, seed?: number }} what */
export function generateMainlog({ path, lines, perSecond = 500, seed = 1 }) {
  let state = seed >>> 0 || 1
  const random = (below) => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state % below
  }
  const file = openSync(path, "w")
  let atMicros = 1_790_000_000_000_000
  const step = Math.floor(2e6 / perSecond)
  let block = []
  for (let i = 0; i < lines; i++) {
    atMicros += random(step) + 1
    const id = (0x1000000 + (i % 0xefffff)).toString(16).toUpperCase()
    const binding = `bind-${random(BINDINGS)}`
    const domain = random(10) < 4 ? LARGE[random(LARGE.length)] : `mx${random(DOMAINS)}.example.net`
    const start = `${atMicros}@${id.slice(0, 2)}/00-${id}-945A87F3@00/00-03736-F4101B54@00/00-${id}-A3456B54`
    const kind = random(100)
    if (kind < 40)
      block.push(
        `${start}@R@user${i % 9999}@${domain}@news@sender.example@10.0.1.1@${2000 + (i % 9000)}@esmtp@group-a@${binding}\n`,
      )
    else if (kind < 85)
      block.push(
        `${start}@D@${domain}@${2000 + (i % 9000)}@group-a@${binding}@0@0.${100 + (i % 900)}@198.51.100.${i % 250}\n`,
      )
    else {
      const [type, stage, form] = REPLIES[random(REPLIES.length)]
      const text = form.replace("IP", `192.0.2.${random(250)}`).replace("ID", random(1e9).toString(36))
      block.push(
        `${start}@${type}@${domain}@0@group-a@${binding}@${stage}@1@18.53@198.51.100.${i % 250}@${text}\n`,
      )
    }
    if (block.length === 10_000) {
      writeSync(file, block.join(""))
      block = []
    }
  }
  writeSync(file, block.join(""))
  closeSync(file)
}

if (process.argv[1] === new URL(import.meta.url).pathname) {
  const [path, lines] = process.argv.slice(2)
  if (path === undefined || !(Number(lines) > 0)) {
    console.error("usage: node bench/replay/generate.mjs FILE LINES")
    process.exit(2)
  }
  generateMainlog({ path, lines: Number(lines) })
}
