/** Events through batches are the same events. */
import fc from "fast-check"
import { expect, test } from "vitest"
import { BatchReader, BatchWriter, buffersOf } from "../../src/ingest/batch.js"
import { emptyEvent, type TrafficEvent } from "../../src/ingest/traffic.js"
import { EVENT_TYPES, PHASES, TYPE_NUMBER } from "../../src/model/event.js"
import { PairTable } from "../../src/model/pair-table.js"

test("any events, of pairs the other side knows or not", () => {
  const event = fc.record({
    clock: fc.boolean(),
    atMicros: fc.nat(),
    type: fc.constantFrom(...EVENT_TYPES),
    pair: fc.integer({ min: -1, max: 5 }),
    mx: fc.option(fc.constantFrom("mx.a.test", "mx.b.test")),
    phase: fc.option(fc.constantFrom(...PHASES)),
    response: fc.constantFrom("", "421 busy", "550 größe\n"),
    local: fc.boolean(),
    bounceClass: fc.option(fc.constantFrom("10", "spam")),
    fblType: fc.option(fc.constantFrom("abuse", "unsubscribe")),
    /** What the record names beside its binding. */
    group: fc.option(fc.constantFrom("g1", "g2", "default")),
    deliveryMicros: fc.constantFrom(-1, 0, 393_000, 86_400e6),
    lineNumber: fc.nat(),
    file: fc.nat({ max: 3 }),
    line: fc.nat(),
    flush: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(event, { maxLength: 60 }), fc.boolean(), (events, audits) => {
      const here = new PairTable()
      const there = new PairTable()
      there.of("b9", "known.test")
      there.of("b2", "known.test")
      there.noteGroup(there.bindingOf(there.of("b1", "d1.test")), "known")
      const told: unknown[] = []
      const named = (table: PairTable, pair: number): unknown => (pair < 0 ? pair : table.name(pair))
      const reader = new BatchReader(there, {
        event: (one) => {
          const group = one.pair < 0 ? null : there.groupOf(there.bindingOf(one.pair))
          told.push({ ...one, pair: named(there, one.pair), group })
        },
        clock: (atMicros) => told.push(atMicros),
      })
      const writer = new BatchWriter(here, { audits, countsReceptions: false }, (batch) => {
        expect(batch.deliveryMicros === null).toBe(!audits)
        expect(buffersOf(batch)).toHaveLength(audits ? 8 : 7)
        reader.take(structuredClone(batch))
      })
      // Of b1 the other side knows better.
      const groups = new Map([["b1", "known"]] as [string, string | null][])
      const expected = events.map(({ clock, flush, pair: number, ...fields }) => {
        if (clock) writer.clock(fields.atMicros)
        const binding = `b${number % 3}`
        const pair = number < 0 ? number : here.of(binding, number === 5 ? "known.test" : `d${number}.test`)
        // A delivery or reception without a text has nothing that a text could bring.
        const isPlain =
          /^(delivery|reception)$/.test(fields.type) && fields.response === "" && fields.mx === null
        const isFirst =
          !clock && pair >= 0 && fields.group !== null && here.noteGroup(here.bindingOf(pair), fields.group)
        if (isFirst && binding !== "b1") groups.set(binding, fields.group)
        const event: TrafficEvent = {
          ...fields,
          typeNumber: TYPE_NUMBER[fields.type],
          pair,
          group: isFirst ? fields.group : null,
          deliveryMicros: audits ? fields.deliveryMicros : -1,
          ...(isPlain ? { phase: null, local: false, bounceClass: null, fblType: null } : {}),
        }
        if (!clock) writer.event(event)
        if (flush) writer.flush()
        const group = pair < 0 ? null : (groups.get(binding) ?? "default")
        return clock ? fields.atMicros : { ...event, pair: named(here, pair), group }
      })
      writer.flush()
      expect(told).toEqual(expected)
    }),
  )
})

const DELIVERY = { ...emptyEvent(), type: "delivery", typeNumber: TYPE_NUMBER.delivery } as const

test("receptions that are only counted: so many, from when to when, and no event", () => {
  const reception = fc.record({ atMicros: fc.nat(), isReception: fc.boolean(), flush: fc.boolean() })
  fc.assert(
    fc.property(fc.array(reception, { maxLength: 40 }), (events) => {
      const times: number[] = []
      let counted = 0
      let span = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY] as const
      const reader = new BatchReader(new PairTable(), {
        event: ({ atMicros }) => times.push(atMicros),
        clock: () => {},
        receptions: (count, first, last) => {
          counted += count
          span = [Math.min(span[0], first), Math.max(span[1], last)]
        },
      })
      const options = { audits: false, countsReceptions: true }
      const writer = new BatchWriter(new PairTable(), options, (batch) => reader.take(structuredClone(batch)))
      for (const { atMicros, isReception, flush } of events) {
        writer.event({ ...(isReception ? emptyEvent() : DELIVERY), atMicros })
        if (flush) writer.flush()
      }
      writer.flush()
      // The first event is told as one, whatever it is.
      const isCounted = ({ isReception }: { isReception: boolean }, i: number) => i > 0 && isReception
      const received = events.filter(isCounted).map(({ atMicros }) => atMicros)
      expect(times).toEqual(events.filter((one, i) => !isCounted(one, i)).map(({ atMicros }) => atMicros))
      expect([counted, ...span]).toEqual([received.length, Math.min(...received), Math.max(...received)])
    }),
  )
})

test("more events than a batch holds", () => {
  const here = new PairTable()
  let batches = 0
  let events = 0
  const reader = new BatchReader(new PairTable(), { event: () => events++, clock: () => {} })
  const writer = new BatchWriter(here, { audits: false, countsReceptions: false }, (batch) => {
    batches++
    reader.take(batch)
  })
  for (let i = 0; i < 20_000; i++)
    writer.event({ ...DELIVERY, atMicros: i, pair: here.of("b", `d${i}.test`), lineNumber: i, line: i })
  writer.flush()
  writer.flush()
  expect([batches, events]).toEqual([3, 20_000])
})
