/** Which directories are watched, and when a look is asked for; on no real file system. */
import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { RuleWatcher } from "../../src/reload/watcher.js"

const { links, directories, calls } = vi.hoisted(() => ({
  links: new Map<string, string>(),
  directories: new Set<string>(),
  calls: { added: [] as string[], gone: [] as string[] },
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
  watch: () => ({
    on() {},
    once: (_: string, ready: () => void) => ready(),
    add: (paths: string[]) => void calls.added.push(...paths),
    unwatch: (paths: string[]) => void calls.gone.push(...paths),
    close: async () => {},
  }),
}))

beforeEach(() => {
  vi.useFakeTimers()
  links.clear()
  directories.clear()
  for (const path of ["/", "/rules", "/lib", "/next"]) directories.add(path)
  Object.assign(calls, { added: [], gone: [] })
})
afterEach(() => vi.useRealTimers())

async function watching(paths: string[]) {
  const changed = vi.fn()
  const failed = (error: Error): never => {
    throw error
  }
  return { changed, watcher: await RuleWatcher.start({ paths: () => paths, changed, failed }) }
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
