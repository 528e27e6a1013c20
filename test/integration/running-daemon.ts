/**
 * `adaptive run`, the built command in a process of its own, and its answers over
 * HTTP. It is ready when its log says so, and has ended when its process has.
 */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { setTimeout as pause } from "node:timers/promises"
import { MAIN } from "./command.js"

/** An event of the stream of effects. */
export interface Effect {
  readonly id: number
  readonly data: unknown
}

/** Between two looks at what is waited for. */
const STEP_MS = 50

export class RunningDaemon {
  readonly url: string
  readonly #child: ChildProcess
  readonly #closed: Promise<unknown[]>
  readonly #told: () => string
  readonly #ending = new AbortController()
  /** The answer to what was asked last while waiting, for whoever wants to know what it waits for. */
  seen: unknown = null

  private constructor(child: ChildProcess, closed: Promise<unknown[]>, told: () => string, url: string) {
    this.#child = child
    this.#closed = closed
    this.#told = told
    this.url = url
  }

  /**
   * Starts one on a free port.
   * @param input file descriptor of its standard input; null: there is none
   * @param env what it finds in its environment beside what is there
   * @param main the command, where it is not the one that was built last
   */
  static async start(
    cwd: string,
    args: readonly string[],
    input: number | null = null,
    env: Readonly<Record<string, string>> = {},
    main = MAIN,
  ): Promise<RunningDaemon> {
    const child = spawn(process.execPath, [main, "run", "--listen", "127.0.0.1:0", ...args], {
      cwd,
      stdio: [input ?? "ignore", "ignore", "pipe"],
      env: { ...process.env, ...env },
    })
    const closed = once(child, "close")
    let told = ""
    child.stderr?.on("data", (bytes: Buffer) => {
      told += bytes
    })
    for (;;) {
      const url = /"listen":"(https?:[^"]+)".*"msg":"ready"/.exec(told)?.[1]
      if (url !== undefined) return new RunningDaemon(child, closed, () => told, url)
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`the daemon ended before it was ready: ${told}`)
      await pause(STEP_MS)
    }
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** All that it has logged. */
  get log(): string {
    return this.#told()
  }

  get port(): number {
    return Number(new URL(this.url).port)
  }

  /** Waits until it has logged something so many times. @returns the last of these lines */
  async said(text: RegExp, times = 1): Promise<string> {
    const found = await this.until(
      () => this.log.split("\n").filter((line) => text.test(line)),
      ({ length }) => length >= times,
    )
    return found[times - 1] as string
  }

  /** It goes on. */
  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal)
  }

  async text(path: string): Promise<string> {
    const reply = await fetch(`${this.url}${path}`)
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${await reply.text()}`)
    return reply.text()
  }

  async json(path: string): Promise<unknown> {
    return JSON.parse(await this.text(path)) as unknown
  }

  /** Asks again and again until the answer is what is waited for. */
  async until<T>(ask: () => Promise<T> | T, isSo: (answer: T) => boolean): Promise<T> {
    for (;;) {
      const answer = await ask()
      this.seen = answer
      if (isSo(answer)) return answer
      if (this.#child.exitCode !== null) throw new Error(`the daemon ended by itself: ${this.log}`)
      await pause(STEP_MS)
    }
  }

  /** Effects from the first one on, in the order of their coming, until the daemon ends. */
  async effects(): Promise<readonly Effect[]> {
    const { signal } = this.#ending
    const reply = await fetch(`${this.url}/v1/effects?after=0`, { signal })
    const seen: Effect[] = []
    const read = async (): Promise<void> => {
      const decoder = new TextDecoder()
      let rest = ""
      for await (const bytes of reply.body as ReadableStream<Uint8Array>) {
        const events = `${rest}${decoder.decode(bytes, { stream: true })}`.split("\n\n")
        rest = events.pop() as string
        for (const event of events) {
          const id = /^id: ?(\d+)$/m.exec(event)?.[1]
          const data = /^data: ?(.*)$/m.exec(event)?.[1]
          if (id !== undefined && data !== undefined) seen.push({ id: Number(id), data: JSON.parse(data) })
        }
      }
    }
    // The stream ends with the daemon, one way or another.
    void read().catch(() => {})
    return seen
  }

  /** @returns exit code and signal */
  async end(signal: NodeJS.Signals): Promise<unknown[]> {
    this.#child.kill(signal)
    const ended = await this.#closed
    this.#ending.abort()
    return ended
  }

  /** Whatever became of the test, nothing of it goes on. */
  async remove(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await this.end("SIGKILL")
  }
}
