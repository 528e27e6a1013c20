/**
 * SMTP receivers on loopback: each answers by its habits, and throws away what
 * it accepts. Chance comes from a seed, so that two recordings resemble each other.
 */
import { once } from "node:events"
import { createServer } from "node:net"
import { BINDING_ADDRESS, MX_ADDRESS, RECEIVERS } from "./receivers.mjs"

/** Seconds after which a greylisted recipient is accepted. */
const GREYLIST_SEC = 60

export function seeded(seed) {
  let state = seed >>> 0 || 1
  return () => {
    state ^= state << 13
    state >>>= 0
    state ^= state >>> 17
    state ^= state << 5
    state >>>= 0
    return state / 2 ** 32
  }
}

const bindingOf = new Map([...BINDING_ADDRESS].map(([binding, address]) => [address, binding]))

/** @param progress how much of the recording has passed, 0 to 1 */
export async function openSinks(progress, seed) {
  const random = seeded(seed)
  const servers = []
  for (const receiver of RECEIVERS) {
    if (receiver.closed) continue
    for (const mx of receiver.mx) {
      const server = createServer((socket) => serve(socket, receiver, mx, progress, random))
      server.listen(25, MX_ADDRESS.get(mx))
      await once(server, "listening")
      servers.push(server)
    }
  }
  return () => {
    for (const server of servers) server.close()
  }
}

const firstSeen = new Map()

function serve(socket, receiver, mx, progress, random) {
  const binding = bindingOf.get(socket.remoteAddress)
  let pending = ""
  let inData = false
  let sender = ""
  socket.on("error", () => {})
  socket.setTimeout(120_000, () => socket.destroy())

  const holds = ({ during, binding: only }) =>
    (only === undefined || only === binding) &&
    (during === undefined || during.some(([from, to]) => progress() >= from && progress() < to))
  /** The reply of the first habit that this session meets, or null. */
  const refusal = (phase) =>
    receiver.habits.find((habit) => habit.phase === phase && holds(habit) && random() < habit.share)?.reply ??
    null

  const say = (lines) => {
    if (lines[0] === "DROP") socket.destroy()
    else if (lines[0] !== "HANG")
      for (const line of lines) socket.write(Buffer.concat([Buffer.from(line), Buffer.from("\r\n")]))
  }
  /** After a 421 a receiver hangs up. */
  const refuse = (lines) => {
    say(lines)
    if (String(lines.at(-1)).startsWith("421")) socket.end()
  }

  const atConnect = refusal("connect")
  if (atConnect !== null) {
    say(atConnect)
    if (!socket.destroyed) socket.end()
    return
  }
  say([`220 ${mx} ESMTP`])

  const command = (line) => {
    const verb = line.slice(0, 4).toUpperCase()
    if (verb === "EHLO") say([`250-${mx}`, "250-8BITMIME", "250-PIPELINING", "250 ENHANCEDSTATUSCODES"])
    else if (verb === "HELO") say([`250 ${mx}`])
    else if (verb === "MAIL") {
      sender = line.slice(10)
      const reply = refusal("mail")
      if (reply === null) say(["250 2.1.0 OK"])
      else refuse(reply)
    } else if (verb === "RCPT") recipient(line.slice(8))
    else if (verb === "DATA") {
      inData = true
      say(["354 Go ahead"])
    } else if (verb === "RSET") say(["250 2.0.0 OK"])
    else if (verb === "QUIT") {
      say([`221 2.0.0 ${mx} closing connection`])
      socket.end()
    } else say(["502 5.5.1 Unrecognized command"])
  }

  const recipient = (address) => {
    if (receiver.greylists) {
      const triplet = `${binding} ${sender} ${address}`
      const now = Date.now() / 1000
      if (!firstSeen.has(triplet)) firstSeen.set(triplet, now)
      if (now - firstSeen.get(triplet) < GREYLIST_SEC) {
        say([
          `450 4.2.0 ${address.trim()}: Recipient address rejected: Greylisted, see http://postgrey.example.net/help/grey.example.html`,
        ])
        return
      }
    }
    const reply = refusal("rcpt")
    if (reply === null) say(["250 2.1.5 OK"])
    else refuse(reply)
  }

  socket.on("data", (piece) => {
    pending += piece.toString("latin1")
    for (let end = pending.indexOf("\r\n"); end >= 0 && !socket.destroyed; end = pending.indexOf("\r\n")) {
      const line = pending.slice(0, end)
      pending = pending.slice(end + 2)
      if (!inData) command(line)
      else if (line === ".") {
        inData = false
        const reply = refusal("data")
        if (reply === null) say([`250 2.0.0 OK ${Math.floor(random() * 1e9).toString(36)} queued`])
        else refuse(reply)
      }
    }
  })
}
