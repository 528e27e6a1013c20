/** `npm run bench`: all comparisons with peers, one table each. Ratios matter, times are this machine's. */
import { benchClassify } from "./classify/classify.mjs"
import { benchDaemon } from "./daemon/daemon.mjs"
import { benchRestart } from "./daemon/restart.mjs"
import { benchGroups } from "./engine/group.mjs"
import { benchLoad } from "./load.mjs"
import { benchFirstMatch } from "./pcre/first-match.mjs"
import { benchDryRun } from "./replay/dry-run.mjs"
import { benchSeries, benchSnapshots, benchSweeps, benchThrottles } from "./store/store.mjs"
import { benchAccuracy } from "./store/throttle-accuracy.mjs"

const load = await benchLoad()
console.log(
  "Loading a rule file, milliseconds (median); peer: plain fengari compiling and running the same text",
)
console.table(
  load.map(({ name, ours, peer, ratio }) => ({
    "": name,
    ours: ours.toFixed(1),
    "plain fengari": peer.toFixed(1),
    ratio: `${ratio.toFixed(2)} x`,
  })),
)

console.log("First match of a reply, nanoseconds a reply")
console.table(await benchFirstMatch())

console.log(
  "Bounce class of a reply, nanoseconds a reply; plain loop: the same entries with includes and RegExp",
)
console.table(benchClassify())

const { rows, nanosecondsPerLine, bytes } = benchDryRun()
console.log(
  `Dry-run of 2,000,000 mainlog lines (${Math.round(bytes / 1e6)} MB, 100,000 pairs), whole processes; floor: reading and splitting the same file`,
)
console.table(rows)
console.log("One line more costs, in nanoseconds:", nanosecondsPerLine)

console.log(
  'Series: five metrics by binding::domain over monitors "300,6" and "1800,4", every window in use; names are made anew for each call',
)
console.table(benchSeries())
console.log("Throttles: may a message of this binding::domain go now?")
console.table(benchThrottles())
console.log("Throttles over simulated days, with always more to send")
console.table(benchAccuracy())
console.log("Snapshots: a store with outbound_audit of as many domains, while events go on")
console.table(benchSnapshots())
console.log(
  "Sweeps: all pairs against three sweep rules, in slices of 2,000 pairs; the loop reads the same counters and does nothing else",
)
console.table(benchSweeps())
console.log("Which binding of a group may send? Nanoseconds a question")
console.table(await benchGroups())
console.log(
  "A running daemon: events a second, and how long /v1/decision takes meanwhile; the peer reads and parses the same lines",
)
console.table(await benchDaemon())
console.log(
  "A daemon with a million pairs that was killed: until it is ready again, and until it has stopped",
)
console.table(await benchRestart())
