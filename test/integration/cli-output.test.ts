/** `adaptive dry-run --out`: what would have been logged and mailed, as files; and a log whose writer is killed. */
import { spawn } from "node:child_process"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, test } from "vitest"
import { type Ended, Workplace } from "./command.js"

const place = new Workplace()
afterAll(() => place.remove())

const START = 1_790_000_000
const RULES = `require('msys.adaptive')
msys.adaptive.registerRules({
  ["a.test"] = { responses = {
    { code = "^421 busy", trigger = "1/60", action = {"suspend", "10 minutes"}, message = "Ask the postmaster" },
    { code = "^450 slow", trigger = "1", action = {"reduce_connections", 2} },
  } },
}, "replace")
`
const event = (sec: number, response: string, binding: string, more = {}): string =>
  JSON.stringify({
    time: START + sec,
    type: response === "ok" ? "delivery" : "transient",
    binding,
    domain: "a.test",
    response,
    ...more,
  })
const TRAFFIC = [
  event(0, "421 busy @ a.test", "b1"),
  event(2.5, "421 busy @ a.test", "b1"),
  event(3, "450 slow", "b/2"),
  event(900, "ok", "b1"),
].join("\n")
const CONF = `adaptive_enabled = true
adaptive { operational_log_level = "info" enable_jlog = true jlog_file = "jlog:///var/ad.rt?subscribers=one,two" }
inbound_audit {}
scriptlet "scriptlet" { script "adaptive" { source = "msys.adaptive" } }
adaptive_alert_email_destination = "all@example.com"
binding "b1" { adaptive_alert_email_destination = "b1@example.com, ops@example.com" adaptive_alert_email_sender = "ad@example.com" }
`
place.write({
  "rules.lua": RULES,
  "traffic.jsonl": TRAFFIC,
  "ec.conf": `${CONF}alerting {}\n`,
  "silent.conf": CONF,
  "full/something": "",
})

const run = (...args: string[]): Promise<Ended> =>
  place.adaptive(["dry-run", "--traffic", "traffic.jsonl", "--rules", "rules.lua", ...args])

/** Contents by path, of everything below a directory. */
function tree(dir: string): Record<string, string> {
  const names = readdirSync(place.path(dir), { recursive: true, withFileTypes: true })
  const paths = names.filter((name) => name.isFile()).map((name) => `${name.parentPath}/${name.name}`)
  const root = place.path(dir).length + 1
  return Object.fromEntries(paths.sort().map((path) => [path.slice(root), readFileSync(path, "utf8")]))
}

const CAUSE =
  'rule rules.lua:4 ["a.test"] 1, "^421 busy"; match 2, trigger 1/60; reply: 421 busy @ a.test; message: Ask the postmaster'
const SLOW = 'rule rules.lua:5 ["a.test"] 2, "^450 slow"; match 1, trigger 1; reply: 450 slow'

describe("what is written", () => {
  test("without a configuration: the log, to the letter", async () => {
    const ended = await run("--out", "plain")
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    expect(tree("plain")).toEqual({
      "adaptive.log": `${START + 2}@1@G@b1@a.test@NOTICE@ suspended until ${START + 602} (10 minutes): ${CAUSE}
${START + 3}@1@G@b/2@a.test@NOTICE@ max_outbound_connections 32 -> 30
${START + 660}@1@G@b1@a.test@NOTICE@ suspension lifted, which was to last until ${START + 602}
`,
    })
  })

  test("with one: level, records, alerts of each scope", async () => {
    const ended = await run("--out", "conf", "--config", "ec.conf", "--node-name", "mta1")
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    const files = tree("conf")
    expect(Object.keys(files)).toEqual([
      "adaptive.jlog",
      "adaptive.jlog.one",
      "adaptive.jlog.two",
      "adaptive.log",
      "alerts/0001.eml",
    ])
    expect(
      files["adaptive.log"],
    ).toBe(`${START + 2}@1@G@b1@a.test@NOTICE@ suspended until ${START + 602} (10 minutes): ${CAUSE}
${START + 2}@1@G@b1@a.test@NOTICE@ ALERT on mta1: suspend 10 minutes
${START + 3}@1@G@b/2@a.test@INFO@ ${SLOW}
${START + 3}@1@G@b/2@a.test@NOTICE@ max_outbound_connections 32 -> 30
${START + 660}@1@G@b1@a.test@NOTICE@ suspension lifted, which was to last until ${START + 602}
`)
    expect(files["adaptive.jlog"]).toBe(`${START + 2}@1@S@b1@a.test@suspend@${START + 602}@${CAUSE}
${START + 3}@1@A@b/2@a.test@max_outbound_connections@32@30@${SLOW}
${START + 660}@1@S@b1@a.test@lift@${START + 602}@suspension ended
`)
    expect(files["adaptive.jlog.one"]).toBe("0\n")
    const mail = files["alerts/0001.eml"] ?? ""
    expect(mail).toContain(
      "From: Adaptive Delivery <ad@example.com>\r\nTo: b1@example.com, ops@example.com\r\n",
    )
    expect(mail).toContain("Message:  Ask the postmaster\r\n")
  })

  test("the same input gives the same bytes", async () => {
    const again = await run("--out", "again", "--config", "ec.conf", "--node-name", "mta1")
    expect(again.code).toBe(0)
    expect(tree("again")).toEqual(tree("conf"))
  })

  test("a configuration without the alerting module mails nothing, and its log tells of no alert", async () => {
    expect(await run("--out", "silent", "--config", "silent.conf")).toMatchObject({ code: 0 })
    const files = tree("silent")
    expect(Object.keys(files).filter((name) => name.endsWith(".eml"))).toEqual([])
    expect(files["adaptive.log"]).not.toContain("ALERT")
  })

  test("split logs, and no log at all", async () => {
    await run("--out", "split", "--set", "split_logs_by_binding=true")
    expect(Object.keys(tree("split"))).toEqual(["b%2F2.log", "b1.log"])
    await run("--out", "none", "--set", "enable_logging=false")
    expect(tree("none")).toEqual({})
  })

  test("what is no address is told; the others get their mail", async () => {
    const ended = await run("--out", "words", "--set", "adaptive_alert_email_destination=ops ops@example.com")
    expect(ended.code).toBe(0)
    expect(ended.stderr).toBe(
      'warning[E_ALERT_ADDRESS]: adaptive_alert_email_destination: "ops" is no address: alerts do without it\n' +
        "  hint: write addresses with blanks or commas between them, e.g. ops@example.com\n",
    )
    expect(tree("words")["alerts/0001.eml"]).toContain("To: ops@example.com\r\n")
  })
})

describe("who reads", () => {
  test("a reader that leaves early: the directory is written to its end", async () => {
    const many = Array.from({ length: 20_000 }, (_, i) => event(i, "421 busy", `b${i >> 1}`)).join("\n")
    place.write({ "many.jsonl": many })
    const line = (out: string, end: string): string =>
      `$ADAPTIVE dry-run --traffic many.jsonl --rules rules.lua --json --out ${out} ${end}; echo "$PIPESTATUS"`
    expect((await place.shell(line("whole", "> /dev/null"))).stdout.toString("utf8")).toBe("0\n")
    expect((await place.shell(line("unread", "| head -c 10"))).stdout.toString("utf8")).toMatch(/0\n$/)
    expect(tree("unread")).toEqual(tree("whole"))
    expect((tree("whole")["adaptive.log"] ?? "").length).toBeGreaterThan(1 << 20)
  })

  test("standard output on a full disk is told, and ends with 2", async () => {
    const ended = await place.shell("$ADAPTIVE check --rules rules.lua > /dev/full")
    expect(ended.code).toBe(2)
    expect(ended.stderr).toMatch(/^adaptive: standard output cannot be written: ENOSPC.*\n {2}hint: /)
  })

  test("standard error that nobody reads stops nothing", async () => {
    const ended = await place.shell("$ADAPTIVE check --rules nothing.lua 2> /dev/full")
    expect(ended).toMatchObject({ code: 2, stderr: "" })
  })
})

describe("alerts for nobody", () => {
  test("no destination: told at the end", async () => {
    const ended = await run("--alert-smtp", "127.0.0.1:1")
    expect(ended.code).toBe(0)
    expect(ended.stderr).toBe(
      "warning[E_ALERT_NOBODY]: --alert-smtp 127.0.0.1:1: 1 alert is for nobody: none is sent\n" +
        "  hint: name who is to have them: adaptive_alert_email_destination, in the configuration or with --set\n",
    )
  })

  test("no alerting stanza: refused", async () => {
    const ended = await run("--alert-smtp", "127.0.0.1:1", "--config", "silent.conf")
    expect(ended.code).toBe(2)
    expect(ended.stderr).toBe(
      "adaptive: --alert-smtp 127.0.0.1:1 has nothing to send: silent.conf has no alerting stanza\n" +
        "  hint: write alerting { } there, or leave --alert-smtp out\n",
    )
  })
})

describe("what is refused", () => {
  test.each([
    [["--matches"], "--matches says what --json tells, which is not there"],
    [["--sources"], "--sources says what --json tells, which is not there"],
    [["--json", "--prompt"], "--json is for programs, --prompt for a person"],
    [["--out", "full"], "--out full is not empty"],
    [["--out", "rules.lua"], "--out rules.lua cannot be made or read"],
    [["--alert-smtp", "localhost"], '--alert-smtp "localhost" is no server'],
    [["--alert-smtp", "localhost:0"], '--alert-smtp "localhost:0" is no server'],
    [["--alert-smtp", "a b:25"], '--alert-smtp "a b:25" is no server'],
  ])("%j", async (args, message) => {
    const ended = await run(...args)
    expect(ended.code).toBe(2)
    expect(ended.stderr).toContain(`adaptive: ${message}`)
    expect(ended.stderr).toContain("hint: ")
  })

  test("a log that cannot be written ends with 1, and tells how many lines are lost", async () => {
    const ended = await place.shell(
      "(ulimit -f 0; trap '' XFSZ; $ADAPTIVE dry-run --traffic traffic.jsonl --rules rules.lua --out limited --json >/dev/null)",
    )
    expect(ended.code).toBe(1)
    expect(ended.stderr).toMatch(/error\[E_LOG_WRITE\]: limited\/adaptive\.log: cannot be written: EFBIG/)
    expect(ended.stderr).toMatch(/error\[E_LOG_WRITE\]: limited\/adaptive\.log: 3 lines are lost/)
  })
})

test("a writer that is killed at any time loses no line that it had told of, and hinders no successor", async () => {
  const path = place.path("killed.log")
  const child = fileURLToPath(new URL("./line-file-child.mjs", import.meta.url))
  let first = 0
  for (let round = 0; round < 5; round++) {
    const writer = spawn(process.execPath, [child, path, String(first)], {
      stdio: ["ignore", "pipe", "inherit"],
    })
    let told = -1
    await new Promise<void>((resolve) => {
      writer.stdout.on("data", (chunk: Buffer) => {
        told = Number(chunk.toString("latin1").trimEnd().split("\n").at(-1))
        if (told >= first + 20_000 + round * 777) writer.kill("SIGKILL")
      })
      writer.on("close", () => resolve())
    })
    const lines = readFileSync(path, "latin1").split("\n")
    const whole = new Set(lines.filter((line) => /^\d+ x*$/.test(line)))
    for (let i = first; i <= told; i++) expect(whole.has(`${i} ${"x".repeat(i % 997)}`)).toBe(true)
    first = told + 1
  }
  // As if it had died within a line.
  writeFileSync(path, "1790000000@1@G@b", { flag: "a" })
  const { LineFile } = await import("../../src/sinks/line-file.js")
  const file = new LineFile(path, { unit: "line", tell() {} })
  file.line("next")
  await file.close()
  expect(readFileSync(path, "latin1").endsWith("\n1790000000@1@G@b\nnext\n")).toBe(true)
})
