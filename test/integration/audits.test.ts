/**
 * What an audit asks for, of real traffic: read by the built readers in this
 * thread and in one of their own, which must tell the same.
 */
import { fileURLToPath } from "node:url"
import { beforeAll, describe, expect, test } from "vitest"
import type { TrafficEvent, TrafficOptions } from "../../src/ingest/traffic.js"

type Read = typeof import("../../src/ingest/traffic.js").readTraffic
type Pairs = import("../../src/model/pair-table.js").PairTable

const ROOT = fileURLToPath(new URL("../../", import.meta.url))
const FORMATS = {
  mainlog: "mainlog.gz",
  kumomta: "kumomta.zst",
  powermta: "powermta.csv.gz",
  postfix: "postfix.log.gz",
}

let here: Read
let aside: Read
let makePairs: () => Pairs

const built = <T>(path: string): Promise<T> => import(new URL(`../../dist/${path}`, import.meta.url).href)

beforeAll(async () => {
  here = (await built<{ readTraffic: Read }>("ingest/traffic.js")).readTraffic
  aside = (await built<{ readTrafficAside: Read }>("ingest/traffic-aside.js")).readTrafficAside
  const { PairTable } = await built<{ PairTable: new () => Pairs }>("model/pair-table.js")
  makePairs = () => new PairTable()
})

interface Heard {
  readonly binding: string
  readonly domain: string
  readonly event: TrafficEvent
}

async function hear(read: Read, name: string, options: Partial<TrafficOptions> = {}): Promise<Heard[]> {
  const pairs = makePairs()
  const heard: Heard[] = []
  await read(
    {
      files: [`${ROOT}test/testdata/traffic/${name}`],
      format: null,
      reorderSec: 60,
      year: 2026,
      pairs,
      ...options,
    },
    {
      event(event) {
        const named = event.pair < 0 ? { binding: "", domain: "" } : pairs.name(event.pair)
        heard.push({ ...named, event: { ...event, pair: Math.min(event.pair, 0) } })
      },
      clock() {},
      bad() {},
      pause() {},
    },
  )
  return heard
}

describe.each(Object.entries(FORMATS))("%s", (format, name) => {
  test("is told the same in a thread of its own, with audits and without", async () => {
    for (const audits of [true, false]) {
      const [one, other] = await Promise.all([hear(here, name, { audits }), hear(aside, name, { audits })])
      expect(one.length).toBeGreaterThan(9000)
      expect(other).toEqual(one)
    }
  })

  test("has a time for every delivery and a pair for every reception; without audits for none", async () => {
    const heard = await hear(aside, name, { audits: true })
    const of = (type: string): Heard[] => heard.filter(({ event }) => event.type === type)
    expect(of("delivery").filter(({ event }) => event.deliveryMicros < 0)).toEqual([])
    expect(
      of("reception").filter(({ domain, binding }) => domain === "" || !/^b[1-4]$/.test(binding)),
    ).toEqual([])
    expect(of("reception").length > 0).toBe(format !== "postfix")
    expect(heard.filter(({ event }) => event.type !== "delivery" && event.deliveryMicros !== -1)).toEqual([])
    const unasked = await hear(aside, name)
    expect(unasked.filter(({ event }) => event.deliveryMicros !== -1)).toEqual([])
    expect(unasked.filter(({ event, domain }) => event.type === "reception" && domain !== "")).toEqual([])
  })
})

test("Postfix tells how long the receiver took, the others how long the mail was on its way", async () => {
  const mean = async (name: string): Promise<number> => {
    const deliveries = (await hear(here, name, { audits: true })).filter(
      ({ event }) => event.type === "delivery",
    )
    return deliveries.reduce((sum, { event }) => sum + event.deliveryMicros, 0) / deliveries.length / 1e6
  }
  const [connected, spool] = [await mean(FORMATS.postfix), await mean(FORMATS.mainlog)]
  expect(connected).toBeGreaterThan(0.05)
  expect(connected).toBeLessThan(spool)
})
