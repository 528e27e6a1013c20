/** Booleans as operators write them. Source: configuration.md section 1. */

/** What to write, for hints. */
export const SWITCH_FORM = "on or off (true, yes, enabled and 1 are the same as on)"

/** `true/false`, `on/off`, `yes/no`, `enabled/disabled`, `1/0`; null for anything else. */
export function readSwitch(text: string): boolean | null {
  if (/^(true|on|yes|enabled|1)$/i.test(text)) return true
  return /^(false|off|no|disabled|0)$/i.test(text) ? false : null
}
