/** A state made up again from a journal that says much at once. */
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import type { Numbered } from "../../src/daemon/core.js"
import { DecidedAgain } from "../../src/daemon/decided.js"
import { EntryWriter } from "../../src/daemon/entries.js"
import { recover } from "../../src/daemon/recovery.js"
import { NOT_TOLD, TYPE_NUMBER } from "../../src/model/event.js"
import { PairTable } from "../../src/model/pair-table.js"
import { Journal } from "../../src/store/backing/journal.js"
import { custom, load } from "../rules/loading.js"

const START = 1_790_000_000e6
const root = mkdtempSync(join(tmpdir(), "adaptive-recovery-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const { rules } = load({
  "custom.lua": custom(
    `{ ["a.test"] = { responses = { { code = "^421", trigger = "1", action = {"suspend", "1 hours"} } } } }`,
    "replace",
  ),
})

/** More than a call may have arguments. */
const MANY = 130_000
const PAIRS_A_RECORD = 10_000

test("one record may decide more than a call may have arguments", async () => {
  const journal = await Journal.begin(root)
  const pairs = new PairTable()
  const writer = new EntryWriter(pairs)
  const append = (): void => journal.append(writer.take() as Uint8Array)
  for (let n = 0; n < MANY; n++) {
    writer.event({
      atMicros: START,
      type: "transient",
      typeNumber: TYPE_NUMBER.transient,
      pair: pairs.of(`b${n}`, "a.test"),
      mx: null,
      phase: null,
      response: "421 busy",
      local: false,
      bounceClass: null,
      fblType: null,
      group: null,
      deliveryMicros: NOT_TOLD,
    })
    if (n % PAIRS_A_RECORD === PAIRS_A_RECORD - 1) append()
  }
  // Everybody was told of the suspensions; then all of them end at once.
  writer.note("told", MANY)
  append()
  writer.clock(START + 2 * 3600e6)
  append()
  await journal.close()
  const failures: unknown[] = []
  const { core, told, untold, repeated } = await recover(
    { path: root, file: (name) => join(root, name) },
    {
      rulesOf: async () => null,
      fallback: { rules, ask: () => ({ ok: false, reason: "there is none", isNil: false }) },
      given: { recorded: null, assignments: [], followsGuide: false },
      listener: { matched() {}, unmatched() {} },
      failed: (error) => failures.push(error),
    },
  )
  expect(failures).toEqual([])
  expect({ repeated, lastId: core.lastId, held: core.held }).toEqual({
    repeated: MANY,
    lastId: 2 * MANY,
    held: 0,
  })
  expect(untold.length).toBe(MANY)
  expect(untold[0]?.id).toBe(MANY + 1)
  // Of those that were told only the last are kept.
  expect(told.at(-1)?.id).toBe(MANY)
  expect(told.length).toBeLessThan(MANY)
})

const numbered = (from: number, to: number): Numbered[] =>
  Array.from({ length: to - from + 1 }, (_, n) => ({ id: from + n }) as Numbered)
const ids = (list: readonly Numbered[]): number[] => list.map(({ id }) => id)

test("told decisions are let go while the journal is read, the others never", () => {
  const decided = new DecidedAgain(10, 3)
  decided.add(numbered(11, 13))
  expect(decided.hasGap).toBe(false)
  decided.toldUpTo(12)
  decided.add(numbered(14, 20))
  expect(decided.hasGap).toBe(false)
  decided.toldUpTo(16)
  decided.add([])
  expect(decided.hasGap).toBe(true)
  decided.add(numbered(21, 22))
  decided.toldUpTo(18)
  const { told, untold } = decided.end()
  expect([ids(told), ids(untold)]).toEqual([
    [16, 17, 18],
    [19, 20, 21, 22],
  ])
})

test("where few were told, all are kept", () => {
  const decided = new DecidedAgain(0, 3)
  expect(decided.end()).toEqual({ told: [], untold: [] })
  decided.add(numbered(1, 4))
  decided.toldUpTo(3)
  const { told, untold } = decided.end()
  expect([ids(told), ids(untold), decided.hasGap]).toEqual([[1, 2, 3], [4], false])
})
