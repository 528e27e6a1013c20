/** Has the functions of rules ready before they serve: running the scripts takes longer than events may wait. */
import { FunctionThread } from "../reload/function-thread.js"
import type { KeptRevision } from "../reload/keeper.js"
import type { Log } from "./log.js"

/** @returns null for rules that have none @throws RulesFault, or why the signal was aborted */
export function hostFunctions(
  { number, loaded }: KeptRevision,
  log: Log,
  signal: AbortSignal,
): Promise<FunctionThread | null> {
  return FunctionThread.start(loaded.functions, {
    signal,
    failed: ({ code, message, hint }) => log.error({ alarm: "functions", number, code, hint }, message),
  })
}
