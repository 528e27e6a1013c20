/**
 * Runs the Lua tests of this folder, each in a VM of its own with the real host
 * API: one vitest test a file. A failing check shows its line and its values.
 */
import { readdirSync, readFileSync } from "node:fs"
import { expect, test } from "vitest"
import { bytesOf } from "../../src/lua/args.js"
import { FOLDER, makeHost } from "./host.js"

const FILES: Record<string, string> = {
  "lists/block.txt": [
    "# a block list",
    "$TTL 3600",
    ":127.0.0.2:listed: $",
    "192.0.2.1",
    "192.0.2.16-19 :3:a range",
    "198.51.100.0/24:127.0.0.4:colon",
    "!198.51.100.7",
    "203.0.113 just text",
    "10.79",
    "2001:db8::/32 :5:six",
    "not an address",
    "2001:db8::1:2:3 :6:longer",
    "::1 :7:loopback",
    "::/127",
  ].join("\n"),
  "note.txt": "two\nlines",
  "bytes.bin": "\u00ff\u0000\u0001",
}

const OPTIONS: Record<string, string | number | boolean> = {
  max_outbound_connections: 20,
  "domain example.com max_outbound_connections": 5,
  "binding b1 domain example.com generate_bounces": false,
  hostname: "mta.example.com",
}

const files = readdirSync(FOLDER).filter(
  (name) => name.endsWith(".lua") && name !== "expect.lua" && !name.startsWith("fixture_"),
)

test("there are Lua tests", () => {
  expect(files.length).toBeGreaterThan(10)
})

test.each(files)("%s", (file) => {
  const host = makeHost({
    config: (path) => {
      const value = OPTIONS[path.join(" ")]
      return value === undefined ? null : { value, text: `${path.join(" ")} = ${value}` }
    },
    readFile: (path) => {
      const text = FILES[path]
      return text === undefined
        ? { reason: `no file ${path} under the script roots` }
        : new Uint8Array(Buffer.from(text, "latin1"))
    },
    classify: (text, domain) => ({
      code: 10,
      name: "Invalid Recipient",
      description: `${text} at ${domain ?? "?"}`,
    }),
  })
  const outcome = host.vm.runFile(new Uint8Array(readFileSync(new URL(file, FOLDER))), file)
  expect(outcome).toEqual({ ok: true })
  const [notes, count] = host.eval("return require('expect').notes()")
  expect(notes).toBe("")
  expect(Number(count)).toBeGreaterThan(0)
  expect(host.vm.runText(bytesOf("return 1"), "=after")).toEqual({ ok: true })
})
