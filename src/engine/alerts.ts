/** Which of a decision's effects are worth an alert. Source: engine.md section 10. */
import type { PairSettings } from "../config/settings.js"
import type { Effect } from "../model/effect.js"
import type { AlertEvent, Store } from "../store/store.js"

const ALERT_OF: Readonly<Record<string, AlertEvent>> = {
  suspend: "suspension",
  blackhole: "blackhole",
  throttle: "throttle",
}

/** The events to be told of, which count as told: one an event, pair and interval. */
export function alertsOf(
  effects: readonly Effect[],
  pair: number,
  atMicros: number,
  { notificationEvents, notificationMicros }: PairSettings,
  store: Store,
): readonly AlertEvent[] {
  const alerts: AlertEvent[] = []
  for (const { action, outcome } of effects) {
    const event = outcome === "applied" ? ALERT_OF[action] : undefined
    if (event === undefined || !notificationEvents.has(event)) continue
    if (store.alert(pair, event, atMicros, notificationMicros)) alerts.push(event)
  }
  return alerts
}
