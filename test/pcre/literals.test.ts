import { describe, expect, test } from "vitest"
import { literalFacts } from "../../src/pcre/literals.js"
import { parsePattern } from "../../src/pcre/parse.js"

const factsOf = (source: string) => literalFacts(parsePattern(source).root)

describe("texts that every match contains", () => {
  test.each([
    ["temporarily deferred", [["temporarily deferred"]]],
    ["^421 .*unusual rate", [["unusual rate"], ["421 "]]],
    ["(?i)Too Many", [["too many"]]],
    ["(?i)gr[ae]y-?list", [["graylist", "gray-list", "greylist", "grey-list"]]],
    ["foo(bar|baz)qux", [["foobarqux", "foobazqux"]]],
    ["(alpha|bravo).*charlie", [["charlie"], ["alpha", "bravo"]]],
    ["alpha|bravo", [["alpha", "bravo"]]],
    ["alpha|.*", []],
    ["alpha|", []],
    ["(alpha)?", []],
    ["(alpha)*", []],
    ["(alpha)+", [["alpha"], ["alpha"]]],
    ["fooo+bar", [["fooo"], ["obar"]]],
    ["foo[0-9]+bar", [["foo"], ["bar"]]],
    ["foo\\d", [["foo"]]],
    ["ab", []],
    ["a(?=.*needle)b", [["needle"]]],
    ["a(?!.*needle)b", []],
    ["nééd", []],
    ["needé", [["need"]]],
    ["(?>needle)++", [["needle"], ["needle"]]],
    ["(needle)\\1", [["needle"]]],
    ["(?(DEFINE)needle)a", []],
  ] as const)("%s", (source, clauses) => {
    expect(factsOf(source).clauses.map((clause) => [...clause].sort())).toEqual(
      clauses.map((clause) => [...clause].sort()),
    )
  })
})

describe("codes that a subject may begin with", () => {
  test.each([
    ["^421 busy", [421, 421]],
    ["\\A421", [421, 421]],
    ["421", undefined],
    ["^4\\d\\d", [400, 499]],
    [
      "^4.1",
      [401, 401, 411, 411, 421, 421, 431, 431, 441, 441, 451, 451, 461, 461, 471, 471, 481, 481, 491, 491],
    ],
    ["^4[25]1", [421, 421, 451, 451]],
    ["^(421|45[01]) ", [421, 421, 450, 451]],
    ["^421|^55", [421, 421, 550, 559]],
    ["^421|busy", undefined],
    ["^4", [400, 499]],
    ["^4.*", [400, 499]],
    ["^4?21", [210, 219, 421, 421]],
    ["^[45]", [400, 599]],
    ["^\\d+ ", [0, 999]],
    ["^OFR", []],
    ["^ *421", [421, 421]],
    ["^.*", undefined],
    ["^(?=421)", undefined],
    ["(?m)^421", undefined],
    ["^(4)\\1", [400, 499]],
  ] as const)("%s", (source, codes) => {
    expect(factsOf(source).codes).toEqual(codes)
  })
})
