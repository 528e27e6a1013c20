/** What may be asked of the state that a dry-run leaves behind: commands given beforehand, or at a prompt. */
import type { Configuration } from "../../config/configuration.js"
import { consoleReply } from "../../console/console.js"
import { type ConsoleTarget, consoleTarget } from "../../console/target.js"
import type { Engine } from "../../engine/engine.js"
import { Session, type SessionOptions } from "../../replay/session.js"
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

/** The way through time of a prompt: it begins where the replay ended, and reads the traffic again to go elsewhere. */
export function travelFrom(
  end: ConsoleTarget,
  options: SessionOptions,
  makeTarget: (engine: Engine) => ConsoleTarget,
): Travel {
  let session: Session | null = null
  let target = end
  return {
    target: () => target,
    async goto(atMicros) {
      session ??= new Session(options)
      const steps = await session.goto(atMicros)
      // Going back began anew: what is shown is another state.
      if (session.replay.engine.store !== target.store) target = makeTarget(session.replay.engine)
      return steps
    },
    next: async () => (session === null ? [] : session.next()),
    close: async () => session?.close(),
  }
}
