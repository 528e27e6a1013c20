/** A daemon that follows a log, and tells every decision as a line: its number, and the decision. To be killed. */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout as wait } from "node:timers/promises"
import { Daemon } from "../../dist/daemon/daemon.js"
import { DaemonMetrics } from "../../dist/daemon/metrics.js"
import { decisionJson } from "../../dist/report/json.js"

const [, , state, log, rules, snapshotSec, repeats] = process.argv
const tell = (facts, message) => process.stderr.write(`${message} ${JSON.stringify(facts)}\n`)
const daemon = await Daemon.start({
  stateDirectory: state,
  given: { recorded: null, assignments: [], followsGuide: false },
  readConfiguration: () => ({ given: null, text: "there is none" }),
  rulePaths: () => [rules],
  follow: [{ path: log, format: "jsonl", fromEnd: false, skipsCopies: false }],
  host: "test",
  alertServer: null,
  logDirectory: state,
  nowMicros: () => Date.now() * 1000,
  nowMs: () => performance.now(),
  utcOffsetMinutes: 0,
  timer: (ms, signal) => wait(ms, undefined, { signal }),
  log: { info: tell, warn: tell, error: tell },
  effects: {
    restore(_lastId, _kept, told) {
      if (repeats === "all") this.add(told)
    },
    latest: () => ({ afterId: 0, list: [] }),
    add(decided) {
      for (const { id, decision } of decided)
        process.stdout.write(`${id} ${decisionJson(decision, null, { sources: false })}\n`)
    },
  },
  metrics: new DaemonMetrics(),
  snapshotSec: Number(snapshotSec),
  // On a busy machine a line may be read long after its time: it must not be taken for late.
  lagSec: 120,
  canaryPercent: null,
})
process.stdout.write(`ready\n`)
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
process.stdin.on("data", async (bytes) => {
  for (const line of String(bytes).split("\n").filter(Boolean)) {
    if (line === "end") {
      await daemon.close()
      process.exit(0)
    }
    if (line === "facts") {
      const { heapUsed, rss } = process.memoryUsage()
      const facts = {
        taken: daemon.ledger.taken,
        serving: daemon.rules.serving.number,
        delayMs: delay.max / 1e6,
        heapMB: heapUsed / 2 ** 20,
        rssMB: rss / 2 ** 20,
      }
      process.stdout.write(`answer ${JSON.stringify(facts)}\n`)
      continue
    }
    const { ok, text } = await daemon.ledger.command(line)
    process.stdout.write(`answer ${JSON.stringify({ line, ok, text })}\n`)
  }
})
