/** Lines of a log into a target that takes them all, a part of them, or none. */
import { expect, test } from "vitest"
import { LogLines } from "../../src/cli/log-lines.js"

const failure = (code: string): Error => Object.assign(new Error(code), { code })

/** A target that does what it is told, write by write: takes so many bytes, or fails; then takes all. */
function target(...steps: readonly (number | string)[]) {
  const left = [...steps]
  const seen = { text: "", pausedMs: 0, writes: 0 }
  return {
    seen,
    write(bytes: Buffer): number {
      seen.writes++
      const step = left.shift() ?? bytes.length
      if (typeof step === "string") throw failure(step)
      seen.text += bytes.subarray(0, step)
      return step
    },
    pause(ms: number): void {
      seen.pausedMs += ms
    },
  }
}

test.each<[string, readonly (number | string)[], string, number]>([
  ["that takes all", [], "one\ntwo\nthree\n", 0],
  ["that is full for one line", ["ENOSPC"], "two\nthree\n", 1],
  ["that is full for two lines", ["ENOSPC", "ENOSPC"], "three\n", 2],
  ["that takes a line in pieces", [1, 2], "one\ntwo\nthree\n", 0],
  ["that is full in the middle of a line", [2, "ENOSPC"], "one\ntwo\nthree\n", 0],
  ["that is full in the middle, and still at the next line", [2, "ENOSPC", "ENOSPC"], "one\nthree\n", 1],
  ["whose disk is broken", ["EIO"], "two\nthree\n", 1],
  ["that is closed", ["EBADF"], "two\nthree\n", 1],
  ["that nobody reads any more", ["EPIPE"], "", 3],
  ["whose reader leaves in the middle of a line", [2, "EPIPE"], "on", 2],
  ["whose reader is behind for a moment", ["EAGAIN", "EAGAIN", 2, "EBUSY"], "one\ntwo\nthree\n", 0],
])("a target %s", (_, steps, text, lost) => {
  const to = target(...steps)
  const lines = new LogLines(to)
  for (const line of ["one\n", "two\n", "three\n"]) lines.write(line)
  expect([to.seen.text, lines.lost]).toEqual([text, lost])
})

test("a reader that is stuck is waited for once, not at each line", () => {
  const to = target(...new Array<string>(1000).fill("EAGAIN"))
  const lines = new LogLines(to)
  lines.write("one\n")
  const { pausedMs, writes } = to.seen
  expect(pausedMs).toBeGreaterThan(0)
  expect(pausedMs).toBeLessThanOrEqual(1000)
  for (let i = 0; i < 9; i++) lines.write("more\n")
  expect(to.seen).toEqual({ text: "", pausedMs, writes: writes + 9 })
  expect(lines.lost).toBe(10)
})

test("once it takes lines again, it is waited for again", () => {
  // All that it is waited for, and the last look.
  const stuck = new Array<string>(51).fill("EAGAIN")
  const to = target(...stuck, 4, "EAGAIN")
  const lines = new LogLines(to)
  for (const line of ["one\n", "two\n", "six\n"]) lines.write(line)
  expect([to.seen.text, lines.lost]).toEqual(["two\nsix\n", 1])
})
