/** A window of an outbound_audit as the console prints it. Source: console.md section 3. */
import { formatWith } from "../model/number-format.js"
import type { DeliveryWindow } from "../store/delivery-series.js"

/** `aol.com 300/0: r: 107 d: 111 dt: 8.20 t: 2 f: 0` */
export function auditLine(name: string, window: DeliveryWindow): string {
  const { sizeSec, offset, receptions, deliveries, transient, permanent } = window
  const mean = hundredths(meanDeliverySec(window) ?? 0)
  return `${name} ${sizeSec}/${offset}: r: ${receptions} d: ${deliveries} dt: ${mean} t: ${transient} f: ${permanent}`
}

/** Mean of the deliveries of which it is known; null when it is known of none. */
export function meanDeliverySec({ deliveryMicros, timed }: DeliveryWindow): number | null {
  return timed === 0 ? null : deliveryMicros / timed / 1e6
}

/** As C's `%.2f`. */
function hundredths(value: number): string {
  const flags = { leftAlign: false, plus: false, blank: false, alternate: false, zero: false, width: 0 }
  return formatWith({ ...flags, conversion: "f", precision: 2 }, value)
}
