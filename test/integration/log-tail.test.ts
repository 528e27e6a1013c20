/** A log that grows, on a real file system: every byte once, whatever rotation does, also over restarts. */
import { execFileSync } from "node:child_process"
import {
  appendFileSync,
  copyFileSync,
  existsSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { type FileHandle, open } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from "vitest"
import { type LogPosition, LogTail, type TailOptions } from "../../src/ingest/log-tail.js"

let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "adaptive-tail-"))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const at = (name = "log"): string => join(dir, name)
const append = (text: string, name?: string): void => appendFileSync(at(name), text)

/** What a tail gives in so many looks: bytes as text, what else it tells in brackets. */
async function looks(tail: LogTail, times = 1): Promise<string> {
  let told = ""
  for (let i = 0; i < times; i++)
    for await (const event of tail.read())
      told +=
        event.kind === "bytes"
          ? event.bytes.toString("latin1")
          : event.kind === "lost"
            ? `[lost${event.isSure ? "" : "?"}]`
            : `[${event.kind}]`
  return told
}

/** Enough for whoever reads to leave a file that was renamed. */
const PATIENT = 4

async function once(
  options: TailOptions,
  times = PATIENT,
): Promise<{ text: string; position: LogPosition | null }> {
  const tail = new LogTail(at(), options)
  const text = await looks(tail, times)
  await tail.close()
  return { text, position: tail.position() }
}

test("what is there, and what comes", async () => {
  const tail = new LogTail(at(), { chunkBytes: 4 })
  expect(await looks(tail, 3)).toBe("")
  append("one\n")
  expect(await looks(tail)).toBe("one\n")
  expect(await looks(tail)).toBe("")
  append("two and more\nthr")
  expect(await looks(tail)).toBe("two and more\nthr")
  append("ee\n")
  expect(await looks(tail)).toBe("ee\n")
  await tail.close()
})

test("from the end, where nothing was read before", async () => {
  append("old\n")
  const tail = new LogTail(at(), { fromEnd: true })
  expect(await looks(tail)).toBe("")
  append("new\n")
  expect(await looks(tail)).toBe("new\n")
  await tail.close()
  append("newer\n")
  expect((await once({ fromEnd: true, position: tail.position() })).text).toBe("newer\n")
})

test("renamed: the old one to its end, although it is still written to, then the new one", async () => {
  append("a\n")
  const tail = new LogTail(at())
  expect(await looks(tail)).toBe("a\n")
  renameSync(at(), at("log.1"))
  append("b\n", "log.1")
  expect(await looks(tail, PATIENT)).toBe("b\n")
  append("d\n")
  append("c\n", "log.1")
  expect(await looks(tail, PATIENT)).toBe("c\n[rotated]d\n")
  await tail.close()
})

test("cut where it stands, as copytruncate does; also when it has grown past the old place again", async () => {
  append("a long line\n")
  const tail = new LogTail(at())
  expect(await looks(tail)).toBe("a long line\n")
  truncateSync(at(), 0)
  append("b\n")
  expect(await looks(tail)).toBe("[lost?][rotated]b\n")
  truncateSync(at(), 0)
  append("another long line\n")
  expect(await looks(tail)).toBe("[lost?][rotated]another long line\n")
  await tail.close()
})

test("left and taken up again: in the same file, in one renamed meanwhile, in those that came between", async () => {
  append("a\n")
  let { text, position } = await once({})
  expect(text).toBe("a\n")
  append("b\n")
  ;({ text, position } = await once({ position }))
  expect(text).toBe("b\n")
  append("c\n")
  renameSync(at(), at("log.1"))
  append("d\n")
  ;({ text, position } = await once({ position }))
  expect(text).toBe("c\n[rotated]d\n")
  append("e\n")
  // Twice: what was left is log.2 now, and what came after it log.1. Copies of other names do not count.
  renameSync(at(), at("log.2"))
  utimesSync(at("log.2"), 100, 1_790_000_000)
  writeFileSync(at("log.1"), "f\n")
  utimesSync(at("log.1"), 100, 1_790_000_100)
  writeFileSync(at("log.bak"), "copy\n")
  append("g\n")
  ;({ text, position } = await once({ position }, 2 * PATIENT))
  expect(text).toBe("e\n[rotated]f\n[rotated]g\n")
})

test("what was packed, removed or replaced meanwhile is told to be lost", async () => {
  append("a\n")
  const { position } = await once({})
  renameSync(at(), at("log.2"))
  utimesSync(at("log.2"), 100, 1_790_000_000)
  writeFileSync(at("log.1.gz"), gzipSync("b\n"))
  append("c\n")
  expect((await once({ position }, 2 * PATIENT)).text).toBe("[lost][rotated]c\n")
  rmSync(at("log.2"))
  expect((await once({ position })).text).toBe("[lost][rotated]c\n")
})

test("what is not used up is given again", async () => {
  append("one\ntw")
  const tail = new LogTail(at())
  expect(await looks(tail)).toBe("one\ntw")
  await tail.close()
  const position = new LogTail(at(), { position: tail.position() }).position(2)
  append("o\n")
  expect(position?.offset).toBe(6)
  const again = new LogTail(at(), { position: { ...(tail.position() as LogPosition), offset: 4 } })
  expect(await looks(again)).toBe("two\n")
  await again.close()
})

/** As logrotate's copytruncate does it. */
function copyAndCut(more = ""): void {
  append(more)
  copyFileSync(at(), at("log.1"))
  truncateSync(at(), 0)
}

// what | written before the copy and not read | written after the cut | what is told
test.each<[string, string, string, string]>([
  ["all had been read", "", "new\n", "[rotated]new\n"],
  ["something had not", "unread\n", "new\n", "unread\n[rotated]new\n"],
  ["within a line", "rest of a line\n", "", "rest of a line\n[rotated]"],
])("copied and cut: %s: every byte once", async (_, unread, after, told) => {
  append("what is read: a line, and half of one")
  const running = new LogTail(at())
  await looks(running)
  const { position } = await once({})
  copyAndCut(unread)
  append(after)
  expect(await looks(running, 2)).toBe(told)
  expect(await looks(running)).toBe("")
  await running.close()
  // The same for a run that was not there when it happened.
  const next = await once({ position })
  expect(next.text).toBe(told)
  expect((await once({ position: next.position })).text).toBe("")
})

test("cut while something was still to be read, and no copy to be found: that is a loss", async () => {
  append("one\ntwo\n")
  const tail = new LogTail(at(), { chunkBytes: 4 })
  for await (const event of tail.read()) {
    expect(event.kind).toBe("bytes")
    break
  }
  truncateSync(at(), 0)
  append("new\n")
  // Eight bytes were there, four had been read.
  expect(await looks(tail)).toBe("[lost][rotated]new\n")
  await tail.close()
})

test.each(["before it is read on", "between two pieces"])("copied, cut and grown again %s", async (when) => {
  const old = "a line\nand another one\n"
  const fresh = `${"x".repeat(50)}\n`
  const tail = new LogTail(at(), { chunkBytes: 5 })
  const rotate = (): void => {
    copyAndCut(when === "between two pieces" ? "" : "the last one\n")
    append(fresh)
  }
  let text = ""
  const look = async (then: () => void): Promise<void> => {
    for await (const event of tail.read()) {
      if (text === "") then()
      text += event.kind === "bytes" ? event.bytes.toString("latin1") : `[${event.kind}]`
    }
  }
  append(old)
  if (when === "between two pieces") {
    await look(rotate)
    expect(text).toBe(`${old}[rotated]${fresh}`)
  } else {
    await look(() => {})
    const file = await open(at())
    const handles = Object.getPrototypeOf(file) as { read: (...args: unknown[]) => Promise<unknown> }
    await file.close()
    const { read } = handles
    // The next reading comes just after the rotation, whatever was looked at before it.
    vi.spyOn(handles, "read").mockImplementationOnce(function (this: unknown, ...args) {
      rotate()
      return read.apply(this, args)
    })
    onTestFinished(() => void vi.restoreAllMocks())
    await look(() => {})
    expect(text).toBe(`${old}the last one\n[rotated]${fresh}`)
  }
  await tail.close()
})

test("where to go on is told with the rotation: nobody begins again before the line that was open", async () => {
  append("a\nopen")
  const tail = new LogTail(at())
  await looks(tail)
  renameSync(at(), at("log.1"))
  append("b\n")
  const places: [string, LogPosition | null][] = []
  for (let i = 0; i < PATIENT; i++)
    for await (const { kind } of tail.read()) places.push([kind, tail.position()])
  await tail.close()
  expect(places.map(([kind, position]) => [kind, position?.offset])).toEqual([
    ["rotated", 0],
    ["bytes", 2],
  ])
  expect((await once({ position: places[0]?.[1] ?? null })).text).toBe("b\n")
})

test("what is written to the renamed file is taken until the new one has its first byte", async () => {
  append("a\n")
  let tail = new LogTail(at())
  expect(await looks(tail)).toBe("a\n")
  renameSync(at(), at("log.1"))
  append("")
  expect(await looks(tail, PATIENT)).toBe("")
  append("b\n", "log.1")
  expect(await looks(tail, PATIENT)).toBe("b\n")
  await tail.close()
  tail = new LogTail(at(), { position: tail.position() })
  append("c\n", "log.1")
  expect(await looks(tail, PATIENT)).toBe("c\n")
  append("d\n")
  expect(await looks(tail, PATIENT)).toBe("[rotated]d\n")
  await tail.close()
})

test("a number that another file has now is no place, where no byte was read", async () => {
  append("")
  const { position } = await once({})
  renameSync(at(), at("other"))
  append("not of this log\n", "other")
  append("new\n")
  expect((await once({ position })).text).toBe("[lost][rotated]new\n")
})

test("while the old file is being packed nothing is lost", async () => {
  append("a\n")
  const tail = new LogTail(at())
  expect(await looks(tail)).toBe("a\n")
  renameSync(at(), at("log.1"))
  writeFileSync(at("log.1.gz"), "half of it")
  append("b\n")
  expect(await looks(tail, PATIENT)).toBe("[rotated]b\n")
  await tail.close()
})

test("what is no file is told, and nobody waits for it", async () => {
  await expect(looks(new LogTail(dir))).rejects.toMatchObject({ code: "E_TRAFFIC_DIRECTORY" })
  execFileSync("mkfifo", [at("pipe")])
  const pipe = new LogTail(at("pipe"))
  await expect(looks(pipe)).rejects.toMatchObject({
    code: "E_TRAFFIC_UNREADABLE",
    message: /no regular file/,
  })
  rmSync(at("pipe"))
  append("a\n", "pipe")
  expect(await looks(pipe)).toBe("a\n")
  await pipe.close()
})

test.skipIf(!existsSync("/proc/self/mem"))("a file that cannot be read says so, at each look", async () => {
  const tail = new LogTail("/proc/self/mem", { fromEnd: true })
  await tail.mark()
  for (let i = 0; i < 3; i++)
    await expect(looks(tail)).rejects.toMatchObject({
      code: "E_TRAFFIC_UNREADABLE",
      path: "/proc/self/mem",
      message: "cannot be read: EIO",
      hint: expect.stringContaining("tried again"),
    })
})

test.each(["read", "stat"] as const)(
  "a disk that fails at %s: every byte once when it is back",
  async (call) => {
    append("a\n")
    const tail = new LogTail(at())
    expect(await looks(tail)).toBe("a\n")
    append("b\n")
    const file = await open(at())
    const handles = Object.getPrototypeOf(file) as FileHandle
    await file.close()
    const fault = Object.assign(new Error("ESTALE: stale file handle"), { code: "ESTALE", syscall: call })
    const failing = vi.spyOn(handles, call).mockRejectedValue(fault)
    onTestFinished(() => failing.mockRestore())
    for (let i = 0; i < 2; i++)
      await expect(looks(tail)).rejects.toMatchObject({ code: "E_TRAFFIC_UNREADABLE", message: /ESTALE/ })
    failing.mockRestore()
    expect(await looks(tail)).toBe("b\n")
    await tail.close()
  },
)

test("any history of writing, rotating and restarting: every byte once, in order", async () => {
  const step = fc.oneof(
    { weight: 4, arbitrary: fc.constant("write" as const) },
    { weight: 2, arbitrary: fc.constant("look" as const) },
    { weight: 1, arbitrary: fc.constant("rotate" as const) },
    { weight: 1, arbitrary: fc.constant("restart" as const) },
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { maxLength: 25 }),
      fc.integer({ min: 1, max: 7 }),
      async (steps, chunkBytes) => {
        rmSync(dir, { recursive: true, force: true })
        dir = mkdtempSync(join(tmpdir(), "adaptive-tail-"))
        let written = ""
        let read = ""
        let rotations = 0
        let tail = new LogTail(at(), { chunkBytes })
        for (const what of [...steps, "look" as const]) {
          if (what === "write") {
            const line = `${String(written.length).padStart(5, "0")}\n`
            append(line)
            written += line
          } else if (what === "look") read += await looks(tail, PATIENT)
          else if (what === "rotate" && written !== "") {
            // One rotation after the other must be seen, as names are given again.
            read += await looks(tail, PATIENT)
            renameSync(at(), at(`log.${++rotations}`))
            append("")
          } else if (what === "restart") {
            await tail.close()
            tail = new LogTail(at(), { chunkBytes, position: tail.position() })
          }
        }
        await tail.close()
        expect(read.replaceAll("[rotated]", "")).toBe(written)
      },
    ),
    { numRuns: 60 },
  )
})
