/** Times at the prompt. */
import { expect, test } from "vitest"
import { readWhen } from "../../src/cli/when.js"

/** 2026-11-27 10:30:00 UTC. */
const NOW = 1795775400

test.each([
  ["1795775400", NOW],
  ["1795775400.25", NOW + 0.25],
  ["2026-11-27T10:30:00", NOW],
  ["2026-11-27 10:30:00", NOW],
  ["2026-11-27T10:30Z", NOW],
  ["2026-11-28", NOW + 13.5 * 3600],
  ["10:31", NOW + 60],
  ["9:30:15", NOW - 3585],
  ["+90", NOW + 90],
  ["-90", NOW - 90],
  ["+10 minutes", NOW + 600],
  ["- 2 hours", NOW - 7200],
  ["25:00", null],
  ["10:61", null],
  ["2026-13-01", null],
  ["+soon", null],
  ["tomorrow", null],
  ["+999999999 days", null],
  ["-36500 days", null],
  ["+36500 days", NOW + 36_500 * 86_400],
  ["1969-12-31", null],
  ["", null],
] as const)("%j", (text, want) => {
  expect(readWhen(text, NOW)).toBe(want)
})
