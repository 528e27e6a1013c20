/**
 * `adaptive rules history`, `diff` and `rollback`: the rules that served, what
 * differs between two of them, and the way back.
 */
import { RULE_WORDS, RULE_WORDS_USAGE as USAGE } from "../console/adaptive-rules.js"
import type { Reply } from "../console/console.js"
import { compareText } from "../model/compare.js"
import type { LoadedRules } from "../reload/load.js"
import { oneLine } from "../report/findings.js"
import { time } from "../report/words.js"
import type { Refusal } from "./refusal.js"
import type { Revisions } from "./revisions.js"
import { ruleDifferences } from "./rule-differences.js"
import type { Rollback } from "./rule-swaps.js"

export interface RuleCommandsHost {
  readonly revisions: Revisions
  /** The number of the rules that serve. */
  readonly serving: () => number
  /** Why what the rule files say does not serve; null where it does. */
  readonly refusal: () => Refusal | null
  /** Serves those of a number again. */
  readonly rollback: (number: number) => Promise<Rollback>
}

/** Is a line one of these commands? The others are about sweep rules. */
export function isRuleCommand(line: string): boolean {
  return /^\s*adaptive\s+rules\s+(?:history|diff|rollback)(?:\s|$)/i.test(line)
}

/** Of these commands, those that the last word of a line may become. */
export function ruleCandidates(line: string): readonly string[] {
  const begun = /^\s*adaptive\s+rules\s+(\S*)$/i.exec(line)?.[1]?.toLowerCase()
  return begun === undefined ? [] : RULE_WORDS.filter((word) => word.startsWith(begun)).toSorted(compareText)
}

export async function ruleCommand(line: string, host: RuleCommandsHost): Promise<Reply> {
  const [, , command = "", ...words] = line.trim().split(/\s+/)
  switch (command.toLowerCase()) {
    case "history":
      return words.length === 0
        ? history(host)
        : refuse(`Unexpected '${oneLine(words[0] as string)}'\nUsage: ${USAGE}`)
    case "diff":
      return diff(words, host)
    default:
      return rollback(words, host)
  }
}

async function history({ revisions, serving, refusal }: RuleCommandsHost): Promise<Reply> {
  const now = serving()
  const lines = (await revisions.list())
    .toReversed()
    .map(({ number, sinceSec, revision, rules, rollbackOf }) => {
      const more = [
        number === now ? "serves" : [],
        rollbackOf === null ? [] : `brought back ${rollbackOf}`,
      ].flat()
      return `${String(number).padStart(6)}  ${time(sinceSec)}  ${revision}  ${String(rules).padStart(6)}  ${more.join(", ")}`.trimEnd()
    })
  const head = "number  since (UTC)          revision      rules"
  return { ok: true, text: [head, ...lines, ...refused(refusal())].join("\n") }
}

/** What an operator who looks at rules should see first stands last, beside his prompt. */
function refused(refusal: Refusal | null): readonly string[] {
  if (refusal === null) return []
  const { code, why, hint, sinceSec } = refusal
  return [
    oneLine(`What the rule files say is refused since ${time(sinceSec)}: ${code}: ${why}`),
    oneLine(`  hint: ${hint}`),
  ]
}

async function rollback(words: readonly string[], host: RuleCommandsHost): Promise<Reply> {
  const [word, extra] = words
  if (extra !== undefined) return refuse(`Unexpected '${oneLine(extra)}'\nUsage: ${USAGE}`)
  const all = await host.revisions.list()
  const before = all.findLast(({ number }) => number < host.serving())
  const number = word === undefined ? (before?.number ?? null) : numberOf(word)
  if (number === null)
    return refuse(
      word === undefined ? "There is no revision to go back to" : `Invalid number '${oneLine(word)}'`,
    )
  if (number === host.serving()) return refuse(`Revision ${number} serves already`)
  const outcome = await host.rollback(number)
  switch (outcome.kind) {
    case "serves":
      return {
        ok: true,
        text: `Revision ${number} serves again, as revision ${outcome.number}, until the rule files say something new`,
      }
    case "unknown":
      return refuse(`Revision ${number} is not kept; adaptive rules history lists those that are`)
    case "overtaken":
      return refuse(
        `Revision ${number} does not serve: something newer came before its turn; adaptive rules history tells what serves`,
      )
    case "waiting":
      return refuse(
        `E_JOURNAL_WRITE: the journal cannot be written: revision ${number} is not on the disk yet, and serves for certain when it is\nhint: make room on the disk of the state directory; the command need not be given again`,
      )
    case "failed":
      return refuse(
        `Revision ${number} does not serve, revision ${host.serving()} serves on: ${oneLine(outcome.why)}\nhint: ${oneLine(outcome.hint)}`,
      )
  }
}

async function diff(words: readonly string[], { revisions }: RuleCommandsHost): Promise<Reply> {
  const [oldWord, newWord, extra] = words
  if (oldWord === undefined || newWord === undefined || extra !== undefined) return refuse(`Usage: ${USAGE}`)
  const loaded: LoadedRules[] = []
  for (const word of [oldWord, newWord]) {
    const number = numberOf(word)
    const rules = number === null ? null : await revisions.load(number)
    if (rules === null)
      return refuse(`Revision '${oneLine(word)}' is not kept; adaptive rules history lists those that are`)
    loaded.push(rules)
  }
  const [before, after] = loaded as [LoadedRules, LoadedRules]
  const lines = ruleDifferences(before, after)
  // As of any command that compares: the answer to "are they the same?"
  return lines.length === 0
    ? { ok: true, text: "The rules are the same" }
    : { ok: false, text: lines.join("\n") }
}

function numberOf(word: string): number | null {
  return /^\d{1,9}$/.test(word) ? Number(word) : null
}

function refuse(text: string): Reply {
  return { ok: false, text }
}
