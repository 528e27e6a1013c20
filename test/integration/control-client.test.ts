/** The asking end, against daemons that are not there, not allowed, or not what they should be. */
import { chmodSync } from "node:fs"
import type { Server, Socket } from "node:net"
import { afterEach, beforeEach, describe, expect, test } from "vitest"
import { connect } from "../../src/control/client.js"
import { startControl } from "../../src/control/server.js"
import { Store } from "../../src/store/store.js"
import { handlerOf } from "../control/asking.js"
import { Workplace } from "./command.js"
import { childDaemon, endChildren, greeting, imposterAt } from "./control-peers.js"

const CLIENT = new URL("../../dist/control/client.js", import.meta.url).href

let place: Workplace
let path: string
let server: Server | null

beforeEach(() => {
  place = new Workplace()
  path = place.path("a.sock")
  server = null
})
afterEach(() => {
  server?.close()
  endChildren()
  place.remove()
})

async function imposter(answer: Parameters<typeof imposterAt>[1]): Promise<void> {
  server = await imposterAt(path, answer)
}

describe("nobody to ask", () => {
  test.each([
    ["nothing there", () => {}, "E_CONTROL_ABSENT", "there is no such socket"],
    ["a file", () => place.write({ "a.sock": "" }), "E_CONTROL_KIND", "this is a file and no socket"],
    [
      "a daemon that was killed",
      async () => (await childDaemon(path)).end("SIGKILL"),
      "E_CONTROL_ABSENT",
      "nobody answers on this socket: the daemon that made it has ended",
    ],
  ])("%s", async (_, make, code, message) => {
    await make()
    await expect(connect(path)).rejects.toMatchObject({ code, message: `${path}: ${message}` })
  })

  test("where to start one is in the hint", async () => {
    await expect(connect(path)).rejects.toMatchObject({
      hint: expect.stringContaining(`is the daemon running? adaptive run --socket ${path}`),
    })
  })

  test("a socket of another user", async () => {
    const control = await startControl({ path, programVersion: "0", handler: handlerOf(new Store()) })
    chmodSync(place.dir, 0o755)
    const isRoot = process.getuid?.() === 0
    // Whoever may do everything becomes one who may not, once it has loaded what that one could not read.
    if (!isRoot) chmodSync(path, 0)
    const ended = await place.run(process.execPath, [
      "-e",
      `const [client, path] = process.argv.slice(1)
       import(client).then(async ({ connect }) => {
         if (process.getuid() === 0) {
           process.setgroups([])
           process.setgid(65534)
           process.setuid(65534)
         }
         await connect(path).catch(({ code, message }) => console.log(code, message))
       })`,
      CLIENT,
      path,
    ])
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    expect(ended.stdout.toString("utf8")).toBe(
      `E_CONTROL_DENIED ${path}: permission denied: the socket belongs to the user with the number ${process.getuid?.()}\n`,
    )
    await control.close()
  })
})

describe("not the daemon that was meant", () => {
  test.each([
    ["another protocol", "HTTP/1.1 400 Bad Request\r\n\r\n", "E_CONTROL_GARBAGE"],
    ["an answer to another question", '{"id":1,"candidates":[]}\n', "E_CONTROL_GARBAGE"],
    ["an answer to no question", '{"id":9,"ok":true,"text":""}\n', "E_CONTROL_GARBAGE"],
    ["another program", greeting(1, { program: "other" }), "E_CONTROL_GARBAGE"],
    ["a later version", greeting(1, { version: 2 }), "E_CONTROL_VERSION"],
    [
      "its own word for that",
      '{"id":1,"error":{"code":"E_CONTROL_VERSION","message":"m","hint":"h"}}\n',
      "E_CONTROL_VERSION",
    ],
    ["a line without an end", "x".repeat(2 << 20), "E_CONTROL_GARBAGE"],
  ])("%s", async (_, said, code) => {
    await imposter((_line, socket) => socket.write(said))
    await expect(connect(path)).rejects.toMatchObject({ code, message: expect.stringContaining(`${path}: `) })
  })

  test("one that says nothing", async () => {
    await imposter(() => {})
    await expect(connect(path, { helloMs: 20 })).rejects.toMatchObject({
      code: "E_CONTROL_SILENT",
      message: `${path}: whoever listens there says nothing`,
    })
  })

  test.each([
    ["at once", ""],
    ["in the middle of an answer", '{"id":2,"ok":true,"text":"a","more":true}\n{"id":2,"ok":tr'],
  ])("one that goes away %s", async (_, said) => {
    await imposter(({ id, do: what }, socket) => {
      if (what === "hello") socket.write(greeting(id))
      else socket.end(said)
    })
    const client = await connect(path)
    await expect(client.command("adaptive override")).rejects.toMatchObject({
      code: "E_CONTROL_LOST",
      message: `${path}: the connection broke before the answer came: whether the command was carried out is open`,
    })
    expect(client.isOpen).toBe(false)
  })

  test("one that had gone before: the command has certainly not reached it", async () => {
    const sockets: Socket[] = []
    await imposter(({ id }, socket) => {
      sockets.push(socket)
      socket.write(greeting(id))
    })
    const client = await connect(path)
    // Only the system knows so far.
    for (const socket of sockets) socket.destroy()
    expect(client.isOpen).toBe(true)
    for (let i = 0; i < 2; i++)
      await expect(client.command("adaptive override")).rejects.toMatchObject({
        code: "E_CONTROL_ABSENT",
        message: `${path}: the daemon had gone before the command was given`,
      })
  })

  test("a command that is too long is not sent, and the next one is", async () => {
    await imposter(({ id, do: what }, socket) => {
      socket.write(what === "hello" ? greeting(id) : `${JSON.stringify({ id, ok: true, text: "yes" })}\n`)
    })
    const client = await connect(path)
    await expect(client.command("x".repeat(2 << 20))).rejects.toMatchObject({ code: "E_CONTROL_SIZE" })
    expect(await client.command("x")).toEqual({ ok: true, text: "yes" })
    client.close()
  })
})
