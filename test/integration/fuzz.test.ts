/** A few hundred broken rule files; `scripts/fuzz-rules.mjs --count 100000` is the long run. */
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"
import { Workplace } from "./command.js"

const FUZZ = fileURLToPath(new URL("../../scripts/fuzz-rules.mjs", import.meta.url))
const place = new Workplace()
afterAll(() => place.remove())

const run = (count: number) =>
  place.run(process.execPath, [FUZZ, "--count", String(count), "--seed", "20260921"])

test("600 broken files end in a rule set or in findings", async () => {
  const { code, stdout, stderr } = await run(300)
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" })
  expect(stdout.toString()).toMatch(
    /^600 files in .*: \d+ with rules \(\d+ rules\), \d{4,} findings of \d{2} codes, 0 failures, 0 unhandled rejections\n$/,
  )
})

test("the same seed gives the same files", async () => {
  const [one, other] = [await run(20), await run(20)].map(({ stdout }) => stdout.toString().split(": ")[1])
  expect(one).toMatch(/findings/)
  expect(other).toBe(one)
})

test.each([
  ["--count", "many"],
  ["--count", "0"],
  ["--seed", "1.5"],
])("%s %s is wrong usage", async (option, value) => {
  expect((await place.run(process.execPath, [FUZZ, option, value])).code).toBe(2)
})
