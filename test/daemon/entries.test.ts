/** Entries of a journal: what is written is read, event by event. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { EntryFault, EntryReader, EntryWriter, type JournalEvent } from "../../src/daemon/entries.js"
import { EVENT_TYPES, PHASES, TYPE_NUMBER } from "../../src/model/event.js"
import { PairTable } from "../../src/model/pair-table.js"

const text = fc.string({ unit: "grapheme", maxLength: 30 })
const absent = fc.option(text, { nil: null })
const event = fc.record({
  atMicros: fc.integer({ min: 0, max: 4e15 }),
  type: fc.constantFrom(...EVENT_TYPES),
  binding: fc.constantFrom("b1", "b2", "Zürich"),
  domain: fc.constantFrom("a.test", "b.test", "c.test"),
  mx: absent,
  phase: fc.option(fc.constantFrom(...PHASES), { nil: null }),
  response: text,
  local: fc.boolean(),
  bounceClass: absent,
  fblType: absent,
  group: absent,
  deliveryMicros: fc.constantFrom(-1, 0, 1234),
})
const entry = fc.oneof(
  event.map((data) => ({ kind: "event" as const, data })),
  fc.integer({ min: 0, max: 4e15 }).map((data) => ({ kind: "clock" as const, data })),
  fc.jsonValue().map((data) => ({ kind: "note" as const, data })),
  fc.constant({ kind: "record" as const, data: null }),
  fc.constant({ kind: "segment" as const, data: null }),
)

test("what is written is read, in records and segments of any size", () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 40 }), (entries) => {
      const pairs = new PairTable()
      const writer = new EntryWriter(pairs)
      const records: (Buffer | "segment")[] = []
      const seal = (): void => void records.push(...[writer.take() ?? []].flat())
      const wanted: unknown[] = []
      for (const { kind, data } of entries) {
        if (kind === "event") {
          const { binding, domain, ...rest } = data
          writer.event({ ...rest, typeNumber: TYPE_NUMBER[rest.type], pair: pairs.of(binding, domain) })
          wanted.push(data)
        } else if (kind === "clock") {
          writer.clock(data)
          wanted.push(data)
        } else if (kind === "note") {
          writer.note("position", data)
          wanted.push(["position", JSON.parse(JSON.stringify(data))])
        } else {
          seal()
          if (kind === "segment") {
            writer.begin()
            records.push("segment")
          }
        }
      }
      seal()
      const own = new PairTable()
      // Its numbers are others: only names count.
      own.of("other", "x.test")
      const reader = new EntryReader(own)
      const found: unknown[] = []
      for (const record of records) {
        if (record === "segment") reader.begin()
        else
          reader.read(record, {
            event({ pair, typeNumber, ...rest }: JournalEvent) {
              expect(typeNumber).toBe(TYPE_NUMBER[rest.type])
              found.push({ ...rest, ...own.name(pair) })
            },
            clock: (atMicros) => found.push(atMicros),
            note: (kind, data) => found.push([kind, data]),
          })
      }
      expect(found).toEqual(wanted)
    }),
  )
})

test("bytes that are no entries are refused, not read as some", () => {
  const taker = { event() {}, clock() {}, note() {} }
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 60 }), (bytes) => {
      try {
        new EntryReader(new PairTable()).read(Buffer.from(bytes), taker)
      } catch (error) {
        expect(error instanceof EntryFault || error instanceof SyntaxError).toBe(true)
      }
    }),
    { numRuns: 2000 },
  )
})
