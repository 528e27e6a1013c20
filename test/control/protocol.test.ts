/** Bytes to messages and back: the same however they are cut, within bounds, and whatever they are. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { ControlFault } from "../../src/control/fault.js"
import {
  candidatesLine,
  errorLine,
  helloLine,
  MAX_LINE_BYTES,
  MAX_TEXT_LENGTH,
  MessageDecoder,
  readReply,
  readRequest,
  requestLine,
  textLines,
} from "../../src/control/protocol.js"

interface Read {
  values: unknown[]
  code: string | null
  message: string | null
}

/** What comes of pieces, the last of which ends the connection. */
function read(pieces: readonly Uint8Array[]): Read {
  const decoder = new MessageDecoder()
  const all = [...pieces.map((piece) => decoder.feed(piece)), decoder.end()]
  const faults = all.flatMap(({ fault }) => (fault === null ? [] : [fault]))
  expect(faults.length).toBeLessThanOrEqual(1)
  return {
    values: all.flatMap(({ values }) => values),
    code: faults[0]?.code ?? null,
    message: faults[0]?.message ?? null,
  }
}

const bytes = (text: string): Buffer => Buffer.from(text, "utf8")

/** Cuts bytes into pieces of the given sizes, over and over. */
function cut(whole: Buffer, sizes: readonly number[]): Buffer[] {
  const pieces: Buffer[] = []
  for (let start = 0, i = 0; start < whole.length; i++) {
    const size = sizes[i % sizes.length] as number
    // Whoever reads a socket may use the memory of a piece again.
    pieces.push(Buffer.from(whole.subarray(start, start + size)))
    start += size
  }
  return pieces
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })
const message = fc.oneof(
  fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value)),
  fc.string({ unit: "binary", maxLength: 20 }).map((line) => JSON.stringify({ id: 1, do: "command", line })),
)

describe("the decoder", () => {
  test("any cutting gives the same messages", () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 12 }), sizes, fc.boolean(), (lines, pieces, isEnded) => {
        const whole = bytes(lines.join("\n") + (isEnded ? "\n" : ""))
        const { values, code } = read(cut(whole, pieces))
        expect(values).toEqual(lines.map((line) => JSON.parse(line)))
        expect(code).toBeNull()
      }),
      { numRuns: 500, seed: 20_260_101 },
    )
  })

  test("any bytes, however they are cut, give the same messages, the same fault, and never more than one", () => {
    const part = fc.oneof(
      { weight: 3, arbitrary: message.map((line) => bytes(`${line}\n`)) },
      { weight: 2, arbitrary: fc.uint8Array({ maxLength: 30 }).map((noise) => Buffer.from(noise)) },
      fc.constantFrom(
        bytes("\n"),
        bytes("\r\n"),
        bytes("  \n"),
        bytes("\ufeff{}\n"),
        Buffer.from([0xc3, 0x0a]),
      ),
    )
    const seen = { whole: 0, garbage: 0 }
    fc.assert(
      fc.property(fc.array(part, { maxLength: 8 }), sizes, (parts, pieces) => {
        const whole = Buffer.concat(parts)
        const atOnce = read([whole])
        expect(read(cut(whole, pieces))).toEqual(atOnce)
        seen[atOnce.code === null ? "whole" : "garbage"]++
        expect([null, "E_CONTROL_GARBAGE"]).toContain(atOnce.code)
      }),
      { numRuns: 2000, seed: 20_260_101 },
    )
    expect(seen.whole).toBeGreaterThan(200)
    expect(seen.garbage).toBeGreaterThan(200)
  })

  const longest = bytes(`{"id":1,"x":"${"x".repeat(MAX_LINE_BYTES - 15)}"}`)
  test.each([
    ["at once", [4 * MAX_LINE_BYTES]],
    ["in pieces as a socket gives them", [65_536]],
    ["in odd pieces", [1, 70_001, 3]],
  ])("a line of 1 MiB is read, one byte more is not: %s", (_, pieces) => {
    expect(longest).toHaveLength(MAX_LINE_BYTES)
    const good = read(cut(Buffer.concat([longest, bytes('\n{"id":2}\n')]), pieces))
    expect(good).toMatchObject({ code: null, values: [{ id: 1 }, { id: 2 }] })
    const tooLong = Buffer.concat([bytes('{"id":0}\n '), longest, bytes('\n{"id":2}\n')])
    expect(read(cut(tooLong, pieces))).toEqual({
      values: [{ id: 0 }],
      code: "E_CONTROL_GARBAGE",
      message: "a line is longer than 1 MiB: nothing more is read of this connection",
    })
  })

  test("a line without an end is given up at the bound, and nothing is kept of what follows", () => {
    const decoder = new MessageDecoder()
    const piece = Buffer.alloc(65_536, 0x20)
    const faults = Array.from({ length: 64 }, () => decoder.feed(piece).fault)
    expect(faults.findIndex((fault) => fault !== null)).toBe(16)
    expect(faults.filter((fault) => fault !== null)).toHaveLength(1)
    expect(decoder.feed(bytes('\n{"id":1}\n'))).toEqual({ values: [], fault: null })
    expect(decoder.end()).toEqual({ values: [], fault: null })
  })

  test("single bytes cost no more than the line", () => {
    const whole = Buffer.concat([longest, bytes("\n")])
    expect(read(cut(whole, [1])).values).toHaveLength(1)
  })

  test("nesting as deep as a line allows is an answer too", () => {
    const { values, code } = read([bytes(`${"[".repeat(MAX_LINE_BYTES - 1)}\n`)])
    expect({ values, code }).toEqual({ values: [], code: "E_CONTROL_GARBAGE" })
  })
})

describe("requests", () => {
  test.each([
    { id: 0, do: "hello", version: 1 },
    { id: 7, do: "command", line: "adaptive list" },
    { id: Number.MAX_SAFE_INTEGER, do: "complete", line: "" },
    { id: 1, do: "command", line: "\u0000\n\ud800\u{1f4e7}" },
  ] as const)("%j comes over as it was", (request) => {
    const line = requestLine(request)
    expect(line.indexOf("\n")).toBe(line.length - 1)
    expect(readRequest(read([bytes(line)]).values[0])).toEqual(request)
  })

  // said | about which request | code | hint
  test.each([
    ['{"id":1,"do":"dance"}', 1, "E_CONTROL_REQUEST", '"do" is one of "hello", "command", "complete"'],
    ['{"id":1}', 1, "E_CONTROL_REQUEST", '"do" is one of "hello", "command", "complete"'],
    ['{"id":1,"do":"__proto__"}', 1, "E_CONTROL_REQUEST", '"do" is one of "hello", "command", "complete"'],
    ['{"id":1,"do":"hello"}', 1, "E_CONTROL_REQUEST", 'write "version":1'],
    [
      '{"id":2,"do":"command","line":5}',
      2,
      "E_CONTROL_REQUEST",
      'write "line":"adaptive list", for instance',
    ],
    ['{"id":2,"do":"complete"}', 2, "E_CONTROL_REQUEST", 'write "line":"adaptive list", for instance'],
    ['{"id":-1,"do":"command","line":""}', null, "E_CONTROL_GARBAGE", null],
    ['{"id":1.5,"do":"command","line":""}', null, "E_CONTROL_GARBAGE", null],
    ['{"id":"1","do":"command","line":""}', null, "E_CONTROL_GARBAGE", null],
    ['{"do":"command","line":""}', null, "E_CONTROL_GARBAGE", null],
    ["[]", null, "E_CONTROL_GARBAGE", null],
    ["null", null, "E_CONTROL_GARBAGE", null],
    ['"adaptive list"', null, "E_CONTROL_GARBAGE", null],
  ])("%s", (said, id, code, hint) => {
    const misasked = readRequest(JSON.parse(said))
    expect(misasked).toMatchObject({ id, fault: { code, ...(hint === null ? {} : { hint }) } })
  })

  test("a command that does not fit a line is not sent", () => {
    expect(() => requestLine({ id: 1, do: "command", line: "x".repeat(MAX_LINE_BYTES) })).toThrow(
      expect.objectContaining({ code: "E_CONTROL_SIZE" }),
    )
  })
})

describe("answers", () => {
  /** What a client makes of lines. */
  const heard = (...lines: string[]) => read([bytes(lines.join(""))]).values.map(readReply)

  test("a text comes over in lines that fit, whatever it is", () => {
    // Of the largest in bytes for its length, one is cut in the middle of a character.
    for (const text of ["", "a\nb", "\u001b".repeat(300_000), `x${"\u{1f4e7}".repeat(400_000)}`]) {
      const lines = [...textLines(3, { ok: false, text })]
      for (const line of lines) expect(bytes(line).length).toBeLessThanOrEqual(MAX_LINE_BYTES + 1)
      const pieces = heard(...lines)
      expect(pieces.map((piece) => (piece?.kind === "text" ? piece.text : null)).join("")).toBe(text)
      expect(pieces.map((piece) => piece?.kind === "text" && piece.more)).toEqual(
        pieces.map((_, i) => i < pieces.length - 1),
      )
    }
  })

  test("a text beyond the bound is an error that says so", () => {
    const [reply, ...more] = heard(...textLines(3, { ok: true, text: "x".repeat(MAX_TEXT_LENGTH + 1) }))
    expect(reply).toMatchObject({ kind: "error", id: 3, fault: { code: "E_CONTROL_SIZE" } })
    expect(more).toEqual([])
  })

  test("candidates, as many as fit", () => {
    expect(heard(candidatesLine(4, ["list", "override"]))).toEqual([
      { kind: "candidates", id: 4, candidates: ["list", "override"] },
    ])
    const line = candidatesLine(4, new Array(200).fill("\u00e9".repeat(10_000)))
    expect(bytes(line).length).toBeLessThanOrEqual(MAX_LINE_BYTES + 1)
    expect(heard(line)).toMatchObject([{ kind: "candidates", candidates: { length: 50 } }])
  })

  test("a greeting, and errors with and without a request", () => {
    const hello = { version: 1, program: "adaptive", programVersion: "0.1.0", pid: 7, nowMicros: 5 }
    const fault = new ControlFault("E_CONTROL_BUSY", "full", "wait")
    expect(heard(helloLine(1, hello), errorLine(2, fault), errorLine(null, fault))).toEqual([
      { kind: "hello", id: 1, hello },
      { kind: "error", id: 2, fault },
      { kind: "end", fault },
    ])
  })

  test("a code that a later daemon made up is a request that failed there", () => {
    for (const code of ["E_CONTROL_LATER", "E_FILE_MISSING", "constructor"])
      expect(readReply({ id: 1, error: { code, message: "m", hint: "h" } })).toMatchObject({
        fault: { code: "E_CONTROL_FAILED" },
      })
  })

  test("whatever comes, it is an answer or none", () => {
    const keys = fc.constantFrom("id", "ok", "text", "more", "candidates", "error", "version", "pid", "code")
    fc.assert(
      fc.property(fc.oneof(fc.jsonValue(), fc.dictionary(keys, fc.jsonValue({ maxDepth: 1 }))), (value) => {
        const reply = readReply(JSON.parse(JSON.stringify(value)))
        expect(reply === null || typeof reply.kind === "string").toBe(true)
      }),
      { numRuns: 1000, seed: 20_260_101 },
    )
  })
})
