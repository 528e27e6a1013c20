/** A daemon that follows a log, and tells every decision as a line: its number, and the decision. To be killed. */
import { setTimeout as wait } from "node:timers/promises"
import { globalOptions } from "../../dist/config/global-options.js"
import { Daemon } from "../../dist/daemon/daemon.js"
import { DaemonMetrics } from "../../dist/daemon/metrics.js"
import { decisionJson } from "../../dist/report/json.js"

const [, , state, log, rules, snapshotSec] = process.argv
const tell = (facts, message) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`)
const daemon = await Daemon.start({
  stateDirectory: state,
  makeConfiguration: () => globalOptions([]),
  readConfiguration: () => ({ configuration: null, text: "there is none" }),
  rulePaths: () => [rules],
  loadOptions: () => ({}),
  follow: [{ path: log, format: "jsonl", fromEnd: false, skipsCopies: false }],
  host: "test",
  alertServer: null,
  logDirectory: state,
  nowMicros: () => Date.now() * 1000,
  utcOffsetMinutes: 0,
  timer: (ms, signal) => wait(ms, undefined, { signal }),
  log: { info: tell, warn: tell, error: tell },
  effects: {
    restore() {},
    latest: () => [],
    add(decided) {
      for (const { id, decision } of decided)
        process.stdout.write(`${id} ${decisionJson(decision, null, { sources: false })}\n`)
    },
  },
  metrics: new DaemonMetrics(),
  snapshotSec: Number(snapshotSec),
})
process.stdout.write(`ready\n`)
process.stdin.on("data", async (bytes) => {
  for (const line of String(bytes).split("\n").filter(Boolean)) {
    if (line === "end") {
      await daemon.close()
      process.exit(0)
    }
    const { ok, text } = await daemon.ledger.command(line)
    process.stdout.write(`answer ${JSON.stringify({ line, ok, text })}\n`)
  }
})
