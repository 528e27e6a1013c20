/** The README shows what its commands print, to the letter. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"
import { Workplace } from "./command.js"

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
