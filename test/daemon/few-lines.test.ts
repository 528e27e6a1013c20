/** Of lines that anyone can bring about a few are told. */
import { expect, test } from "vitest"
import { FewLines } from "../../src/daemon/few-lines.js"

test("ten of a kind in a minute, then a number", () => {
  let nowMs = 0
  const told: string[] = []
  const few = new FewLines({ nowMs: () => nowMs, tell: (_, message) => told.push(message) })
  for (let i = 0; i < 25; i++) few.tell("E_A", `a ${i}`, {})
  few.tell("E_B", "b", {})
  expect(told).toEqual([...Array.from({ length: 10 }, (_, i) => `a ${i}`), "b"])
  nowMs = 60_000
  few.tell("E_A", "again", {})
  expect(told.slice(11)).toEqual(["E_A: 15 more are not told one by one", "again"])
  for (let i = 0; i < 10; i++) few.tell("E_A", "more", {})
  few.close()
  expect(told.at(-1)).toBe("E_A: 1 more are not told one by one")
})
