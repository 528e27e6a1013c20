/** The JSON formats, record by record. Sources: traffic-formats.md sections 8 and 9; foreign-traffic-formats.md section 1. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { makeJsonlReader } from "../../src/ingest/jsonl.js"
import { makeKumoMtaReader } from "../../src/ingest/kumomta.js"
import { makeMsysJsonReader } from "../../src/ingest/msys-json.js"
import { readLines } from "./collecting.js"

const json = (value: unknown): string => JSON.stringify(value)

describe("records out of lines", () => {
  const one = '{"time":1,"type":"delivery","domain":"a.test"}'
  const two = '{"time":2,"type":"delivery","domain":"a.test"}'
  const told = ["delivery 1 default::a.test", "delivery 2 default::a.test"]
  const pretty = JSON.stringify([JSON.parse(one), JSON.parse(two)], null, 2).split("\n")
  const incomplete = "bad 1: the JSON record that begins here is never completed"
  test.each([
    ["one a line", [one, two], told],
    ["an array on a line", [`[${one},${two}]`], told],
    ["an array over lines, an element a line", ["[", `${one},`, two, "]"], told],
    ["an array over lines, commas in front", [`[${one}`, `,${two}]`], told],
    ["printed over many lines", pretty, told],
    [
      "one printed over many lines, then one a line",
      [...JSON.stringify(JSON.parse(one), null, 4).split("\n"), two],
      told,
    ],
    ["an empty array", ["[]"], ["skip empty-batch"]],
    ["an empty array over lines", ["[", "]"], []],
    ["a record cut off, then a whole one", ['{"time":1,"type":"deliv', two], [incomplete, told[1]]],
    ["a record cut off at the end", [one, '{"time":2,'], [told[0], incomplete]],
    [
      "brackets and quotes in strings",
      ['{"time":1,"type":"delivery","domain":"a.test",', '"x":"]}\\"{["}'],
      [told[0]],
    ],
    ["no JSON", ["hello"], ['bad 1: the line is no JSON: it begins with "hello"']],
    ["a number", ["17"], ["bad -: an event is an object, this is 17"]],
    ["closed too often", [`${one}}`], [told[0], 'bad 47: what stands behind the record is no JSON: "}"']],
    [
      "an array of other things",
      ["[1,null]"],
      ["bad -: an event is an object, this is 1", "bad -: an event is an object, this is null"],
    ],
  ])("%s", (_title, lines, expected) => {
    expect(readLines(makeJsonlReader, lines)).toEqual(expected)
  })

  test("a long line tells the same as a short one, also some records at a time", () => {
    const element = fc.oneof(
      fc.constantFrom(
        one,
        two,
        "{}",
        "1",
        "null",
        '"x]},"',
        "[]",
        "[1,[2]]",
        " ",
        '{"a":[{"b":"\\""}]}',
        "tru",
        "{",
      ),
      fc.json({ maxDepth: 2 }),
    )
    const line = fc.tuple(
      fc.array(element, { maxLength: 12 }),
      fc.constantFrom("[]", "[ ]", ["[", "] x"], ["", ""]),
    )
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 4 }),
        fc.integer({ min: 1, max: 5 }),
        (lines, recordsAtOnce) => {
          const written = lines.map(
            ([elements, [open = "", close = ""]]) => `${open}${elements.join(",")}${close}`,
          )
          // Blanks between values mean nothing, and make a line a long one.
          const long = written.map((text) => text.replace(/^\[/, (bracket) => bracket + " ".repeat(5000)))
          const read = (texts: readonly string[], options = {}): string[] =>
            readLines(makeJsonlReader, texts, options).map((told) => told.replace(/^bad \d+/, "bad N"))
          expect(read(written, { recordsAtOnce })).toEqual(read(written))
          expect(read(long, { recordsAtOnce })).toEqual(read(long))
          const isWhole = written.every((text) => {
            try {
              JSON.parse(text)
              return true
            } catch {
              return false
            }
          })
          if (isWhole) expect(read(long)).toEqual(read(written))
        },
      ),
      { numRuns: 2000 },
    )
  })

  test("a record that is never completed is given up, and the rest is read", () => {
    const lines = ["{", ...Array.from({ length: 500 }, (_, i) => `"k${i}": "${"x".repeat(40_000)}",`), two]
    const found = readLines(makeJsonlReader, lines)
    expect(found[0]).toBe(incomplete)
    expect(found.at(-1)).toBe(told[1])
  })
})

describe("jsonl", () => {
  const event = (fields: object): string =>
    json({ time: 1_790_000_000, type: "transient", domain: "a.test", response: "450 x", ...fields })
  test.each([
    ["the least", event({}), "transient 1790000000 default::a.test | 450 x"],
    [
      "everything",
      event({
        binding: "b1",
        binding_group: "g1",
        mx: "MX.a.test.",
        phase: "rcptto",
        code: 450,
        bounceClass: 22,
        deliveryTime: 1.5,
        ip: "192.0.2.1",
        retries: 2,
        local: true,
      }),
      "transient 1790000000 b1::a.test group g1 mx mx.a.test ip 192.0.2.1 rcptto local class 22 took 1.5 retry 2 | 450 x",
    ],
    [
      "microseconds",
      event({ time: 1790000000.123456 }),
      "transient 1790000000.123456 default::a.test | 450 x",
    ],
    [
      "texts for numbers",
      event({ time: "1790000000.5", retries: "2" }),
      "transient 1790000000.5 default::a.test retry 2 | 450 x",
    ],
    ["time 0", event({ time: 0 }), "transient 0 default::a.test | 450 x"],
    [
      "a code of its own",
      event({ code: 421, response: "busy" }),
      "transient 1790000000 default::a.test | 421 busy",
    ],
    [
      "a code that is there already",
      event({ code: 421, response: "450 x" }),
      "transient 1790000000 default::a.test | 450 x",
    ],
    ["only a code", event({ code: "421", response: null }), "transient 1790000000 default::a.test | 421"],
    [
      "line ends in a reply",
      event({ response: "450-a\r\n450 b\n" }),
      "transient 1790000000 default::a.test | 450-a 450 b",
    ],
    [
      "a domain in upper case with a dot",
      event({ domain: "A.Test." }),
      "transient 1790000000 default::a.test | 450 x",
    ],
    [
      "a phase of other words",
      event({ phase: "each_rcpt" }),
      "transient 1790000000 default::a.test rcptto | 450 x",
    ],
    ["an unknown phase", event({ phase: "lunch" }), "transient 1790000000 default::a.test | 450 x"],
    [
      "null for absent",
      event({ binding: null, mx: null, phase: null, local: null }),
      "transient 1790000000 default::a.test | 450 x",
    ],
    [
      "a complaint",
      event({ type: "fbl", response: undefined, fblType: "abuse" }),
      "fbl 1790000000 default::a.test abuse",
    ],
    [
      "a complaint of other letters, with its pair",
      event({ type: "fbl", response: undefined, fblType: "Abuse", binding: "b1", binding_group: "g1" }),
      "fbl 1790000000 b1::a.test group g1 abuse",
    ],
    [
      "a kind of report of what is none",
      event({ fblType: "abuse" }),
      "transient 1790000000 default::a.test | 450 x",
    ],
    [
      "out of band",
      event({ type: "oob", response: "550 no", bounceClass: "10", binding: "b1", binding_group: "g1" }),
      "oob 1790000000 b1::a.test group g1 class 10 | 550 no",
    ],
    [
      "a class as a number",
      event({ type: "permanent", bounceClass: 10 }),
      "permanent 1790000000 default::a.test class 10 | 450 x",
    ],
    [
      "a class that is neither",
      event({ bounceClass: true }),
      "bad -: bounceClass is true, neither a number nor a text",
    ],
    ["a kind that is no text", event({ fblType: 1 }), "bad -: fblType is 1, not a text"],
    ["a group that is no text", event({ binding_group: 1 }), "bad -: binding_group is 1, not a text"],
    ["a rejection", event({ type: "rejection" }), "skip rejection"],
    [
      "an unknown type",
      event({ type: "bounce" }),
      'bad -: type is "bounce", none of reception, delivery, transient, permanent, oob, fbl',
    ],
    [
      "a type of Object's",
      event({ type: "toString" }),
      'bad -: type is "toString", none of reception, delivery, transient, permanent, oob, fbl',
    ],
    [
      "no type",
      event({ type: undefined }),
      "bad -: type is nothing, none of reception, delivery, transient, permanent, oob, fbl",
    ],
    ["no time", event({ time: undefined }), "bad -: time is nothing, not a number of seconds since 1970"],
    [
      "a time that is none",
      event({ time: "noon" }),
      'bad -: time is "noon", not a number of seconds since 1970',
    ],
    [
      "milliseconds",
      event({ time: 1_790_000_000_000 }),
      "bad -: time 1790000000000 lies before 1970 or after 2099",
    ],
    ["a time below 0", event({ time: -1 }), "bad -: time -1 lies before 1970 or after 2099"],
    ["no domain", event({ domain: "" }), 'bad -: domain is "", not the name of a domain'],
    [
      "a failure without a reply",
      event({ response: "" }),
      'bad -: a transient failure needs a response, this has ""',
    ],
    ["local is a word", event({ local: "yes" }), 'bad -: local is "yes", neither true nor false'],
  ])("%s", (_title, line, told) => {
    expect(readLines(makeJsonlReader, [line])).toEqual([told])
  })
})

describe("msys-json", () => {
  const event = (fields: object): string =>
    json({
      msys: {
        message_event: {
          type: "delay",
          timestamp: "1411751722.079",
          rcpt_to: "user@a.test",
          routing_domain: "mx.test",
          raw_reason: "450 4.2.0 later",
          ...fields,
        },
      },
    })
  test.each([
    [
      "a delay",
      event({
        error_code: "450",
        bounce_class: "20",
        num_retries: "1",
        ip_address: "192.0.2.1",
        queue_time: "5000",
        binding: "b1",
        binding_group: "g1",
        conn_stage: "5",
      }),
      "transient 1411751722.079 b1::mx.test group g1 ip 192.0.2.1 rcptto class 20 retry 1 | 450 4.2.0 later",
    ],
    [
      "the code stands apart",
      event({ type: "bounce", error_code: "550", raw_reason: "5.1.1 no such user", reason: "masked" }),
      "permanent 1411751722.079 default::mx.test | 550 5.1.1 no such user",
    ],
    [
      "cloud fields for binding and group",
      event({ sending_ip: "192.0.2.9", ip_pool: "pool" }),
      "transient 1411751722.079 192.0.2.9::mx.test group pool | 450 4.2.0 later",
    ],
    [
      "no routing domain",
      event({ routing_domain: undefined }),
      "transient 1411751722.079 default::a.test | 450 4.2.0 later",
    ],
    [
      "a delivery",
      event({ type: "delivery", queue_time: 12_345, raw_reason: undefined }),
      "delivery 1411751722.079 default::mx.test took 12.345",
    ],
    ["an injection", event({ type: "injection" }), "reception 1411751722.079 default::mx.test"],
    [
      "out of band",
      event({ type: "out_of_band", error_code: "550", bounce_class: 10 }),
      "oob 1411751722.079 default::mx.test class 10 | 450 4.2.0 later",
    ],
    [
      "a complaint",
      event({ type: "spam_complaint", fbtype: "abuse" }),
      "fbl 1411751722.079 default::a.test abuse",
    ],
    [
      "a complaint of other letters, with its pair",
      event({ type: "spam_complaint", fbtype: "Abuse", sending_ip: "192.0.2.9", ip_pool: "pool" }),
      "fbl 1411751722.079 192.0.2.9::a.test group pool abuse",
    ],
    [
      "out of band, with its pair",
      event({
        type: "out_of_band",
        raw_reason: "550 no",
        bounce_class: "10",
        binding: "b1",
        binding_group: "g1",
      }),
      "oob 1411751722.079 b1::mx.test group g1 class 10 | 550 no",
    ],
    [
      "binding and group go before the cloud's fields",
      event({ binding: "b1", binding_group: "g1", sending_ip: "192.0.2.9", ip_pool: "pool" }),
      "transient 1411751722.079 b1::mx.test group g1 | 450 4.2.0 later",
    ],
    [
      "an internal text",
      event({ raw_reason: "421 4.4.0 [internal] no MX" }),
      "transient 1411751722.079 default::mx.test local | 421 4.4.0 [internal] no MX",
    ],
    ["a policy rejection", event({ type: "policy_rejection" }), "skip rejection"],
    ["another type", event({ type: "sms_status" }), "skip sms_status"],
    ["on its way", event({ binding: "#mmove" }), "skip mmove"],
    ["another envelope", json({ msys: { track_event: { type: "open" } } }), "skip track_event"],
    ["an empty envelope", json({ msys: {} }), "skip ping"],
    [
      "no envelope",
      json({ type: "delay" }),
      'bad -: an event stands in {"msys":{…}}, this is {"type":"delay"}',
    ],
    ["no time", event({ timestamp: null }), "bad -: timestamp is null, not a number of seconds since 1970"],
    [
      "no domain",
      event({ routing_domain: "", rcpt_to: "user" }),
      "bad -: neither routing_domain nor a domain in rcpt_to is there",
    ],
    ["a type that is no word", event({ type: 7.5 }), "bad -: type is 7.5, not a word"],
  ])("%s", (_title, line, told) => {
    expect(readLines(makeMsysJsonReader, [line])).toEqual([told])
  })

  test("an event that a batch repeats counts once", () => {
    const line = event({ event_id: "17" })
    expect(readLines(makeMsysJsonReader, [line, line, event({ event_id: "18" })])).toEqual([
      "transient 1411751722.079 default::mx.test | 450 4.2.0 later",
      "skip duplicate",
      "transient 1411751722.079 default::mx.test | 450 4.2.0 later",
    ])
  })
})

describe("kumomta", () => {
  const record = (fields: object, response: object = {}): string =>
    json({
      type: "TransientFailure",
      recipient: "user@a.test",
      queue: "news:tenant@a.test",
      timestamp: 1_790_000_000,
      egress_source: "b1",
      egress_pool: "pool",
      peer_address: { name: "mx.a.test.", addr: "192.0.2.1" },
      num_attempts: 1,
      bounce_classification: "Uncategorized",
      reception_protocol: "ESMTP",
      response: {
        code: 450,
        enhanced_code: { class: 4, subject: 2, detail: 1 },
        content: "later",
        command: "RCPT TO:<user@a.test>",
        ...response,
      },
      ...fields,
    })
  const plain = "transient 1790000000 b1::a.test group pool mx mx.a.test ip 192.0.2.1"
  test.each([
    ["a transient failure", record({}), `${plain} rcptto retry 1 | 450 4.2.1 later`],
    [
      "event_time goes first",
      record({ event_time: "2026-09-21T14:13:20.123456789Z" }),
      `transient 1790000000.123456 b1::a.test group pool mx mx.a.test ip 192.0.2.1 rcptto retry 1 | 450 4.2.1 later`,
    ],
    [
      "an offset",
      record({ event_time: "2026-09-21T16:13:20+02:00" }),
      `${plain} rcptto retry 1 | 450 4.2.1 later`,
    ],
    ["no enhanced code", record({}, { enhanced_code: null }), `${plain} rcptto retry 1 | 450 later`],
    [
      "an enhanced code that the text repeats",
      record({}, { content: "4.2.1 later" }),
      `${plain} rcptto retry 1 | 450 4.2.1 later`,
    ],
    ["several lines", record({}, { content: "a\nb\r\nc" }), `${plain} rcptto retry 1 | 450 4.2.1 a b c`],
    [
      "the type goes before the code",
      record({ type: "TransientFailure" }, { code: 552 }),
      `${plain} rcptto retry 1 | 552 4.2.1 later`,
    ],
    [
      "end of data",
      record({ type: "Bounce" }, { command: "." }),
      "permanent 1790000000 b1::a.test group pool mx mx.a.test ip 192.0.2.1 data retry 1 | 450 4.2.1 later",
    ],
    ["no command: the greeting", record({}, { command: null }), `${plain} connect retry 1 | 450 4.2.1 later`],
    [
      "a text of KumoMTA's own",
      record({}, { content: "KumoMTA internal: no MX" }),
      `${plain} rcptto local retry 1 | 450 4.2.1 KumoMTA internal: no MX`,
    ],
    [
      "a class",
      record({ bounce_classification: "Spam" }),
      `${plain} rcptto class Spam retry 1 | 450 4.2.1 later`,
    ],
    [
      "no source, no peer",
      record({ egress_source: null, egress_pool: null, peer_address: null }),
      "transient 1790000000 default::a.test rcptto retry 1 | 450 4.2.1 later",
    ],
    [
      "queue with routing",
      record({ queue: "a.test!relay.test" }),
      `${plain} rcptto retry 1 | 450 4.2.1 later`,
    ],
    [
      "queue with campaign only",
      record({ queue: "news:a.test" }),
      `${plain} rcptto retry 1 | 450 4.2.1 later`,
    ],
    ["no queue", record({ queue: null }), `${plain} rcptto retry 1 | 450 4.2.1 later`],
    [
      "a delivery",
      record({ type: "Delivery" }, { code: 250 }),
      "delivery 1790000000 b1::a.test group pool mx mx.a.test ip 192.0.2.1 retry 1",
    ],
    [
      "a delivery and when it came in",
      record({ type: "Delivery", created: 1_789_999_997 }, { code: 250 }),
      "delivery 1790000000 b1::a.test group pool mx mx.a.test ip 192.0.2.1 took 3 retry 1",
    ],
    [
      "a delivery and when exactly it came in",
      record({
        type: "Delivery",
        event_time: "2026-09-21T14:13:20.75Z",
        created_time: "2026-09-21T16:13:18.5+02:00",
        created: 1_789_999_998,
      }),
      "delivery 1790000000.75 b1::a.test group pool mx mx.a.test ip 192.0.2.1 took 2.25 retry 1",
    ],
    [
      "a delivery of exact time, reception in seconds: seconds are compared",
      record({ type: "Delivery", event_time: "2026-09-21T14:13:20.75Z", created: 1_789_999_998 }),
      "delivery 1790000000.75 b1::a.test group pool mx mx.a.test ip 192.0.2.1 took 2 retry 1",
    ],
    [
      "a failure and when it came in",
      record({ created: 1_789_999_997 }),
      `${plain} rcptto retry 1 | 450 4.2.1 later`,
    ],
    [
      "a complaint",
      record({
        type: "Feedback",
        egress_source: null,
        egress_pool: null,
        peer_address: null,
        feedback_report: { feedback_type: "abuse", original_rcpto_to: ["user@b.test"] },
      }),
      "fbl 1790000000 default::b.test abuse retry 1",
    ],
    ["an expiration", record({ type: "Expiration" }), "skip expiration"],
    ["an administrator's bounce", record({ type: "AdminBounce" }), "skip admin-bounce"],
    ["a shipped log record", record({ reception_protocol: "LogRecord" }), "skip log-record"],
    ["no type", json({ id: 1 }), 'bad -: a record is an object with a type, this is {"id":1}'],
    [
      "no time",
      record({ timestamp: undefined }),
      "bad -: event_time is nothing, neither RFC 3339 nor seconds since 1970",
    ],
    [
      "a time that is none",
      record({ event_time: "2026-02-30T00:00:00Z" }),
      'bad -: event_time is "2026-02-30T00:00:00Z", neither RFC 3339 nor seconds since 1970',
    ],
    [
      "no recipient",
      record({ queue: null, recipient: null }),
      "bad -: the record names no recipient and no queue",
    ],
    [
      "a templated log",
      "delivered to a.test",
      'bad 1: the line is no JSON: it begins with "delivered to a.test"; a log written with a template cannot be read: let KumoMTA log JSON',
    ],
  ])("%s", (_title, line, told) => {
    expect(readLines(makeKumoMtaReader, [line])).toEqual([told])
  })

  test("a record with many recipients is as many events", () => {
    expect(readLines(makeKumoMtaReader, [record({ recipient: ["a@a.test", "b@a.test"] })])).toHaveLength(2)
  })
})

test("a row of a million blanks is read as fast as anything", () => {
  const blanks = " ".repeat(1 << 20)
  const lines = [
    json({ time: 1, type: "transient", domain: "a.test", response: `450 a${blanks}b` }),
    `{"time":1,"type":"delivery",`,
    `"domain":"a.test"}${blanks}x`,
    `{"time":2,"type":"delivery","domain":"a.test"}${blanks},`,
  ]
  const told = readLines(makeJsonlReader, lines).map((text) => text.slice(0, 40))
  expect(told[0]).toBe("transient 1 default::a.test | 450 a     ")
  expect(told.at(-1)).toBe("delivery 2 default::a.test")
})

describe("whatever the lines hold", () => {
  const value = fc.jsonValue({ maxDepth: 4 })
  const key = fc.constantFrom(
    "msys",
    "message_event",
    "type",
    "time",
    "timestamp",
    "domain",
    "queue",
    "recipient",
    "response",
    "enhanced_code",
    "peer_address",
    "feedback_report",
    "event_id",
  )
  const word = fc.oneof(
    value,
    fc.constantFrom("delay", "Bounce", "transient", "Feedback", "1790000000", "a.test"),
  )
  const record = fc.dictionary(
    key,
    fc.oneof(word, fc.dictionary(key, fc.oneof(word, fc.dictionary(key, word)))),
  )
  const line = fc.oneof(
    record.map((one) => JSON.stringify(one)),
    record.map((one) => JSON.stringify(one, null, 1)),
    fc.string({ unit: "binary", minLength: 1 }),
    fc.tuple(record, fc.nat()).map(([one, cut]) => JSON.stringify(one).slice(0, cut % 80)),
  )
  const makers = { makeJsonlReader, makeMsysJsonReader, makeKumoMtaReader }
  test.each(Object.entries(makers))("%s never throws, and takes a good record after it", (_name, make) => {
    const good = {
      makeJsonlReader: '{"time":1,"type":"delivery","domain":"a.test"}',
      makeMsysJsonReader:
        '{"msys":{"message_event":{"type":"delivery","timestamp":1,"routing_domain":"a.test"}}}',
      makeKumoMtaReader: '{"type":"Delivery","timestamp":1,"queue":"a.test","recipient":"u@a.test"}',
    }[_name as keyof typeof makers]
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), (texts) => {
        const lines = texts.flatMap((text) => text.split("\n")).filter((text) => text !== "")
        expect(readLines(make, [...lines, good]).at(-1)).toBe("delivery 1 default::a.test")
      }),
      { numRuns: 400 },
    )
  })
})
