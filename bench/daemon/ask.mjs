/**
 * Asks a daemon for decisions at a steady pace, and notes how long each answer takes:
 * a program of its own, so that what is measured waits for nobody else's work.
 * Told over its channel when to begin to note and when to end.
 */
import { once } from "node:events"
import { connect } from "node:net"
import { setTimeout as wait } from "node:timers/promises"

/** One decision is asked for every so many milliseconds. */
const ASK_EVERY_MS = 2
/** Asked before: code is compiled with these, as with those of any other day. */
const WARMING = 8000
/** One client may ask a thousand times a second. */
const WARMING_EVERY_MS = 0.5

const { hostname, port } = new URL(process.argv[2])
// A client of HTTP would be measured too.
const socket = connect(Number(port), hostname).setNoDelay(true)
await once(socket, "connect")
/** @type {(value?: undefined) => void} */
let answered = () => {}
let rest = ""
socket.setEncoding("latin1").on("data", (text) => {
  rest += text
  const body = rest.indexOf("\r\n\r\n") + 4
  if (body < 4 || rest.length < body + Number(/^content-length: (\d+)/im.exec(rest)[1])) return
  if (!rest.startsWith("HTTP/1.1 200 ")) throw new Error(rest)
  rest = ""
  answered()
})
const took = []
let said
process.on("message", (word) => {
  said = word
})
for (let i = 0; said !== "end"; i++) {
  if (i === WARMING) process.send("warm")
  const answer = new Promise((resolve) => {
    answered = resolve
  })
  const from = performance.now()
  socket.write(
    `GET /v1/decision?binding=b${i % 20}&domain=d${i % 999}.test HTTP/1.1\r\nHost: localhost\r\n\r\n`,
  )
  await answer
  if (said === "begin") took.push(performance.now() - from)
  await wait(i < WARMING ? WARMING_EVERY_MS : ASK_EVERY_MS)
}
socket.destroy()
took.sort((a, b) => a - b)
const at = (share) => took[Math.min(took.length - 1, Math.floor(took.length * share))]
process.send({ p50: at(0.5), p99: at(0.99), p999: at(0.999), asked: took.length })
process.disconnect()
