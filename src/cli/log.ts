/** The log of a daemon: lines for a person on a terminal, JSON for programs anywhere else. */
import { Writable } from "node:stream"
import { type Logger, pino } from "pino"
import { oneLine } from "../report/findings.js"
import { makeStyle } from "../report/style.js"

/** What pino puts into every line, and a person need not read. */
const OWN = new Set(["level", "time", "pid", "hostname", "msg"])
const LEVELS: Readonly<Record<number, "info" | "warn" | "error">> = { 30: "info", 40: "warn", 50: "error" }

export function makeLog(): Logger {
  const { stderr } = process
  if (stderr.isTTY !== true)
    return pino({ base: { pid: process.pid } }, pino.destination({ fd: 2, sync: true }))
  const style = makeStyle((process.env.NO_COLOR ?? "") === "")
  const pretty = new Writable({
    write(line, _encoding, done) {
      const { level, time, msg, ...facts } = JSON.parse(String(line)) as Record<string, unknown>
      const name = LEVELS[level as number] ?? "info"
      const paint = { info: style.green, warn: style.yellow, error: style.red }[name]
      const more = Object.entries(facts).flatMap(([key, value]) =>
        OWN.has(key) || value === undefined ? [] : `${key}=${oneLine(String(value))}`,
      )
      const at = new Date(time as number).toISOString().slice(11, 19)
      stderr.write(`${style.dim(at)} ${paint(name)} ${oneLine(String(msg))} ${style.dim(more.join(" "))}\n`)
      done()
    },
  })
  return pino(pretty)
}
