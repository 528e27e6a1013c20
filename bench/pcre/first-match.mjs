/**
 * First match in rule order: ours, a walk over plain RegExps (the same translations), the
 * same walk as a Lua loop in fengari, and, where lua5.1 and lua-rex-pcre2 are installed,
 * what the field runs: Lua 5.1 walking the table with PCRE, interpreted and with PCRE's
 * JIT. Nanoseconds a reply.
 * Run alone: node bench/pcre/first-match.mjs (after npm run build).
 */
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath, pathToFileURL } from "node:url"
import { compilePattern, createFirstMatch, describePattern } from "../../dist/pcre/index.js"
import { benchFengariScan } from "./fengari-scan.mjs"
import { makeReplies, makeRules } from "./workload.mjs"

const SIZES = [40, 400, 4000]
/** Work for one measurement, in walks over a rule: keeps each between 0.05 and 1 s. */
const WALKS = 8_000_000
const MEASUREMENTS = 7

export function benchFirstMatch() {
  const replies = makeReplies()
  return SIZES.map((size) => measure(makeRules(size), replies))
}

function measure(rules, replies) {
  const patterns = rules.map(([source]) => {
    const result = compilePattern(source)
    if (result.ok === false) throw new Error(`${source}: ${result.error.message}`)
    return result.pattern
  })
  const matcher = createFirstMatch(patterns)
  const regExps = patterns.map((pattern) => new RegExp(describePattern(pattern).regExp.source))
  const walk = (reply) => {
    for (let i = 0; i < regExps.length; i++) if (regExps[i].test(reply)) return i
    return -1
  }
  for (const reply of replies) {
    if (matcher.find(reply) !== walk(reply)) throw new Error(`ours and the walk differ on: ${reply}`)
  }
  const rounds = Math.max(2, Math.round(WALKS / rules.length / replies.length / 2))
  const [ours, linear] = sideBySide(
    [(reply) => matcher.find(reply), Math.max(rounds, 500)],
    [walk, rounds],
    replies,
  )
  const fengari = benchFengariScan(regExps, replies, { rounds: Math.max(1, Math.round(400 / rules.length)) })
  if (fengari.found.some((index, i) => index !== walk(replies[i])))
    throw new Error("the fengari loop differs")
  const lua = luaTimes(rules, replies, Math.max(1, rounds >> 3), walk)
  return {
    rules: rules.length,
    ours: Math.round(ours),
    "RegExp walk": Math.round(linear),
    "× RegExp walk": (linear / ours).toFixed(1),
    "fengari loop": Math.round(fengari.nsPerReply),
    ...lua.row,
    ...(lua.best && { "× Lua": (lua.best / ours).toFixed(1) }),
  }
}

/** Medians of alternating measurements, so that a disturbance meets both. */
function sideBySide(first, second, replies) {
  const times = [[], []]
  for (let i = 0; i <= MEASUREMENTS; i++) {
    ;[first, second].forEach(([find, rounds], which) => {
      const start = performance.now()
      for (let round = 0; round < rounds; round++) for (const reply of replies) find(reply)
      // the first one warms up
      if (i > 0) times[which].push(((performance.now() - start) * 1e6) / rounds / replies.length)
    })
  }
  return times.map((list) => list.sort((a, b) => a - b)[list.length >> 1])
}

function luaTimes(rules, replies, rounds, walk) {
  const folder = mkdtempSync(join(tmpdir(), "first-match-"))
  const file = join(folder, "workload.txt")
  writeFileSync(
    file,
    [...rules.map(([source]) => `R${source}`), ...replies.map((reply) => `S${reply}`)].join("\n"),
  )
  const script = fileURLToPath(new URL("./lua51.lua", import.meta.url))
  const wanted = replies.reduce((sum, reply) => sum + walk(reply) + 1, 0)
  const row = {}
  const times = []
  for (const [name, ...options] of [["Lua 5.1 + PCRE2"], ["Lua 5.1 + PCRE2 JIT", "jit"]]) {
    const { status, stdout } = spawnSync("lua5.1", [script, file, String(rounds), ...options], {
      encoding: "utf8",
    })
    if (status !== 0) continue
    const [time, sum] = stdout.trim().split(" ").map(Number)
    if (sum !== wanted) throw new Error(`${name} found other rules: ${sum} instead of ${wanted}`)
    row[name] = time
    times.push(time)
  }
  rmSync(folder, { recursive: true })
  return { row, best: times.length > 0 ? Math.min(...times) : undefined }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  const rows = benchFirstMatch()
  console.table(rows)
  const [small] = rows
  const large = rows.at(-1)
  console.log(
    `${large.rules} rules cost ${(large.ours / small.ours).toFixed(2)} times what ${small.rules} cost`,
  )
}
