/** The stores behind the host API, each behind an interface that knows no Lua. */
import { MemorySeries, type SeriesStore } from "./audit-series.js"
import { type CounterStore, MemoryCounters } from "./counters.js"
import { type GaugeStore, MemoryGauges } from "./gauges.js"

export interface HostStores {
  readonly series: SeriesStore
  readonly gauges: GaugeStore
  readonly counters: CounterStore
}

/** Stores that forget everything when they are dropped. */
export function memoryStores(): HostStores {
  return { series: new MemorySeries(), gauges: new MemoryGauges(), counters: new MemoryCounters() }
}
