/**
 * A part of a followed log that is lost: told, counted, and an alarm that ends by
 * itself; and what is no loss raises none.
 */
import { appendFileSync, copyFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { follow, START_SEC } from "./following.js"

const dir = mkdtempSync(join(tmpdir(), "adaptive-losses-"))
writeFileSync(
  join(dir, "rules.lua"),
  "require('msys.adaptive')\nmsys.adaptive.registerRules({}, \"replace\")\n",
)
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const line = `${JSON.stringify({ time: START_SEC, type: "delivery", domain: "a.test" })}\n`

test("a loss is an alarm for an hour, a count, and a line in the log", async () => {
  const before = await follow({ dir, name: "gone" })
  appendFileSync(before.path, line)
  await before.until(() => before.daemon.ledger.taken === 1)
  await before.end()
  rmSync(before.path)
  // Another file with another number, which begins otherwise.
  appendFileSync(`${before.path}.new`, `\n${line}${line}`)
  copyFileSync(`${before.path}.new`, before.path)
  const { path, clock, daemon, told, losses, until } = await follow({ dir, name: "gone" })
  await until(() => daemon.ledger.taken === 2)
  const alarm = `${path}: part of it is lost: the file that was read before is not there any more`
  expect(daemon.alarms).toEqual([alarm])
  expect(told.filter((text) => text.startsWith("warn"))).toEqual([
    `warn ${path}: the file that was read before is not there any more: part of it is lost`,
  ])
  expect(losses()).toBe("1")
  // It can be read, and is.
  expect(daemon.sources.of(path).trouble).toBe(null)
  clock.wallSec += 3599
  expect(daemon.alarms).toEqual([alarm])
  clock.wallSec += 1
  expect(daemon.alarms).toEqual([])
  expect(losses()).toBe("1")
})

test("a log that is cut when all of it has been read: no alarm, no loss, with a copy and without", async () => {
  const { path, daemon, told, looks, losses, until } = await follow({ dir, name: "cut" })
  appendFileSync(path, line)
  await until(() => daemon.ledger.taken === 1)
  copyFileSync(path, `${path}.1`)
  truncateSync(path)
  appendFileSync(path, `\n${line}`)
  await until(() => daemon.ledger.taken === 2)
  rmSync(`${path}.1`)
  const before = looks()
  await until(() => looks() > before + 1)
  truncateSync(path)
  await until(() => told.some((text) => /^info .*: what was written in that moment is not found$/.test(text)))
  appendFileSync(path, `\n\n${line}`)
  await until(() => daemon.ledger.taken === 3)
  expect([daemon.alarms, losses()]).toEqual([[], "0"])
  expect(told.filter((text) => !text.startsWith("info"))).toEqual([])
})
