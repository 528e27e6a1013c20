/** Findings and explanations as text: quoting, cutting, colours, and nothing that acts on a terminal. */
import { describe, expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { explain } from "../../src/engine/explain.js"
import { diagnostic } from "../../src/model/diagnostic.js"
import { renderExplanation } from "../../src/report/explanation.js"
import { countFindings, oneLine, renderFinding } from "../../src/report/findings.js"
import { makeStyle } from "../../src/report/style.js"
import { custom, load } from "../rules/loading.js"

const plain = makeStyle(false)
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)

function shown(source: string | Uint8Array | undefined, line: number, column: number): string[] {
  const finding = diagnostic("E_RULE_CODE", { file: "f.lua", line, column }, "what", "how")
  const text = typeof source === "string" ? bytes(source) : source
  return renderFinding(finding, () => text, plain)
    .split("\n")
    .slice(1, -1)
}

describe("the quoted line", () => {
  test.each([
    ["first", "abc\ndef", 1, 2, ["  abc", "   ^"]],
    ["last, without a line end", "abc\ndef", 2, 1, ["  def", "  ^"]],
    ["past its end", "abc", 1, 4, ["  abc", "     ^"]],
    ["empty", "abc\n\ndef", 2, 1, []],
    ["past the file", "abc", 9, 1, []],
    ["of a file that was not read", undefined, 1, 1, []],
    ["CRLF", "abc\r\ndef\r\n", 2, 3, ["  def", "    ^"]],
    ["CR", "abc\rdef", 2, 1, ["  def", "  ^"]],
    ["LF CR", "abc\n\rdef", 2, 1, ["  def", "  ^"]],
    ["a tab is one column", "\tx = 1", 1, 2, ["   x = 1", "   ^"]],
    ["columns count bytes, the caret counts characters", "é = €x", 1, 9, ["  é = €x", "       ^"]],
    ["control characters", "a\u0007b\u001bc", 1, 5, ["  a?b?c", "      ^"]],
  ] as const)("%s", (_title, source, line, column, expected) => {
    expect(shown(source, line, column)).toEqual(expected)
  })

  test.each([
    ["the start", 1],
    ["the middle", 150],
    ["the end", 300],
  ])("a long line is cut around a place at %s", (_title, column) => {
    const source = Array.from({ length: 300 }, (_, i) => String.fromCharCode(33 + (i % 90))).join("")
    const [quoted = "", caret = ""] = shown(source, 1, column).map((line) => line.slice(2))
    expect(quoted).toHaveLength(120)
    expect(source).toContain(quoted)
    expect(quoted[caret.indexOf("^")]).toBe(source[column - 1])
  })
})

describe("the words", () => {
  test("place, severity, code, message, hint", () => {
    const finding = diagnostic(
      "E_DOMAIN_CASE",
      { file: "rules/f.lua", line: 3, column: 7 },
      "what it is",
      "what to do",
    )
    expect(renderFinding(finding, () => undefined, plain)).toBe(
      "rules/f.lua:3:7: warning[E_DOMAIN_CASE]: what it is\n  hint: what to do",
    )
  })

  test("colours by severity", () => {
    const colours = ["E_RULE_CODE", "E_DOMAIN_CASE", "E_ALIAS_COPY"] as const
    const painted = colours.map((code) =>
      renderFinding(
        diagnostic(code, { file: "f", line: 1, column: 1 }, "m", "h"),
        () => undefined,
        makeStyle(true),
      ),
    )
    expect(painted.map((text) => text.split("\n")[0])).toEqual([
      "\u001b[1mf:1:1:\u001b[22m \u001b[31merror[E_RULE_CODE]\u001b[39m: m",
      "\u001b[1mf:1:1:\u001b[22m \u001b[33mwarning[E_DOMAIN_CASE]\u001b[39m: m",
      "\u001b[1mf:1:1:\u001b[22m \u001b[36minfo[E_ALIAS_COPY]\u001b[39m: m",
    ])
  })

  test.each([
    ["module 'x' not found:\n\tno file 'x.lua'", "module 'x' not found: no file 'x.lua'"],
    ["a\u001b[31mb\u0007", "a?[31mb?"],
    ["\u009b31m\u007f", "?31m?"],
    ["tab\tand é €", "tab and é €"],
  ])("%j on one line", (text, expected) => {
    expect(oneLine(text)).toBe(expected)
  })

  test("counts", () => {
    const place = { file: "f", line: 1, column: 1 }
    const findings = (["E_RULE_CODE", "E_RULE_CODE", "E_DOMAIN_CASE", "E_ALIAS_COPY"] as const).map((code) =>
      diagnostic(code, place, "m", "h"),
    )
    expect(countFindings(findings)).toEqual({ errors: 2, warnings: 1, infos: 1 })
  })
})

describe("an explanation", () => {
  const SUSPEND = 'trigger = "1", action = {"suspend", "1 hour"}'

  function rendered(table: string, response: string, set: readonly string[] = []): string[] {
    const { rules, functions } = load({ "f.lua": custom(table) })
    const answer = explain(rules, globalOptions(set), (id, args) => functions.call(id, args), {
      binding: "b1",
      domain: "a.test",
      mx: null,
      phase: null,
      response,
      atSec: null,
    })
    const bounceClass = { code: 99, name: "Own\u001b class", label: "own" }
    return renderExplanation({ ...answer, bounceClass }, plain).split("\n")
  }

  test("lists twelve rules tried in vain, and counts the others", () => {
    const rules = Array.from({ length: 20 }, (_, i) => `{ code = "^421 n${i}$", ${SUSPEND} }`)
    const lines = rendered(`{ ["a.test"] = { responses = { ${rules.join(", ")} } } }`, "421 n19")
    expect(lines.filter((line) => line.startsWith("  no "))).toHaveLength(13)
    expect(lines[13]).toBe("  no    … and 7 more")
    expect(lines[14]).toContain('MATCH f.lua:2 ["a.test"] rule 20: ^421 n19$')
  })

  test("the bounce class stands behind what happens, whether a rule matches or not", () => {
    const rule = `{ ["a.test"] = { responses = { { code = "^421", ${SUSPEND} } } } }`
    expect(rendered(rule, "421 x").at(-1)).toBe("Class: 99 Own? class (own)")
    expect(rendered(rule, "450 x").at(-1)).toBe("Class: 99 Own? class (own)")
  })

  test.each([
    [
      "only `*`",
      '{ ["*"] = { responses = { { code = "^5", trigger = "1", action = {"suspend", "1 hour"} } } } }',
      'b1::a.test uses only the rules of "*"',
    ],
    ["an alias", '{ ["b.test"] = {}, ["a.test"] = "b.test" }', 'b1::a.test uses the rules of "b.test"'],
    ["its own", '{ ["a.test"] = {} }', "b1::a.test uses its own rules"],
    ["none", "{}", "b1::a.test uses no rules"],
  ])("which rules: %s", (_title, table, first) => {
    expect(rendered(table, "421 x")[0]).toBe(first)
  })

  test.each([
    ['{"suspend", "1 hour"}', "  done suspend 1 hour"],
    ['{"warmup", "60"}', "  done warmup 60: age of the binding 0 s -> 60 s"],
    ['{"transcode", "554"}', '  done transcode 554: the reply becomes "554 5.7.0 x"'],
    [
      '{"throttle", "down"}',
      "  not done throttle down (outbound_throttle_messages): nothing gives this option a value, so there is none to lower",
    ],
    [
      '{"greylisted", "20 minutes"}',
      "  not done greylisted 20 minutes (retry_interval): it stands at its bound already",
    ],
    ['{"reduce_connections", 5}', "  done reduce_connections 5: max_outbound_connections 32 -> 27"],
  ])("what %s does", (action, line) => {
    const table = `{ ["a.test"] = { responses = { { code = "^421", trigger = "1", action = ${action} } } } }`
    expect(rendered(table, "421 4.7.0 x").at(-2)).toBe(line)
  })
})
