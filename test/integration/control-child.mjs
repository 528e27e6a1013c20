/**
 * A daemon as far as its console goes, to be asked, killed and started again:
 * listens on the socket named first, and tells "ready" or the code of what is in
 * the way. SIGTERM ends it as it should end. What it answers to "who" is what
 * stands second.
 */
import { complete } from "../../dist/console/complete.js"
import { consoleReply } from "../../dist/console/console.js"
import { consoleTarget } from "../../dist/console/target.js"
import { startControl } from "../../dist/control/server.js"
import { Store } from "../../dist/store/store.js"

const [, , path, name] = process.argv
const target = consoleTarget(new Store())
const handler = {
  command: (line) => (line === "who" ? { ok: true, text: `I am ${name}` } : consoleReply(line, target)),
  complete: (line) => complete(line, target),
  nowMicros: () => target.nowMicros,
}
try {
  const control = await startControl({ path, handler, programVersion: "0.0.0" })
  process.once("SIGTERM", () => void control.close())
  process.stdout.write("ready\n")
} catch (error) {
  process.stdout.write(`${error.code}\n`)
}
