/**
 * One action and its argument, as rule files and sweep rules write them, to what
 * they mean. Source: rule-files.md section 4; engine.md section 4.
 */
import { DURATION_FORM, parseDurationSec } from "./duration.js"
import { ACTION_NAMES, type Action, type ActionName } from "./rule.js"

/** What to write, for hints. */
export const ARGUMENT_FORM: Readonly<Record<ActionName, string>> = {
  suspend: `write ${DURATION_FORM}`,
  blackhole: `write ${DURATION_FORM}`,
  greylisted: `write ${DURATION_FORM}`,
  throttle: 'write {"throttle", "down"}; there is no other direction',
  warmup: "write the new age of the binding in seconds, e.g. 86400",
  reduce_connections: "write a whole number of connections to take away, at least 1",
  reduce_deliveries: "write a whole number of deliveries to take away, at least 1",
  transcode: 'write a reply code from 400 to 599, e.g. "454", or a whole reply that begins with one',
}

export function isActionName(text: string): text is ActionName {
  return (ACTION_NAMES as readonly string[]).includes(text)
}

/** The action, or null when it cannot take this argument. */
export function readAction(name: ActionName, text: string): Action | null {
  const args = Object.freeze([text])
  switch (name) {
    case "suspend":
    case "blackhole":
    case "greylisted": {
      const seconds = parseDurationSec(text)
      return seconds === null ? null : Object.freeze({ name, args, seconds })
    }
    case "throttle":
      return text === "down" ? Object.freeze({ name, args }) : null
    case "warmup": {
      // A duration with a unit is understood, though the original would not have.
      const seconds = wholeNumber(text) ?? parseDurationSec(text)
      return seconds === null ? null : Object.freeze({ name, args, seconds })
    }
    case "reduce_connections":
    case "reduce_deliveries": {
      const amount = wholeNumber(text)
      return amount === null || amount < 1 ? null : Object.freeze({ name, args, amount })
    }
    case "transcode":
      return /^[45]\d\d($|[ -])/.test(text) ? Object.freeze({ name, args, reply: text }) : null
  }
}

function wholeNumber(text: string): number | null {
  return /^\d{1,15}$/.test(text) ? Number(text) : null
}
