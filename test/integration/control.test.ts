/** The control socket itself, with real sockets: who may listen, who may ask, and what no client can do to the others. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from "node:fs"
import { createServer } from "node:net"
import { createInterface } from "node:readline"
import fc from "fast-check"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { connect } from "../../src/control/client.js"
import { type Control, type ControlOptions, startControl } from "../../src/control/server.js"
import { Store } from "../../src/store/store.js"
import { handlerOf } from "../control/asking.js"
import { Workplace } from "./command.js"
import { childDaemon, endChildren, Later, RawClient } from "./control-peers.js"

let place: Workplace
let path: string
let controls: Control[]

beforeEach(() => {
  place = new Workplace()
  path = place.path("a.sock")
  controls = []
})
afterEach(async () => {
  await Promise.all(controls.map((control) => control.close()))
  endChildren()
  place.remove()
})

type Given = Partial<Omit<ControlOptions, "handler">> & {
  readonly command?: ControlOptions["handler"]["command"]
}

async function start({ command, ...given }: Given = {}): Promise<Control> {
  const handler = { ...handlerOf(new Store()), ...(command === undefined ? {} : { command }) }
  const control = await startControl({ path, programVersion: "0.0.0", handler, ...given })
  controls.push(control)
  return control
}

const until = (what: () => unknown): Promise<void> =>
  expect.poll(what, { timeout: 20_000, interval: 5 }).toBeTruthy()
const command = (id: number, line: string) => ({ id, do: "command", line })
const taken = (id: number, text: string) => ({ id, ok: true, text })

const WATCH = `
const { lstatSync, writeSync } = require("node:fs")
writeSync(1, "watching\\n")
for (const name of process.argv.slice(1))
  for (let found; !found; ) {
    found = lstatSync(name, { throwIfNoEntry: false })
    if (found) writeSync(1, (found.mode & 0o777).toString(8) + "\\n")
  }`

describe("the socket", () => {
  test("is its user's alone from the moment it is there, whatever the mask", async () => {
    const names = Array.from({ length: 20 }, (_, i) => place.path(`${i}.sock`))
    // Looks without a pause, so that it sees each file as it is born.
    const watcher = spawn(process.execPath, ["-e", WATCH, ...names], { stdio: ["ignore", "pipe", "inherit"] })
    const seen = createInterface({ input: watcher.stdout })[Symbol.asyncIterator]()
    expect((await seen.next()).value).toBe("watching")
    const mask = process.umask(0)
    try {
      for (const name of names) {
        await start({ path: name })
        expect((await seen.next()).value).toBe("600")
      }
      expect(process.umask()).toBe(0)
    } finally {
      process.umask(mask)
      watcher.kill()
    }
  })

  test("goes with its daemon, which ends its clients", async () => {
    const control = await start()
    const client = await connect(path)
    expect(client.isOpen).toBe(true)
    await Promise.all([control.close(), control.close()])
    expect(existsSync(path)).toBe(false)
    await until(() => !client.isOpen)
    await expect(client.command("help")).rejects.toMatchObject({ code: "E_CONTROL_ABSENT" })
  })

  test("a second daemon is refused, and told who is there; the first goes on", async () => {
    const first = await childDaemon(path)
    await expect(start()).rejects.toMatchObject({
      code: "E_CONTROL_TAKEN",
      message: `${path}: an adaptive daemon (process ${first.process.pid}) answers on this socket already: it is left alone, and no second one made`,
    })
    expect(await (await connect(path)).command("who")).toEqual({ ok: true, text: "I am the daemon" })
    await first.end("SIGTERM")
    expect(existsSync(path)).toBe(false)
  })

  test("whoever else listens there is left alone too", async () => {
    const mute = createServer(() => {}).listen(path)
    await once(mute, "listening")
    await expect(start()).rejects.toMatchObject({
      code: "E_CONTROL_TAKEN",
      message: expect.stringContaining("another process answers"),
    })
    mute.close()
  })

  test("what a killed daemon left is taken over", async () => {
    await (await childDaemon(path)).end("SIGKILL")
    expect(lstatSync(path).isSocket()).toBe(true)
    await start()
    expect((await connect(path)).hello).toMatchObject({ pid: process.pid, program: "adaptive" })
    expect(readdirSync(place.dir)).toEqual(["a.sock"])
  })

  test("of several that find it at the same time one takes it over", async () => {
    for (let round = 0; round < 5; round++) {
      await (await childDaemon(path)).end("SIGKILL")
      const all = await Promise.all(Array.from({ length: 3 }, (_, i) => childDaemon(path, `number ${i}`)))
      expect(all.map(({ said }) => said).sort()).toEqual(["E_CONTROL_TAKEN", "E_CONTROL_TAKEN", "ready"])
      const winner = all.findIndex(({ said }) => said === "ready")
      expect((await (await connect(path)).command("who")).text).toBe(`I am number ${winner}`)
      await Promise.all(all.map((child) => child.end("SIGKILL")))
    }
    const again = await Promise.allSettled([start(), start(), start()])
    expect(again.map(({ status }) => status).sort()).toEqual(["fulfilled", "rejected", "rejected"])
    expect(readdirSync(place.dir)).toEqual(["a.sock"])
  })

  // what stands there | made | what it is called
  test.each([
    ["a file", () => place.write({ "a.sock": "precious" })],
    ["a directory", () => mkdirSync(path)],
    ["a link", () => symlinkSync("nowhere", path)],
  ])("%s in its place is left as it is", async (kind, make) => {
    make()
    const before = lstatSync(path).ino
    await expect(start()).rejects.toMatchObject({
      code: "E_CONTROL_KIND",
      message: expect.stringContaining(`${path}: ${kind} stands where the control socket is to be`),
    })
    expect(lstatSync(path).ino).toBe(before)
    if (kind === "a file") expect(readFileSync(path, "utf8")).toBe("precious")
  })

  test.each([
    ["a path that is too long", () => place.path("x".repeat(108)), "holds 107"],
    ["no directory", () => place.path("nosuch/a.sock"), "its directory does not exist"],
    ["a file as the directory", () => place.path("file/a.sock"), "its directory does not exist"],
  ])("%s", async (_, where, message) => {
    place.write({ file: "" })
    await expect(start({ path: where() })).rejects.toMatchObject({
      code: "E_CONTROL_PATH",
      message: expect.stringContaining(message),
    })
  })
})

describe("many and slow clients", () => {
  test("two hundred at once each get their own answers, in order", async () => {
    await start({ command: async (line) => ({ ok: true, text: `${line}!` }) })
    const clients = await Promise.all(Array.from({ length: 200 }, () => connect(path)))
    const answers = await Promise.all(
      clients.flatMap((client, i) => [1, 2, 3].map((n) => client.command(`${i}.${n}`))),
    )
    expect(answers.map(({ text }) => text)).toEqual(
      clients.flatMap((_, i) => [1, 2, 3].map((n) => `${i}.${n}!`)),
    )
    for (const client of clients) client.close()
    await until(() => controls[0]?.clients === 0)
  })

  test("more than it takes are told so, and may come again", async () => {
    const control = await start({ maxClients: 2 })
    const [first] = await Promise.all([connect(path), connect(path)])
    await expect(connect(path)).rejects.toMatchObject({
      code: "E_CONTROL_BUSY",
      message: `${path}: the daemon has 2 clients and takes no more`,
    })
    first.close()
    await until(() => control.clients === 1)
    expect((await connect(path)).isOpen).toBe(true)
  })

  test("commands of one client are begun one after the other; another one need not wait", async () => {
    const gates = [new Later<string>(), new Later<string>()]
    const begun: string[] = []
    await start({
      command: async (line) => {
        begun.push(line)
        const gate = gates[Number(line)]
        return { ok: true, text: gate === undefined ? line : await gate.promise }
      },
    })
    const client = await connect(path)
    const answers = ["0", "1", "last"].map((line) => client.command(line))
    const other = await connect(path)
    expect((await other.command("other")).text).toBe("other")
    expect(begun).toEqual(["0", "other"])
    gates[1]?.keep("one")
    gates[0]?.keep("zero")
    expect((await Promise.all(answers)).map(({ text }) => text)).toEqual(["zero", "one", "last"])
    expect(begun).toEqual(["0", "other", "1", "last"])
  })

  const PIECE = "x".repeat(100_000)

  test("who asks without reading waits, and in the end gets everything in order", async () => {
    let begun = 0
    await start({
      command: (line) => {
        if (line !== "other") begun++
        return { ok: true, text: line === "other" ? line : `${line.trim()} ${PIECE}` }
      },
    })
    const greedy = new RawClient(path)
    // Twenty megabytes of questions, and fifty of answers.
    for (let id = 0; id < 500; id++) greedy.say(command(id, `${id} ${" ".repeat(40_000)}`))
    const other = await connect(path)
    for (let i = 0; i < 100; i++) await other.command("other")
    // What fits the buffers of two sockets has gone back and forth, and no more.
    expect(begun).toBeLessThan(50)
    expect(greedy.socket.writableLength).toBeGreaterThan(10_000_000)
    const heard = (await greedy.finish()) as { id: number; text: string }[]
    expect(heard.map(({ id, text }) => `${id}:${text.slice(0, 4).split(" ")[0]}`)).toEqual(
      Array.from({ length: 500 }, (_, id) => `${id}:${id}`),
    )
  })

  test("who does not read for too long is dropped", async () => {
    const control = await start({ idleMs: 300, command: () => ({ ok: true, text: PIECE.repeat(20) }) })
    const client = new RawClient(path).say(command(1, "x"))
    await until(() => control.clients === 1)
    await until(() => control.clients === 0)
    client.socket.destroy()
  })

  test("who says nothing for too long is let go; who waits for an answer is not", async () => {
    const gate = new Later<string>()
    const control = await start({
      idleMs: 300,
      command: async () => ({ ok: true, text: await gate.promise }),
    })
    const waiting = await connect(path)
    const answer = waiting.command("x")
    const idle = await connect(path)
    await until(() => !idle.isOpen)
    expect(control.clients).toBe(1)
    gate.keep("late")
    expect((await answer).text).toBe("late")
  })

  test("who leaves while its command runs disturbs nothing", async () => {
    const gate = new Later<string>()
    const begun: string[] = []
    const failed: unknown[] = []
    const control = await start({
      failed: (error) => failed.push(error),
      command: async (line) => {
        begun.push(line)
        return { ok: true, text: line === "slow" ? (await gate.promise) + PIECE.repeat(30) : line }
      },
    })
    const leaver = new RawClient(path).say(command(1, "slow"), command(2, "slow"))
    await until(() => begun.includes("slow"))
    leaver.socket.destroy()
    await leaver.closed
    const other = await connect(path)
    expect((await other.command("other")).text).toBe("other")
    gate.keep("answer")
    await until(() => control.clients === 1)
    expect((await other.command("other")).text).toBe("other")
    expect(failed).toEqual([])
  })

  test("an end of the daemon lets the running command be answered", async () => {
    const gate = new Later<string>()
    let isBegun = false
    const control = await start({
      command: async () => {
        isBegun = true
        return { ok: true, text: await gate.promise }
      },
    })
    const answers = await connect(path).then((client) => [client.command("1"), client.command("2")])
    const settled = Promise.allSettled(answers)
    await until(() => isBegun)
    const closing = control.close()
    await expect(connect(path)).rejects.toMatchObject({ code: "E_CONTROL_ABSENT" })
    gate.keep("done")
    await closing
    expect(await settled).toMatchObject([
      { status: "fulfilled", value: { text: "done" } },
      { status: "rejected", reason: { code: "E_CONTROL_LOST" } },
    ])
  })
})

describe("what is said", () => {
  test("from a pipe: all is answered although nothing more will be said, the last line without its end too", async () => {
    await start({ command: (line) => ({ ok: true, text: line }) })
    const client = new RawClient(path).say(command(1, "a"), JSON.stringify(command(2, "b")))
    expect(await client.finish()).toEqual([taken(1, "a"), taken(2, "b")])
  })

  test.each([
    ["no JSON", "GET / HTTP/1.1\r\n\r\n"],
    ["no object", "[1]\n"],
    ["no id", '{"do":"command","line":"x"}\n'],
    ["no UTF-8", new Uint8Array([0x22, 0xff, 0x22, 0x0a])],
    ["a line without an end", "x".repeat(3 << 20)],
  ])("%s: what came before is answered, then there is one error and the end", async (_, noise) => {
    const control = await start({ command: (line) => ({ ok: true, text: line }) })
    const client = new RawClient(path).say(command(1, "a"), noise, command(2, "never"))
    expect(await client.hear()).toEqual([
      taken(1, "a"),
      { id: null, error: expect.objectContaining({ code: "E_CONTROL_GARBAGE" }) },
    ])
    await until(() => control.clients === 0)
  })

  test("who never stops talking is cut off", async () => {
    const control = await start()
    const client = new RawClient(path)
    const babble = Buffer.alloc(65_536, 0x78)
    const talk = (): void => {
      while (!client.socket.destroyed && client.socket.write(babble));
    }
    client.socket.on("drain", talk)
    talk()
    await client.closed
    expect(control.clients).toBe(0)
  })

  test("any noise ends in one error at most, and the next client is answered", async () => {
    const control = await start({ command: (line) => ({ ok: true, text: line }) })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 50 }), { maxLength: 5 }), async (pieces) => {
        const heard = (await new RawClient(path).say(...pieces).finish()) as { id: number | null }[]
        expect(heard.length).toBeLessThanOrEqual(1)
        for (const { id } of heard) expect(id).toBeNull()
      }),
      { numRuns: 300, seed: 20_260_101 },
    )
    expect((await (await connect(path)).command("x")).text).toBe("x")
    await until(() => control.clients === 1)
  })

  test("a request that does not exist is refused, and the next one answered", async () => {
    await start({ command: (line) => ({ ok: true, text: line }) })
    const client = new RawClient(path).say({ id: 1, do: "dance" }, command(2, "a"), {
      id: 3,
      do: "hello",
      version: 2,
    })
    expect(await client.finish()).toMatchObject([
      { id: 1, error: { code: "E_CONTROL_REQUEST" } },
      taken(2, "a"),
      { id: 3, error: { code: "E_CONTROL_VERSION", message: expect.stringContaining("version 1 of") } },
    ])
  })

  test("a handler that throws fails its own request, and is told", async () => {
    const failed: unknown[] = []
    const error = new Error("out of ideas")
    await start({
      failed: (what) => failed.push(what),
      command: (line) => {
        if (line === "bad") throw error
        return { ok: true, text: line }
      },
    })
    const client = await connect(path)
    await expect(client.command("bad")).rejects.toMatchObject({
      code: "E_CONTROL_FAILED",
      message: `${path}: the request failed inside the daemon: out of ideas: the daemon goes on`,
    })
    expect(failed).toEqual([error])
    expect((await client.command("good")).text).toBe("good")
  })

  test("a long answer comes whole, and completions come beside it", async () => {
    const text = Array.from({ length: 300_000 }, (_, i) => `${i} \u{1f4e7}\u001b`).join("\n")
    await start({ command: () => ({ ok: false, text }) })
    const client = await connect(path)
    const [reply, candidates] = await Promise.all([client.command("x"), client.complete("adaptive over")])
    expect(reply.ok).toBe(false)
    expect(reply.text === text).toBe(true)
    expect(candidates).toEqual(["override"])
  })
})
