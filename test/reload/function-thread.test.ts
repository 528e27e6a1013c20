/** A thread that gives no answer: given up once, and what is asked is kept as it is. */
import { EventEmitter } from "node:events"
import { expect, test, vi } from "vitest"
import { FunctionThread } from "../../src/reload/function-thread.js"
import { custom, load } from "../rules/loading.js"

const { threads } = vi.hoisted(() => ({ threads: [] as { terminated: number }[] }))

vi.mock("node:worker_threads", async (original) => ({
  ...(await original<typeof import("node:worker_threads")>()),
  Worker: class extends EventEmitter {
    terminated = 0
    constructor() {
      super()
      threads.push(this)
      queueMicrotask(() => this.emit("message", "ready"))
    }
    unref() {}
    async terminate() {
      this.terminated++
    }
  },
}))

const ARGS = { current: 1, last: 0, ageSec: 0, count: 0, atSec: null }
const KEPT = { ok: false, reason: "the functions of these rules answer no more", isNil: false }

async function started() {
  const { functions } = load({
    "a.lua": custom('{ ["a.test"] = { configuration = { retry_interval = function() return 1 end } } }'),
  })
  const told: string[] = []
  const thread = await FunctionThread.start(functions, {
    signal: new AbortController().signal,
    failed: ({ code, message }) => told.push(`${code}: ${message}`),
  })
  return {
    thread: thread as FunctionThread,
    told,
    worker: threads.at(-1) as EventEmitter & { terminated: number },
  }
}

test("no answer within its time", async () => {
  const waits = vi.spyOn(Atomics, "wait").mockReturnValue("timed-out")
  const { thread, told, worker } = await started()
  expect([thread.call(1, ARGS), thread.call(1, ARGS)]).toEqual([KEPT, KEPT])
  expect(waits).toHaveBeenCalledTimes(1)
  expect(waits.mock.calls[0]?.[3]).toBe(2000)
  expect(told).toEqual([
    "E_RULES_FUNCTIONS: the functions of these rules answer no more: it gave no answer within 2000 milliseconds: values of the configuration are kept",
  ])
  expect(worker.terminated).toBe(1)
  waits.mockRestore()
})

test("it ends by itself", async () => {
  const { thread, told, worker } = await started()
  worker.emit("error", new Error("out of memory"))
  worker.emit("exit", 1)
  expect(thread.call(1, ARGS)).toEqual(KEPT)
  expect(told).toEqual([expect.stringMatching(/^E_RULES_FUNCTIONS: .*out of memory/)])
})
