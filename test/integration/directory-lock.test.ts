/**
 * The lock of a state directory between real processes, each in a network namespace
 * of its own, as in containers that share a volume: they do not see one another's
 * abstract sockets.
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process"
import { once } from "node:events"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, afterEach, expect, onTestFinished, test } from "vitest"
import { DirectoryLock } from "../../src/store/backing/directory-lock.js"
import { StateDirectory } from "../../src/store/backing/state-directory.js"

const dir = mkdtempSync(join(tmpdir(), "adaptive-lock-"))
const children: ChildProcess[] = []
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL")
})
afterAll(() => rmSync(dir, { recursive: true, force: true }))

const CHILD = fileURLToPath(new URL("lock-child.mjs", import.meta.url))
const hasNamespaces = spawnSync("unshare", ["-n", "true"]).status === 0
if (!hasNamespaces) console.log("skipped: locks across network namespaces, which need root and unshare")

class Contender {
  readonly #child: ChildProcess
  #told = ""

  /** In a network namespace of its own. */
  constructor(path: string, ...more: string[]) {
    this.#child = spawn("unshare", ["-n", process.execPath, CHILD, path, ...more], {
      stdio: ["pipe", "pipe", "inherit"],
    })
    children.push(this.#child)
    this.#child.stdout?.on("data", (bytes: Buffer) => {
      this.#told += bytes
    })
  }

  get pid(): number {
    return this.#child.pid as number
  }

  /** Its next line. */
  async line(): Promise<string> {
    while (!this.#told.includes("\n"))
      await once(this.#child.stdout as NonNullable<ChildProcess["stdout"]>, "data")
    const end = this.#told.indexOf("\n")
    const line = this.#told.slice(0, end)
    this.#told = this.#told.slice(end + 1)
    return line
  }

  begin(): void {
    this.#child.stdin?.write("go\n")
  }

  async end(): Promise<void> {
    const closed = once(this.#child, "close")
    this.#child.stdin?.end()
    await closed
  }

  async kill(): Promise<void> {
    const closed = once(this.#child, "close")
    this.#child.kill("SIGKILL")
    await closed
  }
}

const sockets = (path: string): string[] => readdirSync(path).filter((name) => name.startsWith("lock."))

test.skipIf(!hasNamespaces).each([
  ["a path", "state"],
  [
    "a path that no address of a socket can hold",
    join(..."abc".split("").map((letter) => letter.repeat(60)), "state"),
  ],
])(
  "%s: another container is refused and told who; after kill -9 it may, and nothing is left in the end",
  async (_, name) => {
    const path = join(dir, name)
    mkdirSync(path, { recursive: true })
    const first = new Contender(path)
    expect(await first.line()).toBe("taken")
    expect(sockets(path)).toHaveLength(1)
    expect(await new Contender(path).line()).toBe(
      `E_STATE_LOCKED ${path}: the state directory is used by process ${first.pid} of another container`,
    )
    // It goes on although somebody connected and left.
    expect(await new Contender(path).line()).toMatch(/^E_STATE_LOCKED/)
    await first.kill()
    const second = new Contender(path)
    expect(await second.line()).toBe("taken")
    await expect(StateDirectory.open(path)).rejects.toMatchObject({ code: "E_STATE_LOCKED" })
    await second.end()
    expect(sockets(path)).toEqual([])
    const state = await StateDirectory.open(path)
    expect(await state.names("lock")).toHaveLength(2)
    await state.close()
  },
)

test.skipIf(!hasNamespaces)(
  "of many that start at once on what a killed one left exactly one has it, each time",
  async () => {
    const path = join(dir, "race")
    let holder = new Contender(path)
    expect(await holder.line()).toBe("taken")
    for (let round = 0; round < 5; round++) {
      const all = Array.from({ length: 8 }, () => new Contender(path, "begin"))
      for (const one of all) expect(await one.line()).toBe("waits")
      await holder.kill()
      for (const one of all) one.begin()
      const told = await Promise.all(all.map((one) => one.line()))
      const taken = all.filter((_, i) => told[i] === "taken")
      expect(told.filter((line) => line !== "taken" && !line.startsWith("E_STATE_LOCKED"))).toEqual([])
      expect(taken).toHaveLength(1)
      holder = taken[0] as Contender
    }
    await holder.end()
    expect(sockets(path)).toEqual([])
  },
  60_000,
)

/** A socket file as a killed process leaves it. */
function dead(path: string): void {
  const script = `require("net").createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, "SIGKILL"))`
  spawnSync(process.execPath, ["-e", script])
}

test("what killed processes left in the midst of starting is removed", async () => {
  const path = join(dir, "left")
  mkdirSync(path)
  const left = ["lock.00000001.new", "lock.00000002.socket", "lock.ffffffff.socket"]
  for (const name of left) dead(join(path, name))
  expect(sockets(path)).toEqual(left)
  const state = await StateDirectory.open(path)
  expect(sockets(path)).toHaveLength(1)
  await state.close()
  expect(sockets(path)).toEqual([])
})

// name of the socket | what it says | does it hold the lock?
test.each<[string, string, string | null, boolean]>([
  ["one that has it", "lock.ffffffff.socket", "held\n", true],
  ["one that wants it and comes first", "lock.00000000.socket", null, true],
  ["one that wants it and says nothing for long", "lock.ffffffff.socket", null, true],
  ["one that wants it and makes way", "lock.ffffffff.socket", "", false],
  ["one that does not count yet", "lock.ffffffff.new", null, false],
])("%s", async (name, file, says, isHeld) => {
  const path = join(dir, name)
  mkdirSync(path)
  const server = createServer((socket) => {
    if (says === "") server.close()
    if (says !== null) socket.end(says)
  })
  await new Promise<void>((resolve) => server.listen(join(path, file), resolve))
  onTestFinished(() => void server.close())
  const state = await StateDirectory.open(path).catch(({ code }: { code: string }) => code)
  if (isHeld) expect(state).toBe("E_STATE_LOCKED")
  else await (state as StateDirectory).close()
})

test("a file that is no socket is no lock", async () => {
  const path = join(dir, "file")
  mkdirSync(path)
  writeFileSync(join(path, "lock.12345678.socket"), "text")
  await (await StateDirectory.open(path)).close()
  expect(readFileSync(join(path, "lock"), "utf8")).toBe(`${process.pid}\n`)
})

const canMount = spawnSync("unshare", ["-m", "-i", "mount", "-t", "mqueue", "none", dir]).status === 0
if (!canMount) console.log("skipped: a file system without sockets, which needs root and unshare")

test.skipIf(!canMount || process.platform !== "linux")(
  "where a file system has no sockets, one network namespace keeps its own apart",
  () => {
    const lock = fileURLToPath(new URL("../../dist/store/backing/directory-lock.js", import.meta.url))
    const script = `
      import { DirectoryLock } from ${JSON.stringify(lock)}
      const first = await DirectoryLock.take(${JSON.stringify(dir)})
      const second = await DirectoryLock.take(${JSON.stringify(dir)})
      await first.close()
      await (await DirectoryLock.take(${JSON.stringify(dir)})).close()
      console.log(second)`
    const mounted = `mount -t mqueue none "$0" && exec "$@"`
    const node = [process.execPath, "--input-type=module", "-e", script]
    const { stdout } = spawnSync("unshare", ["-m", "-i", "sh", "-c", mounted, dir, ...node])
    expect(stdout.toString()).toBe("near\n")
  },
)

test("where there is no directory there is no lock", async () => {
  await expect(DirectoryLock.take(join(dir, "nowhere"))).rejects.toMatchObject({ code: "ENOENT" })
})
