/**
 * Answers of `configuration` functions for whoever only asks how things are: the
 * same for ages and times within half a minute, so that many questions cost few calls.
 * What is decided goes by exact ages and times, and never by these.
 * Source: rule-files.md section 5, on how long an answer may be kept (60 s).
 */
import { type AskFunction, MAX_AGE_SEC } from "./parameter.js"

/** A whole part of minutes, hours and days: a step at any of them is seen at once. */
const STEP_SEC = 30
/** Beyond, all are asked anew. */
const MAX_KEPT = 20_000

/** @param ask runs the function */
export function askedLately(ask: AskFunction): AskFunction {
  const kept = new Map<string, ReturnType<AskFunction>>()
  return (id, args) => {
    const { current, last, ageSec, count, atSec } = args
    // The age of `force_max_binding_age` is one by itself.
    const age = ageSec >= MAX_AGE_SEC ? ageSec : stepOf(ageSec)
    const time = atSec === null ? null : stepOf(atSec)
    const key = `${id} ${current} ${last} ${age} ${count} ${time}`
    const known = kept.get(key)
    if (known !== undefined) return known
    if (kept.size >= MAX_KEPT) kept.clear()
    const answer = ask(id, { ...args, ageSec: age, atSec: time })
    kept.set(key, answer)
    return answer
  }
}

function stepOf(sec: number): number {
  return Math.floor(sec / STEP_SEC) * STEP_SEC
}
