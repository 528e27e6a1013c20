/** A log that grows, on a real file system: every byte once, whatever rotation does, also over restarts. */
import {
  appendFileSync,
  mkdtempSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import { afterEach, beforeEach, expect, test } from "vitest"
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
      told += event.kind === "bytes" ? event.bytes.toString("latin1") : `[${event.kind}]`
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
  expect(await looks(tail)).toBe("[lost][rotated]b\n")
  truncateSync(at(), 0)
  append("another long line\n")
  expect(await looks(tail)).toBe("[lost][rotated]another long line\n")
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
  expect((await once({ position }, 2 * PATIENT)).text).toBe("[rotated][lost]c\n")
  rmSync(at("log.2"))
  expect((await once({ position })).text).toBe("[lost]c\n")
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

test("a directory is told", async () => {
  await expect(looks(new LogTail(dir))).rejects.toMatchObject({ code: "E_TRAFFIC_DIRECTORY" })
})

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
