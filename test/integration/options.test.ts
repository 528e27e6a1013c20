/** The README lists every option as the program knows it. */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"
import { CATALOGUE } from "../../src/config/catalogue.js"
import { Workplace } from "./command.js"

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const place = new Workplace()
afterAll(() => place.remove())

test("the table of options is the one that the script prints", async () => {
  const readme = readFileSync(`${ROOT}README.md`, "utf8")
  const listed = /<!-- options: [^\n]*-->\n\n(.*?)\n\n<!-- end of options -->/s.exec(readme)?.[1] ?? ""
  const printed = await place.run(process.execPath, [`${ROOT}scripts/option-table.mjs`])
  expect(printed).toMatchObject({ code: 0, stderr: "" })
  expect(listed, "run node scripts/option-table.mjs --write").toBe(printed.stdout.toString("utf8").trimEnd())
  const names = [...listed.matchAll(/^\| `(\w+)` \|/gm)].map((match) => match[1])
  expect(names).toEqual(CATALOGUE.map(({ name }) => name))
})
