/** Rules that follow their files, on a real file system and with a real watcher: waits for what is to come, never for a time. */
import { mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { setTimeout as wait } from "node:timers/promises"
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest"
import type { KeptRules, ReloadOutcome } from "../../src/index.js"
import { Workplace } from "./command.js"

type Api = typeof import("../../src/index.js")

let api: Api
let place: Workplace
let kept: KeptRules | null = null
let outcomes: ReloadOutcome[] = []

beforeAll(async () => {
  api = (await import(new URL("../../dist/index.js", import.meta.url).href)) as Api
})
beforeEach(() => {
  place = new Workplace()
  outcomes = []
})
afterEach(async () => {
  await kept?.close()
  kept = null
  place.remove()
})

/** Rules whose first one suspends for so many hours: what serves is told by that. */
const rules = (hours: number): string =>
  `msys.adaptive.registerRules({ ["a.test"] = { responses = { { code = "^421", trigger = "3/60", action = { "suspend", "${hours} hours" } } } } })\n`
const BROKEN = `msys.adaptive.registerRules({ ["a.test"] = { responses = { { code = "^421(", trigger = "1", action = { "suspend", "1 hours" } } } } })\n`

async function keep(...paths: string[]): Promise<KeptRules> {
  const failed = (error: Error): never => {
    throw error
  }
  kept = await api.keepRules(
    paths.map((path) => place.path(path)),
    { failed },
  )
  kept.keeper.follow((outcome) => void (outcome.kind === "unchanged" || outcomes.push(outcome)))
  return kept
}

const serving = (): string | undefined =>
  kept?.keeper.current.loaded.rules.rules.map(({ actions }) => actions[0]?.args[0]).join(", ")

const until = (what: () => unknown): Promise<void> =>
  expect.poll(what, { timeout: 20_000, interval: 20 }).toBeTruthy()

describe("a change is seen", () => {
  // how | files | paths | the change | what serves then
  test.each<[string, Record<string, string>, string[], () => void, string]>([
    [
      "written in place",
      { "a.lua": rules(1) },
      ["a.lua"],
      () => place.write({ "a.lua": rules(2) }),
      "2 hours",
    ],
    [
      "written beside it and renamed",
      { "a.lua": rules(1) },
      ["a.lua"],
      () => {
        place.write({ "a.lua~": rules(2) })
        renameSync(place.path("a.lua~"), place.path("a.lua"))
      },
      "2 hours",
    ],
    [
      "removed and made anew",
      { "a.lua": rules(1) },
      ["a.lua"],
      () => {
        rmSync(place.path("a.lua"))
        place.write({ "a.lua": rules(2) })
      },
      "2 hours",
    ],
    [
      "a file more in a directory",
      { "rules/a.lua": rules(1) },
      ["rules"],
      () => place.write({ "rules/b.lua": rules(2).replace("a.test", "b.test") }),
      "1 hours, 2 hours",
    ],
    [
      "the directory removed and made anew",
      { "rules/a.lua": rules(1) },
      ["rules"],
      async () => {
        rmSync(place.path("rules"), { recursive: true })
        await wait(400)
        mkdirSync(place.path("rules"))
        await wait(400)
        place.write({ "rules/a.lua": rules(2) })
      },
      "2 hours",
    ],
    [
      "the directory replaced by another one",
      { "rules/a.lua": rules(1), "next/a.lua": rules(2) },
      ["rules"],
      () => {
        renameSync(place.path("rules"), place.path("last"))
        renameSync(place.path("next"), place.path("rules"))
      },
      "2 hours",
    ],
    [
      "a module that a script requires",
      { "a.lua": `require("lib.hours")`, "lib/hours.lua": rules(1) },
      ["a.lua"],
      () => place.write({ "lib/hours.lua": rules(2) }),
      "2 hours",
    ],
  ])("%s", async (_, files, paths, change, expected) => {
    place.write(files)
    await keep(...paths)
    await change()
    await until(() => serving() === expected)
    expect(outcomes.every(({ kind }) => kind === "swapped" || kind === "refused")).toBe(true)
  })

  test.each([
    ["a link to the directory", "current"],
    ["a link to a link, as in a mounted volume", "rules.lua"],
  ])("%s that a deployment swaps, twice", async (_, path) => {
    for (const hours of [1, 2, 3]) place.write({ [`releases/${hours}/rules.lua`]: rules(hours) })
    const link = (hours: number): void => {
      symlinkSync(`releases/${hours}`, place.path("current~"))
      renameSync(place.path("current~"), place.path("current"))
    }
    link(1)
    symlinkSync("current/rules.lua", place.path("rules.lua"))
    await keep(path)
    for (const hours of [2, 3]) {
      link(hours)
      await until(() => serving() === `${hours} hours`)
    }
    // What the link led to before matters no longer; what it leads to now does.
    writeFileSync(place.path("releases/3/rules.lua"), rules(4))
    await until(() => serving() === "4 hours")
  })
})

describe("a link in a directory of rules", () => {
  beforeEach(() => {
    place.write({ "srv/1/a.lua": rules(1), "srv/2/a.lua": rules(2) })
    mkdirSync(place.path("etc/rules"), { recursive: true })
    symlinkSync("1", place.path("srv/current"))
    symlinkSync("../../srv/current/a.lua", place.path("etc/rules/a.lua"))
  })

  test("is followed to a directory that a deployment swaps, twice", async () => {
    await keep("etc/rules")
    for (const release of [2, 1]) {
      symlinkSync(String(release), place.path("srv/next"))
      renameSync(place.path("srv/next"), place.path("srv/current"))
      await until(() => serving() === `${release} hours`)
    }
  })

  test("leads to nothing for a while: what comes there serves", async () => {
    await keep("etc/rules")
    rmSync(place.path("srv/1"), { recursive: true })
    await until(() => outcomes.some(({ kind }) => kind === "refused"))
    place.write({ "srv/1/a.lua": rules(4) })
    await until(() => serving() === "4 hours")
  })
})

test("a broken file is told once and leaves the rules as they are, whatever else is written; mended, it serves", async () => {
  place.write({ "a.lua": rules(1) })
  const { keeper } = await keep("a.lua")
  place.write({ "a.lua": BROKEN })
  await until(() => outcomes.length === 1)
  place.write({ "other.txt": "nothing of ours" })
  // A look of ours ends after the one that the file beside has brought about.
  expect(await keeper.reload()).toEqual({ kind: "unchanged" })
  expect(outcomes).toMatchObject([{ kind: "refused" }])
  expect(serving()).toBe("1 hours")
  const [refused] = outcomes
  if (refused?.kind === "refused")
    expect(refused.loaded.diagnostics).toMatchObject([{ code: "E_PATTERN_SYNTAX", line: 1 }])
  place.write({ "a.lua": rules(2) })
  await until(() => serving() === "2 hours")
  expect(keeper.history.map(({ number }) => number)).toEqual([2, 1])
})

test("a module that a script comes to require is followed from then on", async () => {
  place.write({ "a.lua": rules(1), "lib/hours.lua": rules(2) })
  await keep("a.lua")
  place.write({ "a.lua": `require("lib.hours")` })
  await until(() => serving() === "2 hours")
  place.write({ "lib/hours.lua": rules(3) })
  await until(() => serving() === "3 hours")
})

test("what a refused script lacked may come later", async () => {
  place.write({ "a.lua": rules(1) })
  await keep("a.lua")
  place.write({ "a.lua": `require("later")` })
  await until(() => outcomes.length === 1)
  place.write({ "later.lua": rules(2) })
  await until(() => serving() === "2 hours")
})

describe("what scripts asked for in vain is taken when it comes, in a directory that comes before it", () => {
  // what asks | rules that it begins with | the file | what it says
  test.each<[string, string, string, string]>([
    ["require, and the rules are refused", `require("lib.hours")\n`, "lib/hours.lua", rules(2)],
    [
      "require within pcall",
      `if not pcall(require, "lib.hours") then ${rules(1)} end\n`,
      "lib/hours.lua",
      rules(2),
    ],
    [
      "msys.readfile",
      `local hours = msys.readfile("lib/hours")\n${rules(1).replace('"1 hours"', '(hours or "1") .. " hours"')}`,
      "lib/hours",
      "2",
    ],
  ])("%s", async (_, text, file, says) => {
    place.write({ "a.lua": rules(1) })
    const { keeper } = await keep("a.lua")
    place.write({ "a.lua": text })
    await until(() => outcomes.length > 0)
    mkdirSync(place.path("lib"))
    await keeper.reload()
    await wait(400)
    place.write({ [file]: says })
    await until(() => serving() === "2 hours")
  })
})

test("a hundred writes: the last one serves, in a few looks", async () => {
  place.write({ "a.lua": rules(1) })
  const { keeper } = await keep("a.lua")
  for (let hours = 2; hours <= 100; hours++) {
    place.write({ "a.lua": rules(hours) })
    void keeper.reload()
    if (hours % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  await until(() => serving() === "100 hours")
  expect(outcomes.length).toBeLessThan(20)
})

test("back to what served before, until the files say something new", async () => {
  place.write({ "a.lua": rules(1) })
  const { keeper } = await keep("a.lua")
  place.write({ "a.lua": rules(2) })
  await until(() => serving() === "2 hours")
  expect(keeper.rollback()).toMatchObject({ number: 3, rollbackOf: 1 })
  expect(serving()).toBe("1 hours")
  expect(await keeper.reload()).toEqual({ kind: "unchanged" })
  expect(serving()).toBe("1 hours")
  expect(keeper.rollback(2)).toMatchObject({ number: 4, rollbackOf: 2 })
  expect(keeper.rollback(17)).toBeNull()
  place.write({ "a.lua": rules(5) })
  await until(() => serving() === "5 hours")
})

test("nothing valid to begin with", async () => {
  place.write({ "a.lua": BROKEN })
  await expect(api.keepRules([place.path("a.lua")])).rejects.toBeInstanceOf(api.RulesRefused)
  await expect(api.keepRules([place.path("gone.lua")])).rejects.toMatchObject({
    loaded: { unreadable: [{ code: "E_FILE_MISSING" }] },
  })
})

test("a runtime goes on with the new rules, counts and all, and no event is judged by half of them", async () => {
  place.write({ "a.lua": rules(1) })
  const { keeper } = await keep("a.lua")
  const decided: (string | undefined)[] = []
  const runtime = api.createRuntime(keeper.current.loaded, api.globalOptions([]), {
    decision: ({ effects }) => decided.push(effects[0]?.args[0]),
  })
  keeper.follow((outcome) => {
    if (outcome.kind === "swapped") api.replaceRules(runtime, outcome.revision.loaded)
  })
  const busy = (atSec: number): void =>
    runtime.event({
      atMicros: (1_790_000_000 + atSec) * 1e6,
      type: "transient",
      domain: "a.test",
      response: "421 busy",
    })
  for (const atSec of [1, 2, 3]) busy(atSec)
  mkdirSync(place.path("unrelated"))
  place.write({ "a.lua": rules(2) })
  await until(() => serving() === "2 hours")
  expect(decided).toEqual([])
  busy(4)
  expect(decided).toEqual(["2 hours"])
})
