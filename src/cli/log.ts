/** The log of a daemon: lines for a person on a terminal, JSON for programs anywhere else. */
import { writeSync } from "node:fs"
import { type Logger, pino } from "pino"
import { oneLine } from "../report/findings.js"
import { makeStyle } from "../report/style.js"
import { LogLines } from "./log-lines.js"

/** What pino puts into every line, and a person need not read. */
const OWN = new Set(["level", "time", "pid", "hostname", "msg"])
const LEVELS: Readonly<Record<number, "info" | "warn" | "error">> = { 30: "info", 40: "warn", 50: "error" }

const STDERR = 2

export interface DaemonLog {
  readonly log: Logger
  /** Lines that could not be written. */
  readonly linesLost: () => number
}

export function makeLog(): DaemonLog {
  const sleeper = new Int32Array(new SharedArrayBuffer(4))
  // Not pino's own destination: that ends the process where a disk is full.
  const lines = new LogLines({
    write: (bytes) => writeSync(STDERR, bytes),
    pause: (ms) => void Atomics.wait(sleeper, 0, 0, ms),
  })
  const linesLost = (): number => lines.lost
  if (process.stderr.isTTY !== true) return { log: pino({ base: { pid: process.pid } }, lines), linesLost }
  const style = makeStyle((process.env.NO_COLOR ?? "") === "")
  const pretty = (line: string): string => {
    const { level, time, msg, ...facts } = JSON.parse(line) as Record<string, unknown>
    const name = LEVELS[level as number] ?? "info"
    const paint = { info: style.green, warn: style.yellow, error: style.red }[name]
    const more = Object.entries(facts).flatMap(([key, value]) =>
      OWN.has(key) || value === undefined ? [] : `${key}=${oneLine(String(value))}`,
    )
    const at = new Date(time as number).toISOString().slice(11, 19)
    return `${style.dim(at)} ${paint(name)} ${oneLine(String(msg))} ${style.dim(more.join(" "))}\n`
  }
  return { log: pino({}, { write: (line: string) => lines.write(pretty(line)) }), linesLost }
}
