/** Which lines are about rules that served, and how they may go on. */
import { describe, expect, test } from "vitest"
import { isRuleCommand, ruleCandidates } from "../../src/daemon/rule-commands.js"
import { RuleSwaps } from "../../src/daemon/rule-swaps.js"

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

test("rules are not brought back while the journal cannot be written", async () => {
  const parts = { keeper: {}, ledger: { isTroubled: true } }
  const swaps = new RuleSwaps(parts as unknown as ConstructorParameters<typeof RuleSwaps>[0])
  expect(await swaps.rollback(1)).toEqual({
    kind: "failed",
    why: "the journal cannot be written: nothing was changed",
    hint: "make room on the disk of the state directory, and give the command again",
  })
})
