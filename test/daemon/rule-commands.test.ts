/** Which lines are about rules that served, and how they may go on. */
import { describe, expect, test } from "vitest"
import type { Revisions } from "../../src/daemon/revisions.js"
import { isRuleCommand, ruleCandidates, ruleCommand } from "../../src/daemon/rule-commands.js"
import { type Rollback, RuleSwaps } from "../../src/daemon/rule-swaps.js"
import { unlessHeldUp } from "../../src/daemon/unwritten.js"

describe("commands about rules that served", () => {
  test.each([
    ["adaptive rules history", true],
    [" Adaptive  Rules\tROLLBACK 3", true],
    ["adaptive rules --binding b1 --domain x.test", false],
    ["adaptive rules", false],
    // A word of its own, or rules would be brought back that nobody has named.
    ["adaptive rules history-of", false],
    ["adaptive rules rollback's", false],
  ])("%j: %j", (line, want) => expect(isRuleCommand(line)).toBe(want))

  test.each([
    ["adaptive rules ", ["diff", "history", "rollback"]],
    ["adaptive Rules H", ["history"]],
    ["adaptive rules history ", []],
    ["adaptive rule", []],
  ])("%j may become %j", (line, want) => expect(ruleCandidates(line)).toEqual(want))
})

test("who goes back when the disk has just become full is told what is so, and waits no longer", async () => {
  const ledger = { isTroubled: false }
  const pauses: number[] = []
  const timer = async (ms: number): Promise<void> => {
    pauses.push(ms)
    // A moment later it takes nothing.
    ledger.isTroubled = pauses.length > 3
  }
  const never = new Promise<Rollback>(() => {})
  const reply = await ruleCommand("adaptive rules rollback 4", {
    revisions: { list: async () => [] } as unknown as Revisions,
    serving: () => 5,
    refusal: () => null,
    rollback: async () => (await unlessHeldUp(never, ledger, timer)) ?? { kind: "waiting" },
  })
  expect(reply).toEqual({
    ok: false,
    text:
      "E_JOURNAL_WRITE: the journal cannot be written: revision 4 is not on the disk yet, and serves for certain when it is\n" +
      "hint: make room on the disk of the state directory; the command need not be given again",
  })
  expect(pauses).toEqual(new Array(8).fill(1000))
  expect(await unlessHeldUp(Promise.resolve("done"), ledger, () => never)).toBe("done")
  await expect(unlessHeldUp(Promise.reject(new Error("no")), ledger, () => never)).rejects.toThrow("no")
})

test("rules are not brought back while the journal cannot be written", async () => {
  const parts = { keeper: {}, ledger: { isTroubled: true }, ending: new AbortController() }
  const swaps = new RuleSwaps(parts as unknown as ConstructorParameters<typeof RuleSwaps>[0])
  expect(await swaps.rollback(1)).toEqual({
    kind: "failed",
    why: "the journal cannot be written: nothing was changed",
    hint: "make room on the disk of the state directory, and give the command again",
  })
})
