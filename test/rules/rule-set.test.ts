/**
 * The compiled set: which rules a pair uses, in which order, and what a rule is
 * called. Sources: rule-files.md sections 2, 3 and 10; law 4 (identity).
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { custom, load } from "./loading.js"

const act = 'trigger = "1", action = {"suspend", "1 hour"}'
const rules = (...codes: string[]): string =>
  `responses = { ${codes.map((c) => `{ code = "${c}", ${act} }`).join(", ")} }`
const loadTable = (table: string, options: { strict?: boolean } = {}) =>
  load({ "custom.lua": custom(table) }, options).rules

describe("resolution", () => {
  const TABLE = `{
    ["a.test"] = { ${rules("own")} },
    ["b.test"] = "a.test",
    ["dead.test"] = "nowhere.test",
    ["chain.test"] = "b.test",
    ["c. test"] = { ${rules("blank")} },
    ["hosted"] = { ${rules("hosted")} },
    ["hosted-eu"] = { ${rules("eu")} },
    ["mx:.mail.test"] = "hosted",
    ["mx:.eu.mail.test"] = "hosted-eu",
    ["mx:mx.exact.test"] = "hosted",
    ["mx:.star.test"] = "*",
    ["everything"] = "*",
    ["*"] = { ${rules("all")} },
  }`
  const set = loadTable(TABLE)
  const strict = loadTable(TABLE, { strict: true })

  // domain | MX host | key in our runtime | key in the original
  test.each([
    ["a.test", null, "a.test", "a.test"],
    ["A.TEST", null, "a.test", "a.test"],
    ["b.test", null, "a.test", "a.test"],
    ["B.Test", null, "a.test", "a.test"],
    ["sub.a.test", null, null, null],
    ["test", null, null, null],
    ["", null, null, null],
    ["x.test", "mx1.mail.test", "hosted", null],
    ["x.test", "MX1.Mail.TEST", "hosted", null],
    ["x.test", "mx1.mail.test.", "hosted", null],
    ["x.test", "mx1.eu.mail.test", "hosted-eu", null],
    ["x.test", "mail.test", null, null],
    ["x.test", "othermail.test", null, null],
    ["x.test", "mx.exact.test", "hosted", null],
    ["x.test", "mx.mail.test.evil.example", null, null],
    ["x.test", "", null, null],
    ["a.test", "mx1.mail.test", "a.test", "a.test"],
    ["b.test", "mx1.mail.test", "a.test", "a.test"],
    ["dead.test", null, null, null],
    ["dead.test", "mx1.mail.test", null, null],
    ["chain.test", "mx1.mail.test", null, null],
    ["mx:.mail.test", null, null, null],
    ["*", null, null, null],
    ["everything", null, null, null],
    ["x.test", "mx.star.test", null, null],
    ["hosted", null, "hosted", "hosted"],
    ["__proto__", null, null, null],
    ["constructor", null, null, null],
  ])("%j with MX %j is %j, in the original %j", (domain, mx, key, original) => {
    expect(set.resolve(domain, mx)).toBe(key)
    expect(strict.resolve(domain, mx)).toBe(original)
  })

  test("the rules of `*` come after the domain's own, and alone where there are none", () => {
    const codes = (key: string | null): string[] => set.listOf(key).rules.map(({ code }) => code)
    expect(codes("a.test")).toEqual(["own", "all"])
    expect(codes(null)).toEqual(["all"])
    expect(codes(set.resolve("x.test", "mx.star.test"))).toEqual(["all"])
    expect(strict.listOf("a.test").rules.map(({ code }) => code)).toEqual(["own"])
    expect(strict.listOf(null).rules).toEqual([])
  })

  test("an option of `*` applies only where nothing more specific sets it", () => {
    const { rules: own } = load({
      "custom.lua": custom(`{
        ["a.test"] = { configuration = { max_retries = 1 } },
        ["*"] = { configuration = { max_retries = 2, retry_interval = 3 } },
      }`),
    })
    const value = (key: string | null, option: string): unknown => own.configured(key, option)?.value
    expect(value("a.test", "max_retries")).toEqual({ kind: "number", value: 1 })
    expect(value("a.test", "retry_interval")).toEqual({ kind: "number", value: 3 })
    expect(value(null, "max_retries")).toEqual({ kind: "number", value: 2 })
    expect(value("a.test", "idle_timeout")).toBeUndefined()
    expect(value("nowhere.test", "toString")).toBeUndefined()
  })
})

describe("matching", () => {
  const set = loadTable(`{ ["a.test"] = { ${rules("^421 busy", "spam", "^5\\\\d\\\\d", "(?i)BLOCKED")} } }`)
  const list = set.listOf("a.test")

  test.each([
    ["421 busy now", "^421 busy", "421 busy"],
    ["421 4.7.0 spam", "spam", "spam"],
    ["554 spam", "spam", "spam"],
    ["554 no", "^5\\d\\d", "554"],
    ["450 you are blocked", "(?i)BLOCKED", "blocked"],
    [" 421 busy", null, null],
    ["450 Spam", null, null],
    ["", null, null],
  ])("%j", (reply, code, text) => {
    const rule = list.first(reply)
    expect(rule?.code ?? null).toBe(code)
    expect(rule === null ? null : list.match(rule, reply)?.groups[0]).toBe(text)
  })

  test("the set lists every rule, in file order within a domain", () => {
    expect(set.rules.map(({ index, code }) => `${index} ${code}`)).toEqual([
      "1 ^421 busy",
      "2 spam",
      "3 ^5\\d\\d",
      "4 (?i)BLOCKED",
    ])
  })

  test("first match is what trying the rules one by one gives", () => {
    const words = fc.constantFrom("421", "450", "554", "spam", "busy", "Blocked", "^421", "^5", "$", " ", "")
    const replies = fc.array(words, { maxLength: 5 }).map((parts) => parts.join(" "))
    const patterns = fc.array(
      fc.array(fc.constantFrom("421", "spam", "busy", "^4", "^5", " ", "(?i)block", "n$"), {
        minLength: 1,
        maxLength: 3,
      }),
      { minLength: 1, maxLength: 8 },
    )
    fc.assert(
      fc.property(patterns, fc.array(replies, { minLength: 1, maxLength: 10 }), (parts, subjects) => {
        const codes = parts.map((part) => part.join(""))
        const list = loadTable(`{ ["a.test"] = { ${rules(...codes)} } }`).listOf("a.test")
        for (const subject of subjects) {
          const expected = list.rules.find(({ code }) => expand(code).test(subject)) ?? null
          expect(list.first(subject)).toBe(expected)
        }
      }),
      { numRuns: 40 },
    )
  })

  /** Only for the patterns above: an inline (?i) holds from its place on. */
  function expand(code: string): RegExp {
    const [head = "", ...tail] = code.split("(?i)")
    const loose = tail.join("").replace(/[a-z]/gi, (c) => `[${c.toLowerCase()}${c.toUpperCase()}]`)
    return new RegExp(head + loose)
  }
})

describe("identity", () => {
  interface RuleText {
    readonly code: string
    readonly trigger: string
    readonly rest: string
  }
  const base: RuleText = { code: "^421", trigger: "1", rest: 'action = {"suspend", "1 hour"}' }
  const idsOf = (list: readonly RuleText[], domain = "a.test", lead = ""): string[] => {
    const text = list.map(
      ({ code, trigger, rest }) => `{ code = "${code}", trigger = "${trigger}", ${rest} }`,
    )
    return loadTable(`{ ${lead} ["${domain}"] = { responses = { ${text.join(",\n")} } } }`).rules.map(
      ({ id }) => id,
    )
  }
  const [id] = idsOf([base])

  test("is short and plain", () => {
    expect(id).toMatch(/^[0-9a-f]{12}$/)
  })

  test.each([
    ["action", 'action = {"blackhole", "1 hour"}'],
    ["duration", 'action = {"suspend", "2 hours"}'],
    ["message", 'action = {"suspend", "1 hour"}, message = "new"'],
    ["phase", 'action = {"suspend", "1 hour"}, phase = "data"'],
    ["observe", 'action = {"suspend", "1 hour"}, observe = true'],
  ])("stays when only the %s changes", (_field, rest) => {
    expect(idsOf([{ ...base, rest }])).toEqual([id])
  })

  test("stays when other rules and domains come and go, and with the case of the key", () => {
    expect(idsOf([base, { ...base, code: "^450" }])[0]).toBe(id)
    expect(idsOf([{ ...base, code: "^450" }, base])[1]).toBe(id)
    expect(idsOf([base], "a.test", '["b.test"] = {},')[0]).toBe(id)
    expect(idsOf([base], "A.Test")).toEqual([id])
  })

  test.each([
    ["code", [{ ...base, code: "^421 " }], "a.test"],
    ["trigger", [{ ...base, trigger: "1/60" }], "a.test"],
    ["domain", [base], "b.test"],
  ])("changes with the %s", (_field, list, domain) => {
    expect(idsOf(list, domain)[0]).not.toBe(id)
  })

  test("tells equal rules of one list apart, the first keeping its name", () => {
    const ids = idsOf([base, base, base])
    expect(ids[0]).toBe(id)
    expect(new Set(ids).size).toBe(3)
  })

  const ruleText = fc.record({
    code: fc.stringMatching(/^[a-z]{1,4}$/),
    trigger: fc.constantFrom("1", "5/60", "9/600"),
    rest: fc.constantFrom('action = {"suspend", "1 hour"}', 'action = {"warmup", "5"}, message = "m"'),
  })
  const distinct = fc.uniqueArray(ruleText, {
    minLength: 1,
    maxLength: 8,
    selector: ({ code, trigger }) => `${code}/${trigger}`,
  })

  test("is the same in any order, and different for different rules", () => {
    fc.assert(
      fc.property(distinct, fc.nat(), (list, seed) => {
        const order = list
          .map((_, i) => i)
          .sort((a, b) => ((a * 7919 + seed) % 31) - ((b * 7919 + seed) % 31))
        const ids = idsOf(list)
        expect(new Set(ids).size).toBe(list.length)
        expect(idsOf(order.map((i) => list[i] as RuleText))).toEqual(order.map((i) => ids[i]))
      }),
      { numRuns: 30 },
    )
  })
})

describe("order of domains", () => {
  const entry = fc.record({
    key: fc.constantFrom("a.test", "b.test", "c.test", "d.test", "*", "mx:.mail.test"),
    alias: fc.constantFrom(null, "a.test", "b.test", "z.test"),
    codes: fc.uniqueArray(fc.constantFrom("one", "two", "three"), { maxLength: 3 }),
  })
  const table = fc.uniqueArray(entry, { minLength: 1, maxLength: 6, selector: ({ key }) => key })

  test("does not matter", () => {
    fc.assert(
      fc.property(table, fc.nat({ max: 5 }), (entries, turn) => {
        const text = (list: typeof entries): string =>
          `{ ${list
            .map(
              ({ key, alias, codes }) =>
                `["${key}"] = ${alias === null ? `{ ${rules(...codes)} }` : `"${alias}"`}`,
            )
            .join(", ")} }`
        const turned = [
          ...entries.slice(turn % entries.length),
          ...entries.slice(0, turn % entries.length),
        ].reverse()
        const [one, other] = [
          load({ "f.lua": custom(text(entries)) }),
          load({ "f.lua": custom(text(turned)) }),
        ]
        expect(other.data.counts).toEqual(one.data.counts)
        const kinds = ({ findings }: typeof one): string[] =>
          findings.map(({ code, message }) => code + message).sort()
        expect(kinds(other)).toEqual(kinds(one))
        for (const domain of ["a.test", "b.test", "c.test", "d.test", "e.test"]) {
          for (const mx of [null, "mx.mail.test"]) {
            const key = one.rules.resolve(domain, mx)
            expect(other.rules.resolve(domain, mx)).toBe(key)
            const ids = (set: typeof one.rules): string[] => set.listOf(key).rules.map(({ id }) => id)
            expect(ids(other.rules)).toEqual(ids(one.rules))
          }
        }
      }),
      { numRuns: 60 },
    )
  })
})
