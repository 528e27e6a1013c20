/**
 * The built command (`npm run build` makes it), run as a shell would run it.
 * Files go to a directory of their own, which is also the current directory, so
 * that every path in the output is the one the test wrote.
 */
import { spawn } from "node:child_process"
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"

const DIST = fileURLToPath(new URL("../../dist/", import.meta.url))
export const MAIN = join(DIST, "cli/main.js")

if (!existsSync(MAIN)) throw new Error(`${MAIN} is not there: run npm run build first`)

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: Buffer
  readonly stderr: string
  readonly tookMs: number
}

export interface RunOptions {
  readonly input?: string | Uint8Array
  readonly env?: Readonly<Record<string, string>>
}

/** A directory with files, and the command in it. */
export class Workplace {
  readonly dir = mkdtempSync(join(tmpdir(), "adaptive-cli-"))

  path(...parts: string[]): string {
    return join(this.dir, ...parts)
  }

  write(files: Readonly<Record<string, string | Uint8Array>>): void {
    for (const [name, content] of Object.entries(files)) {
      mkdirSync(dirname(this.path(name)), { recursive: true })
      writeFileSync(this.path(name), content)
    }
  }

  /** `adaptive ARGS…` */
  adaptive(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.run(process.execPath, [MAIN, ...args], options)
  }

  /** A shell line in which `$ADAPTIVE` is the command. */
  shell(line: string, options: RunOptions = {}): Promise<Ended> {
    const env = { ADAPTIVE: `${process.execPath} ${MAIN}`, ...options.env }
    return this.run("/bin/bash", ["-c", line], { ...options, env })
  }

  run(command: string, args: readonly string[], { input, env }: RunOptions = {}): Promise<Ended> {
    return new Promise((resolve, reject) => {
      const startMs = performance.now()
      const child = spawn(command, args, { cwd: this.dir, env: { ...cleanEnvironment(), ...env } })
      const out: Buffer[] = []
      const err: Buffer[] = []
      child.stdout.on("data", (chunk: Buffer) => out.push(chunk))
      child.stderr.on("data", (chunk: Buffer) => err.push(chunk))
      child.stdin.on("error", () => {
        // A command that ends without reading its input is no fault of the test.
      })
      child.stdin.end(input ?? "")
      child.on("error", reject)
      child.on("close", (code, signal) =>
        resolve({
          code,
          signal,
          stdout: Buffer.concat(out),
          stderr: Buffer.concat(err).toString("utf8"),
          tookMs: performance.now() - startMs,
        }),
      )
    })
  }

  remove(): void {
    rmSync(this.dir, { recursive: true, force: true })
  }
}

/** Nothing of the test runner's settings: it asks for colours. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const { PATH, HOME, LANG } = process.env
  return {
    ...(PATH === undefined ? {} : { PATH }),
    ...(HOME === undefined ? {} : { HOME }),
    ...(LANG === undefined ? {} : { LANG }),
  }
}
