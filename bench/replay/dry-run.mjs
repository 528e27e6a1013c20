/**
 * A whole dry-run, each in a process of its own, beside a loop that reads the same
 * file and splits the same fields and does nothing with them: the floor. Figures
 * are whole processes, start and loading of rules included.
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { generateMainlog } from "./generate.mjs"

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url))
const FLOOR = fileURLToPath(new URL("floor.mjs", import.meta.url))
const REPEATS = 3

/** Best of some runs, interleaved by the caller: seconds, and peak memory in MB. */
function run(script, args) {
  const wrapper = `process.on("exit", () => process.stderr.write(\`\\nPEAK \${process.resourceUsage().maxRSS}\\n\`))`
  const start = performance.now()
  const { stderr, status } = spawnSync(
    process.execPath,
    ["--import", `data:text/javascript,${encodeURIComponent(wrapper)}`, script, ...args],
    { encoding: "utf8", maxBuffer: 1 << 28 },
  )
  const seconds = (performance.now() - start) / 1000
  if (status !== 0) throw new Error(`${script} ${args.join(" ")} ended with ${status}: ${stderr}`)
  const peaks = [...stderr.matchAll(/PEAK (\d+)/g)].map((match) => Number(match[1]) / 1024)
  return { seconds, peakMb: Math.max(...peaks) }
}

function best(runs) {
  return runs.reduce((a, b) => (b.seconds < a.seconds ? b : a))
}

/** A rule file with as many rules as wanted, none of which the traffic matches, under `*`. */
function manyRules(count) {
  const rules = Array.from({ length: count }, (_, i) => {
    const word = i.toString(36).padStart(4, "q")
    return `{ code = "^4\\\\d\\\\d .*policy ${word} refused", trigger = "5/60", action = {"suspend", "1 hours"} },`
  })
  return `require('msys.adaptive')\nmsys.adaptive.registerRules({ ["*"] = { responses = {\n${rules.join("\n")}\n} } })\n`
}

export function benchDryRun() {
  const dir = mkdtempSync(join(tmpdir(), "adaptive-bench-"))
  try {
    const path = (name) => join(dir, name)
    generateMainlog({ path: path("short"), lines: 500_000 })
    generateMainlog({ path: path("long"), lines: 2_000_000 })
    const shipped = fileURLToPath(new URL("../../rules/adaptive_rules.lua", import.meta.url))
    for (const count of [400, 4000]) writeFileSync(path(`rules-${count}.lua`), manyRules(count))
    /** @returns {string[]} */
    const dryRun = (log, ...rules) => [
      "dry-run",
      "--traffic",
      path(log),
      ...rules.flatMap((file) => ["--rules", file]),
    ]
    /** @type {[name: string, lines: number, script: string, args: string[]][]} */
    const cases = [
      ["floor: read and split", 2_000_000, FLOOR, [path("long")]],
      ["dry-run, shipped rules", 2_000_000, MAIN, dryRun("long", shipped)],
      ["dry-run, a quarter of the lines", 500_000, MAIN, dryRun("short", shipped)],
      [
        "dry-run, a quarter of the lines, 4,000 rules more",
        500_000,
        MAIN,
        dryRun("short", shipped, path("rules-4000.lua")),
      ],
      [
        'dry-run --audit "300,6" --audit "1800,4"',
        2_000_000,
        MAIN,
        [...dryRun("long", shipped), "--audit", "300,6", "--audit", "1800,4"],
      ],
      ["dry-run, 400 rules more", 2_000_000, MAIN, dryRun("long", shipped, path("rules-400.lua"))],
      ["dry-run, 4,000 rules more", 2_000_000, MAIN, dryRun("long", shipped, path("rules-4000.lua"))],
    ]
    const runs = cases.map(() => [])
    // Round by round: what else the machine does falls on all alike.
    for (let i = 0; i < REPEATS; i++) {
      for (const [c, [, , script, args]] of cases.entries()) runs[c].push(run(script, args))
    }
    const floor = best(runs[0])
    const secondsOf = (name) => best(runs[cases.findIndex(([one]) => one === name)]).seconds
    const perLine = (long, short) => (((secondsOf(long) - secondsOf(short)) / 1.5e6) * 1e9).toFixed(0)
    return {
      bytes: statSync(path("long")).size,
      /** Nanoseconds for one line more: neither the start nor the loading of rules is in them. */
      nanosecondsPerLine: {
        "shipped rules": perLine("dry-run, shipped rules", "dry-run, a quarter of the lines"),
        "4,000 rules more": perLine(
          "dry-run, 4,000 rules more",
          "dry-run, a quarter of the lines, 4,000 rules more",
        ),
      },
      rows: cases.map(([name, lines], c) => {
        const { seconds, peakMb } = best(runs[c])
        return {
          "": name,
          seconds: seconds.toFixed(2),
          "lines/s": Math.round(lines / seconds).toLocaleString("en"),
          "times the floor": ((seconds / floor.seconds) * (2_000_000 / lines)).toFixed(2),
          "peak MB": Math.round(peakMb),
        }
      }),
    }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { rows, nanosecondsPerLine } = benchDryRun()
  console.table(rows)
  console.log("one line more, nanoseconds:", nanosecondsPerLine)
}
