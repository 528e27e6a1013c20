/** `adaptive lua`: run Lua in the rule dialect and sandbox; without a file, a prompt. */
import { readFileSync } from "node:fs"
import { createInterface } from "node:readline/promises"
import { Worker } from "node:worker_threads"
import { bytesOf, textOf } from "../../lua/args.js"
import { PROMPT_LIMITS, SCRIPT_LIMITS } from "../../lua/budget.js"
import { aux, lua } from "../../lua/fengari.js"
import type { LuaVm, RunOutcome } from "../../lua/vm.js"
import { workerUrl } from "../../model/places.js"
import type { GivenConfiguration } from "../../reload/conf-files.js"
import { readRuleSources } from "../../reload/source.js"
import { renderFinding } from "../../report/findings.js"
import { type Context, EXIT, UsageError } from "../context.js"
import { makeLuaHost } from "../lua-host.js"
import type { LuaJob, LuaReport } from "../lua-worker.js"
import { readSetup } from "../setup.js"

export interface LuaOptions {
  readonly path: readonly string[]
  /** Code given with `-e`. */
  readonly execute?: string
  readonly file?: string
  readonly config?: string
  readonly nodeName?: string
  readonly set: readonly string[]
  readonly args: readonly string[]
}

export async function runLua(context: Context, options: LuaOptions): Promise<number> {
  const { path: roots, args } = options
  const configuration = scriptConfiguration(context, options)
  if (options.execute !== undefined) {
    return runScript(context, {
      source: bytesOf(options.execute),
      name: "(command line)",
      args,
      roots,
      configuration,
    })
  }
  if (options.file === undefined && process.stdin.isTTY === true) return prompt(context, roots, configuration)
  if (options.file === undefined || options.file === "-") {
    return runScript(context, {
      source: standardInput(),
      name: "stdin",
      args,
      roots,
      configuration,
    })
  }
  const read = readRuleSources([options.file])
  const [source] = read.sources
  if (read.unreadable.length > 0 || source === undefined) {
    for (const finding of read.unreadable)
      context.err(renderFinding(finding, () => undefined, context.errStyle))
    return EXIT.usage
  }
  if (read.sources.length > 1) {
    throw new UsageError(
      `${options.file} is a directory`,
      "name one script; add directories for require with --path",
    )
  }
  return runScript(context, { source: source.bytes, name: options.file, args, roots, configuration })
}

/** @throws UsageError */
function standardInput(): Uint8Array {
  try {
    return new Uint8Array(readFileSync(0))
  } catch (error) {
    throw new UsageError(
      `standard input cannot be read: ${(error as Error).message}`,
      "pipe a script into it, or name one",
    )
  }
}

/** A configuration is judged as for any other command; it need not lead to rules. */
function scriptConfiguration(
  context: Context,
  { config, nodeName, set }: LuaOptions,
): GivenConfiguration | null {
  if (config === undefined && set.length === 0) return null
  const given = {
    ...(config === undefined ? {} : { config }),
    ...(nodeName === undefined ? {} : { nodeName }),
  }
  return readSetup(context, { ...given, rules: ["none are loaded"], set }).given
}

/** The VM's deadline comes first; this one is for what no budget inside the VM sees. */
const GRACE_MS = 5000
const WORKER_HEAP_MB = 256

function runScript(context: Context, job: LuaJob): Promise<number> {
  return new Promise((resolve) => {
    const worker = new Worker(workerUrl("cli/lua-worker.js"), {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: WORKER_HEAP_MB },
    })
    const fail = (message: string, traceback = ""): void => {
      context.err(`adaptive lua: ${message}`)
      if (traceback !== "") context.err(traceback)
      clearTimeout(timer)
      worker.removeAllListeners()
      void worker.terminate()
      resolve(EXIT.no)
    }
    const deadlineMs = SCRIPT_LIMITS.deadlineMs ?? 0
    const timer = setTimeout(
      () => fail(`the script ran longer than ${deadlineMs} milliseconds; it was stopped`),
      deadlineMs + GRACE_MS,
    )
    worker.on("message", (report: LuaReport) => {
      if (report.kind === "out") process.stdout.write(report.bytes)
      else if (report.kind === "log") context.err(report.text)
      else if (report.outcome.ok) {
        clearTimeout(timer)
        resolve(EXIT.ok)
      } else fail(report.outcome.message, tracebackOnly(report.outcome))
    })
    worker.on("error", (error: Error & { code?: string }) => {
      const memory = error.code === "ERR_WORKER_OUT_OF_MEMORY"
      fail(memory ? `the script used more than ${WORKER_HEAP_MB} MB; it was stopped` : error.message)
    })
  })
}

/** The traceback without the message it begins with. */
function tracebackOnly(outcome: RunOutcome): string {
  if (outcome.ok || outcome.traceback === "") return ""
  const at = outcome.traceback.indexOf("stack traceback:")
  return at === -1 ? "" : outcome.traceback.slice(at)
}

/** Reads, runs and prints line by line; an incomplete statement goes on in the next line. */
async function prompt(
  context: Context,
  roots: readonly string[],
  configuration: GivenConfiguration | null,
): Promise<number> {
  const lines = createInterface({ input: process.stdin, output: process.stdout, terminal: true })
  const { vm } = makeLuaHost({
    limits: PROMPT_LIMITS,
    roots,
    configuration,
    print: (line) => context.out(textOf(line)),
    log: (text) => context.err(text),
  })
  context.out("adaptive lua: the rule dialect with the msys API; end with Ctrl-D")
  lines.setPrompt("> ")
  lines.prompt()
  let pending = ""
  for await (const line of lines) {
    pending = pending === "" ? line : `${pending}\n${line}`
    const state = evaluate(context, vm, pending)
    if (state === "complete") pending = ""
    lines.setPrompt(pending === "" ? "> " : ">> ")
    lines.prompt()
  }
  context.out("")
  return EXIT.ok
}

function evaluate(context: Context, vm: LuaVm, text: string): "complete" | "incomplete" {
  const { L } = vm
  const expression = text.replace(/^\s*=/, "")
  // An expression shows its values; what is none is run as a statement.
  let outcome = vm.runText(bytesOf(`return ${expression}`), "=prompt")
  if (!outcome.ok && outcome.code === "E_LUA_SYNTAX") outcome = vm.runText(bytesOf(text), "=prompt")
  if (!outcome.ok) {
    if (outcome.code === "E_LUA_SYNTAX" && outcome.message.endsWith("near '<eof>'")) return "incomplete"
    context.err(outcome.message)
  } else if (lua.lua_gettop(L) > 0) {
    const shown: string[] = []
    for (let i = 1; i <= lua.lua_gettop(L); i++) {
      shown.push(textOf(aux.luaL_tolstring(L, i)))
      lua.lua_pop(L, 1)
    }
    context.out(shown.join("\t"))
  }
  lua.lua_settop(L, 0)
  return "complete"
}
