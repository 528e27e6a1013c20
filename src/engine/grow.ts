/**
 * Growth: what an option is raised to when a pair has been quiet long enough.
 * Source: rule-files.md decision 9 of section 9; engine.md section 5.
 */
import type { Parameter } from "./parameter.js"

/** Share of its ceiling by which a throttle grows, and the least it grows by, per hour. */
const THROTTLE_SHARE = 0.1
const THROTTLE_STEP = 1

/**
 * The value after one step up, or null when the option does not grow.
 * @param isAdjusted something moved it from where it rests
 */
export function grownValue(parameter: Parameter, isAdjusted: boolean): number | null {
  const { option, value, ceiling, start } = parameter
  if (value === null) return null
  switch (option) {
    case "max_outbound_connections":
    case "max_deliveries_per_connection":
      return towards(value, value + 1, ceiling)
    case "outbound_throttle_messages":
      return towards(value, value + Math.max(THROTTLE_STEP, (ceiling ?? value) * THROTTLE_SHARE), ceiling)
    case "retry_interval":
    case "max_retry_interval":
      return isAdjusted ? start : null
    default:
      return null
  }
}

/** Not above the ceiling, and never down to it. */
function towards(value: number, next: number, ceiling: number | null): number {
  return Math.max(value, ceiling === null ? next : Math.min(next, ceiling))
}
