import { expect, test } from "vitest"
import { negate } from "../../src/pcre/charset.js"
import { caseVariants, closeUnderCase } from "../../src/pcre/fold.js"

test("case classes are those of the iu flags", () => {
  // simple foldings added by Unicode 15.1, which no PCRE of today knows
  const newer = new Set([0x390, 0x1fd3, 0x3b0, 0x1fe3, 0xfb05, 0xfb06])
  const cased: number[] = []
  for (let code = 0; code < 0x20000; code++) {
    if (code === 0xd800) code = 0xe000
    const text = String.fromCodePoint(code)
    if (text.toLowerCase() !== text || text.toUpperCase() !== text) cased.push(code)
  }
  expect(cased.length).toBeGreaterThan(2500)
  const all = String.fromCodePoint(...cased)
  for (const code of cased.filter((one) => !newer.has(one))) {
    const same = all.match(new RegExp(`\\u{${code.toString(16)}}`, "giu")) ?? []
    const codes = same.map((text) => text.codePointAt(0) as number).sort((a, b) => a - b)
    expect([code, [...caseVariants(code)]]).toEqual([code, codes])
  }
})

test.each([
  ["a letter", [0x61, 0x61], [0x41, 0x41, 0x61, 0x61]],
  ["k and the Kelvin sign", [0x6b, 0x6b], [0x4b, 0x4b, 0x6b, 0x6b, 0x212a, 0x212a]],
  ["a digit", [0x30, 0x39], [0x30, 0x39]],
  ["everything", negate([]), negate([])],
] as const)("closing %s under case", (_, set, closed) => {
  expect(closeUnderCase(set)).toEqual(closed)
})
