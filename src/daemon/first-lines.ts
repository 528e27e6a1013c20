/** With what a daemon begins, as its log tells it: which rules serve, and from where each log is followed. */
import type { KeptRevision } from "../reload/keeper.js"
import type { FollowOptions, FollowState } from "./follow.js"
import type { Log } from "./log.js"

export function tellRules(log: Log, { number, loaded }: KeptRevision, paths: readonly string[]): void {
  const { responses, domains, configurations } = loaded.counts
  log.info(
    { number, revision: loaded.revision, responses, domains, configurations, paths: paths.join(" ") },
    `revision ${number} of the rules serves from the start`,
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
