/**
 * What goes beside the program: the unit of systemd, the container's recipe, the
 * manual page. Each is held against what it speaks of, and given to the tool that
 * reads it where that is installed.
 */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, test } from "vitest"
import { startControl } from "../src/control/server.js"
import { filledStore, handlerOf } from "./control/asking.js"
import { MAIN, Workplace } from "./integration/command.js"

const ROOT = fileURLToPath(new URL("../", import.meta.url))
const read = (name: string): string => readFileSync(`${ROOT}${name}`, "utf8")
const place = new Workplace()
afterAll(() => place.remove())

/** Whether there is such a program here; says so where there is none. */
function has(program: string, what: string): boolean {
  const found = spawnSync("which", [program]).status === 0
  if (!found) console.log(`${what}: not judged by ${program}, which is not installed`)
  return found
}

function adaptive(...args: readonly string[]): string {
  return spawnSync(process.execPath, [MAIN, ...args], { encoding: "utf8" }).stdout
}

test("the package takes them along", () => {
  const { files, man } = JSON.parse(read("package.json")) as { files: string[]; man: string[] }
  expect(files).toContain("packaging")
  // npm links the pages of a list, and of a single text none.
  expect(man).toEqual(["./packaging/adaptive.1"])
})

describe("the unit of systemd", () => {
  const unit = read("packaging/adaptive.service")
  /** Keys and their values by section; a key may stand several times. */
  const sections = new Map<string, Map<string, string>>()
  let section = new Map<string, string>()
  for (const line of unit.split("\n")) {
    const name = /^\[(\w+)\]$/.exec(line)?.[1]
    const [, key, value] = /^(\w+)=(.*)$/.exec(line) ?? []
    if (name !== undefined) {
      section = new Map()
      sections.set(name, section)
    } else if (key !== undefined && value !== undefined) section.set(key, value)
    else expect(line).toMatch(/^(?:#.*)?$/)
  }

  test("what its operators count on", () => {
    const service = sections.get("Service")
    expect([...sections.keys()]).toEqual(["Unit", "Service", "Install"])
    expect(Object.fromEntries(service ?? [])).toMatchObject({
      DynamicUser: "yes",
      StateDirectory: "adaptive",
      RuntimeDirectory: "adaptive",
      ExecReload: "/bin/kill -HUP $MAINPID",
      Restart: "on-failure",
      TimeoutStopSec: "30",
      SupplementaryGroups: "adm",
      ProtectSystem: "strict",
      NoNewPrivileges: "yes",
      CapabilityBoundingSet: "",
    })
    // Events count as of their times, and a clock that is wrong at first would put the state's time ahead.
    expect(sections.get("Unit")?.get("After")).toContain("time-sync.target")
    // V8 writes code and runs it: this would end the process at once.
    expect(service?.has("MemoryDenyWriteExecute")).toBe(false)
  })

  test("the options that it starts the daemon with are known", () => {
    const start = sections.get("Service")?.get("ExecStart") ?? ""
    const help = adaptive("run", "--help")
    expect(start).toMatch(/^adaptive run .*\$ADAPTIVE_OPTIONS$/)
    const options = unit.match(/--[a-z][a-z-]*/g) ?? []
    expect(options.length).toBeGreaterThan(2)
    for (const option of options) expect(help).toContain(`${option} `)
  })

  test.skipIf(!has("systemd-analyze", "the unit"))("systemd finds nothing wrong with it", () => {
    // The program is not installed where this runs.
    place.write({ "adaptive.service": unit.replace(/^(ExecStart=)\S+/m, "$1/bin/true") })
    const path = place.path("adaptive.service")
    const verified = spawnSync("systemd-analyze", ["verify", "--man=no", path], { encoding: "utf8" })
    expect(verified).toMatchObject({ status: 0, stdout: "", stderr: "" })
    const options = ["security", "--offline=yes", "--threshold=25", path]
    const judged = spawnSync("systemd-analyze", options, { encoding: "utf8" })
    expect(judged.status, judged.stdout).toBe(0)
  })
})

describe("the container's recipe", () => {
  const lines = read("packaging/Dockerfile")
    .replaceAll("\\\n", " ")
    .split("\n")
    .filter((line) => line !== "" && !line.startsWith("#"))
  const all = (word: string): string[] =>
    lines.filter((line) => line.trim().startsWith(`${word} `)).map((line) => line.trim())

  test("two stages of one official image; what builds does not stay", () => {
    expect(all("FROM")).toEqual(["FROM node:22-bookworm-slim AS build", "FROM node:22-bookworm-slim"])
    const last = lines.slice(lines.lastIndexOf("FROM node:22-bookworm-slim")).join("\n")
    expect(last).not.toMatch(/npm|COPY (?!--from=build)/)
  })

  test("nothing is fetched but by npm, from what the lock file names", () => {
    expect(lines.join("\n")).not.toMatch(/curl|wget|ADD |git clone|npm (?:install|i) |apt-get/)
    expect(all("RUN").join("\n")).toContain("npm ci ")
  })

  test("it runs as a user without rights, who is not root when it starts", () => {
    const user = lines.indexOf("USER node")
    expect(user).toBeGreaterThan(lines.lastIndexOf("FROM node:22-bookworm-slim"))
    expect(lines.findIndex((line) => line.startsWith("ENTRYPOINT"))).toBeGreaterThan(user)
    expect(all("USER")).toEqual(["USER node"])
  })

  test("all that it copies is there, and reaches the build", () => {
    const ignore = read("packaging/Dockerfile.dockerignore").split("\n")
    for (const copy of all("COPY").filter((line) => !line.includes("--from=")))
      for (const name of copy.split(/\s+/).slice(1, -1)) {
        expect(existsSync(`${ROOT}${name}`), name).toBe(true)
        expect(ignore).toContain(`!${name.replace(/^\.\//, "")}`)
      }
  })

  test("its command line is one, and its health is asked by a program that is one", async () => {
    const [entry = ""] = all("ENTRYPOINT")
    const [program, command, ...options] = JSON.parse(entry.slice("ENTRYPOINT ".length)) as string[]
    expect([program, command]).toEqual(["adaptive", "run"])
    const help = adaptive("run", "--help")
    for (const option of options.filter((word) => word.startsWith("--"))) expect(help).toContain(`${option} `)
    const check = all("HEALTHCHECK")
      .join("")
      .replace(/^.* CMD /, "")
    expect(check).toMatch(/^adaptive /)
    const path = place.path("health.sock")
    const asked = () =>
      place.shell(check.replace("adaptive", "$ADAPTIVE"), { env: { ADAPTIVE_SOCKET: path } })
    expect((await asked()).code).toBe(1)
    const control = await startControl({ path, programVersion: "0.0.0", handler: handlerOf(filledStore()) })
    expect(await asked()).toMatchObject({ code: 0, stdout: Buffer.alloc(0), stderr: "" })
    await control.close()
  })
})

describe("the manual page", () => {
  /** As it is read: without the signs of its macros. */
  const page = read("packaging/adaptive.1").replaceAll("\\-", "-").replace(/\\f./g, "")
  const chapters = page.split(/^\.S[HS] /m)
  const chapter = (name: string): string => {
    const found = chapters.find((text) => text.slice(0, text.indexOf("\n")).split(", ").includes(name))
    if (found === undefined) throw new Error(`there is no chapter ${name}`)
    return found
  }
  const commands = [...adaptive("--help").matchAll(/^ {2}([a-z][a-z-]*) (?:\[|\s)/gm)].map(
    ([, name = ""]) => name,
  )
  const optionsOf = (help: string): string[] =>
    [
      ...new Set(
        [...help.matchAll(/^ {2}(?:(-\w), )?(--?[a-z][a-z-]*)/gm)].flatMap(([, short, long]) => [
          short,
          long,
        ]),
      ),
    ].filter((option) => option !== undefined)

  test("there are commands to look for", () => {
    expect(commands).toEqual(expect.arrayContaining(["check", "dry-run", "run", "console", "warmup", "help"]))
  })

  test.each(commands.map((name) => [name]))("every option of %s stands in it", (name) => {
    const text = chapter(name)
    const known = new Set([...text.matchAll(/(?<![\w-])--?[a-z][a-z-]*/g)].map(([word]) => word))
    // Each takes these: they stand once.
    for (const option of ["-h", "--help"]) known.add(option)
    const help = name === "help" ? "" : adaptive(name, "--help")
    expect(optionsOf(help).filter((option) => !known.has(option))).toEqual([])
  })

  test("no option stands in it that a command does not know", () => {
    for (const name of commands) {
      const text = chapter(name)
      // Those of the console's own commands, and of others that are named.
      const others = ["--binding", "--domain", "--strict"]
      const help = `${adaptive(name, "--help")} ${others.join(" ")} `
      for (const [option] of text.matchAll(/(?<![\w-])--[a-z][a-z-]*/g))
        expect(help, name).toContain(`${option} `)
    }
  })

  test("options of the program itself, exit codes, environment, signals, files", () => {
    const synopsis = chapter("SYNOPSIS")
    for (const name of commands) expect(synopsis).toMatch(new RegExp(`\\b${name}\\b`))
    for (const option of ["-V", "--version"]) expect(synopsis).toContain(option)
    for (const option of ["-h", "--help"]) expect(chapter("COMMON OPTIONS")).toContain(option)
    expect([...chapter("EXIT STATUS").matchAll(/^\.B (\d)$/gm)].map(([, code]) => code)).toEqual([
      "0",
      "1",
      "2",
      "3",
    ])
    const given = [...adaptive("run", "--help").matchAll(/\benv:\s+(\w+)/g)].map(([, name]) => name)
    for (const name of ["ADAPTIVE_TOKEN", "ADAPTIVE_SOCKET", ...given])
      expect(chapter("ENVIRONMENT")).toContain(name)
    for (const name of ["SIGTERM", "SIGINT", "SIGHUP"]) expect(chapter("SIGNALS")).toContain(name)
    expect(chapter("FILES")).toContain("/run/adaptive/adaptive.sock")
  })

  test.skipIf(!has("groff", "the manual page"))("groff finds nothing wrong with it", () => {
    const read = spawnSync("groff", ["-man", "-ww", "-z", `${ROOT}packaging/adaptive.1`], {
      encoding: "utf8",
    })
    expect(read).toMatchObject({ status: 0, stdout: "", stderr: "" })
  })
})
