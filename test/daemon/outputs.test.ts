/** Where decisions go when the configuration changes: what was taken before as it was, what comes after as it is. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeEach, expect, test } from "vitest"
import { globalOptions } from "../../src/config/global-options.js"
import { Outputs } from "../../src/daemon/outputs.js"
import { decision, SUSPENDED } from "../report/deciding.js"

const root = mkdtempSync(join(tmpdir(), "adaptive-outputs-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let dir = root
let count = 0
let told: string[] = []
beforeEach(() => {
  dir = join(root, String(count++))
  for (const name of ["a", "b", "state"]) mkdirSync(join(dir, name), { recursive: true })
  told = []
})

const note = (level: string) => (facts: object, message: string) => {
  const { code = "", path = "" } = facts as { code?: string; path?: string }
  told.push(`${level} ${[code, path, message].filter(Boolean).join(" ").replaceAll(dir, "DIR")}`)
}

async function opened(...options: string[]) {
  const configuration = conf(...options)
  const outputs = await Outputs.open(
    {
      host: "mta1",
      alertServer: null,
      logDirectory: join(dir, "state"),
      timer: () => Promise.resolve(),
      log: { info: note("info"), warn: note("warn"), error: note("error") },
      state: {
        file: (name) => join(dir, "state", name),
        read: async () => null,
        write: async () => {},
        remove: async () => {},
      },
    },
    configuration,
  )
  return { outputs, configuration, decide: (binding: string) => outputs.decision(made(binding), "g") }
}

const conf = (...options: string[]) => globalOptions(options.map((option) => option.replaceAll("DIR", dir)))
const made = (binding: string) => decision([SUSPENDED], { binding })

/** Bindings that the lines of a file tell of. */
const bindings = (...path: string[]): string[] =>
  existsSync(join(dir, ...path))
    ? readFileSync(join(dir, ...path), "utf8")
        .split("\n")
        .slice(0, -1)
        .map((line) => line.split("@")[3] ?? "")
    : []

test("log_base: lines that wait go where they were to go", async () => {
  const { outputs, decide } = await opened("log_base=DIR/a")
  decide("b1")
  outputs.reconfigure(conf("log_base=DIR/b"))
  decide("b2")
  await outputs.flush()
  outputs.reconfigure(conf("log_base=DIR/a"))
  decide("b3")
  await outputs.close()
  expect(bindings("a", "adaptive.log")).toEqual(["b1", "b3"])
  expect(bindings("b", "adaptive.log")).toEqual(["b2"])
})

test("log_base that nobody names is the daemon's own directory", async () => {
  const { outputs, decide } = await opened()
  decide("b1")
  outputs.reconfigure(conf("log_base=DIR/a"))
  decide("b2")
  outputs.reconfigure(conf())
  decide("b3")
  await outputs.close()
  expect(bindings("state", "adaptive.log")).toEqual(["b1", "b3"])
  expect(bindings("a", "adaptive.log")).toEqual(["b2"])
})

test("split_logs_by_binding, enable_logging, operational_log_level", async () => {
  const { outputs, decide } = await opened("log_base=DIR/a")
  decide("b1")
  outputs.reconfigure(conf("log_base=DIR/a", "split_logs_by_binding=true"))
  decide("b2")
  outputs.reconfigure(conf("log_base=DIR/a", "enable_logging=false"))
  decide("b3")
  outputs.reconfigure(conf("log_base=DIR/a", "operational_log_level=error"))
  decide("b4")
  outputs.reconfigure(conf("log_base=DIR/a"))
  decide("b5")
  await outputs.close()
  expect(readdirSync(join(dir, "a")).sort()).toEqual(["adaptive.log", "b2.log"])
  expect(bindings("a", "adaptive.log")).toEqual(["b1", "b5"])
  expect(bindings("a", "b2.log")).toEqual(["b2"])
})

test("enable_jlog and jlog_file: records and positions of either", async () => {
  const { outputs, decide } = await opened("enable_logging=false")
  const jlog = (path: string) =>
    conf("enable_logging=false", "enable_jlog=true", `jlog_file=jlog://DIR/${path}=>ad_stats`)
  decide("b1")
  outputs.reconfigure(jlog("a/ad.rt"))
  decide("b2")
  outputs.reconfigure(jlog("b/ad.rt"))
  decide("b3")
  outputs.reconfigure(conf("enable_logging=false"))
  decide("b4")
  await outputs.close()
  expect(readdirSync(join(dir, "a")).sort()).toEqual(["ad.rt", "ad.rt.ad_stats"])
  expect(bindings("a", "ad.rt")).toEqual(["b2"])
  expect(readdirSync(join(dir, "b")).sort()).toEqual(["ad.rt", "ad.rt.ad_stats"])
  expect(bindings("b", "ad.rt")).toEqual(["b3"])
})

test("an option that is set in the configuration that serves", async () => {
  const { outputs, configuration, decide } = await opened("log_base=DIR/a")
  decide("b1")
  configuration.assign("log_base", join(dir, "b"))
  outputs.reconfigure(configuration)
  decide("b2")
  await outputs.close()
  expect([bindings("a", "adaptive.log"), bindings("b", "adaptive.log")]).toEqual([["b1"], ["b2"]])
})

test("a directory that is not there: told once, an alarm until it is, and left behind nothing is lost", async () => {
  const { outputs, decide } = await opened("log_base=DIR/later")
  decide("b1")
  await outputs.flush()
  await outputs.flush()
  const [fault] = told
  expect(told).toHaveLength(1)
  expect(fault).toMatch(
    /^error E_LOG_WRITE DIR\/later\/adaptive\.log: cannot be written: ENOENT: .*: lines are kept/,
  )
  expect(outputs.alarms.map((alarm) => alarm.replaceAll(dir, "DIR"))).toEqual([
    expect.stringMatching(/^DIR\/later\/adaptive\.log: cannot be written: ENOENT: no such file or directory/),
  ])
  outputs.reconfigure(conf("log_base=DIR/a"))
  decide("b2")
  await outputs.flush()
  expect(bindings("a", "adaptive.log")).toEqual(["b2"])
  expect(outputs.alarms).toHaveLength(1)
  mkdirSync(join(dir, "later"))
  await outputs.flush()
  expect(bindings("later", "adaptive.log")).toEqual(["b1"])
  expect(outputs.alarms).toEqual([])
  expect(told.slice(1)).toEqual(["info DIR/later/adaptive.log the file can be written again"])
  await outputs.close()
})

test("who asks is told when what was taken is written, not before", async () => {
  const { outputs, decide } = await opened("log_base=DIR/a")
  decide("b1")
  let isKept = false
  const kept = outputs.kept().then(() => {
    isKept = true
  })
  await new Promise((resolve) => setImmediate(resolve))
  expect(isKept).toBe(false)
  await outputs.flush()
  await kept
  expect(bindings("a", "adaptive.log")).toEqual(["b1"])
})
