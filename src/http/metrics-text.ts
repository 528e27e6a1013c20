/**
 * Counters, gauges and histograms, and the text in which Prometheus reads them.
 * Names and labels are judged once, when a metric is made; what counts an event
 * holds a handle and makes no text. The text has one order, whatever came first.
 * Source: Prometheus, "Exposition formats", text format 0.0.4; "Data model".
 */

/** Of the reply that carries the text. */
export const METRICS_CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

/** One series of a counter. */
export interface Counter {
  /** @param by at least 0; what is less, or no number, is not counted: counters only grow */
  inc(by?: number): void
}

/** One series of a gauge. */
export interface Gauge {
  set(value: number): void
  add(by: number): void
}

/** One series of a histogram. */
export interface Histogram {
  observe(value: number): void
}

/** A metric with labels: their values, in the order of the names, lead to one series. */
export interface Labelled<Handle> {
  /** Cheap to use often, cheaper to keep. @throws RangeError for a wrong number of values */
  labels(...values: readonly string[]): Handle
}

/** The value of each series by the values of its labels, asked for whenever the text is made. */
export type Asked = () => Iterable<readonly [values: readonly string[], value: number]>

type Kind = "counter" | "gauge" | "histogram"

interface Sample {
  /** After the name of the metric: "", "_bucket", "_sum", "_count". */
  readonly suffix: string
  /** Besides those of the series: "" or `le="…"`. */
  readonly more: string
  readonly value: number
}

interface Series {
  samples(): readonly Sample[]
}

interface Metric {
  readonly name: string
  readonly kind: Kind
  readonly help: string
  readonly labelNames: readonly string[]
  /** By the text of their labels. */
  series(): Map<string, Series>
}

/** Series of one metric; beyond, all that is new is counted in one whose labels are this. */
const MAX_SERIES = 10_000
const OTHERS = "others"

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/
const LABEL_NAME = /^(?!__)[a-zA-Z_][a-zA-Z0-9_]*$/

export class Metrics {
  readonly #metrics = new Map<string, Metric>()

  /**
   * @param name e.g. "adaptive_events_total"
   * @param help one sentence
   * @throws RangeError for a name, label or help that Prometheus does not take, or a name that is there already
   */
  counter(name: string, help: string, labelNames: readonly string[] = []): Labelled<Counter> {
    return this.#family({ name, kind: "counter", help, labelNames }, () => new Value())
  }

  /** See `counter`. */
  gauge(name: string, help: string, labelNames: readonly string[] = []): Labelled<Gauge> {
    return this.#family({ name, kind: "gauge", help, labelNames }, () => new Value())
  }

  /** See `counter`. @param bounds upper ends of the buckets, rising; +Inf comes by itself */
  histogram(
    name: string,
    help: string,
    bounds: readonly number[],
    labelNames: readonly string[] = [],
  ): Labelled<Histogram> {
    const isRising = bounds.every(
      (bound, i) => Number.isFinite(bound) && (i === 0 || bound > (bounds[i - 1] as number)),
    )
    if (!isRising || bounds.length === 0)
      throw new RangeError(
        `metric ${name}: the bounds ${bounds.join(", ")} do not rise from one number to the next`,
      )
    if (labelNames.includes("le")) throw new RangeError(`metric ${name}: the label le is the histogram's own`)
    return this.#family({ name, kind: "histogram", help, labelNames }, () => new Buckets(bounds))
  }

  /** A metric whose values somebody else keeps. See `counter`. */
  asked(
    name: string,
    kind: "counter" | "gauge",
    help: string,
    labelNames: readonly string[],
    ask: Asked,
  ): void {
    this.#add({
      name,
      kind,
      help,
      labelNames,
      series() {
        const series = new Map<string, Series>()
        for (const [values, value] of ask()) {
          if (series.size >= MAX_SERIES) break
          series.set(labelText(name, labelNames, values), {
            samples: () => [{ suffix: "", more: "", value }],
          })
        }
        return series
      },
    })
  }

  /** All metrics by name, their series by labels; ends with a line end unless there are none. */
  text(): string {
    const lines: string[] = []
    for (const metric of [...this.#metrics.values()].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      lines.push(`# HELP ${metric.name} ${escapeHelp(metric.help)}`, `# TYPE ${metric.name} ${metric.kind}`)
      for (const [labels, series] of [...metric.series()].sort(([a], [b]) => (a < b ? -1 : 1)))
        for (const { suffix, more, value } of series.samples()) {
          const all = labels !== "" && more !== "" ? `${labels},${more}` : labels + more
          lines.push(`${metric.name}${suffix}${all === "" ? "" : `{${all}}`} ${numberText(value)}`)
        }
    }
    return lines.length === 0 ? "" : `${lines.join("\n")}\n`
  }

  #family<Handle extends Series>(metric: Omit<Metric, "series">, make: () => Handle): Labelled<Handle> {
    const family = new Family(metric.name, metric.labelNames, make)
    this.#add({ ...metric, series: () => family.series })
    return family
  }

  #add(metric: Metric): void {
    const { name, kind, labelNames, help } = metric
    if (!METRIC_NAME.test(name)) throw new RangeError(`${JSON.stringify(name)} is no name of a metric`)
    if (this.#metrics.has(name)) throw new RangeError(`metric ${name} is there already`)
    if (kind === "counter" && !name.endsWith("_total"))
      throw new RangeError(`metric ${name}: the name of a counter ends in _total`)
    if (help === "") throw new RangeError(`metric ${name}: say in one sentence what it is`)
    for (const label of labelNames)
      if (!LABEL_NAME.test(label))
        throw new RangeError(`metric ${name}: ${JSON.stringify(label)} is no label`)
    if (new Set(labelNames).size < labelNames.length)
      throw new RangeError(`metric ${name}: two labels of one name: ${labelNames.join(", ")}`)
    this.#metrics.set(name, metric)
  }
}

/** Series by the values of their labels, one label after the other. */
interface ByValue<Handle> {
  readonly more: Map<string, ByValue<Handle>>
  handle: Handle | undefined
}

class Family<Handle extends Series> implements Labelled<Handle> {
  readonly series = new Map<string, Handle>()
  /** The same: whoever asks often makes no text of labels. */
  readonly #byValue: ByValue<Handle> = { more: new Map(), handle: undefined }
  readonly #name: string
  readonly #labelNames: readonly string[]
  readonly #make: () => Handle

  constructor(name: string, labelNames: readonly string[], make: () => Handle) {
    this.#name = name
    this.#labelNames = labelNames
    this.#make = make
    // One without labels is there from the start: 0 tells more than nothing.
    if (labelNames.length === 0) this.labels()
  }

  labels(...values: readonly string[]): Handle {
    return this.#known(values) ?? this.#find(values)
  }

  #known(values: readonly string[]): Handle | undefined {
    let at: ByValue<Handle> | undefined = this.#byValue
    for (let i = 0; i < values.length; i++) at = at?.more.get(values[i] as string)
    return at?.handle
  }

  #find(values: readonly string[]): Handle {
    const text = labelText(this.#name, this.#labelNames, values)
    const known = this.series.get(text)
    if (known !== undefined) return known
    const isFull = this.series.size >= MAX_SERIES
    const key = isFull
      ? labelText(
          this.#name,
          this.#labelNames,
          values.map(() => OTHERS),
        )
      : text
    const handle = this.series.get(key) ?? this.#make()
    this.series.set(key, handle)
    // No more than there are series: many values may have one text, or be counted together.
    if (!isFull) this.#keep(values, handle)
    return handle
  }

  #keep(values: readonly string[], handle: Handle): void {
    let at = this.#byValue
    for (const value of values) {
      const next: ByValue<Handle> = at.more.get(value) ?? { more: new Map(), handle: undefined }
      at.more.set(value, next)
      at = next
    }
    at.handle = handle
  }
}

class Value implements Counter, Gauge, Series {
  #value = 0

  inc(by = 1): void {
    if (by >= 0) this.#value += by
  }

  add(by: number): void {
    this.#value += by
  }

  set(value: number): void {
    this.#value = value
  }

  samples(): readonly Sample[] {
    return [{ suffix: "", more: "", value: this.#value }]
  }
}

class Buckets implements Histogram, Series {
  readonly #bounds: readonly number[]
  /** Of each bucket by itself; the last one is that of +Inf. */
  readonly #counts: Float64Array
  #sum = 0

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds
    this.#counts = new Float64Array(bounds.length + 1)
  }

  observe(value: number): void {
    if (Number.isNaN(value)) return
    let i = 0
    while (i < this.#bounds.length && value > (this.#bounds[i] as number)) i++
    this.#counts[i] = (this.#counts[i] as number) + 1
    this.#sum += value
  }

  samples(): readonly Sample[] {
    let count = 0
    const buckets = [...this.#counts].map((own, i) => {
      count += own
      return { suffix: "_bucket", more: `le="${numberText(this.#bounds[i] ?? Infinity)}"`, value: count }
    })
    return [
      ...buckets,
      { suffix: "_sum", more: "", value: this.#sum },
      { suffix: "_count", more: "", value: count },
    ]
  }
}

function labelText(metric: string, names: readonly string[], values: readonly string[]): string {
  if (values.length !== names.length)
    throw new RangeError(
      `metric ${metric} has the labels (${names.join(", ")}), and ${values.length} values were given`,
    )
  return names.map((name, i) => `${name}="${escapeValue(values[i] as string)}"`).join(",")
}

const ESCAPES: Readonly<Record<string, string>> = { "\\": "\\\\", '"': '\\"', "\n": "\\n" }

/** Half of a surrogate pair is no character: as bytes, two such texts would be one. */
function wellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, "\ufffd")
}

function escapeValue(text: string): string {
  return wellFormed(text).replace(/[\\"\n]/g, (char) => ESCAPES[char] as string)
}

function escapeHelp(text: string): string {
  return wellFormed(text).replace(/[\\\n]/g, (char) => ESCAPES[char] as string)
}

function numberText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "+Inf"
  return value === Number.NEGATIVE_INFINITY ? "-Inf" : String(value)
}
