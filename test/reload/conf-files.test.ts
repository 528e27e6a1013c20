/** The files of a configuration on a real disk: what a path leads to, and which scripts hold rules. */
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { configuredStore, loadConfig } from "../../src/api.js"
import { CONF_FILES, namedRules, placesOfRules } from "../../src/reload/conf-files.js"

const dir = mkdtempSync(join(tmpdir(), "conf-files-"))
const path = (...parts: string[]): string => join(dir, ...parts)

function write(name: string, text: string): void {
  mkdirSync(dirname(path(name)), { recursive: true })
  writeFileSync(path(name), text)
}

beforeAll(() => {
  for (const name of ["d/b.conf", "d/a.conf", "d/.hidden", "d/sub/c.conf"]) write(name, "")
  symlinkSync("nowhere", path("d/dangling"))
  symlinkSync("a.conf", path("d/link"))
  execFileSync("mkfifo", [path("pipe")])
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe("a path leads to", () => {
  test("a directory: what is visible in it, by name", () => {
    const names = ["a.conf", "b.conf", "dangling", "link", "sub"]
    expect(CONF_FILES.open(path("d"))).toEqual({
      kind: "directory",
      path: path("d"),
      files: names.map((name) => path("d", name)),
    })
  })

  test("a file: two names of one file have one identity", () => {
    const [one, other] = ["d/a.conf", "d/link"].map((name) => CONF_FILES.open(path(name)))
    expect(one).toMatchObject({ kind: "file", path: path("d/a.conf") })
    expect(other).toMatchObject({
      kind: "file",
      path: path("d/link"),
      identity: one?.kind === "file" ? one.identity : "",
    })
  })

  test.each(["none", "none/at/all", "d/a.conf/below", "d/dangling"])("nothing: %s", (name) =>
    expect(CONF_FILES.open(path(name))).toEqual({ kind: "missing" }),
  )

  test.each<[string, string, string]>([
    ["a pipe, without waiting for it", "pipe", "it is no regular file"],
    ["a name that no file can have", "x".repeat(5000), "ENAMETOOLONG"],
    ["a name with a NUL", "a\0b", "null bytes"],
  ])("what cannot be read: %s", (_, name, reason) => {
    const found = CONF_FILES.open(path(name))
    expect(found.kind === "unreadable" ? found.reason : found.kind).toContain(reason)
  })
})

describe("what a configuration leads to", () => {
  const load = (conf: string, files: Readonly<Record<string, string>> = {}) => {
    write("c/ecelerity.conf", conf)
    for (const [name, text] of Object.entries(files)) write(`c/${name}`, text)
    return loadConfig(path("c/ecelerity.conf")).configuration
  }
  const scripts = (...sources: string[]): string =>
    `scriptlet "s" { ${sources.map((source, n) => `script "x${n}" { source = "${source}" }`).join("\n")} }`
  const rules = "require('msys.adaptive').registerRules({})"

  test("scripts by path, by module, with and without ending, each once", () => {
    const configuration = load(
      scripts("lua/one.lua", "lua/one", "lua.one", "two", path("c/three.lua"), "msys.adaptive", "gone"),
      {
        "lua/one.lua": rules,
        "scriptlets/two.lua": rules,
        "three.lua": rules,
      },
    )
    expect(namedRules(configuration)).toEqual({
      system: null,
      custom: [path("c/lua/one.lua"), path("c/scriptlets/two.lua"), path("c/three.lua")],
      notFound: ["gone"],
    })
  })

  test("the system file beside the configuration, whether it is named or not", () => {
    const system = "c/default/scriptlets/msys/adaptive_rules.lua"
    write(system, "module('msys.adaptive_rules')")
    for (const named of [[], ["msys.adaptive_rules"], ["msys/adaptive_rules.lua"]])
      expect(namedRules(load(scripts("msys.adaptive", ...named)))).toEqual({
        system: path(system),
        custom: [],
        notFound: [],
      })
  })

  test("each place where it is looked for, whether or not something is there", () => {
    const places = placesOfRules(load(scripts("msys.adaptive", "own.later", path("later.lua"))))
    for (const name of [
      "adaptive_rules.lua",
      "scriptlets/msys/adaptive_rules.lua",
      "scriptlets/own/later.lua",
    ])
      expect(places).toContain(path("c", name))
    expect(places).toContain(path("later.lua"))
    expect(places.some((place) => place.includes("msys.adaptive.lua"))).toBe(false)
  })

  test("scripts of a scriptlet that is not enabled: none", () => {
    expect(load(`${scripts("msys.adaptive")} scriptlet "s" { enabled = off }`).scripts).toEqual([])
  })

  test("outbound audits that are enabled", () => {
    const store = configuredStore(
      load('outbound_audit "a" { threshold = 5 } outbound_audit "b" { enabled = no }'),
    )
    expect(store.audits.names).toEqual(["a"])
    expect(store.audits.get("a").options.threshold).toBe(5)
  })
})
