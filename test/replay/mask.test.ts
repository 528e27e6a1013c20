/** Replies that differ only in what varies are one text. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { maskedHash, maskedText } from "../../src/replay/mask.js"
import { UnmatchedTexts } from "../../src/replay/unmatched.js"

test.each([
  ["550 5.1.1 <user17@example.com>: User unknown", "550 5.1.1 <ADDRESS>: User unknown"],
  ["421 4.7.0 [192.0.2.1] Try again later", "421 4.7.0 [IP] Try again later"],
  ["421 4.7.0 [192.0.2.1:25] again", "421 4.7.0 [IP] again"],
  ["554 2001:db8::17 is listed", "554 IP is listed"],
  ["450 mx1.example.net is busy.", "450 HOST is busy."],
  ["550 see https://example.com/help?id=17, please", "550 see URL, please"],
  ["421 a1-2000abcdef.12 - gsmtp", "421 ID - gsmtp"],
  ["421 queued as 4FzXk12abc", "421 queued as ID"],
  ["552 message size 10485760 exceeds limit", "552 message size N exceeds limit"],
  ["550 error 17 of 99", "550 error 17 of 99"],
  ["554 (S3140) and [TSS04] stay", "554 (S3140) and [TSS04] stay"],
  ["451-4.7.1 wait", "451-4.7.1 wait"],
  ["554 5.7.1 blocked", "554 5.7.1 blocked"],
  ["no code at mx.test", "no code at HOST"],
  ["", ""],
  ["550 größe ungültig für user@bücher.test", "550 größe ungültig für ADDRESS"],
])("%j is %j", (response, masked) => {
  expect(maskedText(response)).toBe(masked)
})

test("masking is stable, and never longer than it must be", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii", maxLength: 400 }), (text) => {
      const masked = maskedText(text)
      expect(masked.length).toBeLessThanOrEqual(Math.max(300, text.length) * 7)
      expect(maskedText(masked).length).toBeLessThanOrEqual(masked.length * 7 + 1)
    }),
  )
})

test("replies have the same number when they have the same masked text, and only then", () => {
  const word = fc.constantFrom(
    "421",
    "4.7.0",
    "busy",
    "busier",
    "u@a.test",
    "v@b.test",
    "mx.test",
    "192.0.2.1",
    "abc123x",
    "17",
    "1234",
    "(x)",
    "é",
  )
  const reply = fc.array(word, { maxLength: 6 }).map((words) => words.join(" "))
  fc.assert(
    fc.property(reply, reply, (a, b) => {
      expect(maskedHash(a) === maskedHash(b)).toBe(maskedText(a) === maskedText(b))
    }),
    { numRuns: 2000 },
  )
})

test("the commonest texts, with the domains they came from", () => {
  const texts = new UnmatchedTexts()
  for (let i = 0; i < 30; i++) texts.add(`550 user${i}@a.test unknown`, `d${i % 3}.test`)
  for (let i = 0; i < 10; i++) texts.add("554 blocked", "a.test")
  texts.add("421 busy", "b.test")
  expect(texts.failures).toBe(41)
  expect(texts.top(2)).toEqual([
    { text: "550 ADDRESS unknown", count: 30, domains: 3 },
    { text: "554 blocked", count: 10, domains: 1 },
  ])
})

test("too many different texts: the common ones are kept", () => {
  const texts = new UnmatchedTexts()
  for (let i = 0; i < 50_000; i++) {
    const word = `${String.fromCharCode(97 + (i % 26))}${"xyz"[i % 3]}${i}`
    texts.add(`550 ${word.replace(/\d/g, (digit) => "abcdefghij"[Number(digit)] as string)}`, "a.test")
    if (i % 10 === 0) texts.add("554 blocked", "a.test")
  }
  expect(texts.failures).toBe(55_000)
  expect(texts.top(1)).toEqual([{ text: "554 blocked", count: 5000, domains: 1 }])
})
