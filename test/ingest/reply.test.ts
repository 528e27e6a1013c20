/** Replies whose lines stand one behind the other with their prefixes. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { joinRepeats, replyCode } from "../../src/ingest/reply.js"
import { decodeText } from "../../src/ingest/text.js"

test.each([
  ["450-4.2.1 a 450 4.2.1 b", "450 4.2.1 a b"],
  ["421-4.7.28 a 421-4.7.28 b 421-4.7.28 c 421 4.7.28 d", "421 4.7.28 a b c d"],
  [
    "554-gmx.net (x) not available 554-No service 554-IP listed. 554 For more",
    "554 gmx.net (x) not available No service IP listed. For more",
  ],
  ["450-4.2.1 at most 450 mails 450 4.2.1 an hour", "450 4.2.1 at most 450 mails an hour"],
  ["450-4.2.1 a 450-b 450 c", "450 4.2.1 a b c"],
  ["450 4.2.1 one line", "450 4.2.1 one line"],
  ["450 4.2.1 one 450 4.2.1 two", "450 4.2.1 one 450 4.2.1 two"],
  ["421-", "421"],
  ["421-4.7.0", "421 4.7.0"],
  ["421-cut off by the log", "421 cut off by the log"],
  ["no reply at all", "no reply at all"],
  ["", ""],
  ["250-2.0.0 ok 250 2.0.0 queued", "250 2.0.0 ok queued"],
])("%j is %j", (text, joined) => {
  expect(joinRepeats(text)).toBe(joined)
})

test("lines joined and taken apart again are the lines", () => {
  const word = fc.stringMatching(/^[a-z]{1,8}$/)
  const text = fc.array(word, { minLength: 1, maxLength: 5 }).map((words) => words.join(" "))
  fc.assert(
    fc.property(fc.array(text, { minLength: 2, maxLength: 5 }), fc.boolean(), (lines, hasStatus) => {
      const status = hasStatus ? "4.7.1 " : ""
      const written = lines
        .map((line, i) => `451${i === lines.length - 1 ? " " : "-"}${status}${line}`)
        .join(" ")
      const joined = joinRepeats(written)
      expect(joined).toBe(`451 ${status}${lines.join(" ")}`)
      expect(joinRepeats(joined)).toBe(joined)
    }),
  )
})

test.each([
  ["421 busy", 421],
  ["421-busy", 421],
  ["421", 421],
  ["4210 busy", null],
  ["199 odd", null],
  ["busy 421", null],
  ["", null],
])("the code of %j is %s", (text, code) => {
  expect(replyCode(text)).toBe(code)
})

describe("bytes to text", () => {
  test.each([
    ["ASCII", Buffer.from("plain"), "plain"],
    ["UTF-8", Buffer.from("größe"), "größe"],
    ["Latin-1", Buffer.from("größe", "latin1"), "größe"],
    [
      "both: Latin-1, as no byte may be lost",
      Buffer.concat([Buffer.from("é"), Buffer.from("é", "latin1")]),
      "Ã©é",
    ],
    ["a byte order mark stays", Buffer.from("\ufeffx"), "\ufeffx"],
  ])("%s", (_title, bytes, text) => {
    const around = Buffer.concat([Buffer.from("é<"), bytes, Buffer.from(">")])
    expect(decodeText(around, 3, around.length - 1)).toBe(text)
  })

  test("any bytes: nothing becomes a replacement character", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const text = decodeText(Buffer.from(bytes), 0, bytes.length)
        const back = [Buffer.from(text, "latin1"), Buffer.from(text, "utf8")]
        expect(back.some((one) => one.equals(bytes))).toBe(true)
      }),
    )
  })
})
