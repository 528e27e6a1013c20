/** A daemon whose own log cannot be written goes on all the same, and counts what is missing there. */
import { spawn } from "node:child_process"
import { once } from "node:events"
import { closeSync, existsSync, openSync } from "node:fs"
import { createServer } from "node:net"
import { setTimeout as pause } from "node:timers/promises"
import { afterAll, expect, onTestFinished, test } from "vitest"
import { MAIN, Workplace } from "./command.js"
import { onTerminal } from "./terminal.js"

const place = new Workplace()
afterAll(() => place.remove())

const FULL = "/dev/full"

/** One that no other program has at the moment: the daemon cannot tell which it was given. */
async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** @param stderr where its log goes: a file descriptor, or a pipe that this test may leave */
async function started(name: string, stderr: number | "pipe") {
  const port = await freePort()
  const given = ["run", "--listen", `127.0.0.1:${port}`, "--state", name, "--socket", `${name}.sock`]
  const child = spawn(process.execPath, [MAIN, ...given], {
    cwd: place.dir,
    stdio: ["ignore", "ignore", stderr],
  })
  onTestFinished(() => void (child.exitCode === null && child.kill("SIGKILL")))
  const url = `http://127.0.0.1:${port}`
  const until = async (isSo: () => Promise<boolean>): Promise<void> => {
    while (!(await isSo().catch(() => false))) {
      if (child.exitCode !== null) throw new Error(`it has ended with ${child.exitCode}`)
      await pause(20)
    }
  }
  await until(async () => (await fetch(`${url}/readyz`)).ok)
  const lost = async (): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text()
    return Number(/^adaptive_log_lines_lost_total (\d+)$/m.exec(text)?.[1])
  }
  return { child, url, until, lost }
}

test.skipIf(!existsSync(FULL))("a full disk under the log", async () => {
  const full = openSync(FULL, "w")
  const { child, url, until, lost } = await started("full", full)
  closeSync(full)
  const before = await lost()
  // That it begins, and that it is ready.
  expect(before).toBeGreaterThan(1)
  expect((await fetch(`${url}/no`)).status).toBe(404)
  await until(async () => (await lost()) > before)
  const closed = once(child, "close")
  child.kill("SIGTERM")
  expect(await closed).toEqual([0, null])
})

test("nobody reads the log any more", async () => {
  const { child, url, until, lost } = await started("unread", "pipe")
  expect(await lost()).toBe(0)
  child.stderr?.destroy()
  expect((await fetch(`${url}/no`)).status).toBe(404)
  await until(async () => (await lost()) > 0)
  const closed = once(child, "close")
  child.kill("SIGTERM")
  expect(await closed).toEqual([0, null])
})

test.skipIf(!existsSync("/usr/bin/script"))("on a terminal it is for a person", async () => {
  const typed = onTerminal(place, ["run", "--listen", "off", "--state", "seen", "--socket", "seen.sock"], {
    NO_COLOR: "1",
  })
  await typed.shown(" info ready listen=off socket=seen.sock state=")
  typed.type("\u0003")
  // The exit code is the shell's, which is interrupted as well.
  await typed.ended
  expect(typed.text).not.toContain("{")
  expect(typed.text).toMatch(/^\d\d:\d\d:\d\d info ended: everything is on the disk/m)
})
