/**
 * `adaptive console`, and `adaptive list` and its like: commands to the running
 * daemon over its socket. Keeps out what they answer: that comes from the daemon
 * as it is printed. No command that may have been carried out is given twice: that
 * its answer was lost is told, and what to do left to whoever gave it. The next
 * one finds a daemon that was started anew.
 */
import { existsSync } from "node:fs"
import { lineOf } from "../../console/words.js"
import { type ControlClient, connect } from "../../control/client.js"
import { ControlFault } from "../../control/fault.js"
import type { CommandReply, Hello } from "../../control/protocol.js"
import { defaultSocketPath, socketPlaces } from "../../control/socket-path.js"
import { oneLine } from "../../report/findings.js"
import { consoleJson } from "../../report/json.js"
import { time } from "../../report/words.js"
import { type Context, EXIT, UsageError } from "../context.js"
import { answerLines, lastWord, orLeave } from "../line-loop.js"
import { LineOutput } from "../output.js"

export interface AskOptions {
  readonly socket?: string
  readonly json?: boolean
}

export interface ConsoleOptions extends AskOptions {
  /** Commands given with `-c`; none: they are asked for. */
  readonly c: readonly string[]
}

const QUIT_WORDS = ["quit"]
const HELP = `at this prompt
  quit                     ends; so do Ctrl-D and Ctrl-C`

/** `adaptive console` */
export async function runConsole(context: Context, options: ConsoleOptions): Promise<number> {
  return options.c.length > 0 ? give(context, options.c, options) : converse(context, options)
}

/** `adaptive WORD ARGS…`, as the console has it. @throws UsageError for what the console cannot be told */
export async function runShortcut(
  context: Context,
  words: readonly string[],
  options: AskOptions,
): Promise<number> {
  const line = lineOf(["adaptive", ...words])
  if (line === null)
    throw new UsageError(
      "an argument holds a double quote: the console has no way to write that",
      "leave the quotes to the shell, e.g. --binding 'my binding'",
    )
  return give(context, [line], options)
}

/** Commands that are all known, each after the one before it. */
async function give(context: Context, commands: readonly string[], options: AskOptions): Promise<number> {
  const daemon = new Daemon(options)
  const output = new LineOutput(context)
  let code: number = EXIT.ok
  for (const command of commands) {
    try {
      const reply = await daemon.command(command)
      tell((text) => output.line(text), command, reply, options)
      if (!reply.ok) code = EXIT.no
    } catch (error) {
      await output.end()
      const isOver = tellFault(context, error, daemon)
      code = isOver ? EXIT.usage : EXIT.no
      if (isOver) break
    }
  }
  await output.end()
  daemon.close()
  return code
}

/** Commands of a terminal or a pipe. */
async function converse(context: Context, options: AskOptions): Promise<number> {
  const daemon = new Daemon(options)
  const isTerminal = process.stdin.isTTY === true
  let hello: Hello
  try {
    hello = await daemon.hello()
  } catch (error) {
    tellFault(context, error, daemon)
    return EXIT.usage
  }
  let isLost = false
  const answer = async (line: string, leaving: AbortSignal): Promise<boolean | null> => {
    if (line.trim() === "") return true
    try {
      const reply = await orLeave(daemon.command(line), leaving)
      if (reply === null) return null
      if (isTerminal && daemon.pid !== hello.pid) {
        hello = await daemon.hello()
        context.out(`another daemon answers now: ${introduction(hello)}`)
      }
      const isHelp = isTerminal && /^\s*help\s*$/i.test(line)
      tell(context.out, line, isHelp ? { ...reply, text: `${reply.text}\n\n${HELP}` } : reply, options)
      return reply.ok
    } catch (error) {
      isLost = tellFault(context, error, daemon)
      return isLost && !isTerminal ? null : false
    }
  }
  const allTaken = await answerLines(context, {
    greeting: `${introduction(hello)}: its console; "help" lists commands, "quit" ends`,
    prompt: () => "adaptive> ",
    async completions(line) {
      const begun = lastWord(line)
      const isFirst = line.trimStart() === begun
      const ours = isFirst ? QUIT_WORDS.filter((word) => word.startsWith(begun.toLowerCase())) : []
      // Without a daemon there is nothing to offer; the next command tells why.
      const theirs = await daemon.complete(line).catch(() => [])
      return [[...theirs, ...ours], begun]
    },
    answer,
  })
  daemon.close()
  if (isLost && !isTerminal) return EXIT.usage
  return allTaken ? EXIT.ok : EXIT.no
}

function introduction({ programVersion, pid, nowMicros }: Hello): string {
  const at = nowMicros > 0 ? `, at ${time(nowMicros / 1e6)}` : ""
  return `adaptive ${oneLine(programVersion)} (process ${pid}${at})`
}

function tell(
  out: (text: string) => void,
  command: string,
  { ok, text }: CommandReply,
  { json }: AskOptions,
): void {
  if (json === true) out(consoleJson(command, { ok, text }))
  else if (text !== "") out(text)
}

/** @returns true when there is nobody left to give another command to */
function tellFault(context: Context, error: unknown, daemon: Daemon): boolean {
  if (!(error instanceof ControlFault)) throw error
  const { message, hint } = error
  const others = error.code === "E_CONTROL_ABSENT" ? daemon.elsewhere() : []
  const more = others.length === 0 ? "" : `; there is a socket at ${others.join(" and ")}`
  context.err(`adaptive: ${oneLine(message)}\n  hint: ${oneLine(hint + more)}`)
  return !daemon.isConnected
}

/** Whichever daemon answers on a socket: it is connected to when it is asked, and anew when it has gone. */
class Daemon {
  readonly #path: string
  /** The path is one that nobody named. */
  readonly #isDefault: boolean
  #connecting: Promise<ControlClient> | null = null
  #client: ControlClient | null = null

  constructor({ socket }: AskOptions) {
    this.#path = socket ?? defaultSocketPath(process.env, existsSync)
    this.#isDefault = socket === undefined && (process.env.ADAPTIVE_SOCKET ?? "") === ""
  }

  get isConnected(): boolean {
    return this.#client?.isOpen === true
  }

  /** Of the daemon that answered last. */
  get pid(): number | null {
    return this.#client?.hello.pid ?? null
  }

  async hello(): Promise<Hello> {
    return (await this.#connected()).hello
  }

  async command(line: string): Promise<CommandReply> {
    const client = await this.#connected()
    try {
      return await client.command(line)
    } catch (error) {
      // It had gone, and that was seen too late: the command has reached nobody, and is given to the next one.
      if (!(error instanceof ControlFault && error.code === "E_CONTROL_ABSENT")) throw error
      client.close()
      return (await this.#connected()).command(line)
    }
  }

  async complete(line: string): Promise<readonly string[]> {
    return (await this.#connected()).complete(line)
  }

  /** Other places at which a daemon may listen, and where there is something. */
  elsewhere(): string[] {
    const places = this.#isDefault ? socketPlaces(process.env) : []
    return places.filter((place) => place !== this.#path && existsSync(place))
  }

  close(): void {
    this.#client?.close()
  }

  /** A command and a completion at the same time share a connection. */
  async #connected(): Promise<ControlClient> {
    if (this.#client?.isOpen === true) return this.#client
    this.#connecting ??= connect(this.#path)
    try {
      this.#client = await this.#connecting
      return this.#client
    } finally {
      this.#connecting = null
    }
  }
}
