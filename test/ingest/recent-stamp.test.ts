/** Stamps without year and zone, as syslog writes them, read while the log grows. */
import { describe, expect, test } from "vitest"
import { LiveFeed } from "../../src/ingest/live-feed.js"
import { recentMs } from "../../src/ingest/stamp.js"

/** Berlin's rule: two hours ahead from the last Sunday of March to that of October, 01:00 UTC. */
function berlin(atMs: number): number {
  const year = new Date(atMs).getUTCFullYear()
  const lastSunday = (month: number): number => {
    const last = new Date(Date.UTC(year, month, 31, 1))
    return last.getTime() - last.getUTCDay() * 86_400e3
  }
  return atMs >= lastSunday(2) && atMs < lastSunday(9) ? 120 : 60
}
const utc = (): number => 0
const west = (): number => -330

function fieldsOf(stamp: string) {
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = stamp.split(/[- :]/).map(Number)
  return { month, day, hour, minute, second }
}

describe("a stamp without year and zone", () => {
  // what | stamp | now | zone | time
  test.each<[string, string, string, (atMs: number) => number, string | null]>([
    ["a moment ago", "11-28 01:00:00", "2026-11-28T01:00:05Z", utc, "2026-11-28T01:00:00Z"],
    [
      "of last year, just after midnight",
      "12-31 23:59:59",
      "2027-01-01T00:00:01Z",
      utc,
      "2026-12-31T23:59:59Z",
    ],
    [
      "of next year, by a clock that is ahead",
      "01-01 00:00:10",
      "2026-12-31T23:59:50Z",
      utc,
      "2027-01-01T00:00:10Z",
    ],
    [
      "next year where the log is, not yet in UTC",
      "01-01 00:30:00",
      "2026-12-31T23:30:05Z",
      berlin,
      "2026-12-31T23:30:00Z",
    ],
    [
      "last year where the log is, not any more in UTC",
      "12-31 19:00:00",
      "2027-01-01T00:30:10Z",
      west,
      "2027-01-01T00:30:00Z",
    ],
    ["of a log eleven months old", "12-30 10:00:00", "2026-11-28T01:00:00Z", utc, "2025-12-30T10:00:00Z"],
    [
      "a clock an hour ahead is seen as such",
      "11-28 02:00:00",
      "2026-11-28T01:00:00Z",
      utc,
      "2026-11-28T02:00:00Z",
    ],
    ["the 29th of February", "02-29 10:00:00", "2026-11-28T01:00:00Z", utc, "2024-02-29T10:00:00Z"],
    ["the 31st of April", "04-31 10:00:00", "2026-11-28T01:00:00Z", utc, null],
    ["in summer", "07-01 12:00:00", "2026-07-01T10:00:03Z", berlin, "2026-07-01T10:00:00Z"],
    ["in winter", "01-15 12:00:00", "2026-01-15T11:00:03Z", berlin, "2026-01-15T11:00:00Z"],
    [
      "an hour that is repeated, the first time",
      "10-25 02:30:00",
      "2026-10-25T00:30:01Z",
      berlin,
      "2026-10-25T00:30:00Z",
    ],
    [
      "an hour that is repeated, the second time",
      "10-25 02:30:00",
      "2026-10-25T01:30:01Z",
      berlin,
      "2026-10-25T01:30:00Z",
    ],
    ["an hour that is left out", "03-29 02:30:00", "2026-03-29T01:30:00Z", berlin, "2026-03-29T01:30:00Z"],
  ])("%s", (_, stamp, now, offsetAt, wanted) => {
    const ms = recentMs(fieldsOf(stamp), Date.parse(now), offsetAt)
    expect(ms === null ? null : new Date(ms).toISOString()).toBe(
      wanted === null ? null : wanted.replace("Z", ".000Z"),
    )
  })
})

test("Postfix's lines, followed: the year is this one, the zone that of the log", () => {
  const line = (stamp: string): string =>
    `${stamp} mail postfix/b1/smtp[7]: 4F1: to=<a@a.test>, relay=mx.a.test[192.0.2.1]:25, delay=1, delays=0/0/0/1, dsn=2.0.0, status=sent (250 ok)\n`
  const now = Date.parse("2026-11-28T01:00:05Z") * 1000
  const read = (options: object, stamps: readonly string[]): string[] => {
    const times: string[] = []
    const feed = new LiveFeed(
      { name: "mail.log", format: "postfix", nowMicros: () => now, ...options },
      {
        event: ({ atMicros }) => times.push(new Date(atMicros / 1000).toISOString()),
        clock: () => {},
        bad: ({ reason }) => times.push(reason),
      },
    )
    for (const stamp of stamps) feed.feed(Buffer.from(line(stamp)))
    return times
  }
  expect(read({}, ["Nov 28 01:00:03", "Nov 28 01:00:03", "Nov 28 01:00:04"])).toEqual([
    "2026-11-28T01:00:03.000Z",
    "2026-11-28T01:00:03.000Z",
    "2026-11-28T01:00:04.000Z",
  ])
  expect(read({ utcOffsetMinutes: berlin }, ["Nov 28 02:00:03"])).toEqual(["2026-11-28T01:00:03.000Z"])
  expect(read({ utcOffsetMinutes: 60 }, ["Nov 28 02:00:03"])).toEqual(["2026-11-28T01:00:03.000Z"])
  expect(read({ year: 2024 }, ["Nov 28 01:00:03"])).toEqual(["2024-11-28T01:00:03.000Z"])
})
