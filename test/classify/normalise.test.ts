/** What a reply looks like before it is judged; and that any text can be looked at. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { normaliseReply, packStatus, readReply } from "../../src/classify/normalise.js"

describe("normalised", () => {
  test.each([
    ["one line stays", "550 5.1.1 no such user", "550 5.1.1 no such user"],
    ["case and accents", "550 5.7.1 Reputación, BOÎTE", "550 5.7.1 reputacion, boite"],
    ["apostrophes of typesetters", "550 doesn\u2019t exist", "550 doesn't exist"],
    ["blanks and line ends", "550-one\r\n550  two\t three ", "550 one two three"],
    [
      "lines with enhanced codes",
      "450-4.2.1 at a rate\n450-4.2.1 that\n450 4.2.1 is",
      "450 4.2.1 at a rate that is",
    ],
    ["lines one behind the other", "450-4.2.1 at a rate 450 4.2.1 that is", "450 4.2.1 at a rate that is"],
    ["an enhanced code on the first line only", "550-5.7.1 a 550-b 550 c", "550 5.7.1 a b c"],
    ["no enhanced code", "554-gmx.net (x) 554-No service 554 See", "554 gmx.net (x) no service see"],
    ["a last line alone repeats it", "421 4.7.28 same 421-4.7.28 Message-ID", "421 4.7.28 same message-id"],
    ["a number in the text stays", "550 5.1.1 room 550 is empty", "550 5.1.1 room 550 is empty"],
    ["addresses", "550 <spam@block.example>: unknown user a.b@c.example,", "550 <@>: unknown user @,"],
    ["nothing", "", ""],
    ["only a code", "550", "550"],
    ["no code", "  lost  connection", "lost connection"],
  ])("%s", (_name, reply, expected) => {
    expect(normaliseReply(reply)).toBe(expected)
  })

  test("a long reply is judged by its beginning", () => {
    expect(normaliseReply(`550 ${"x".repeat(100_000)}`).length).toBeLessThanOrEqual(2000)
  })
})

describe("taken apart", () => {
  test.each([
    ["421 4.7.28 x", 421, packStatus(4, 7, 28)],
    ["550 x", 550, 0],
    ["550 5.7.1.9 x", 550, 0],
    ["5.1.1 x", 500, packStatus(5, 1, 1)],
    ["550 sorry, no mailbox here (#5.1.1)", 550, packStatus(5, 1, 1)],
    ["550 #5.1.0 address rejected.", 550, packStatus(5, 1, 0)],
    ["x", 0, 0],
    ["5500 x", 0, 0],
  ])("%s", (text, code, status) => {
    expect(readReply(text)).toEqual({ text, code, status })
  })
})

/** Texts of what replies are made of, in any order. */
const reply = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        "550",
        "550-",
        "550-5.7.1",
        "5.7.1",
        "421-4.7.0",
        "421",
        " ",
        "\n",
        "\r\n",
        "  ",
        "-",
        "@",
      ),
      fc.string({ unit: "binary", maxLength: 8 }),
    ),
    { maxLength: 24 },
  )
  .chain((parts) => fc.constantFrom(parts.join(""), parts.join(" ")))

test("an accent that is another one taken apart is an apostrophe at once", () => {
  expect(normaliseReply("550 l\u1ffdutente")).toBe("550 l'utente")
})

test("doing it again changes nothing", () => {
  fc.assert(
    fc.property(reply, (text) => {
      const once = normaliseReply(text)
      expect(normaliseReply(once)).toBe(once)
    }),
    { numRuns: Number(process.env.CLASSIFY_CASES ?? 5000) },
  )
})
