/** Bytes of files, plain and compressed: all of them, or all that can be read and why not the rest. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { gzipSync } from "node:zlib"
import { afterAll, describe, expect, test } from "vitest"
import { BrokenArchive, openSource, type Source, SourceError } from "../../src/ingest/source.js"

const dir = mkdtempSync(join(tmpdir(), "adaptive-source-"))
afterAll(() => rmSync(dir, { recursive: true, force: true }))

/** The same 200,000 bytes of text in each; made with the commands of these names. */
const SAMPLES = fileURLToPath(new URL("../testdata/ingest/", import.meta.url))
const TEXT = Array.from({ length: 10_000 }, (_, i) => `line ${String(i).padStart(14, "0")}\n`).join("")

function file(name: string, content: Uint8Array | string): string {
  const path = join(dir, name)
  writeFileSync(path, content)
  return path
}

async function readAll(
  path: string,
  chunkBytes = 1000,
): Promise<{ text: string; fault: unknown; source: Source }> {
  const source = await openSource(path, { chunkBytes })
  let text = ""
  let fault: unknown = null
  try {
    for (let piece = await source.next(); piece !== null; piece = await source.next())
      text += piece.toString("latin1")
  } catch (error) {
    fault = error
  }
  await source.close()
  return { text, fault, source }
}

const compressed: [string, () => Buffer][] = [
  ["gzip", () => gzipSync(TEXT)],
  ["bzip2", () => readFileSync(join(SAMPLES, "lines.bz2"))],
  ["zstd", () => readFileSync(join(SAMPLES, "lines.zst"))],
]

test.each([1, 7, 1000, 1 << 20])("a plain file in pieces of %s", async (chunkBytes) => {
  const text = chunkBytes < 100 ? TEXT.slice(0, 5000) : TEXT
  const { text: read, source } = await readAll(file("plain", text), chunkBytes)
  expect(read).toBe(text)
  expect([source.size, source.position, source.compression]).toEqual([text.length, text.length, null])
})

describe.each(compressed)("%s", (compression, make) => {
  test.each([1, 1000, 1 << 20])("in pieces of %s", async (chunkBytes) => {
    const { text, fault, source } = await readAll(file("whole", make()), chunkBytes)
    expect(fault).toBeNull()
    expect(text === TEXT).toBe(true)
    expect(source.compression).toBe(compression)
  })

  test("two behind one another", async () => {
    const { text, fault } = await readAll(file("two", Buffer.concat([make(), make()])))
    expect(fault).toBeNull()
    expect(text === TEXT + TEXT).toBe(true)
  })

  test("cut anywhere: what can be read comes first, then the fault", async () => {
    const whole = make()
    for (const share of [0.3, 0.6, 0.9, 0.99]) {
      const { text, fault } = await readAll(file("cut", whole.subarray(0, Math.floor(whole.length * share))))
      expect(TEXT.startsWith(text)).toBe(true)
      expect(fault).toBeInstanceOf(BrokenArchive)
      expect(fault).toMatchObject({ compression, isCut: true })
    }
  })

  test("damaged: said so, and nothing else happens", async () => {
    const whole = Buffer.from(make())
    for (let i = 200; i < 260; i++) whole[i] = 0xff
    const { fault } = await readAll(file("damaged", whole))
    expect(fault).toBeInstanceOf(BrokenArchive)
    expect(fault).toMatchObject({ compression })
  })
})

test("much of a cut gzip file is read", async () => {
  const whole = gzipSync(TEXT)
  const { text } = await readAll(file("half.gz", whole.subarray(0, whole.length - 20)))
  expect(text.length).toBeGreaterThan(TEXT.length * 0.8)
})

test("an empty file has nothing", async () => {
  expect(await readAll(file("empty", ""))).toMatchObject({ text: "", fault: null })
})

test.each([
  ["missing", "nothing-here", "E_TRAFFIC_MISSING", "no such file"],
  ["a directory", "sub", "E_TRAFFIC_DIRECTORY", "is a directory"],
])("%s is refused", async (_title, name, code, message) => {
  mkdirSync(join(dir, "sub"), { recursive: true })
  const path = join(dir, name)
  await expect(openSource(path, { chunkBytes: 10 })).rejects.toThrow(SourceError)
  await expect(openSource(path, { chunkBytes: 10 })).rejects.toMatchObject({ code, path, message })
})
