/** A daemon in a process of its own that tells its decisions line by line; runs one after the other on one state. */
import { type ChildProcess, spawn } from "node:child_process"
import { once } from "node:events"
import { join } from "node:path"
import { setTimeout as wait } from "node:timers/promises"
import { fileURLToPath } from "node:url"
import { expect } from "vitest"

const CHILD = fileURLToPath(new URL("daemon-child.mjs", import.meta.url))

export interface DaemonPlace {
  readonly dir: string
  readonly name: string
  /** A rule file. */
  readonly rules: string
  /** Seconds between two copies of the state. */
  readonly snapshotSec: number
}

export class TestDaemon {
  /** Decisions by their number, as all runs told them. */
  readonly told = new Map<number, string>()
  readonly answers: string[] = []
  runs = 0
  repeats = 0
  ready = 0
  stderr = ""
  #child: ChildProcess | null = null
  readonly #place: DaemonPlace

  constructor(place: DaemonPlace) {
    this.#place = place
  }

  /** The log that is followed. */
  get log(): string {
    return join(this.#place.dir, `${this.#place.name}.jsonl`)
  }

  get state(): string {
    return join(this.#place.dir, this.#place.name)
  }

  start(): ChildProcess {
    const { rules, snapshotSec } = this.#place
    const child = spawn(process.execPath, [
      CHILD,
      this.state,
      this.log,
      rules,
      String(snapshotSec),
      this.repeatsAll ? "all" : "untold",
    ])
    this.#child = child
    this.runs++
    let rest = ""
    child.stdout.on("data", (bytes: Buffer) => {
      const lines = `${rest}${bytes}`.split("\n")
      rest = lines.pop() as string
      for (const line of lines) this.#take(line)
    })
    child.stderr.on("data", (bytes: Buffer) => {
      this.stderr += bytes
    })
    return child
  }

  #take(line: string): void {
    if (line === "ready") this.ready++
    else if (line.startsWith("answer ")) this.answers.push(line.slice(7))
    else {
      const at = line.indexOf(" ")
      const id = Number(line.slice(0, at))
      const known = this.told.get(id)
      if (known !== undefined) {
        this.repeats++
        // Told twice perhaps, but never otherwise.
        expect(line.slice(at + 1)).toBe(known)
      }
      this.told.set(id, line.slice(at + 1))
    }
  }

  /** Tells also what an earlier run told, as far as the journal has it. */
  repeatsAll = false

  /** What it counts. */
  async facts(): Promise<{ taken: number; serving: number; delayMs: number; heapMB: number; rssMB: number }> {
    const before = this.answers.length
    this.command("facts")
    await this.until(() => this.answers.length > before)
    return JSON.parse(this.answers.at(-1) as string)
  }

  /** Gives a command, and waits for its answer. */
  async ask(line: string): Promise<string> {
    const before = this.answers.length
    this.command(line)
    await this.until(() => this.answers.length > before)
    return (JSON.parse(this.answers.at(-1) as string) as { text: string }).text
  }

  command(line: string): void {
    this.#child?.stdin?.write(`${line}\n`)
  }

  /** Waits for something that a daemon that lives will bring about. */
  async until(isSo: () => boolean): Promise<void> {
    while (!isSo()) {
      if (this.#child?.exitCode !== null)
        throw new Error(`the daemon ended by itself: ${this.stderr.slice(-2000)}`)
      await wait(5)
    }
  }

  async kill(): Promise<void> {
    const child = this.#child as ChildProcess
    child.kill("SIGKILL")
    await once(child, "close")
  }

  async end(): Promise<void> {
    const child = this.#child as ChildProcess
    const closed = once(child, "close")
    this.command("end")
    expect(await closed).toEqual([0, null])
  }
}
