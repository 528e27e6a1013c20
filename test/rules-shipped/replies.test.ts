/**
 * The shipped rule file against replies that receivers give: the first matching
 * rule must have the reaction that `replies.json` names. Notation there: `sus 30m`
 * suspend for 30 minutes, `thr` throttle down, `con` fewer connections, `dpc`
 * fewer deliveries per connection, `gry 5m` greylisted, `x4`/`x5` transcode to
 * that class, `-` nothing is done. Further actions of the rule are allowed.
 */
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, test } from "vitest"
import type { Action } from "../../src/model/rule.js"
import { buildRules } from "../../src/reload/build.js"
import { readRuleSources } from "../../src/reload/source.js"
import { RuleSet } from "../../src/rules/rule-set.js"

interface Reply {
  readonly provider: string
  readonly domain: string
  readonly mx: string | null
  readonly reaction: string
  readonly response: string
}

const RULES = fileURLToPath(new URL("../../rules/", import.meta.url))
const { replies } = JSON.parse(readFileSync(new URL("./replies.json", import.meta.url), "utf8")) as {
  replies: readonly Reply[]
}

const UNIT_SEC: Record<string, number> = { m: 60, h: 3600, d: 86_400 }

function seconds(text: string): number {
  const match = /^(\d+)([mhd])$/.exec(text)
  return Number(match?.[1]) * (UNIT_SEC[match?.[2] ?? ""] ?? Number.NaN)
}

/** Is the reaction `word [time]` among the actions? */
function has(actions: readonly Action[], word: string, time: string | undefined): boolean {
  return actions.some((action) => {
    switch (word) {
      case "sus":
        return action.name === "suspend" && (time === undefined || action.seconds === seconds(time))
      case "gry":
        return action.name === "greylisted" && (time === undefined || action.seconds === seconds(time))
      case "thr":
        return action.name === "throttle"
      case "con":
        return action.name === "reduce_connections"
      case "dpc":
        return action.name === "reduce_deliveries"
      case "x4":
      case "x5":
        return action.name === "transcode" && action.reply[0] === word[1]
      default:
        throw new Error(`unknown reaction "${word}"`)
    }
  })
}

let rules: RuleSet

beforeAll(() => {
  const { sources, roots, unreadable } = readRuleSources([`${RULES}adaptive_rules.lua`])
  const build = buildRules({ sources, roots, nowSec: 1_800_000_000, extensions: true, findings: unreadable })
  rules = new RuleSet(build.data)
})

describe("shipped rules", () => {
  test.each(replies.map((reply) => [reply.provider, reply.reaction, reply.response, reply] as const))(
    "%s: %s for %s",
    (_provider, reaction, response, { domain, mx }) => {
      const rule = rules.listOf(rules.resolve(domain, mx)).first(response)
      const actions = rule === null || rule.observe ? [] : rule.actions
      const seen = `${rule?.file}:${rule?.line} ${rule?.code} ${JSON.stringify(actions)}`
      if (reaction === "-") {
        expect(actions, seen).toEqual([])
        return
      }
      for (const [, word, time] of reaction.matchAll(/\b(sus|gry|thr|con|dpc|x4|x5)\b(?: (\d+[mhd]))?/g)) {
        expect(has(actions, word as string, time), `${word} ${time ?? ""} in ${seen}`).toBe(true)
      }
    },
  )

  test("the 40 documented replies are among them", () => {
    expect(replies.length).toBeGreaterThanOrEqual(120)
  })
})
