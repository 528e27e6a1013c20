/**
 * The import column of ARCHITECTURE.md, enforced: a room imports only the rooms
 * (and packages) listed for it, the wall clock is read in one file, fengari is
 * known to one file, and no import goes in a circle.
 */
import { readdirSync, readFileSync } from "node:fs"
import { dirname, join, relative, resolve } from "node:path"
import { fileURLToPath } from "node:url"
import { describe, expect, test } from "vitest"

const SRC = fileURLToPath(new URL("../src/", import.meta.url))

/** Room to what it may import: rooms by name, single root files with their extension, packages with `npm:`. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  "errors.ts": [],
  "clock.ts": [],
  "api.ts": ["model", "config", "engine", "reload", "replay", "store"],
  "index.ts": [
    "api.ts",
    "errors.ts",
    "model",
    "config",
    "engine",
    "ingest",
    "reload",
    "replay",
    "rules",
    "store",
    "store/backing",
    "console",
  ],
  model: ["errors.ts"],
  syntax: ["errors.ts", "model"],
  pcre: ["errors.ts", "model"],
  lua: ["errors.ts", "model", "syntax", "pcre", "store", "npm:fengari"],
  rules: ["errors.ts", "model", "pcre"],
  classify: ["errors.ts", "model", "pcre"],
  config: ["errors.ts", "model", "pcre"],
  store: ["errors.ts", "model"],
  "store/backing": ["errors.ts", "model", "store"],
  engine: ["errors.ts", "model", "rules", "config", "store"],
  ingest: ["errors.ts", "model", "npm:fzstd", "npm:unbzip2-stream"],
  replay: ["errors.ts", "model", "rules", "config", "store", "engine", "ingest"],
  reload: ["errors.ts", "clock.ts", "model", "syntax", "lua", "rules", "classify", "config", "npm:chokidar"],
  report: ["errors.ts", "model", "store", "engine", "ingest", "replay"],
  console: ["errors.ts", "model", "store", "engine", "report", "config"],
  control: ["errors.ts", "model"],
  sinks: ["errors.ts", "model", "config", "report", "npm:nodemailer"],
  http: ["errors.ts", "model"],
  daemon: [
    "errors.ts",
    "model",
    "config",
    "console",
    "control",
    "engine",
    "http",
    "ingest",
    "reload",
    "report",
    "sinks",
    "store",
    "store/backing",
  ],
  cli: ["*", "npm:commander", "npm:pino"],
}

/** Node modules that do I/O or tell time: only these rooms may use them. */
const IO_ROOMS: Record<string, readonly string[]> = {
  "node:fs": ["reload", "cli", "lua", "control"],
  "node:fs/promises": ["ingest", "store/backing", "sinks", "daemon", "control"],
  "node:http": ["http"],
  "node:https": ["http"],
  "node:net": ["http", "store/backing", "control", "daemon"],
  "node:tls": ["http"],
  "node:zlib": ["ingest", "store/backing", "http"],
  "node:worker_threads": ["reload", "cli", "ingest", "daemon"],
}

interface Import {
  readonly from: string
  readonly to: string
}

const files = readdirSync(SRC, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"))

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), "utf8")
  return [...text.matchAll(/(?:^|\n)\s*(?:import|export)\b[^"';]*?\bfrom\s+"([^"]+)"/g)].map(
    (m) => m[1] as string,
  )
}

function roomOf(file: string): string {
  if (file.startsWith("store/backing/")) return "store/backing"
  return file.includes("/") ? (file.split("/")[0] as string) : file
}

function target(from: string, specifier: string): string {
  if (specifier.startsWith("node:")) return specifier
  if (!specifier.startsWith(".")) return `npm:${specifier.split("/")[0]}`
  return relative(SRC, resolve(SRC, dirname(from), specifier)).replace(/\.js$/, ".ts")
}

const imports: Import[] = files.flatMap((from) =>
  importsOf(from).map((specifier) => ({ from, to: target(from, specifier) })),
)

describe("rooms", () => {
  test.each(files)("%s imports only what its room may", (file) => {
    const allowed = MAY_IMPORT[roomOf(file)]
    expect(allowed, `room ${roomOf(file)} is not in the table`).toBeDefined()
    const strangers = imports
      .filter(({ from }) => from === file)
      .map(({ to }) => to)
      .filter((to) => !to.startsWith("node:"))
      .filter((to) => (to.startsWith("npm:") ? !allowed?.includes(to) : roomOf(to) !== roomOf(file)))
      .filter((to) => !allowed?.includes("*") && !allowed?.includes(to) && !allowed?.includes(roomOf(to)))
    expect(strangers).toEqual([])
  })

  test.each(Object.entries(IO_ROOMS))("%s is used only where I/O belongs", (module, rooms) => {
    const users = imports.filter(({ to }) => to === module).map(({ from }) => roomOf(from))
    expect(users.filter((room) => !rooms.includes(room))).toEqual([])
  })

  test("only clock.ts reads the wall clock", () => {
    const readers = files.filter((file) => /\bDate\.now\b|new Date\(\)/.test(code(file)))
    expect(readers).toEqual(["clock.ts"])
  })

  test("only fengari.ts knows fengari", () => {
    const users = files.filter((file) => /["'`]fengari/.test(code(file)))
    expect(users).toEqual(["lua/fengari.ts"])
  })
})

/** Text without comments. */
function code(file: string): string {
  return readFileSync(join(SRC, file), "utf8").replace(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, "")
}

test("no import goes in a circle", () => {
  const edges = new Map<string, string[]>()
  for (const { from, to } of imports) edges.set(from, [...(edges.get(from) ?? []), to])
  const done = new Set<string>()
  const circles: string[] = []
  const visit = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) {
      circles.push([...path.slice(path.indexOf(file)), file].join(" -> "))
      return
    }
    if (done.has(file)) return
    for (const next of edges.get(file) ?? []) visit(next, [...path, file])
    done.add(file)
  }
  for (const file of files) visit(file, [])
  // Type-only imports vanish in the build, so a pair may name each other's types.
  const typeOnly = (circle: string): boolean =>
    circle.split(" -> ").some((from, i, all) => i < all.length - 1 && isTypeOnly(from, all[i + 1] as string))
  expect(circles.filter((circle) => !typeOnly(circle))).toEqual([])
})

function isTypeOnly(from: string, to: string): boolean {
  const text = readFileSync(join(SRC, from), "utf8")
  const statements = [...text.matchAll(/(?:^|\n)\s*(import|export)\b([^"';]*?)\bfrom\s+"([^"]+)"/g)]
  return statements
    .filter((m) => target(from, m[3] as string) === to)
    .every((m) => (m[2] as string).trimStart().startsWith("type"))
}
