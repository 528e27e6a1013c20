/** Which directories are watched, and when a look is asked for; on no real file system. */
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { RuleWatcher } from "../../src/reload/watcher.js"

const { links, directories, calls, refused } = vi.hoisted(() => ({
  links: new Map<string, string>(),
  directories: new Set<string>(),
  calls: { added: [] as string[], gone: [] as string[], closed: 0 },
  /** Directories for which the system has no watch left. */
  refused: new Set<string>(),
}))

vi.mock("node:fs", () => ({
  // What a look at the path has called a link is gone when it is read.
  lstatSync: () => ({ isSymbolicLink: () => true }),
  readlinkSync(path: string) {
    const target = links.get(path)
    if (target === undefined) throw Object.assign(new Error(`ENOENT: ${path}`), { code: "ENOENT" })
    return target
  },
  statSync: (path: string) => (directories.has(path) ? { isDirectory: () => true } : undefined),
}))

vi.mock("chokidar", () => ({
  watch() {
    let fail = (_: Error): void => {}
    return {
      on(name: string, listener: (error: Error) => void) {
        if (name === "error") fail = listener
      },
      once: (_: string, ready: () => void) => ready(),
      add(paths: string[]) {
        calls.added.push(...paths)
        for (const path of paths) if (refused.has(path)) fail(new Error(`ENOSPC: watch '${path}'`))
      },
      unwatch: (paths: string[]) => void calls.gone.push(...paths),
      close: async () => void calls.closed++,
    }
  },
}))

beforeEach(() => {
  vi.useFakeTimers()
  links.clear()
  directories.clear()
  for (const path of ["/", "/rules", "/lib", "/next"]) directories.add(path)
  refused.clear()
  Object.assign(calls, { added: [], gone: [], closed: 0 })
})
afterEach(() => vi.useRealTimers())

async function watching(paths: string[]) {
  const [changed, failed, mended] = [vi.fn(), vi.fn(), vi.fn()]
  const timer = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
  const watcher = await RuleWatcher.start({ paths: () => paths, changed, failed, mended, timer })
  return { changed, failed, mended, watcher }
}

test("a link that vanishes while it is looked at is no link", async () => {
  await watching(["/rules/a.lua"])
  expect(calls.added).toEqual(["/rules"])
})

test("where a link stands matters, and where it leads", async () => {
  links.set("/rules", "next")
  await watching(["/rules/a.lua"])
  expect(calls.added).toEqual(["/", "/next"])
})

test("paths that come later are watched, and looked at once more for what has changed before", async () => {
  const paths = ["/rules/a.lua"]
  const { watcher, changed } = await watching(paths)
  watcher.cover()
  vi.runAllTimers()
  expect(changed).not.toHaveBeenCalled()
  paths.push("/lib/hours.lua")
  watcher.cover()
  expect(calls.added).toEqual(["/rules", "/lib"])
  vi.runAllTimers()
  expect(changed).toHaveBeenCalledTimes(1)
  paths.pop()
  watcher.cover()
  expect(calls.gone).toEqual(["/lib"])
  vi.runAllTimers()
  expect(changed).toHaveBeenCalledTimes(1)
})

test("a closed one watches nothing more, and asks for nothing", async () => {
  const paths = ["/rules/a.lua"]
  const { watcher, changed } = await watching(paths)
  paths.push("/lib/hours.lua")
  watcher.cover()
  await watcher.close()
  paths.push("/next/a.lua")
  watcher.cover()
  vi.runAllTimers()
  expect(calls.added).toEqual(["/rules", "/lib"])
  expect(changed).not.toHaveBeenCalled()
})

test("what cannot be watched is told once and tried again each minute, with a look; when it can, that is told", async () => {
  refused.add("/lib")
  const { changed, failed, mended, watcher } = await watching(["/rules/a.lua", "/lib/hours.lua"])
  expect(watcher.trouble).toBe("ENOSPC: watch '/lib'")
  for (const looks of [1, 2]) {
    await vi.advanceTimersByTimeAsync(60_000)
    expect(changed).toHaveBeenCalledTimes(looks)
    expect(calls.closed).toBe(looks)
  }
  expect(watcher.trouble).toBe("ENOSPC: watch '/lib'")
  expect(mended).not.toHaveBeenCalled()
  refused.clear()
  calls.added = []
  await vi.advanceTimersByTimeAsync(60_000)
  expect(calls.added).toEqual(["/rules", "/lib"])
  expect(watcher.trouble).toBeNull()
  expect(changed).toHaveBeenCalledTimes(3)
  expect(failed).toHaveBeenCalledTimes(1)
  expect(mended).toHaveBeenCalledTimes(1)
  await vi.advanceTimersByTimeAsync(600_000)
  expect(changed).toHaveBeenCalledTimes(3)
})

test("one that fails and is closed tries no more", async () => {
  refused.add("/rules")
  const { changed, watcher } = await watching(["/rules/a.lua"])
  await watcher.close()
  calls.added = []
  await vi.advanceTimersByTimeAsync(600_000)
  expect(calls.added).toEqual([])
  expect(changed).not.toHaveBeenCalled()
})
