/**
 * What may stand behind `adaptive`, in words: for the console's help, and for the
 * shell, which tells it without a daemon. Source: console.md section 2.
 */

/** By command: what is written, and what comes of it. */
const HELP = {
  suspensions: [
    ["suspensions [FILTERS]", "what is suspended, for how many seconds more, and whether it holds mail"],
  ],
  list: [["list [FILTERS] [--age]", "options that were adjusted; --age: for how many seconds"]],
  override: [
    ["override [FILTERS]", "lets suspended mail go; the time of the suspension runs on"],
    ["override enable [FILTERS]", "holds it again"],
    ["override ttl SECONDS [FILTERS]", "another time for suspensions; 0 lifts them at the next sweep"],
  ],
  reset: [["reset [FILTERS]", "drops what was adjusted; suspensions and ages stay"]],
  rules: [
    ["rules --binding NAME --domain NAME", "the sweep rules of one binding and domain"],
    ["rules history", "in a daemon's console: the rule files that served, by number"],
    ["rules diff OLD NEW", "in a daemon's console: what differs between two of them"],
    ["rules rollback [NUMBER]", "in a daemon's console: back to one of them, or to the one before"],
  ],
  warmup: [
    ["warmup", "the ages of bindings, in seconds"],
    ["warmup BINDING [AGE]", "sets the age of a binding, in seconds; without AGE it is 0, that of a new one"],
  ],
} as const

const FILTERED: ReadonlySet<string> = new Set(["suspensions", "list", "override", "reset"])
const FILTERS =
  "FILTERS are --binding NAME and --domain NAME, each as often as wanted; none, or --all: everything"
const WIDTH = 23

const lines = (command: keyof typeof HELP): readonly string[] =>
  HELP[command].map(([words, told]) => `  ${words.padEnd(WIDTH)}  ${told}`)

/** Of one command. */
export function helpOf(command: keyof typeof HELP): string {
  return [...lines(command), ...(FILTERED.has(command) ? [FILTERS] : [])].join("\n")
}

/** Of all of them. */
export const ADAPTIVE_COMMANDS = [
  ...(Object.keys(HELP) as (keyof typeof HELP)[]).flatMap(lines),
  FILTERS,
].join("\n")
