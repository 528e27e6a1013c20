/** What a source says is what the journal says of it: whoever makes a state up again is told the same names and replies. */
import { expect, test } from "vitest"
import { EntryReader, EntryWriter, type JournalEvent } from "../../src/daemon/entries.js"
import { Intake } from "../../src/daemon/intake.js"
import { PairTable } from "../../src/model/pair-table.js"

const NOW_SEC = 1_790_000_000

const inWords = ({ pair, response, mx, bounceClass, group }: JournalEvent, pairs: PairTable) => ({
  ...pairs.name(pair),
  response,
  mx,
  bounceClass,
  group,
})

/** With each text ending in what is given, as JSON escapes or as it is. */
const event = (end: string): string =>
  `{"time":${NOW_SEC},"type":"permanent","binding":"b${end}","binding_group":"g${end}","domain":"d${end}","mx":"m${end}","response":"550 r${end}","bounceClass":"c${end}"}`

// what | as the source has it | what it is from then on
test.each<[string, string, string]>([
  ["the first half of a pair", "\\ud83d", "\ufffd"],
  ["the second half, and upper case", "\\uDE00x", "\ufffdx"],
  ["halves in the wrong order", "\\ude00\\ud83d", "\ufffd\ufffd"],
  ["a whole pair", "\\ud83d\\ude00", "\u{1f600}"],
  ["no pair", "\\u00fc", "ü"],
  ["UTF-8", "\u{1f600}", "\u{1f600}"],
])("%s in names and replies", (_, given, told) => {
  const pairs = new PairTable()
  const intake = new Intake({ pairs, nowMicros: () => NOW_SEC * 1e6, utcOffsetMinutes: 0 })
  const { events } = intake.feed("test", "jsonl").take(Buffer.from(`${event(given)}\n`))
  const [live] = events.map((event) => inWords(event, pairs))
  const writer = new EntryWriter(pairs)
  for (const event of events) writer.event(event)
  const own = new PairTable()
  let again: unknown = null
  new EntryReader(own).read(writer.take() as Buffer, {
    event: (event) => {
      again = inWords(event, own)
    },
    clock() {},
    note() {},
  })
  expect(again).toEqual(live)
  expect(live).toEqual({
    ...{ binding: `b${told}`, group: `g${told}`, domain: `d${told}`, mx: `m${told}` },
    ...{ response: `550 r${told}`, bounceClass: `c${told}` },
  })
})
