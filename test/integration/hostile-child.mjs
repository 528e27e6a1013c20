/**
 * Loads hostile rule files with the built loader, one after the other in one
 * process, and tells of each what was found, what was left of the good file
 * beside it, how long it took and the most memory this process ever held.
 * Run by hostile.test.ts: `node hostile-child.mjs CASES.json`, one line of JSON a case.
 */
import { readFileSync } from "node:fs"
import { RuleLoader } from "../../dist/reload/loader.js"
import { RuleSet } from "../../dist/rules/rule-set.js"

const cases = JSON.parse(readFileSync(process.argv[2], "utf8"))
const loader = new RuleLoader()

for (const { name, files, limits } of cases) {
  const sources = Object.entries(files).map(([file, text]) => ({ file, bytes: new TextEncoder().encode(text) }))
  const startMs = performance.now()
  const request = { sources, roots: [], nowSec: 1_790_000_000, extensions: true, findings: [], ...(limits && { limits }) }
  const { data } = await loader.build(request)
  const rules = new RuleSet(data)
  tell({
    name,
    tookMs: Math.round(performance.now() - startMs),
    findings: data.diagnostics.map(({ code, file, message }) => ({ code, file, message: message.slice(0, 200) })),
    findingsLength: JSON.stringify(data.diagnostics).length,
    good: rules.resolve("good.test"),
    domains: data.counts.domains,
    maxRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
  })
}
await loader.close()

function tell(result) {
  process.stdout.write(`${JSON.stringify(result)}\n`)
}
