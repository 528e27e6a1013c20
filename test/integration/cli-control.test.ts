/** `adaptive console` and the commands that need no prompt, as a shell runs them, against a daemon's socket. */
import { chmodSync, mkdirSync, readFileSync } from "node:fs"
import { afterAll, afterEach, beforeEach, describe, expect, test } from "vitest"
import { consoleReply } from "../../src/console/console.js"
import { type Control, startControl } from "../../src/control/server.js"
import type { ControlHandler } from "../../src/control/session.js"
import { filledStore, handlerOf } from "../control/asking.js"
import { type Ended, type RunOptions, Workplace } from "./command.js"
import { childDaemon, endChildren, greeting, imposterAt, Later } from "./control-peers.js"
import { onTerminal, Typed } from "./terminal.js"

const place = new Workplace()
const path = place.path("a.sock")
const store = filledStore()
let control: Control | null = null

async function serve(more: Partial<ControlHandler> = {}, at = path): Promise<void> {
  control = await startControl({
    path: at,
    programVersion: "0.0.0",
    handler: { ...handlerOf(store), ...more },
  })
}

beforeEach(() => serve())
afterEach(async () => {
  await control?.close()
  endChildren()
})
afterAll(() => place.remove())

const asked = (args: readonly string[], options: RunOptions = {}): Promise<Ended> =>
  place.adaptive(args, { ...options, env: { ADAPTIVE_SOCKET: path, ...options.env } })
const text = ({ stdout }: Ended): string => stdout.toString("utf8")

describe("a command by itself", () => {
  // arguments | as the console has it
  test.each<[string[], string]>([
    [["suspensions"], "adaptive suspensions"],
    [["suspensions", "--domain", "gmail.com"], "adaptive suspensions --domain gmail.com"],
    [["suspensions", "\u2013binding", "b1"], "adaptive suspensions --binding b1"],
    [["suspensions", "--binding", "my binding"], 'adaptive suspensions --binding "my binding"'],
    [["list", "--age", "--all"], "adaptive list --age"],
    [["list", "--binding", "nosuch"], "adaptive list --binding nosuch"],
    [["list", "--domian", "x"], "adaptive list --domian x"],
    [["list", ""], 'adaptive list ""'],
    [["rules"], "adaptive rules"],
    [["rules", "history"], "adaptive rules history"],
    [["rules", "--binding", "b1", "--domain", "gmail.com"], "adaptive rules --binding b1 --domain gmail.com"],
    [["override", "soon"], "adaptive override soon"],
    [["warmup"], "adaptive warmup"],
    [["warmup", "-5"], "adaptive warmup -5"],
  ])("adaptive %j prints what the console answers to %s", async (args, line) => {
    const { ok, text: want } = consoleReply(line, filledStore())
    const ended = await asked(args)
    expect(text(ended)).toBe(`${want}\n`)
    expect(ended).toMatchObject({ code: ok ? 0 : 1, stderr: "" })
  })

  test("what it changes is changed in the daemon", async () => {
    const changing = filledStore()
    await control?.close()
    await serve(handlerOf(changing))
    for (const [args, answer] of [
      [["override", "ttl", "60", "--binding", "b1"], "Overrode 1 entries"],
      [["override", "--domain", "gmail.com", "enable"], "Overrode 2 entries"],
      [["reset"], "Reset 3 entries"],
      [["warmup", "my binding", "7"], "Age of my binding set to 7"],
    ] as const)
      expect(await asked(args).then(text)).toBe(`${answer}\n`)
    expect(text(await asked(["suspensions", "--binding", "b1"]))).toMatch(/gmail\.com +60 +1\n$/)
    expect(text(await asked(["warmup"]))).toMatch(/default\/my binding +7\n$/)
  })

  test("--socket is ours wherever it stands, --json too", async () => {
    const without = { env: { ADAPTIVE_SOCKET: "" } }
    for (const args of [
      ["--socket", path, "--domain", "gmail.com"],
      ["--domain", "gmail.com", `--socket=${path}`],
      ["--domain", "--socket", path, "gmail.com"],
    ])
      expect(text(await asked(["suspensions", ...args], without))).toContain("gmail.com")
    const { stdout } = await asked(["override", "--domain", "nosuch.test", "--json"])
    expect(JSON.parse(stdout.toString("utf8"))).toEqual({
      kind: "console",
      command: "adaptive override --domain nosuch.test",
      ok: true,
      text: "Overrode 0 entries",
    })
  })

  test("--help tells the words of a command without a daemon; capitals are for the console", async () => {
    const without = { env: { ADAPTIVE_SOCKET: place.path("none.sock") } }
    for (const [word, told] of [
      ["override", /\n {2}override ttl SECONDS \[FILTERS\] {2}another time .*\nFILTERS are --binding NAME/s],
      ["rules", /\n {2}rules diff OLD NEW +in a daemon's console: .*\n {2}rules rollback \[NUMBER\] /],
      ["warmup", /\n {2}warmup BINDING \[AGE\] +sets .* without AGE it is 0, /],
    ] as const) {
      const ended = await asked([word, "--help"], without)
      expect(ended).toMatchObject({ code: 0, stderr: "" })
      expect(text(ended)).toMatch(told)
    }
    expect(await asked(["OVERRIDE"])).toMatchObject({
      code: 2,
      stderr: "adaptive: unknown command 'OVERRIDE'\n  hint: write adaptive override\n",
    })
  })

  test("a double quote cannot be told to the console", async () => {
    expect(await asked(["list", "--domain", 'a"b'])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("an argument holds a double quote"),
    })
  })
})

describe("where the socket is", () => {
  const nowhere = { ADAPTIVE_SOCKET: "" }

  test("$XDG_RUNTIME_DIR/adaptive.sock, else adaptive-state/adaptive.sock", async () => {
    mkdirSync(place.path("run"), { recursive: true })
    mkdirSync(place.path("adaptive-state"), { recursive: true })
    const env = { ...nowhere, XDG_RUNTIME_DIR: place.path("run") }
    const first = control
    await serve({}, place.path("adaptive-state/adaptive.sock"))
    expect((await asked(["list"], { env: nowhere })).code).toBe(0)
    // One that listens elsewhere is named, and not asked instead.
    const ended = await asked(["list"], { env })
    expect(ended).toMatchObject({ code: 2, stderr: expect.stringContaining("there is no such socket") })
    expect(ended.stderr.trimEnd()).toMatch(/; there is a socket at adaptive-state\/adaptive\.sock$/)
    await control?.close()
    await serve({}, place.path("run/adaptive.sock"))
    expect((await asked(["list"], { env })).code).toBe(0)
    await first?.close()
  })

  test.each([
    [
      "no socket",
      "gone.sock",
      "gone.sock: there is no such socket\n  hint: is the daemon running? adaptive run --socket gone.sock; ",
    ],
    ["a file", "file", "file: this is a file and no socket\n  hint: "],
    [
      "a path that is too long",
      "x".repeat(200),
      "a path of 200 bytes is too long for a unix socket, which holds 107\n  hint: ",
    ],
  ])("%s: exit 2, with the remedy", async (_, where, told) => {
    place.write({ file: "" })
    for (const args of [["list"], ["console", "-c", "help"], ["console"]])
      expect(await asked([...args, "--socket", where])).toMatchObject({
        code: 2,
        stderr: expect.stringContaining(told),
        stdout: Buffer.alloc(0),
      })
  })
})

describe("adaptive console", () => {
  const says = (...commands: string[]): string[] => commands.flatMap((command) => ["-c", command])

  test("-c: one after the other, and 1 when one is refused", async () => {
    const commands = ["adaptive suspensions", "cache list", "adaptive lost", "adaptive list"]
    const ended = await asked(["console", ...says(...commands)])
    const target = filledStore()
    expect(text(ended)).toBe(commands.map((line) => `${consoleReply(line, target).text}\n`).join(""))
    expect(ended).toMatchObject({ code: 1, stderr: "" })
    expect((await asked(["console", ...says("cache list", "")])).code).toBe(0)
  })

  test("-c --json: an object a line", async () => {
    const ended = await asked([
      "console",
      "--json",
      ...says("adaptive lost", "adaptive override --domain x.test"),
    ])
    expect(
      text(ended)
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line)),
    ).toEqual([
      {
        kind: "console",
        command: "adaptive lost",
        ok: false,
        text: expect.stringContaining("did you mean 'list'?"),
      },
      { kind: "console", command: "adaptive override --domain x.test", ok: true, text: "Overrode 0 entries" },
    ])
    expect(ended.code).toBe(1)
  })

  test("from a pipe: line by line up to quit, 1 when one is refused", async () => {
    const input =
      "adaptive override --domain x.test\n\nadaptive lost\nadaptive override --domain y.test\nquit\ncache list\n"
    const ended = await asked(["console"], { input })
    expect(text(ended).split("\n")).toEqual([
      "Overrode 0 entries",
      expect.stringMatching(/^Unknown command 'lost'/),
      "Overrode 0 entries",
      "",
    ])
    expect(ended).toMatchObject({ code: 1, stderr: "" })
    expect(await asked(["console"], { input: "help" })).toMatchObject({ code: 0, stderr: "" })
  })

  test("an answer of many megabytes comes whole, also where nobody reads to the end", async () => {
    const long = Array.from({ length: 400_000 }, (_, i) => `row ${i}`).join("\n")
    await control?.close()
    await serve({ command: () => ({ ok: true, text: long }) })
    expect(text(await asked(["list"])) === `${long}\n`).toBe(true)
    const env = { ADAPTIVE_SOCKET: path }
    expect(await place.shell("$ADAPTIVE list | head -1", { env })).toMatchObject({ code: 0, stderr: "" })
  })

  test("a command that fails inside the daemon: told, 1, and the next one is given", async () => {
    await control?.close()
    await serve({
      command(line) {
        if (line === "bad") throw new Error("the disk is full")
        return { ok: true, text: line }
      },
    })
    expect(await asked(["console", ...says("bad", "good")])).toMatchObject({
      code: 1,
      stdout: Buffer.from("good\n"),
      stderr: `adaptive: ${path}: the request failed inside the daemon: the disk is full: the daemon goes on\n  hint: its log tells more; what the command had done until then stands\n`,
    })
  })

  test("a daemon that goes away under a command: told, 2, and nothing is given again", async () => {
    const given: (string | undefined)[] = []
    const at = place.path("dying.sock")
    const server = await imposterAt(at, ({ id, do: what, line }, socket) => {
      if (what === "hello") socket.write(greeting(id))
      else if (given.push(line) === 2) socket.destroy()
      else socket.write(`${JSON.stringify({ id, ok: true, text: line })}\n`)
    })
    for (const args of [[...says("first", "second", "third")], []]) {
      given.length = 0
      const ended = await asked(["console", "--socket", at, ...args], { input: "first\nsecond\nthird\n" })
      expect(ended).toMatchObject({
        code: 2,
        stdout: Buffer.from("first\n"),
        stderr: `adaptive: ${at}: the connection broke before the answer came: whether the command was carried out is open\n  hint: look at what stands, e.g. with adaptive suspensions or adaptive list, before giving it again\n`,
      })
      expect(given).toEqual(["first", "second"])
    }
    server.close()
  })

  test("a daemon that was killed: the next line of a pipe is told so, and 2", async () => {
    const at = place.path("killed.sock")
    const daemon = await childDaemon(at)
    const typed = new Typed(place, ["console", "--socket", at])
    typed.type("who\n")
    await typed.shown("I am the daemon")
    await daemon.end("SIGKILL")
    typed.type("who\nwho\n")
    expect(await typed.ended).toBe(2)
    expect(typed.told).toBe(
      `adaptive: ${at}: nobody answers on this socket: the daemon that made it has ended\n  hint: is the daemon running? adaptive run --socket ${at}; one with another socket is named with --socket or ADAPTIVE_SOCKET\n`,
    )
    expect(typed.text).toBe("I am the daemon\n")
  })

  test("a daemon that was started anew: the next line of a pipe finds it", async () => {
    const at = place.path("again.sock")
    const daemon = await childDaemon(at, "the first")
    const typed = new Typed(place, ["console", "--socket", at])
    typed.type("who\n")
    await typed.shown("I am the first")
    await daemon.end("SIGTERM")
    await childDaemon(at, "the second")
    typed.type("who\n")
    typed.finish()
    expect(await typed.ended).toBe(0)
    expect(typed.text).toBe("I am the first\nI am the second\n")
  })
})

describe("on a terminal", () => {
  test("a prompt with completion and history, that outlives its daemon", async () => {
    const at = place.path("t.sock")
    const daemon = await childDaemon(at, "the first")
    const typed = onTerminal(place, ["console", "--socket", at])
    await typed.shown('"quit" ends')
    expect(typed.text).toContain(`adaptive 0.0.0 (process ${daemon.process.pid})`)
    typed.type("who\r")
    await typed.shown("I am the first")
    typed.type("adaptive susp\t")
    // The next word does not stick to it.
    await typed.shown("adaptive suspensions ")
    typed.type("--all\r")
    await typed.shown("Group/Binding")
    typed.type("adaptive lost\r")
    await typed.shown("did you mean 'list'?")
    await daemon.end("SIGKILL")
    typed.type("adaptive reset\r")
    await typed.shown("is the daemon running?")
    // Without a daemon there is nothing to complete.
    typed.type("adaptive li")
    await typed.shown("adaptive li")
    typed.type("\t")
    typed.type("st\r")
    await typed.shown("is the daemon running?", 2)
    const second = await childDaemon(at, "the second")
    typed.type("who\r")
    await typed.shown("I am the second")
    expect(typed.text).toContain(`another daemon answers now: adaptive 0.0.0 (process ${second.process.pid})`)
    typed.type("quit\r")
    expect(await typed.ended).toBe(0)
    expect(readFileSync(place.path(".adaptive_history"), "utf8").split("\n")).toEqual([
      "who",
      // A tab that comes in one piece with what follows it is a character like any other.
      expect.stringMatching(/^adaptive li\t?st$/),
      "adaptive reset",
      "adaptive lost",
      "adaptive suspensions --all",
      "who",
      "",
    ])
    // The history is there the next time: up, up and return.
    const again = onTerminal(place, ["console", "--socket", at])
    await again.shown("adaptive> ")
    again.type("\u001b[A\r")
    await again.shown("I am the second")
    again.type("help\r")
    await again.shown("so do Ctrl-D and Ctrl-C")
    again.type("\u0004")
    expect(await again.ended).toBe(0)
  })

  test("a completion that does not come keeps nobody from typing on, or from leaving", async () => {
    const given: string[] = []
    const asking = new Later<void>()
    const hanging = new Later<never>()
    await control?.close()
    await serve({
      command(line) {
        given.push(line)
        return { ok: true, text: `done: ${line}` }
      },
      complete() {
        asking.keep()
        return hanging.promise
      },
    })
    const typed = onTerminal(place, ["console", "--socket", path])
    await typed.shown("adaptive> ")
    typed.type("adaptive li")
    await typed.shown("adaptive li")
    typed.type("\t")
    await asking.promise
    typed.type("\u0015quit\r")
    expect(await typed.ended).toBe(0)
    expect(given).toEqual([])
    hanging.fail(new Error("nobody waits for it"))
  })

  test("Ctrl-C and Ctrl-D while a command is under way leave the prompt", async () => {
    for (const key of ["\u0003", "\u0004"]) {
      await control?.close()
      const begun = new Later<void>()
      const hanging = new Later<never>()
      await serve({
        command() {
          begun.keep()
          return hanging.promise
        },
      })
      const typed = onTerminal(place, ["console", "--socket", path])
      await typed.shown("adaptive> ")
      typed.type("adaptive list\r")
      await begun.promise
      typed.type(key)
      expect(await typed.ended).toBe(0)
      hanging.fail(new Error("nobody waits for it"))
    }
  })

  test("a history that cannot be written is no reason to stop", async () => {
    chmodSync(place.dir, 0o755)
    const typed = onTerminal(place, ["console", "--socket", path], { HOME: "/nonexistent" })
    await typed.shown("adaptive> ")
    typed.type("adaptive warmup\r")
    await typed.shown("Age")
    typed.type("exit\r")
    expect(await typed.ended).toBe(0)
  })
})
