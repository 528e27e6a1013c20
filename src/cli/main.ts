#!/usr/bin/env node
/**
 * The `adaptive` command: arguments in, exit code out. Commands live in
 * `commands/`, one file each; this file only knows their options.
 * Source: cli.md.
 */
import { Command, CommanderError, InvalidArgumentError, Option } from "commander"
import { helpOf } from "../console/adaptive-help.js"
import { startAhead } from "../reload/worker-start.js"
import type { CheckOptions } from "./commands/check.js"
import type { AskOptions, ConsoleOptions } from "./commands/console.js"
import type { DryRunOptions } from "./commands/dry-run.js"
import type { ExplainOptions } from "./commands/explain.js"
import type { LuaOptions } from "./commands/lua.js"
import type { SummaryOptions } from "./commands/summary.js"
import { EXIT, makeContext, Refused, UsageError } from "./context.js"
import type { RunOptions } from "./run-options.js"
import { packageVersion } from "./version.js"

const collect = (value: string, list: readonly string[]): readonly string[] => [...list, value]

/** A parser that refuses the empty text, which a variable that is not set leaves behind. */
function filled(remedy: string): (text: string) => string {
  return (text) => {
    if (text.trim() === "") throw new InvalidArgumentError(remedy)
    return text
  }
}

const FOLLOWED = filled("name a log, or - for standard input")

/** The end of 2099, as of times in traffic: what is later are milliseconds. */
const LAST_SEC = 4_102_444_799

/** A time. */
function seconds(text: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text)
  if (!(value >= 0 && value <= LAST_SEC))
    throw new InvalidArgumentError("write Unix seconds, e.g. 1790000000")
  return value
}

/** A parser of numbers within bounds, with what to write instead of anything else. */
function between(least: number, most: number, remedy: string): (text: string) => number {
  return (text) => {
    const value = text.trim() === "" ? Number.NaN : Number(text)
    if (!(value >= least && value <= most)) throw new InvalidArgumentError(remedy)
    return value
  }
}

function atLeastZero(remedy: string): (text: string) => number {
  return between(0, Number.MAX_VALUE, remedy)
}

const SECONDS = atLeastZero("write a number of seconds of at least 0, e.g. 60")
const INTERVAL = between(1, 86_400, "write a number of seconds from 1 to 86400, e.g. 60")
/** An event that is later than that behind others of its source is refused as wrong. */
const LAG = between(0, 300, "write a number of seconds, 0 to 300, e.g. 5")
const MESSAGES = atLeastZero("write a number of messages of at least 0, e.g. 1000")
const PERCENT = between(0, 100, "write a percentage from 0 to 100, e.g. 10")
const MEBIBYTES = atLeastZero("write a number of MiB, e.g. 4096")

function year(text: string): number {
  const value = Number(text)
  if (!/^\d{4}$/.test(text) || value < 1980 || value > 2099)
    throw new InvalidArgumentError("write a year, e.g. 2026")
  return value
}

function lines(text: string): number {
  const value = Number(text)
  if (!/^\d{1,4}$/.test(text) || value < 1)
    throw new InvalidArgumentError("write a whole number of lines, 1 to 9999")
  return value
}

/** No place is further from UTC. */
const MAX_OFFSET_MINUTES = 14 * 60

/** Minutes east of UTC. */
function utcOffset(text: string): number {
  const match = /^([+-])(\d\d):?([0-5]\d)$/.exec(text)
  const minutes = match === null ? Number.NaN : Number(match[2]) * 60 + Number(match[3])
  if (!(minutes <= MAX_OFFSET_MINUTES))
    throw new InvalidArgumentError("write hours and minutes, e.g. +02:00; at most 14 hours")
  return match?.[1] === "-" ? -minutes : minutes
}

const CONFIG_HELP = "an ecelerity.conf: options by scope, sweep rules, and which rule files"
const RULES_HELP =
  "a rule file or directory (repeatable; default: those of the configuration, or the shipped ones)"
const FORMAT_HELP =
  "the format of all logs: auto, which goes by their lines, or mainlog, bouncelog, fbllog, rejectlog, msys-json, kumomta, jsonl, powermta, postfix"
const GUIDE_HELP =
  "the User Guide's defaults where the documents disagree: enable_jlog on, default_bounce_rule for bc:10 only"
const SET_HELP = "set a global option (repeatable)"
const SOCKET_HELP =
  "the socket of the daemon (default: $ADAPTIVE_SOCKET, or adaptive.sock in $XDG_RUNTIME_DIR, /run/adaptive or the state directory)"
const NODE_HELP = "the node: whose directory of included files is searched, and the host that alerts name"

type LuaCommandOptions = Omit<LuaOptions, "execute" | "file" | "args"> & { readonly e?: string }

/** Where rules and options come from. */
function withSetup(command: Command): Command {
  return command
    .option("--rules <path>", RULES_HELP, collect, [])
    .option("--config <file>", CONFIG_HELP)
    .option("--node-name <name>", NODE_HELP, filled("name it, e.g. mx1, or leave it out"))
    .option("--set <option=value>", SET_HELP, collect, [])
}

/** What traffic, how it is read, and what is done with it. */
function withTraffic(command: Command, modeHelp: string): Command {
  return withSetup(command)
    .requiredOption("--traffic <file...>", "logs, plain, gz, bz2 or zst; - is standard input")
    .option("--format <format>", FORMAT_HELP, "auto")
    .option("--guide-defaults", GUIDE_HELP)
    .addOption(new Option("--mode <mode>", modeHelp).choices(["simulate", "observe"]).default("simulate"))
    .option("--from <time>", "only events from this time on, Unix seconds", seconds)
    .option("--to <time>", "only events before this time, Unix seconds", seconds)
    .option("--all-bad", "tell every line that cannot be read, not the first ten of a file")
    .option("--force", "replay although the rules have errors")
    .option("--reorder <seconds>", "put lines in order that are this far out of it", SECONDS, 60)
    .option("--year <year>", "the year of the first stamp of logs whose stamps have none", year)
    .option("--utc-offset <offset>", "of stamps without one, e.g. +02:00", utcOffset)
}

/** Commands of the console that may be given without it. */
const SHORTCUTS = [
  ["suspensions", "of the running daemon: what is suspended, for how many seconds more"],
  ["list", "of the running daemon: options that were adjusted"],
  ["override", "lets suspended mail go, holds it again (enable), or gives another end (ttl SECONDS)"],
  ["reset", "drops what was adjusted"],
  [
    "rules",
    "of the running daemon: rules that served (history, diff, rollback); the sweep rules of a --binding and a --domain",
  ],
  ["warmup", "of the running daemon: the ages of bindings; BINDING AGE sets one, BINDING alone sets it to 0"],
] as const

/** Which daemon. */
function withSocket(command: Command): Command {
  return command
    .option("--socket <path>", SOCKET_HELP)
    .option("--json", "machine output: one object a line for each command")
}

/** In the console words may be written larger; a shell's commands are what they are. @throws UsageError */
function refuseCapitals({ commands }: Command, [word = ""]: readonly string[]): void {
  const lower = word.toLowerCase()
  if (lower !== word && commands.some((command) => command.name() === lower))
    throw new UsageError(`unknown command '${word}'`, `write adaptive ${lower}`)
}

async function main(argv: readonly string[]): Promise<number> {
  const context = makeContext()
  let exitCode: number = EXIT.ok
  const program = new Command("adaptive")
    .description(
      "Runs Momentum adaptive rule files: as a daemon on live events (run), which other commands ask; or to check them, try Lua in their dialect, explain a reply, replay recorded traffic, sum it up.",
    )
    .version(packageVersion())
    .enablePositionalOptions()
    .exitOverride()
    .showHelpAfterError("(adaptive COMMAND --help shows what a command takes)")

  program
    .command("check")
    .description("load rule files as the runtime does and report every finding")
    .argument(
      "[path...]",
      "rule files or directories (default: those of the configuration, or the shipped ones)",
    )
    .option("--strict", "exit 3 when there are warnings")
    .option("--json", "machine output")
    .option("--no-extensions", "hold the files against the original, which has no `mx:` keys and no `*`")
    .option("--rules <path>", "the same as a path argument (repeatable)", collect, [])
    .option("--config <file>", CONFIG_HELP)
    .option("--node-name <name>", NODE_HELP, filled("name it, e.g. mx1, or leave it out"))
    .action(async (paths: string[], options: CheckOptions & { rules: string[] }) => {
      startAhead()
      const { check } = await import("./commands/check.js")
      exitCode = await check(context, { ...options, rules: [...paths, ...options.rules] })
    })

  program
    .command("lua")
    .description("run Lua in the rule dialect and sandbox, with the msys API")
    .argument("[file]", "a script, or - for standard input; none on a terminal: a prompt")
    .argument("[args...]", "arguments of the script")
    .option("--path <dir>", "add a directory that `require` searches (repeatable)", collect, [])
    .option("-e <code>", "run this code")
    .option("--config <file>", "an ecelerity.conf that msys.config answers from")
    .option("--node-name <name>", NODE_HELP, filled("name it, e.g. mx1, or leave it out"))
    .option("--set <option=value>", SET_HELP, collect, [])
    .passThroughOptions()
    .action(async (file: string | undefined, args: string[], options: LuaCommandOptions) => {
      const { e, ...given } = options
      // With -e there is no script: what follows are arguments.
      const all = e === undefined || file === undefined ? args : [file, ...args]
      const script = e === undefined ? { ...(file === undefined ? {} : { file }) } : { execute: e }
      const { runLua } = await import("./commands/lua.js")
      exitCode = await runLua(context, { ...given, args: all, ...script })
    })

  withSetup(program.command("explain"))
    .description("what happens to one reply, and why")
    .requiredOption("--domain <domain>", "the routing domain that answered")
    .requiredOption("--response <text>", "the reply, beginning with its code")
    .option("--binding <binding>", "the sending binding", "default")
    .option("--mx <host>", "the MX host that answered")
    .option("--phase <phase>", "the SMTP phase of the reply")
    .option("--at <time>", "the time of the reply, Unix seconds", seconds)
    .option("--json", "machine output")
    .action(async (options: ExplainOptions) => {
      startAhead()
      const { explain } = await import("./commands/explain.js")
      exitCode = await explain(context, options)
    })

  withTraffic(
    program.command("dry-run"),
    "simulate: what would be held is not counted; observe: everything is",
  )
    .description("replay recorded traffic: what the rules would have done")
    .option(
      "--audit <size,count>",
      "tell the time series of receiving domains: seconds of a window, windows (repeatable)",
      collect,
      [],
    )
    .option("--audit-domain <domain>", "of this domain only (repeatable)", collect, [])
    .option("--audit-threshold <messages>", "of domains with more messages than this", MESSAGES, 0)
    .option("--audit-memory <MiB>", "what the time series may take at most", MEBIBYTES, 4096)
    .option(
      "--console <command>",
      "a console command for the state that the replay leaves behind, e.g. 'adaptive suspensions' (repeatable)",
      collect,
      [],
    )
    .option(
      "--out <dir>",
      "write what would have been logged and mailed into this directory, which is empty or new",
    )
    .option("--alert-smtp <host:port>", "really send the alerts, to this mail server")
    .option("--prompt", "ask for console commands afterwards, with a way through time: goto, next")
    .option("--json", "machine output: one object a line, decisions first, the summary last")
    .option("--matches", "with --json, also matches that did not fire")
    .option("--sources", "with --json, also name the file and the line in it")
    .action(async (options: DryRunOptions) => {
      startAhead()
      const { dryRun } = await import("./commands/dry-run.js")
      exitCode = await dryRun(context, options)
    })

  withTraffic(
    program.command("summary"),
    "simulate: what would be held meets no rule; observe: everything does",
  )
    .description("the nightly report, of recorded traffic")
    .option("--bouncelog <file...>", "bounce logs beside them: classes and out-of-band bounces", [])
    .option("--top <lines>", "how long the lists of the commonest are", lines, 20)
    .option("--zone <offset>", "of the times in the report, e.g. +02:00", utcOffset, 0)
    .option("--json", "machine output")
    .action(async (options: SummaryOptions) => {
      startAhead()
      const { summary } = await import("./commands/summary.js")
      exitCode = await summary(context, options)
    })

  withSetup(program.command("run"))
    .description("the engine as a daemon: live events in, decisions out, state that survives")
    .option(
      "--state <dir>",
      "where state, journal and rules that served are kept",
      filled("name a directory, e.g. /var/lib/adaptive"),
      "adaptive-state",
    )
    .option("--listen <host:port>", "where it answers over HTTP; off: nowhere", "127.0.0.1:8025")
    .addOption(
      new Option("--token <token>", "what whoever asks over HTTP has to show; needed beyond loopback").env(
        "ADAPTIVE_TOKEN",
      ),
    )
    .option("--tls-cert <file>", "this host's certificate: HTTPS instead of HTTP")
    .option("--tls-key <file>", "and its key")
    .option("--tls-client-ca <file>", "clients show a certificate that this authority has signed")
    .option("--socket <path>", SOCKET_HELP)
    .option(
      "--event-socket <path>",
      "a unix socket that takes events",
      filled("name a path, e.g. /run/adaptive/events.sock"),
    )
    .option(
      "--follow <file>",
      "a log to follow, through rotation and restarts; - is standard input (repeatable)",
      (path: string, list: readonly string[]) => collect(FOLLOWED(path), list),
      [],
    )
    .option("--webhook <url>", "tell effects to this URL by signed POST (repeatable)", collect, [])
    .addOption(
      new Option("--webhook-secret <secret>", "what webhooks are signed with").env("ADAPTIVE_WEBHOOK_SECRET"),
    )
    .option("--alert-smtp <host:port>", "send alerts to this mail server")
    .option("--format <format>", FORMAT_HELP, "auto")
    .option(
      "--utc-offset <offset>",
      "of stamps without one, e.g. +02:00 (default: this machine's)",
      utcOffset,
    )
    .option(
      "--lag <seconds>",
      "how late an event may be told of and still count as of its time; lifts are told so much later (default: 1)",
      LAG,
    )
    .option("--from-start", "take what is in a log already that was never followed before")
    .option("--snapshot-interval <seconds>", "between two copies of the state", INTERVAL, 60)
    .option(
      "--canary <percent>",
      "refuse rules under which more of the last hour's attempts would have been held, by more than so many percent of all, 0 to 100",
      PERCENT,
    )
    .action(async (options: RunOptions, command: Command) => {
      // By itself it ends a process, and a daemon that is told to look at its files while it starts has to go on.
      process.on("SIGHUP", () => {})
      startAhead()
      const { run } = await import("./commands/run.js")
      exitCode = await run(context, options, (name) => command.getOptionValueSource(name) === "cli")
    })

  withSocket(program.command("console"))
    .description("the console of the running daemon: a prompt, or commands from a pipe or from -c")
    .option("-c <command>", "give this command, e.g. 'adaptive suspensions' (repeatable)", collect, [])
    .action(async (options: ConsoleOptions) => {
      const { runConsole } = await import("./commands/console.js")
      exitCode = await runConsole(context, options)
    })

  for (const [word, description] of SHORTCUTS)
    withSocket(program.command(word))
      .description(description)
      .argument("[words...]", "what the console's command takes, as below")
      .addHelpText("after", () => `\nIts words:\n${helpOf(word)}`)
      .allowUnknownOption()
      .action(async (words: string[], options: AskOptions) => {
        const { runShortcut } = await import("./commands/console.js")
        exitCode = await runShortcut(context, [word, ...words], options)
      })

  try {
    refuseCapitals(program, argv)
    await program.parseAsync(argv, { from: "user" })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.ok : EXIT.usage
    if (error instanceof Refused) return error.exitCode
    if (error instanceof UsageError) {
      context.err(`adaptive: ${error.message}\n  hint: ${error.hint}`)
      return EXIT.usage
    }
    throw error
  }
}

process.exitCode = await main(process.argv.slice(2))
