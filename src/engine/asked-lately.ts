/**
 * Answers of `configuration` functions for whoever only asks how things are: the
 * same for ages within half a minute, so that many questions cost few calls.
 * What is decided goes by exact ages, and never by these.
 * Source: rule-files.md section 5, on how long an answer may be kept (60 s).
 */
import { type AskFunction, MAX_AGE_SEC } from "./parameter.js"

/** A whole part of minutes, hours and days: a step at any of them is seen at once. */
const AGE_STEP_SEC = 30
/** Beyond, all are asked anew. */
const MAX_KEPT = 20_000

/** @param ask runs the function */
export function askedLately(ask: AskFunction): AskFunction {
  const kept = new Map<string, ReturnType<AskFunction>>()
  return (id, args) => {
    const { current, last, ageSec, count } = args
    // The age of `force_max_binding_age` is one by itself.
    const age = ageSec >= MAX_AGE_SEC ? ageSec : Math.floor(ageSec / AGE_STEP_SEC) * AGE_STEP_SEC
    const key = `${id} ${current} ${last} ${age} ${count}`
    const known = kept.get(key)
    if (known !== undefined) return known
    if (kept.size >= MAX_KEPT) kept.clear()
    const answer = ask(id, { ...args, ageSec: age })
    kept.set(key, answer)
    return answer
  }
}
