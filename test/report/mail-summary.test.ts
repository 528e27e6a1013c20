/** The nightly summary beside the one in the manual: its lines to the letter. Source: seed "adaptive", Summary Email. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import type { TrafficEvent } from "../../src/ingest/traffic.js"
import { emptyEvent } from "../../src/ingest/traffic.js"
import { EVENT_TYPES, TYPE_NUMBER } from "../../src/model/event.js"
import { PairTable } from "../../src/model/pair-table.js"
import { MailCounts } from "../../src/replay/mail-counts.js"
import type { HoldTally } from "../../src/replay/tally.js"
import { type MailSummary, renderMailSummary } from "../../src/report/mail-summary.js"

const count = (
  name: string,
  receptions: number,
  deliveries: number,
  transients: number,
  permanents: number,
) => ({
  name,
  receptions,
  deliveries,
  transients,
  permanents,
})
const at = (clock: string): number => Date.parse(`2026-11-27T${clock}:00Z`) / 1000
const hold = (binding: string, domain: string, from: string, until: string): HoldTally => ({
  binding,
  domain,
  from: at(from),
  until: at(until),
  lifted: null,
  by: null,
  held: { delivery: 0, transient: 0, permanent: 0 },
})
const adjustment = (binding: string, domain: string, option: string, initial: number, value: number) => ({
  binding,
  domain,
  option,
  initial,
  value,
  changes: 1,
})

/** The numbers of the manual's sample. */
const SAMPLE: MailSummary = {
  topBindings: [
    count("binding1", 241630, 240271, 896, 1359),
    count("binding2", 213429, 213327, 1067, 98),
    count("binding3", 144187, 142714, 448, 1473),
    count("binding4", 143852, 142113, 601, 1739),
  ],
  topDomains: [
    count("google.com", 3230314, 3205400, 16896, 29782),
    count("yahoo.com", 113283, 111293, 6, 2100),
    count("aol.com", 108785, 108052, 1795, 833),
  ],
  modified: [
    {
      count: count("binding1/aol.com", 600, 600, 0, 0),
      classes: [{ bounceClass: 10, transients: 0, permanents: 1 }],
    },
    {
      count: count("binding2/hotmail.com", 466, 464, 0, 2),
      classes: [{ bounceClass: 10, transients: 0, permanents: 2 }],
    },
    {
      count: count("binding3/yahoo.com", 5702, 427, 85, 2961),
      classes: [{ bounceClass: 1, transients: 85, permanents: 0 }],
    },
  ],
  overall: count("", 3580194, 3548161, 22126, 103175),
  adjustments: [
    adjustment("binding1", "aol.com", "max_deliveries_per_connection", 22, 23),
    adjustment("binding1", "aol.com", "max_outbound_connections", 42, 43),
  ],
  suspensions: [
    hold("binding3", "yahoo.com", "02:35", "06:35"),
    hold("binding3", "yahoo.com", "06:36", "10:36"),
    hold("binding3", "yahoo.com", "10:36", "14:36"),
  ],
  blackholes: [],
  permanentReasons: [
    { count: 66382, text: "550 [internal] [oob] The response text could not be identified." },
    { count: 6101, text: "550 [internal] [oob] The message is an auto-reply/vacation mail." },
    { count: 3897, text: "554 5.4.6 mail loop detected" },
  ],
  transientReasons: [
    { count: 4234, text: "451 Message temporarily deferred - [160]" },
    { count: 3435, text: "451 4.4.2 [internal] no MAIL FROM response" },
    { count: 1800, text: "451 4.4.2 [internal] connection closed by remote host" },
  ],
}

/** The sample without its marks of what is left out, its misprints put right: "(0" wants its "%)". */
const WANTED = `Top 20 bindings by number of receptions:
Binding        Receptions   Deliveries     Transfails     Permfails
=======        ==========   ==========     ==========     =========
binding1       241630       240271 ( 99%)   896 (0%)       1359 (  0%)
binding2       213429       213327 ( 99%)  1067 (0%)         98 (  0%)
binding3       144187       142714 ( 98%)   448 (0%)       1473 (  1%)
binding4       143852       142113 ( 98%)   601 (0%)       1739 (  1%)

Top 20 domains by number of receptions:
Binding        Receptions   Deliveries     Transfails     Permfails
=======        ==========   ==========     ==========     =========
google.com     3230314      3205400 ( 99%) 16896 (0%)      29782 (  0%)
yahoo.com      113283       111293 ( 98%)     6 (0%)       2100 (  1%)
aol.com        108785       108052 ( 99%)  1795 (1%)        833 (  0%)

Binding domains modified by Adaptive Delivery:
Binding/Domain        Receptions   Deliveries     Transfails     Permfails
==============        ==========   ==========     ==========     =========
binding1/aol.com       600         600 (100%)          0 (0%)       0 (  0%)
binding2/hotmail.com   466         464 ( 99%)          0 (0%)       2 (  0%)
binding3/yahoo.com    5702         427 (  7%)         85 (1%)    2961 ( 51%)

Bounce classes by Adaptive binding/domain.
Binding/Domain        Bounce Class        Transfails     Permfails
==============        ============        ==========     =========
binding1/aol.com      Invalid Recipient           0              1
binding2/hotmail.com  Invalid Recipient           0              2
binding3/yahoo.com    Undetermined               85              0

Overall statistics:
Receptions        Deliveries        Transfails         Permfails
==========        ==========        ==========         =========
   3580194        3548161 ( 99%)      22126 (  0%)     103175 (  2%)

Adaptive Delivery Adjustments:
Binding          Domain        Variable                         Initial Updated  Changes
=======          ======        ========                         ====== =======  =======
binding1         aol.com        max_deliveries_per_connection     22      23        1
binding1         aol.com        max_outbound_connections          42      43        1

Adaptive Delivery Suspensions:
Binding          Domain                              Start    Stop
=======          ======                              =====    ====
binding3         yahoo.com                           02:35    06:35
binding3         yahoo.com                           06:36    10:36
binding3         yahoo.com                           10:36    14:36

Adaptive Delivery Blackholes:
Binding                  Domain                       Start    Stop
=======                  ======                       =====    ====
No blackholes

Top 20 Permanent failure reasons:
66382   : 550 [internal] [oob] The response text could not be identified.
6101    : 550 [internal] [oob] The message is an auto-reply/vacation mail.
3897    : 554 5.4.6 mail loop detected

Top 20 Transient failure reasons:
4234    : 451 Message temporarily deferred - [160]
3435    : 451 4.4.2 [internal] no MAIL FROM response
1800    : 451 4.4.2 [internal] connection closed by remote host`

const UTC = { most: 20, utcOffsetMinutes: 0, customClasses: new Map<number, string>() }

describe("the layout", () => {
  test("is the manual's", () => {
    expect(renderMailSummary(SAMPLE, UTC)).toBe(WANTED)
  })

  test("times are those of the zone, over midnight too", () => {
    const lines = renderMailSummary(SAMPLE, { ...UTC, utcOffsetMinutes: -180 }).split("\n")
    expect(lines).toContain("binding3         yahoo.com                           23:35    03:35")
  })

  test("nothing at all: no division by nothing", () => {
    const nothing = count("", 0, 0, 0, 0)
    const empty = {
      ...SAMPLE,
      topBindings: [],
      topDomains: [],
      modified: [],
      overall: nothing,
      adjustments: [],
    }
    const lines = renderMailSummary(
      { ...empty, suspensions: [], permanentReasons: [], transientReasons: [] },
      UTC,
    ).split("\n")
    expect(lines).toContain("         0              0 (  0%)          0 (  0%)          0 (  0%)")
    expect(lines).toContain("No suspensions")
  })

  test("without receptions percentages are of what came to an end", () => {
    const b1 = count("b1", 0, 75, 50, 25)
    const postfix = { ...SAMPLE, topBindings: [b1], overall: { ...b1, name: "" } }
    expect(renderMailSummary(postfix, UTC)).toContain(
      "b1             0            75 ( 75%)    50 (50%)         25 ( 25%)",
    )
  })

  test("where some receptions are known, they are the base of every line", () => {
    expect(renderMailSummary({ ...SAMPLE, topBindings: [count("b1", 0, 75, 50, 25)] }, UTC)).toContain(
      "b1             0            75 (  0%)    50 (0%)         25 (  0%)",
    )
  })

  test("a class of the operator's own has its name, and nothing from the traffic acts on a terminal", () => {
    const classes = [
      { bounceClass: 99, transients: 0, permanents: 3 },
      { bounceClass: 77, transients: 1, permanents: 0 },
    ]
    const modified = [{ count: count("b\u001b[31m/x.test", 3, 0, 1, 3), classes }]
    const text = renderMailSummary(
      { ...SAMPLE, modified },
      { ...UTC, customClasses: new Map([[99, "profanity"]]) },
    )
    expect(text).toContain("b?[31m/x.test         profanity                   0              3")
    expect(text).toContain("b?[31m/x.test         77                          1              0")
  })
})

const happening = fc.record({
  type: fc.constantFrom(...EVENT_TYPES),
  binding: fc.constantFrom("b1", "b2"),
  domain: fc.constantFrom("a.test", "b.test", "c.test"),
  response: fc.constantFrom("550 no", "451 later", "452 full"),
  bounceClass: fc.constantFrom("10", "22", null),
})

test("counts are those of a plain list", () => {
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 200 }), (happenings) => {
      const pairs = new PairTable()
      const counts = new MailCounts(pairs, () => 40)
      for (const { type, binding, domain, response, bounceClass } of happenings) {
        const event: TrafficEvent = {
          ...emptyEvent(),
          type,
          typeNumber: TYPE_NUMBER[type],
          pair: pairs.of(binding, domain),
          response,
          bounceClass,
        }
        counts.add(event)
      }
      const of = (chosen: typeof happenings) => {
        const number = (...types: string[]) => chosen.filter(({ type }) => types.includes(type)).length
        return [number("reception"), number("delivery"), number("transient"), number("permanent", "oob")]
      }
      const flat = ({ receptions, deliveries, transients, permanents }: ReturnType<MailCounts["total"]>) => [
        receptions,
        deliveries,
        transients,
        permanents,
      ]
      expect(flat(counts.total())).toEqual(of(happenings))
      for (const one of counts.topBindings(9))
        expect(flat(one)).toEqual(of(happenings.filter(({ binding }) => binding === one.name)))
      for (const one of counts.topDomains(9))
        expect(flat(one)).toEqual(of(happenings.filter(({ domain }) => domain === one.name)))
      const ofPair = happenings.filter(({ binding, domain }) => binding === "b1" && domain === "a.test")
      const pair = pairs.of("b1", "a.test")
      expect(flat(counts.ofPair(pair))).toEqual(of(ofPair))
      for (const { bounceClass, transients, permanents } of counts.classesOf(pair)) {
        const same = ofPair.filter((one) => Number(one.bounceClass ?? 40) === bounceClass)
        expect([transients, permanents]).toEqual(of(same).slice(2))
      }
      const permanent = happenings.filter(({ type }) => type === "permanent" || type === "oob")
      for (const { text, count } of counts.topReasons("permanent", 9))
        expect(permanent.filter(({ response }) => response === text)).toHaveLength(count)
    }),
  )
})
