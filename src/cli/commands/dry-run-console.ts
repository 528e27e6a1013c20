/** What may be asked of the state that a dry-run leaves behind: commands given beforehand, or at a prompt. */
import type { Configuration } from "../../config/configuration.js"
import { consoleReply } from "../../console/console.js"
import { type ConsoleTarget, consoleTarget } from "../../console/target.js"
import type { Engine } from "../../engine/engine.js"
import { Session, type SessionOptions, type Step } from "../../replay/session.js"
import { oneLine } from "../../report/findings.js"
import { consoleJson } from "../../report/json.js"
import type { LineOutput } from "../output.js"
import type { Travel } from "../prompt.js"
import { rereadConfiguration, type SetupOptions } from "../setup.js"

/** What the console works on after a replay. */
export function targetOf(
  engine: Engine,
  configuration: Configuration,
  options: Pick<SetupOptions, "config" | "set" | "guideDefaults" | "nodeName">,
): ConsoleTarget {
  return consoleTarget(engine, {
    configuration,
    readConfiguration: (other) => rereadConfiguration(other ?? options.config, options),
  })
}

/**
 * Gives the console its commands, each on the state that the one before it left.
 * @returns false when one was refused
 */
export function converse(
  { console: commands, json }: { readonly console: readonly string[]; readonly json?: boolean },
  target: ConsoleTarget,
  output: LineOutput,
): boolean {
  let allTaken = true
  for (const command of commands) {
    const reply = consoleReply(command, target)
    allTaken &&= reply.ok
    const text = reply.text === "" ? "" : `\n${reply.text}`
    output.line(json === true ? consoleJson(command, reply) : `\n> ${oneLine(command)}${text}`)
  }
  return allTaken
}

/** Where a prompt begins: the end of a replay. */
export interface ReplayEnd {
  readonly target: ConsoleTarget
  /** Lets time go on after the traffic. @returns what it brings about */
  pass(atMicros: number): readonly Step[]
  /** The replay once more, with a configuration as it is by then. */
  session(configuration: Configuration): SessionOptions
  makeTarget(engine: Engine, configuration: Configuration): ConsoleTarget
}

/**
 * The way through time of a prompt. Forth from the end only time goes on, on the
 * state as it was left; to go back, the traffic is read again from its start.
 */
export function travelFrom({ target: end, pass, session: optionsOf, makeTarget }: ReplayEnd): Travel {
  let session: Session | null = null
  /** On its way to where it is asked for. */
  let coming: Session | null = null
  let target = end
  return {
    target: () => target,
    async goto(atMicros) {
      if (atMicros >= target.nowMicros) return session === null ? pass(atMicros) : session.goto(atMicros)
      const { configuration } = target
      coming = new Session(optionsOf(configuration))
      const steps = await coming.goto(atMicros)
      await session?.close()
      session = coming
      target = makeTarget(session.replay.engine, configuration)
      return steps
    },
    next: async () => (session === null ? [] : session.next()),
    async close() {
      await coming?.close()
      await session?.close()
    },
  }
}
