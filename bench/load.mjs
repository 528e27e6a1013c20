/**
 * Loading a rule file: our loader (translate, run, read, validate, compile the
 * patterns, all in its worker, result handed over) side by side with plain
 * fengari that only compiles and executes the same text.
 */
import { createRequire } from "node:module"
import { RuleLoader } from "../dist/reload/loader.js"
import { RuleSet } from "../dist/rules/rule-set.js"

const WORDS =
  "rate limit blocked listed throttled deferred refused policy content reputation volume quota".split(" ")

/** A rule file of `count` rules in domains of 20, alike on every run. */
export function generateRuleFile(count) {
  const lines = ['module("msys.adaptive_rules", package.seeall)', "Rules = {"]
  for (let i = 0; i < count; i += 20) {
    lines.push(`  ["provider${i}.example"] = {`, "    responses = {")
    for (let k = i; k < Math.min(i + 20, count); k++) {
      const [a, b] = [WORDS[k % WORDS.length], WORDS[(k * 7 + 3) % WORDS.length]]
      lines.push(
        "      {",
        `        code = "^4${k % 10}1 .*${a} ${b} code-${k}\\\\.\\\\d+",`,
        `        trigger = "${k % 3 === 0 ? "1" : `${(k % 9) + 1}/60`}",`,
        `        action = {"suspend", "${(k % 4) + 1} hours"},`,
        `        message = "provider ${i} says ${a}: look at rule ${k}",`,
        "      },",
      )
    }
    lines.push("    },", "    configuration = {", "      max_outbound_connections = {2, 20},")
    if (i % 100 === 0)
      lines.push("      outbound_throttle_messages = function(curr, last, age) return 100 + age / 36 end,")
    lines.push("    },", "  },")
  }
  lines.push("}", "")
  return lines.join("\n")
}

/** What plain fengari takes: compile and run, nothing read or judged. */
function plainFengari() {
  process.env.FENGARICONF = '{"LUA_COMPAT_FLOATSTRING":true}'
  const { lauxlib, lualib, to_luastring } = createRequire(import.meta.url)("fengari")
  return (text) => {
    const L = lauxlib.luaL_newstate()
    lualib.luaL_openlibs(L)
    lauxlib.luaL_dostring(L, to_luastring("module = function() end package.seeall = true"))
    if (lauxlib.luaL_dostring(L, to_luastring(text)) !== 0) throw new Error("fengari refused the file")
  }
}

const median = (values) => values.sort((a, b) => a - b)[values.length >> 1]

async function timed(warmUps, runs, body) {
  const took = []
  for (let i = 0; i < runs + warmUps; i++) {
    const start = performance.now()
    await body()
    if (i >= warmUps) took.push(performance.now() - start)
  }
  return median(took)
}

/** Rows of `{ name, ours, peer, ratio }` in milliseconds, both sides warm. */
export async function benchLoad() {
  const rows = []
  const plain = plainFengari()
  const loader = new RuleLoader()
  // Warm-ups let the compiler of JavaScript finish on both sides; a first load is timed by itself below.
  for (const [count, warmUps, runs] of [
    [200, 60, 25],
    [5000, 6, 7],
  ]) {
    const text = generateRuleFile(count)
    const sources = [{ file: `generated-${count}.lua`, bytes: new TextEncoder().encode(text) }]
    const request = { sources, roots: [], nowSec: 1_800_000_000, extensions: true, findings: [] }
    const peer = await timed(warmUps, runs, () => plain(text))
    const ours = await timed(warmUps, runs, async () => {
      const { data } = await loader.build(request)
      if (data.counts.responses !== count)
        throw new Error(`loaded ${data.counts.responses} rules of ${count}`)
      new RuleSet(data)
    })
    rows.push({
      name: `load ${count} rules (${(text.length / 1024).toFixed(0)} KB)`,
      ours,
      peer,
      ratio: ours / peer,
    })
  }
  await loader.close()
  return rows
}

if (process.argv[1]?.endsWith("load.mjs")) console.table(await benchLoad())
