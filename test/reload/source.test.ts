/** Paths to source texts: which files, in which order, and every path that is no rule file. */
import { execFileSync } from "node:child_process"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { Code } from "../../src/errors.js"
import { findModule, MAX_SOURCE_BYTES, ModuleNameError, readRuleSources } from "../../src/reload/source.js"

let dir: string
const at = (...parts: string[]): string => join(dir, ...parts)

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), "adaptive-source-"))
  for (const folder of ["rules", "empty", "other", "roots", "roots/our", "outside", "mixed"])
    mkdirSync(at(folder))
  for (const name of [
    "zeta.lua",
    "adaptive_rules.lua",
    "alpha.lua",
    "Beta.lua",
    "notes.txt",
    ".hidden.lua",
  ]) {
    writeFileSync(at("rules", name), `-- ${name}`)
  }
  writeFileSync(at("other/readme.txt"), "no rules")
  writeFileSync(at("good.lua"), "-- good")
  writeFileSync(at("nothing.lua"), "")
  writeFileSync(at("binary.lua"), new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1]))
  writeFileSync(at("compiled.lua"), new Uint8Array([0x1b, 0x4c, 0x75, 0x61]))
  writeFileSync(at("utf16le.lua"), Buffer.from("\ufefflocal x = 1", "utf16le"))
  writeFileSync(at("utf16be.lua"), Buffer.from("\ufefflocal x = 1", "utf16le").swap16())
  writeFileSync(at("largest.lua"), "")
  truncateSync(at("largest.lua"), MAX_SOURCE_BYTES)
  writeFileSync(at("huge.lua"), "")
  truncateSync(at("huge.lua"), MAX_SOURCE_BYTES + 1)
  symlinkSync("loop-b.lua", at("loop-a.lua"))
  symlinkSync("loop-a.lua", at("loop-b.lua"))
  symlinkSync("good.lua", at("link.lua"))
  symlinkSync("gone.lua", at("dangling.lua"))
  execFileSync("mkfifo", [at("pipe.lua")])
  mkdirSync(at("mixed/folder.lua"))
  writeFileSync(at("mixed/good.lua"), "-- good")
  writeFileSync(at("roots/our/helpers.lua"), "return 1")
  writeFileSync(at("outside/secret.lua"), "return 2")
  symlinkSync(at("outside/secret.lua"), at("roots/leak.lua"))
  symlinkSync(at("roots/our/helpers.lua"), at("roots/alias.lua"))
})

afterAll(() => rmSync(dir, { recursive: true, force: true }))

describe("order", () => {
  const names = (...paths: string[]): string[] =>
    readRuleSources(paths.map((path) => at(path))).sources.map(({ file }) => file.slice(dir.length + 1))

  test("of a directory: adaptive_rules.lua, then the other .lua files by name", () => {
    expect(names("rules")).toEqual([
      "rules/adaptive_rules.lua",
      "rules/Beta.lua",
      "rules/alpha.lua",
      "rules/zeta.lua",
    ])
  })

  test("of several paths: as given", () => {
    expect(names("good.lua", "rules/zeta.lua", "rules/alpha.lua")).toEqual([
      "good.lua",
      "rules/zeta.lua",
      "rules/alpha.lua",
    ])
  })

  test("a link to a file is that file", () => {
    expect(names("link.lua", "nothing.lua")).toEqual(["link.lua", "nothing.lua"])
  })

  test("script roots are the directories of the paths, once each", () => {
    expect(readRuleSources([at("good.lua"), at("link.lua"), at("rules")]).roots).toEqual([dir, at("rules")])
  })
})

const WHERE = "check the path; a relative one is taken from the current directory"
const OTHER = "name a .lua file or a directory of them"

describe("paths that are no rule file", () => {
  const rows: readonly (readonly [string, Code, string, string])[] = [
    ["gone.lua", "E_FILE_MISSING", "there is no file or directory PATH", WHERE],
    ["good.lua/inner.lua", "E_FILE_MISSING", "there is no file or directory PATH", WHERE],
    ["dangling.lua", "E_FILE_MISSING", "there is no file or directory PATH", WHERE],
    [
      "empty",
      "E_FILE_EMPTY_DIRECTORY",
      "the directory PATH holds no .lua file: nothing is loaded from it",
      "name the directory that holds adaptive_rules.lua, or the file itself",
    ],
    [
      "other",
      "E_FILE_EMPTY_DIRECTORY",
      "the directory PATH holds no .lua file: nothing is loaded from it",
      "name the directory that holds adaptive_rules.lua, or the file itself",
    ],
    [
      "loop-a.lua",
      "E_FILE_UNREADABLE",
      "PATH cannot be read: its symbolic links lead back to themselves",
      "let the link point to the file itself",
    ],
    ["pipe.lua", "E_FILE_UNREADABLE", "PATH is not a regular file: it is not loaded", OTHER],
    [
      "binary.lua",
      "E_FILE_BINARY",
      "the file is binary, not Lua text: it is not loaded",
      "name the Lua source of the rules",
    ],
    [
      "compiled.lua",
      "E_FILE_BINARY",
      "the file is binary, not Lua text: it is not loaded",
      "name the Lua source of the rules",
    ],
    [
      "utf16le.lua",
      "E_FILE_BINARY",
      "the file is UTF-16 text: it is not loaded",
      "save it as UTF-8 without a byte order mark",
    ],
    [
      "utf16be.lua",
      "E_FILE_BINARY",
      "the file is UTF-16 text: it is not loaded",
      "save it as UTF-8 without a byte order mark",
    ],
    [
      "huge.lua",
      "E_FILE_SIZE",
      "PATH has 4194305 bytes; a rule file has at most 4194304: it is not loaded",
      "name the rule file; if it really is one, split it into several custom scripts",
    ],
  ]

  test.each(rows)("%s: %s", (name, code, message, hint) => {
    const { sources, unreadable } = readRuleSources([at(name), at("good.lua")])
    expect(unreadable).toEqual([
      {
        severity: "error",
        code,
        file: at(name),
        line: 1,
        column: 1,
        message: message.replace("PATH", at(name)),
        hint,
      },
    ])
    expect(sources.map(({ file }) => file)).toEqual([at("good.lua")])
  })

  test("/dev/null", () => {
    const { unreadable } = readRuleSources(["/dev/null"])
    expect(unreadable.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "E_FILE_UNREADABLE /dev/null is not a regular file: it is not loaded",
    ])
  })

  test("a folder called x.lua inside a directory is reported, the files beside it are read", () => {
    const { sources, unreadable } = readRuleSources([at("mixed")])
    expect(unreadable.map(({ file }) => file)).toEqual([at("mixed/folder.lua")])
    expect(sources.map(({ file }) => file)).toEqual([at("mixed/good.lua")])
  })

  test.skipIf(process.getuid?.() === 0)("a file that may not be read", () => {
    writeFileSync(at("locked.lua"), "-- locked")
    chmodSync(at("locked.lua"), 0)
    const { unreadable } = readRuleSources([at("locked.lua")])
    expect(unreadable.map(({ message }) => message)).toEqual([
      `${at("locked.lua")} cannot be read: you may not read it`,
    ])
  })

  test("the largest file that is read, and an empty one", () => {
    const { unreadable } = readRuleSources([at("nothing.lua")])
    expect(unreadable).toEqual([])
    // Only zero bytes: large enough, but binary.
    expect(readRuleSources([at("largest.lua")]).unreadable.map(({ code }) => code)).toEqual(["E_FILE_BINARY"])
  })

  test("every path is reported", () => {
    const { unreadable, sources } = readRuleSources([at("gone.lua"), at("empty"), at("binary.lua")])
    expect(unreadable.map(({ code }) => code)).toEqual([
      "E_FILE_MISSING",
      "E_FILE_EMPTY_DIRECTORY",
      "E_FILE_BINARY",
    ])
    expect(sources).toEqual([])
  })
})

describe("modules for require", () => {
  test.each([
    ["our.helpers", "roots/our/helpers.lua"],
    ["our/helpers", "roots/our/helpers.lua"],
    ["alias", "roots/alias.lua"],
    ["gone", null],
    ["leak", null],
    ["our", null],
    ["", null],
  ])("%j is %j", (name, path) => {
    expect(findModule([at("empty"), at("roots")], name)?.path ?? null).toBe(path === null ? null : at(path))
  })

  test.each(["../outside/secret", "/etc/passwd", "our..helpers", "our\\helpers", "our\0helpers"])(
    "%j is refused",
    (name) => {
      expect(() => findModule([at("roots")], name)).toThrow(ModuleNameError)
    },
  )

  test("the first root that has it wins", () => {
    writeFileSync(at("empty/twice.lua"), "return 1")
    writeFileSync(at("roots/twice.lua"), "return 2")
    expect(findModule([at("roots"), at("empty")], "twice")?.path).toBe(at("roots/twice.lua"))
    rmSync(at("empty/twice.lua"))
  })
})
