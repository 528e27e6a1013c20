/** The built command while it runs: what is typed to it, at a terminal or into a pipe, and what it shows. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process"
import { expect } from "vitest"
import { MAIN, type Workplace } from "./command.js"

/** `adaptive ARGS…` with a pipe for its input that stays open. */
export class Typed {
  text = ""
  /** On standard error; on a terminal that is the same. */
  told = ""
  readonly ended: Promise<number | null>
  readonly #child: ChildProcessWithoutNullStreams

  constructor(place: Workplace, args: readonly string[], child?: ChildProcessWithoutNullStreams) {
    this.#child =
      child ?? spawn(process.execPath, [MAIN, ...args], { cwd: place.dir, env: environment(place) })
    this.#child.stdin.on("error", () => {
      // It may end before it has read everything.
    })
    this.#child.stdout.on("data", (chunk: Buffer) => {
      this.text += chunk.toString("utf8")
    })
    this.#child.stderr.on("data", (chunk: Buffer) => {
      this.told += chunk.toString("utf8")
    })
    this.ended = new Promise((resolve) => {
      this.#child.on("close", (code) => {
        this.#child.stdin.end()
        resolve(code)
      })
    })
  }

  type(keys: string): void {
    this.#child.stdin.write(keys)
  }

  finish(): void {
    this.#child.stdin.end()
  }

  /** Waits until a text has been shown so many times. */
  async shown(what: string, times = 1): Promise<void> {
    const count = (): number => this.text.split(what).length - 1
    await expect.poll(count, { timeout: 20_000, interval: 10 }).toBeGreaterThanOrEqual(times)
  }
}

/** The command at a terminal, which `script` makes. */
export function onTerminal(
  place: Workplace,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Typed {
  const command = [process.execPath, MAIN, ...args].join(" ")
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: place.dir,
    env: { ...environment(place), TERM: "xterm", ...env },
  })
  return new Typed(place, args, child)
}

function environment(place: Workplace): NodeJS.ProcessEnv {
  return { PATH: process.env.PATH, HOME: place.dir }
}
