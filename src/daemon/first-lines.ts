/**
 * With what a daemon begins, as its log tells it: what was found of its state, which
 * rules serve, and from where each log is followed.
 */
import type { KeptRevision } from "../reload/keeper.js"
import type { FollowOptions, FollowState } from "./follow.js"
import type { Log } from "./log.js"
import type { Recovered } from "./recovery.js"

export function tellRules(log: Log, { number, loaded }: KeptRevision, paths: readonly string[]): void {
  const { responses, domains, configurations } = loaded.counts
  log.info(
    { number, revision: loaded.revision, responses, domains, configurations, paths: paths.join(" ") },
    `revision ${number} of the rules serves from the start`,
  )
}

/** Rules serve of which nobody knows how much they hold; with `--canary` that is not what was asked for. */
export function tellUnrehearsed(log: Log, { number }: KeptRevision, canaryPercent: number | null): void {
  const message = `revision ${number} is not rehearsed: no events since the start`
  if (canaryPercent === null) log.info({ number }, message)
  else {
    const hint = "adaptive dry-run on recent traffic tells what they hold; adaptive rules rollback goes back"
    log.warn({ number, hint }, `${message}: --canary does not hold for it`)
  }
}

/** What there is to say of a state that was made up again. */
export function tellRecovered(
  log: Log,
  { torn, refused, missing }: Pick<Recovered, "torn" | "refused" | "missing">,
): void {
  for (const { path, bytes } of torn)
    log.warn({ path, bytes }, "the last write of the run before was cut off: what it held was never told")
  for (const { code, message, hint } of refused) log.error({ code, hint }, message)
  for (const number of missing)
    log.error(
      { number },
      "rules of the run before are not kept: what happened under them was done with others",
    )
}

/** @param kept by an earlier run; undefined where none has followed it */
export function tellFollowed(
  log: Log,
  { path, format, fromEnd }: Pick<FollowOptions, "path" | "format" | "fromEnd">,
  kept: unknown,
): void {
  log.info({ path, format: format ?? "auto" }, `${path} is followed ${placeOf(fromEnd, kept)}`)
}

function placeOf(fromEnd: boolean, kept: unknown): string {
  if (kept === undefined) return fromEnd ? "from its end, as it is new here" : "from its start"
  const offset = (kept as FollowState).position?.offset
  return offset === undefined ? "from its start" : `from byte ${offset}, where the run before ended`
}
