/**
 * The engine against the model on random scenarios. The seed is fixed, so that a run repeats; for a
 * longer search set MODEL_CASES (scenarios, default 60) and MODEL_SEED. A failure shrinks the scenario
 * and shows the rules, the options and the first decision on which the two part.
 */
import { isDeepStrictEqual } from "node:util"
import fc from "fast-check"
import { expect, test } from "vitest"
import { runEngine } from "./adapter.js"
import { type Answer, REASONS, SOURCES } from "./decision.js"
import { model } from "./model.js"
import { scenario } from "./random.js"
import { type Scenario, toLua } from "./scenario.js"

const CASES = Number(process.env.MODEL_CASES ?? 60)
const SEED = Number(process.env.MODEL_SEED ?? 20_260_101)
const CASE_LIMIT_MS = 5000
/** Time to shrink a failure; what is found by then is shown. */
const SHRINK_LIMIT_MS = 120_000

const ACTIONS = [
  ...["suspend", "blackhole", "throttle", "greylisted", "warmup"],
  ...["reduce_connections", "reduce_deliveries", "transcode", "lift", "restart", "raise"],
]

class Seen {
  decisions = 0
  held = 0
  readonly #names = new Map<string, number>()

  add({ decisions, held }: Answer): void {
    this.decisions += decisions.length
    this.held += held.delivery + held.transient + held.permanent
    for (const { source, effects } of decisions) {
      this.#count(source)
      for (const { action, reason, outcome } of effects) this.#count(reason ?? `${outcome} ${action}`)
    }
  }

  missing(names: readonly string[]): string[] {
    return names.filter((name) => !this.#names.has(name))
  }

  #count(name: string): void {
    this.#names.set(name, (this.#names.get(name) ?? 0) + 1)
  }
}

test(
  "the engine decides as the model does",
  async () => {
    const seen = new Seen()
    await fc.assert(
      fc.asyncProperty(scenario, async (scenario) => {
        const expected = model(scenario)
        const difference = firstDifference(scenario, expected, await runEngine(scenario))
        if (difference !== undefined) throw new Error(difference)
        seen.add(expected)
      }),
      {
        numRuns: CASES,
        seed: SEED,
        interruptAfterTimeLimit: CASES * CASE_LIMIT_MS + SHRINK_LIMIT_MS,
        markInterruptAsFailure: true,
      },
    )
    expect(seen.missing([...SOURCES, ...REASONS, ...ACTIONS.map((action) => `applied ${action}`)])).toEqual(
      [],
    )
    expect(seen.decisions).toBeGreaterThanOrEqual(2000)
    expect(seen.held).toBeGreaterThan(0)
  },
  CASES * CASE_LIMIT_MS + 2 * SHRINK_LIMIT_MS,
)

function firstDifference(scenario: Scenario, expected: Answer, actual: Answer): string | undefined {
  const count = Math.max(expected.decisions.length, actual.decisions.length)
  const i = Array.from({ length: count }).findIndex(
    (_, i) => !isDeepStrictEqual(actual.decisions[i], expected.decisions[i]),
  )
  if (i < 0 && isDeepStrictEqual(actual.held, expected.held)) return undefined
  const show = (answer: Answer): string =>
    i < 0 ? JSON.stringify(answer.held) : JSON.stringify(answer.decisions[i], undefined, 1)
  return [
    i < 0 ? "held attempts differ" : `decision ${i + 1} of ${expected.decisions.length} differs`,
    `model: ${show(expected)}`,
    `engine: ${show(actual)}`,
    `mode ${scenario.mode}, ${JSON.stringify(scenario.settings)}, ${scenario.events.length} events`,
    ...scenario.events.slice(0, 40).map((event) => JSON.stringify(event)),
    toLua(scenario.domains),
  ].join("\n")
}
