/**
 * Loads hostile rule files with the built loader, one after the other in one
 * process, and tells of each what was found, what was left of the good file
 * beside it, how long it took and the most memory this process ever held.
 * Run by hostile.test.ts: `node hostile-child.mjs CASES.json`, one line of JSON a case.
 */
import { readFileSync } from "node:fs"
import { ConfigurationFunctions } from "../../dist/reload/functions.js"
import { RuleLoader } from "../../dist/reload/loader.js"
import { RuleSet } from "../../dist/rules/rule-set.js"

const NOW_SEC = 1_790_000_000
const cases = JSON.parse(readFileSync(process.argv[2], "utf8"))
const loader = new RuleLoader()

for (const { name, files, limits, replies = [], calls = 0 } of cases) {
  const sources = Object.entries(files).map(([file, text]) => ({
    file,
    bytes: new TextEncoder().encode(text),
  }))
  const startMs = performance.now()
  const build = await loader.build({
    sources,
    roots: [],
    nowSec: NOW_SEC,
    extensions: true,
    findings: [],
    limits,
  })
  const rules = new RuleSet(build.data)
  const loadedMs = performance.now()
  const functions = new ConfigurationFunctions({ ...build, nowSec: NOW_SEC })
  const answers = Array.from({ length: calls }, (_, i) => ask(functions, i + 1))
  const askedMs = performance.now()
  const list = rules.listOf("hostile.test")
  const matched = replies.map((reply) => list.first(reply.text.repeat(reply.times) + reply.end)?.code ?? null)
  const result = {
    name,
    loadMs: loadedMs - startMs,
    callMs: askedMs - loadedMs,
    matchMs: performance.now() - askedMs,
    findings: build.data.diagnostics.map(({ code, file, message }) => ({ code, file, message })),
    good: rules.listOf(rules.resolve("good.test")).first("421 busy")?.code ?? null,
    answers,
    matched,
    maxRssMb: process.resourceUsage().maxRSS / 1024,
  }
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
await loader.close()

/** A value, or why there is none. */
function ask(functions, id) {
  const answer = functions.call(id, { current: 100, last: 90, ageSec: 0, count: 0, atSec: null })
  return answer.ok ? answer.value : answer.reason
}
