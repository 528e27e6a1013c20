/** Which files a configuration is made of, and in which order. Source: configuration.md section 1, Includes. */
import { describe, expect, test } from "vitest"
import { loadConfiguration } from "../../src/config/configuration.js"
import type { ConfFiles } from "../../src/config/syntax/conf-load.js"
import { type Content, loadText, rendered } from "./loading.js"

const at = (binding = "b", domain = "a.test") => ({ group: "", binding, domain })

function load(files: Readonly<Record<string, Content>>, nodeName = "node1") {
  const loaded = loadText(files, { nodeName })
  return {
    ...loaded,
    files: loaded.sources.map(({ file }) => file),
    retries: loaded.configuration.lookup(at(), "max_retries"),
  }
}

describe("where a file is looked for", () => {
  const include = 'include "x.conf"'
  test.each<[string, Record<string, Content>, string]>([
    [
      "beside the file that includes it",
      { "ecelerity.conf": include, "x.conf": "", "global/x.conf": "" },
      "x.conf",
    ],
    [
      "then in global",
      { "ecelerity.conf": include, "global/x.conf": "", "node1/x.conf": "" },
      "global/x.conf",
    ],
    [
      "then in the directory of the node",
      { "ecelerity.conf": include, "node1/x.conf": "", "default/x.conf": "" },
      "node1/x.conf",
    ],
    ["then in default", { "ecelerity.conf": include, "default/x.conf": "" }, "default/x.conf"],
    [
      "beside the included file, not beside the first",
      { "ecelerity.conf": 'include "d/y.conf"', "d/y.conf": include, "d/x.conf": "", "x.conf": "" },
      "d/x.conf",
    ],
    [
      "from an included file, in global as well",
      { "ecelerity.conf": 'include "d/y.conf"', "d/y.conf": include, "global/x.conf": "" },
      "global/x.conf",
    ],
    [
      "in a directory above, as it is written",
      { "ecelerity.conf": 'include "d/y.conf"', "d/y.conf": 'include "../x.conf"', "x.conf": "" },
      "d/../x.conf",
    ],
  ])("%s", (_, files, path) => {
    const { diagnostics, sources } = loadText(files, { nodeName: "node1" })
    expect(diagnostics).toEqual([])
    expect(sources.at(-1)?.file.replace("d/../", "")).toBe(path.replace("d/../", ""))
  })

  test("another node's directory is not looked into", () => {
    expect(load({ "ecelerity.conf": include, "node2/x.conf": "" }).ok).toBe(false)
  })

  test("directories beside that of the configuration: conf/default/ecelerity.conf finds conf/global", () => {
    const files: Record<string, string> = {
      "conf/default/ecelerity.conf": include,
      "conf/global/x.conf": "max_retries = 3",
    }
    const memory: ConfFiles = {
      open: (path) => {
        const name = path.replace(/[^/]+\/\.\.\//, "")
        const content = files[name]
        return content === undefined
          ? { kind: "missing" }
          : { kind: "file", path: name, identity: name, bytes: Buffer.from(content) }
      },
      directoryOf: (path) => path.replace(/\/[^/]*$/, ""),
      join: (directory, path) => `${directory}/${path}`,
      isAbsolute: (path) => path.startsWith("/"),
    }
    const { ok, configuration } = loadConfiguration("conf/default/ecelerity.conf", memory)
    expect([ok, configuration.lookup(at(), "max_retries")]).toEqual([true, "3"])
  })
})

describe("what an include stands for", () => {
  test("its items, at that point", () => {
    expect(load({ "ecelerity.conf": 'max_retries = 1 include "x" ', x: "max_retries = 2" }).retries).toBe("2")
    expect(load({ "ecelerity.conf": 'include "x" max_retries = 1', x: "max_retries = 2" }).retries).toBe("1")
  })

  test("a directory: its visible files by name, not those of directories in it, also in a binding", () => {
    const { files, ok, configuration, retries } = load({
      "ecelerity.conf": 'binding "b" { include "d" }',
      "d/20.conf": "max_retries = 2",
      "d/10.conf": "max_retries = 1  retry_interval = 5",
      "d/.hidden": "max_retries = 3 {",
      "d/e/30.conf": "max_retries = 4 {",
    })
    expect({ ok, retries, files }).toEqual({
      ok: true,
      retries: "2",
      files: ["ecelerity.conf", "d/10.conf", "d/20.conf"],
    })
    expect(configuration.lookup(at("b"), "retry_interval")).toBe("5")
    expect(configuration.lookup(at("c"), "retry_interval")).toBeNull()
  })

  test("a directory without visible files: nothing", () => {
    const { ok, diagnostics } = load({ "ecelerity.conf": 'include "d"', "d/.hidden": "{" })
    expect({ ok, diagnostics }).toEqual({ ok: true, diagnostics: [] })
  })

  test("readonly_include, and a file included a second time, are read like others", () => {
    const { ok, files, configuration } = load({
      "ecelerity.conf": 'binding "b" { include "x" } binding "c" { readonly_include "x" }',
      x: "max_retries = 2",
    })
    expect({ ok, files }).toEqual({ ok: true, files: ["ecelerity.conf", "x", "x"] })
    expect(["b", "c", "d"].map((binding) => configuration.lookup(at(binding), "max_retries"))).toEqual([
      "2",
      "2",
      null,
    ])
  })

  test("a stanza may be spread over files", () => {
    const { configuration } = load({
      "ecelerity.conf": 'include "x" include "y"',
      x: 'binding_group "g" { binding "b" { max_retries = 1 } }',
      y: 'binding_group "g" { binding "b" { retry_interval = 2 } }',
    })
    expect(["max_retries", "retry_interval"].map((option) => configuration.lookup(at(), option))).toEqual([
      "1",
      "2",
    ])
  })

  test("a brace cannot close in another file what was opened in this one", () => {
    const { diagnostics } = load({ "ecelerity.conf": 'binding "b" { include "x"', x: "max_retries = 1 }" })
    expect(diagnostics.map(({ code, file }) => `${code} ${file}`)).toEqual([
      "E_CONF_UNCLOSED ecelerity.conf",
      "E_CONF_STRAY x",
    ])
  })
})

describe("Local_Changes_File", () => {
  test("is read last, wherever it is named", () => {
    const { ok, retries } = load({
      "ecelerity.conf": 'Local_Changes_File = "x"\nmax_retries = 1',
      x: "max_retries = 2",
    })
    expect({ ok, retries }).toEqual({ ok: true, retries: "2" })
  })

  test("need not be there yet", () => {
    expect(load({ "ecelerity.conf": 'local_changes_file = "x"' })).toMatchObject({
      ok: true,
      diagnostics: [],
    })
  })

  test("is found beside the file that names it, and its faults tell where it is named", () => {
    const loaded = load({
      "ecelerity.conf": 'include "d/y"',
      "d/y": "\nlocal_changes_file = x",
      "d/x": "adaptive_enabled = maybe",
    })
    expect(
      rendered(loaded),
    ).toBe(`d/x:1:20: error[E_CONF_VALUE]: adaptive_enabled cannot be "maybe"; write on or off (true, yes, enabled and 1 are the same as on)
  adaptive_enabled = maybe
                     ^
  note: included from d/y:2
  note: included from ecelerity.conf:1
  hint: the configuration is not used while it has errors
`)
  })

  test("may be of any size", () => {
    const { ok, retries } = load({
      "ecelerity.conf": "local_changes_file = x",
      x: "max_retries = 1\n".repeat(200_000),
    })
    expect({ ok, retries }).toEqual({ ok: true, retries: "1" })
  })
})

describe("circles", () => {
  test.each<[string, Record<string, Content>, string]>([
    [
      "a file that includes itself",
      { "ecelerity.conf": 'include "ecelerity.conf" max_retries = 1' },
      "ecelerity.conf:1",
    ],
    [
      "two that include each other",
      { "ecelerity.conf": 'include "x" max_retries = 1', x: 'include "y"', y: '\ninclude "x"' },
      "y:2",
    ],
    [
      "a file in the directory that it includes",
      { "ecelerity.conf": 'include "d" max_retries = 1', "d/x": 'include "../d"' },
      "d/x:1",
    ],
  ])("%s", (_, files, place) => {
    const { diagnostics, retries } = load(files)
    expect(diagnostics.map(({ code, file, line }) => `${code} ${file}:${line}`)).toEqual([
      `E_CONF_CYCLE ${place}`,
    ])
    expect(retries).toBe("1")
  })
})

describe("files that cannot be read", () => {
  const broken = (kind: "missing" | "unreadable"): ConfFiles => ({
    open: (path) => {
      if (path === "ecelerity.conf")
        return { kind: "file", path, identity: path, bytes: Buffer.from('binding "b" {\n  include "d"\n}') }
      if (path === "d") return { kind: "directory", path, files: ["d/x"] }
      return kind === "missing"
        ? { kind }
        : { kind, path, reason: "you may not read it", hint: "check the permissions" }
    },
    directoryOf: () => "",
    join: (_, path) => path,
    isAbsolute: () => false,
  })

  test.each([
    ["missing", "d/x leads nowhere: it is not read", "mend the link, or remove it from its directory"],
    ["unreadable", "d/x cannot be read: you may not read it", "check the permissions"],
  ] as const)("%s", (kind, message, hint) => {
    expect(
      rendered(loadConfiguration("ecelerity.conf", broken(kind))),
    ).toBe(`ecelerity.conf:2:11: error[E_CONF_INCLUDE]: ${message}
    include "d"
            ^
  hint: ${hint}
`)
  })

  test("a configuration that is not there, or not readable", () => {
    const absent = { ...broken("missing"), open: () => ({ kind: "missing" }) as const }
    expect(loadConfiguration("x", absent)).toMatchObject({
      ok: false,
      isMissing: true,
      isUnreadable: false,
      diagnostics: [],
    })
    const closed = {
      ...broken("missing"),
      open: (path: string) =>
        ({ kind: "unreadable", path, reason: "you may not read it", hint: "h" }) as const,
    }
    expect(loadConfiguration("x", closed)).toMatchObject({
      ok: false,
      isMissing: false,
      isUnreadable: true,
      diagnostics: [{ code: "E_FILE_UNREADABLE", file: "x", line: 1, message: "you may not read it" }],
    })
  })
})
