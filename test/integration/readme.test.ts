/** The README shows what its commands print, to the letter. */
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline"
import { fileURLToPath } from "node:url"
import { afterAll, expect, onTestFinished, test } from "vitest"
import { MAIN, Workplace } from "./command.js"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const place = new Workplace()
afterAll(() => place.remove())

test("the outbound audit of the mainlog, as far as it is shown", async () => {
  const readme = readFileSync(`${ROOT}README.md`, "utf8")
  const command = /npx (adaptive dry-run [^\n]*--audit[^\n]*)/.exec(readme)?.[1]
  const shown = /```\n(Outbound audit .*?)\n…\n```/s.exec(readme)?.[1]
  const ended = await place.shell(`cd '${ROOT}' && ${command?.replace("adaptive", "$ADAPTIVE")}`)
  expect(ended).toMatchObject({ code: 0, stderr: "" })
  const text = ended.stdout.toString("utf8")
  expect(text.slice(text.indexOf("Outbound audit"))).toContain(shown)
})

test("the dry-run of the real Postfix log", async () => {
  const readme = readFileSync(`${ROOT}README.md`, "utf8")
  const command = /npx (adaptive dry-run [^\n]*)/.exec(readme)?.[1]
  const shown = /The first command prints:\n\n```\n(.*?)\n```/s.exec(readme)?.[1]
  const ended = await place.shell(`cd '${ROOT}' && ${command?.replace("adaptive", "$ADAPTIVE")}`)
  expect(ended).toMatchObject({ code: 0, stderr: "" })
  expect(ended.stdout.toString("utf8").trimEnd()).toBe(shown)
})

test("the receiver of webhooks takes what a daemon sends, and nothing else", async () => {
  const readme = readFileSync(`${ROOT}README.md`, "utf8")
  const shown = /```js\n(import \{ createHmac.*?)\n```/s.exec(readme)?.[1] as string
  const where = '.listen(0, "127.0.0.1", function () { console.log(this.address().port) })'
  place.write({
    "receiver.mjs": shown.replace('.listen(9000, "127.0.0.1")', where),
    "rules.lua": `require('msys.adaptive')
msys.adaptive.registerRules({ ["x.test"] = { responses = {
  { code = "^421 busy", trigger = "1", action = {"suspend", "1 hours"} },
} } }, "replace")
`,
  })
  const env = { PATH: process.env.PATH, ADAPTIVE_WEBHOOK_SECRET: "0123456789abcdef0123" }
  const receiver = spawn(process.execPath, ["receiver.mjs"], { cwd: place.dir, env })
  onTestFinished(() => void receiver.kill())
  const lines = createInterface({ input: receiver.stdout })[Symbol.asyncIterator]()
  const url = `http://127.0.0.1:${(await lines.next()).value}/effects`
  const forged = { "x-adaptive-signature": `t=${Math.floor(Date.now() / 1000)},v1=${"0".repeat(64)}` }
  for (const headers of [{}, forged])
    expect((await fetch(url, { method: "POST", headers, body: '{"events":[]}' })).status).toBe(401)
  const args = ["run", "--listen", "off", "--follow", "-", "--rules", "rules.lua", "--webhook", url]
  const daemon = spawn(process.execPath, [MAIN, ...args], { cwd: place.dir, env })
  onTestFinished(() => void daemon.kill("SIGKILL"))
  const event = { type: "transient", binding: "b1", domain: "x.test", response: "421 busy" }
  daemon.stdin.write(`${JSON.stringify({ time: Math.floor(Date.now() / 1000), ...event })}\n`)
  expect((await lines.next()).value).toMatch(/^1 b1 x\.test \[/)
})

test("the configuration and the rule file that it shows are valid", async () => {
  const readme = readFileSync(`${ROOT}README.md`, "utf8")
  const conf = /```\n(adaptive_enabled = true.*?)\n```/s.exec(readme)?.[1] as string
  const rules = /```lua\n(\["example.net"\] = \{\n {2}sweep_rules.*?)\n```/s.exec(readme)?.[1] as string
  place.write({
    "ecelerity.conf": conf,
    "sweep.lua": `require('msys.adaptive')\nmsys.adaptive.registerRules({ ${rules} })\n`,
  })
  const ended = await place.adaptive(["check", "--config", "ecelerity.conf", "sweep.lua", "--strict"])
  expect(ended).toMatchObject({ code: 0, stderr: "" })
  expect(ended.stdout.toString("utf8")).toMatch(/^Configuration valid\nvalid: /)
})
