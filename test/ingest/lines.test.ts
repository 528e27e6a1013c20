/** Pieces of bytes to lines: how they are cut must not matter. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { LineCutter } from "../../src/ingest/lines.js"

function cut(pieces: readonly (string | Buffer)[], maxBytes = 100): (string | number)[] {
  const lines: (string | number)[] = []
  const cutter = new LineCutter(
    {
      line: (bytes, start, end) => lines.push(bytes.toString("latin1", start, end)),
      tooLong: (length) => lines.push(length),
    },
    maxBytes,
  )
  for (const piece of pieces) cutter.feed(Buffer.from(piece as string))
  cutter.end()
  return lines
}

describe("lines", () => {
  test.each([
    ["none", [], []],
    ["an empty piece", [""], []],
    ["LF", ["a\nb\n"], ["a", "b"]],
    ["CR LF", ["a\r\nb\r\n"], ["a", "b"]],
    ["no end at the end", ["a\nb"], ["a", "b"]],
    ["empty ones", ["\n\na\n\n"], ["", "", "a", ""]],
    ["cut in the middle", ["a", "b\nc", "d"], ["ab", "cd"]],
    ["cut before the end", ["ab", "\n"], ["ab"]],
    ["cut inside CR LF", ["ab\r", "\ncd"], ["ab", "cd"]],
    ["a CR inside", ["a\rb\n"], ["a\rb"]],
  ])("%s", (_title, pieces, expected) => {
    expect(cut(pieces)).toEqual(expected)
  })

  test.each([
    ["as long as may be", ["1234567890\n"], ["1234567890"]],
    ["with CR LF", ["1234567890\r\n"], ["1234567890"]],
    ["one longer", ["12345678901\nok\n"], [11, "ok"]],
    ["in pieces", ["12345", "67890", "1", "\nok"], [11, "ok"]],
    ["far longer, in pieces", ["1234567890123", "4567890", "12\nok"], [22, "ok"]],
    ["without an end", ["1234567890", "123"], [13]],
  ])("a limit of 10: %s", (_title, pieces, expected) => {
    expect(cut(pieces, 10)).toEqual(expected)
  })

  test("any bytes in any pieces give the same lines", () => {
    const text = fc.string({ unit: fc.constantFrom("a", "b", "\n", "\r", "\r\n"), maxLength: 200 })
    fc.assert(
      fc.property(text, fc.array(fc.nat({ max: 30 }), { minLength: 1 }), (whole, sizes) => {
        const pieces: string[] = []
        for (let at = 0, i = 0; at < whole.length; i++) {
          const size = (sizes[i % sizes.length] as number) + 1
          pieces.push(whole.slice(at, at + size))
          at += size
        }
        expect(cut(pieces, 12)).toEqual(cut([whole], 12))
      }),
    )
  })
})
