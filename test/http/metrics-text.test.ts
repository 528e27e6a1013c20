/** The text of metrics, read back by a parser of the format written from its description. */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { Metrics } from "../../src/http/metrics-text.js"

/** Series and values; fails on any line that the format does not have. */
function read(text: string): Map<string, number> {
  const values = new Map<string, number>()
  const types = new Set<string>()
  for (const line of text.split("\n").slice(0, -1)) {
    const type = /^# TYPE (\S+) (?:counter|gauge|histogram)$/.exec(line)?.[1]
    if (type !== undefined) {
      expect(types.has(type)).toBe(false)
      types.add(type)
      continue
    }
    if (/^# HELP \S+ (?:[^\\]|\\\\|\\n)+$/.test(line)) continue
    const sample = /^([a-zA-Z_:][\w:]*)(\{.*\})? (\S+)$/s.exec(line)
    if (sample === null) throw new Error(`no line of metrics: ${JSON.stringify(line)}`)
    const [, name = "", labels = "", value = ""] = sample
    if (labels !== "")
      expect(labels).toMatch(
        /^\{[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*"(?:,[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*")*\}$/,
      )
    const key = name + labels
    expect(values.has(key)).toBe(false)
    values.set(key, value === "+Inf" ? Infinity : value === "-Inf" ? -Infinity : Number(value))
  }
  expect(text === "" || text.endsWith("\n")).toBe(true)
  return values
}

describe("metrics", () => {
  test("of all kinds, in one order, whatever came first", () => {
    const metrics = new Metrics()
    const replies = metrics.counter("http_replies_total", "Answers by status.", ["method", "status"])
    const open = metrics.gauge("a_open", "Open connections.").labels()
    const took = metrics.histogram("took_seconds", "How long\nit took \\ 1.", [0.1, 1], ["path"]).labels("/a")
    metrics.asked("kept", "gauge", "Events that are kept.", ["log"], () => [
      [["b"], 2],
      [["a"], Number.NaN],
    ])
    replies.labels("POST", "200").inc()
    const good = replies.labels("GET", "200")
    good.inc()
    good.inc(2)
    open.set(5)
    open.add(-2.5)
    for (const value of [0.1, 0.05, 0.5, 7, Number.NaN]) took.observe(value)
    expect(metrics.text()).toBe(`# HELP a_open Open connections.
# TYPE a_open gauge
a_open 2.5
# HELP http_replies_total Answers by status.
# TYPE http_replies_total counter
http_replies_total{method="GET",status="200"} 3
http_replies_total{method="POST",status="200"} 1
# HELP kept Events that are kept.
# TYPE kept gauge
kept{log="a"} NaN
kept{log="b"} 2
# HELP took_seconds How long\\nit took \\\\ 1.
# TYPE took_seconds histogram
took_seconds_bucket{path="/a",le="0.1"} 2
took_seconds_bucket{path="/a",le="1"} 3
took_seconds_bucket{path="/a",le="+Inf"} 4
took_seconds_sum{path="/a"} 7.65
took_seconds_count{path="/a"} 4
`)
    read(metrics.text())
  })

  test("that nothing has counted yet: one without labels is 0, one with labels is not there", () => {
    const metrics = new Metrics()
    expect(metrics.text()).toBe("")
    metrics.counter("a_total", "A.")
    metrics.counter("b_total", "B.", ["x"])
    expect([...read(metrics.text())]).toEqual([["a_total", 0]])
  })

  test("counters only grow", () => {
    const metrics = new Metrics()
    const counter = metrics.counter("a_total", "A.").labels()
    for (const by of [3, -1, Number.NaN, 0]) counter.inc(by)
    expect(read(metrics.text()).get("a_total")).toBe(3)
  })

  test("one handle for the same labels", () => {
    const family = new Metrics().counter("a_total", "A.", ["x"])
    expect(family.labels("1")).toBe(family.labels("1"))
    expect(family.labels("1")).not.toBe(family.labels("2"))
    const two = new Metrics().counter("b_total", "B.", ["x", "y"])
    const handle = two.labels("1", "2")
    expect(
      [two.labels("1", "2"), two.labels("2", "1"), two.labels("1", "1")].map((one) => one === handle),
    ).toEqual([true, false, false])
    // A wrong number of values is one, however often the right ones were asked for.
    for (const values of [["1"], ["1", "2", "3"]]) expect(() => two.labels(...values)).toThrow(RangeError)
    // Halves of pairs are one text, and counted together.
    expect(two.labels("\ud800", "2")).toBe(two.labels("\ud801", "2"))
  })

  test("of endless labels are bounded: the rest is counted together", () => {
    const metrics = new Metrics()
    const family = metrics.counter("a_total", "A.", ["domain"])
    for (let i = 0; i < 10_500; i++) family.labels(`d${i}`).inc()
    family.labels("d7").inc()
    const values = read(metrics.text())
    expect(values.size).toBe(10_001)
    expect(values.get('a_total{domain="others"}')).toBe(500)
    expect(values.get('a_total{domain="d7"}')).toBe(2)
    metrics.asked("b", "gauge", "B.", ["x"], () =>
      Array.from({ length: 20_000 }, (_, i) => [[String(i)], i] as const),
    )
    expect(read(metrics.text()).size).toBe(20_001)
  })

  test("whatever stands in a label can be read back", () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { maxLength: 20 }), (texts) => {
        const metrics = new Metrics()
        const family = metrics.counter("a_total", "A.", ["x"])
        for (const text of texts) family.labels(text).inc()
        const values = read(Buffer.from(metrics.text()).toString("utf8"))
        expect([...values.values()].reduce((sum, value) => sum + value, 0)).toBe(texts.length)
      }),
    )
    const metrics = new Metrics()
    for (const text of ["\ud800", "\udbff", 'a"\\\nb'])
      metrics.counter(`a${text.length}_${text.charCodeAt(0)}_total`, "A.", ["x"]).labels(text)
    expect(metrics.text()).toContain('{x="a\\"\\\\\\nb"}')
    expect(Buffer.from(metrics.text()).toString("utf8")).toBe(metrics.text())
  })

  test.each<[string, (metrics: Metrics) => unknown, RegExp]>([
    ["a name", (m) => m.gauge("a-b", "A."), /"a-b" is no name/],
    ["no name", (m) => m.gauge("", "A."), /"" is no name/],
    ["a name twice", (m) => [m.gauge("a", "A."), m.histogram("a", "A.", [1])], /a is there already/],
    ["a counter's name", (m) => m.counter("a", "A."), /ends in _total/],
    ["no help", (m) => m.gauge("a", ""), /one sentence/],
    ["a label", (m) => m.gauge("a", "A.", ["b c"]), /"b c" is no label/],
    ["a label of Prometheus", (m) => m.gauge("a", "A.", ["__name__"]), /"__name__" is no label/],
    ["two labels", (m) => m.gauge("a", "A.", ["b", "b"]), /two labels of one name/],
    ["le", (m) => m.histogram("a", "A.", [1], ["le"]), /le is the histogram's own/],
    ["no bounds", (m) => m.histogram("a", "A.", []), /do not rise/],
    ["bounds that fall", (m) => m.histogram("a", "A.", [1, 1]), /do not rise/],
    ["endless bounds", (m) => m.histogram("a", "A.", [1, Infinity]), /do not rise/],
    ["too few values", (m) => m.gauge("a", "A.", ["b"]).labels(), /has the labels \(b\), and 0 values/],
    ["too many values", (m) => m.gauge("a", "A.").labels("b"), /has the labels \(\), and 1 values/],
  ])("refuses %s", (_, make, why) => {
    expect(() => make(new Metrics())).toThrow(RangeError)
    expect(() => make(new Metrics())).toThrow(why)
  })
})
