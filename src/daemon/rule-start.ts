/**
 * Which rules a daemon begins with: those of the files, or those that served last
 * where the files are broken, or where what they say was gone back from or refused
 * by the run before and they say it still.
 */
import { saysOf } from "../reload/fingerprint.js"
import { RuleKeeper, RulesRefused } from "../reload/keeper.js"
import type { LoadedRules, LoadOptions } from "../reload/load.js"
import { tellUnrehearsed } from "./first-lines.js"
import { faultOfRules, refusalOf } from "./refusal.js"
import type { PassedOver, RevisionFacts } from "./revisions.js"
import type { RuleOptions, SwapParts } from "./rule-swaps.js"

interface Begun extends Pick<SwapParts, "keeper" | "refusal" | "passedOver"> {}

/**
 * @param from asked at each look: another configuration may name other files
 * @throws RulesRefused when there are no valid rules, RulesFault when none can be loaded, StoreFault
 */
export async function startKeeper(
  { rulePaths, log, canaryPercent, nowMicros }: RuleOptions,
  from: Pick<SwapParts, "configuration" | "given" | "revisions">,
): Promise<Begun> {
  const { configuration, given, revisions } = from
  const last = (await revisions.list()).at(-1)
  const load = (): LoadOptions => ({ configuration: given() })
  const options = { paths: () => rulePaths(configuration()), load }
  const lastAgain = last === undefined ? null : { ...options, lastNumber: last.number - 1 }
  try {
    const keeper = await RuleKeeper.start({ ...options, lastNumber: last?.number ?? 0 })
    const read = keeper.current.loaded
    if (last === undefined || lastAgain === null) {
      await revisions.keep(keeper.current)
      return { keeper, refusal: null, passedOver: null }
    }
    const passedOver = stillPassedOver(last, read, canaryPercent)
    if (passedOver !== null) {
      const loaded = await revisions.load(last.number)
      if (loaded?.ok === true) return goesOn(last, passedOver, RuleKeeper.of(lastAgain, loaded, read), log)
    }
    // What serves is what served.
    if (revisions.isOf(last, read))
      return { keeper: RuleKeeper.of(lastAgain, read), refusal: null, passedOver: null }
    await revisions.keep(keeper.current)
    tellUnrehearsed(log, keeper.current, canaryPercent)
    return { keeper, refusal: null, passedOver: null }
  } catch (error) {
    if (!(error instanceof RulesRefused) || last === undefined || lastAgain === null) throw error
    const loaded = await revisions.load(last.number)
    if (loaded === null || !loaded.ok) throw error
    const fault = faultOfRules(error.loaded)
    log.error(
      { alarm: "rules", code: fault.code, hint: fault.hint },
      `rules are refused: ${fault.why}; revision ${last.number} of the run before serves`,
    )
    return {
      keeper: RuleKeeper.of(lastAgain, loaded, error.loaded),
      refusal: { ...fault, sinceSec: nowMicros() / 1e6 },
      passedOver: last.passedOver,
    }
  }
}

/** What the files say, if it is what they said when it was passed over, and the operator has not raised the limit. */
function stillPassedOver(
  { passedOver }: RevisionFacts,
  { recorded }: LoadedRules,
  canaryPercent: number | null,
): PassedOver | null {
  if (passedOver === null || passedOver.says !== saysOf(recorded)) return null
  const { by, morePercent } = passedOver
  if (by === "rollback") return passedOver
  return canaryPercent !== null && (morePercent === null || morePercent > canaryPercent) ? passedOver : null
}

function goesOn(
  { number, rollbackOf }: RevisionFacts,
  passedOver: PassedOver,
  keeper: RuleKeeper,
  log: RuleOptions["log"],
): Begun {
  const refusal = refusalOf(passedOver)
  if (refusal === null)
    log.warn(
      { number, rollbackOf, hint: "change the rule files, or go forth with adaptive rules rollback NUMBER" },
      `revision ${number} of the run before serves: ${passedOver.why}, and they say it still`,
    )
  else
    log.error(
      { alarm: "rules", code: refusal.code, hint: refusal.hint },
      `rules are refused: ${refusal.why}; revision ${number} of the run before serves`,
    )
  return { keeper, refusal, passedOver }
}
