/** What an audit looks like in a terminal, to the letter. */
import { describe, expect, test } from "vitest"
import { renderAudit } from "../../src/report/audit.js"
import { makeStyle } from "../../src/report/style.js"
import { Store } from "../../src/store/store.js"

const START = 1_790_000_400
const PLAIN = makeStyle(false)

function report(
  monitor: { sizeSec: number; count: number },
  events: readonly [sec: number, domain: string, type: number, count: number][],
) {
  const store = new Store()
  const audit = store.audits.define("outbound_audit1", { monitors: [monitor] })
  let last = 0
  for (const [sec, domain, type, count] of events) {
    last = Math.max(last, sec)
    const pair = store.pairs.of("b1", domain)
    for (let i = 0; i < count; i++)
      audit.record(store.pairs, pair, type, (START + sec) * 1e6, type === 1 ? 1_500_000 : -1)
  }
  const nowMicros = (START + last) * 1e6
  return { audit, nowMicros, fromSec: START, deliveryTime: "connection" as const, held: 0 }
}

test("few windows: a bar beside each line, what happened at all is seen", () => {
  const shown = renderAudit(
    report({ sizeSec: 60, count: 2 }, [
      [0, "a.test", 1, 1000],
      [0, "a.test", 2, 1],
      [70, "a.test", 1, 250],
      [70, "a.test", 3, 250],
    ]),
    PLAIN,
  )
  expect(shown.split("\n").slice(3, 6)).toEqual([
    "  2026-09-21 14:21:00  global 60/0: r: 0 d: 250 dt: 1.50 t: 0 f: 250  ██████████░░░░░░░░░░",
    `  2026-09-21 14:20:00  global 60/1: r: 0 d: 1000 dt: 1.50 t: 1 f: 0   ${"█".repeat(40)}▒`,
    "  2026-09-21 14:19:00  global 60/2: r: 0 d: 0 dt: 0.00 t: 0 f: 0",
  ])
})

describe("many windows", () => {
  const many = report(
    { sizeSec: 60, count: 99 },
    Array.from(
      { length: 100 },
      (_, i) => [i * 60, "a.test", i < 90 ? 1 : 2, (i % 10) + 1] as [number, string, number, number],
    ),
  )
  test("a curve of all, and the newest line by line", () => {
    const lines = renderAudit(many, PLAIN).split("\n").slice(3, 15)
    expect(lines).toEqual([
      "  global, 100 windows of 60 s, 2026-09-21 14:20:00 to 2026-09-21 16:00:00",
      `  delivered |${"▁▃▅▆█".repeat(9)}     | most 19 in 2 windows`,
      `  transient |${" ".repeat(45)}▁▃▅▆█| most 19 in 2 windows`,
      `  permanent |${" ".repeat(50)}| most 0 in 2 windows`,
      ...[10, 9, 8, 7, 6, 5, 4]
        .map((count, offset) =>
          `  2026-09-21 15:${59 - offset}:00  global 60/${offset}: r: 0 d: 0 dt: 0.00 t: ${count} f: 0`.padEnd(
            69,
          ),
        )
        .map((line, i) =>
          expect.stringMatching(
            new RegExp(`^${line.trimEnd().replace(/[.]/g, "\\.")} +▒{${[40, 36, 32, 28, 24, 20, 16][i]}}$`),
          ),
        ),
      "  … and 93 older windows (--json lists all)",
    ])
  })

  test("one window a column where they fit", () => {
    const shown = renderAudit(
      report({ sizeSec: 60, count: 30 }, [
        [0, "a.test", 1, 8],
        [60, "a.test", 1, 1],
      ]),
      PLAIN,
    )
    expect(shown).toContain(`  delivered |${" ".repeat(29)}█▁| most 8 in window`)
  })
})

test("the busiest domains are drawn, the others counted", () => {
  const shown = renderAudit(
    report(
      { sizeSec: 60, count: 1 },
      ["e", "d", "c", "b", "a", "f", "g"].map((name, i) => [0, `${name}.test`, 1, 10 - i]),
    ),
    PLAIN,
  )
  const drawn = shown.split("\n").flatMap((line) => / ([a-g])\.test 60\/0/.exec(line)?.[1] ?? [])
  expect(drawn).toEqual(["e", "d", "c", "b", "a"])
  expect(shown.endsWith("\n\n  … and 2 domains more (--json lists all)")).toBe(true)
})

test("what must be known beside the figures is said", () => {
  const given = report({ sizeSec: 60, count: 1 }, [
    [0, "a.test", 1, 1],
    [600, "a.test", 1, 1],
  ])
  given.audit.record(new Store().pairs, -1, 0, START * 1e6)
  const shown = renderAudit({ ...given, deliveryTime: "mixed" as never, held: 1234 }, PLAIN)
  expect(shown).toContain("dt counts from connection in some of these logs and from reception in others")
  expect(shown).toContain("1,234 attempts held back would not have been made")
  expect(shown).toContain(
    'the traffic begins at 2026-09-21 14:20:00, before the windows below: --audit "60,10" looks back on all of it',
  )
  expect(shown).toContain("1 event came too late for a monitor")
})
