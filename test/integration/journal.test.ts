/** Journals and state directories on a real file system, cut off and damaged in every way. */
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import fc from "fast-check"
import { afterAll, describe, expect, test } from "vitest"
import { Journal, readJournal, type TornEnd } from "../../src/store/backing/journal.js"
import { STATE_VERSION, StateDirectory } from "../../src/store/backing/state-directory.js"
import { StoreFault } from "../../src/store/fault.js"

const root = mkdtempSync(join(tmpdir(), "adaptive-journal-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

let made = 0
/** Tests run side by side: each has a directory of its own. */
const fresh = (): string => {
  const dir = join(root, String(made++))
  mkdirSync(dir)
  return dir
}

async function read(dir: string, from = 1): Promise<{ records: string[]; torn: TornEnd[] }> {
  const torn: TornEnd[] = []
  const records: string[] = []
  for await (const { payload } of readJournal(dir, from, (end) => torn.push(end)))
    records.push(payload.toString())
  return { records, torn }
}

const segments = (dir: string): string[] => readdirSync(dir).filter((name) => name.startsWith("journal-"))

describe("a journal", () => {
  test("gives back what was committed, in order, over segments and runs", async () => {
    const dir = fresh()
    const first = await Journal.begin(dir)
    first.append(Buffer.from("one"))
    first.append(Buffer.from("two"))
    await first.commit()
    expect(first.rotate()).toBe(2)
    expect(first.rotate()).toBe(2)
    first.append(Buffer.from("three"))
    await first.close()
    const second = await Journal.begin(dir)
    second.append(Buffer.from("four"))
    await second.close()
    expect(segments(dir)).toHaveLength(3)
    expect(await read(dir)).toEqual({ records: ["one", "two", "three", "four"], torn: [] })
    expect((await read(dir, 2)).records).toEqual(["three", "four"])
    await second.dropBefore(3)
    expect((await read(dir, 3)).records).toEqual(["four"])
    await expect(read(dir, 2)).rejects.toMatchObject({ code: "E_JOURNAL_DAMAGED" })
    expect((await Journal.begin(dir, 9)).segment).toBe(9)
  })

  test("what was on the disk is not taken for a write that was cut off, though it stands in the last segment", async () => {
    const dir = fresh()
    const journal = await Journal.begin(dir)
    for (const text of ["one", "two", "three"]) {
      journal.append(Buffer.from(text))
      await journal.commit()
    }
    await journal.close()
    const path = join(dir, segments(dir)[0] as string)
    const bytes = readFileSync(path)
    bytes.writeUInt8((bytes[bytes.indexOf("one")] as number) ^ 1, bytes.indexOf("one"))
    writeFileSync(path, bytes)
    await expect(read(dir)).rejects.toMatchObject({ code: "E_JOURNAL_DAMAGED" })
    expect(readFileSync(path).equals(bytes)).toBe(true)
    // Of several that were written together none was on the disk before the other.
    const other = fresh()
    const together = await Journal.begin(other)
    for (const text of ["one", "two", "three"]) together.append(Buffer.from(text))
    await together.close()
    const torn = join(other, segments(other)[0] as string)
    const half = readFileSync(torn)
    half.fill(0, half.indexOf("two"), half.indexOf("two") + 3)
    writeFileSync(torn, half)
    expect(await read(other)).toMatchObject({ records: ["one"], torn: [{ path: torn }] })
  })

  test("many who commit at once share writes", async () => {
    const dir = fresh()
    const journal = await Journal.begin(dir)
    const commits = Array.from({ length: 500 }, (_, i) => {
      journal.append(Buffer.from(String(i)))
      return journal.commit()
    })
    expect(new Set(commits).size).toBeLessThan(5)
    await Promise.all(commits)
    await journal.close()
    expect((await read(dir)).records).toHaveLength(500)
  })

  test("cut off anywhere, it gives the whole records before that, and goes on", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.string({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 12 }),
        fc.nat(),
        fc.uint8Array({ maxLength: 20 }),
        async (texts, where, garbage) => {
          const dir = fresh()
          const journal = await Journal.begin(dir)
          const ends: number[] = []
          for (const text of texts) {
            journal.append(Buffer.from(text))
            await journal.commit()
            ends.push(statSync(join(dir, "journal-000000000001")).size)
          }
          await journal.close()
          const path = join(dir, "journal-000000000001")
          const length = where % (statSync(path).size + 1)
          truncateSync(path, length)
          // What was being written may be anything. Zero bytes and noise are no records.
          appendFileSync(path, garbage.fill(0, 0, 8))
          const whole = ends.filter((end) => end <= length).length
          const { records } = await read(dir)
          expect(records).toEqual(texts.slice(0, whole))
          const next = await Journal.begin(dir)
          next.append(Buffer.from("more"))
          await next.close()
          expect(await read(dir)).toEqual({ records: [...records, "more"], torn: [] })
        },
      ),
      { numRuns: 60, examples: [[[" "], 0, new Uint8Array()]] },
    )
  })

  test("a full disk: it is told, nothing is lost, and the next commit writes it", async () => {
    const dir = fresh()
    const journal = await Journal.begin(dir)
    journal.append(Buffer.from("one"))
    await journal.commit()
    rmSync(dir, { recursive: true })
    writeFileSync(dir, "a file in place of the directory")
    journal.rotate()
    journal.append(Buffer.from("two"))
    await expect(journal.commit()).rejects.toMatchObject({ code: "E_JOURNAL_WRITE" })
    journal.append(Buffer.from("three"))
    expect(journal.waitingBytes).toBeGreaterThan(0)
    rmSync(dir)
    mkdirSync(dir)
    await journal.close()
    expect(journal.waitingBytes).toBe(0)
    expect((await read(dir, 2)).records).toEqual(["two", "three"])
  })

  test.each([
    ["another version", (path: string) => patch(path, 8, 77), "E_JOURNAL_VERSION"],
    ["no journal", (path: string) => patch(path, 0, 1), "E_JOURNAL_DAMAGED"],
    ["a record that was changed", (path: string) => patch(path, 22, 1), "E_JOURNAL_DAMAGED"],
    ["cut off", (path: string) => truncateSync(path, statSync(path).size - 1), "E_JOURNAL_DAMAGED"],
    ["missing", (path: string) => rmSync(path), "E_JOURNAL_DAMAGED"],
  ])("a segment that is not the last: %s", async (_, harm, code) => {
    const dir = fresh()
    const journal = await Journal.begin(dir)
    for (const text of ["first", "second", "third"]) {
      journal.append(Buffer.from(text))
      await journal.commit()
      journal.rotate()
    }
    await journal.close()
    harm(join(dir, segments(dir)[1] as string))
    const before = readdirSync(dir).map((name) => readFileSync(join(dir, name)))
    await expect(read(dir)).rejects.toMatchObject({ code })
    expect(readdirSync(dir).map((name) => readFileSync(join(dir, name)))).toEqual(before)
  })
})

function patch(path: string, at: number, byte: number): void {
  const bytes = readFileSync(path)
  bytes[at] = (bytes[at] as number) ^ byte
  writeFileSync(path, bytes)
}

describe("a state directory", () => {
  test("is one process's, and free when it is closed", async () => {
    const dir = fresh()
    const first = await StateDirectory.open(join(dir, "state"))
    expect(statSync(first.path).mode & 0o777).toBe(0o700)
    await expect(StateDirectory.open(join(dir, "state"))).rejects.toMatchObject({
      code: "E_STATE_LOCKED",
      message: expect.stringContaining(`the state directory is used by process ${process.pid}`),
    })
    await first.close()
    await (await StateDirectory.open(join(dir, "state"))).close()
  })

  test.each([
    [String(STATE_VERSION + 1), /of version 2; this program reads version 1/, "E_STATE_VERSION"],
    ["what", /its file "version" holds no version/, "E_STATE_VERSION"],
  ])("of version %j: refused, and left as it is", async (text, message, code) => {
    const dir = fresh()
    writeFileSync(join(dir, "version"), text)
    const opened = StateDirectory.open(dir)
    await expect(opened).rejects.toThrow(message)
    await expect(opened).rejects.toMatchObject({ code })
    expect(readFileSync(join(dir, "version"), "utf8")).toBe(text)
    writeFileSync(join(dir, "version"), `${STATE_VERSION}\n`)
    await (await StateDirectory.open(dir)).close()
  })

  test("that is a file: refused", async () => {
    const dir = fresh()
    writeFileSync(join(dir, "file"), "")
    const fault = await StateDirectory.open(join(dir, "file")).catch((error: unknown) => error)
    expect(fault).toBeInstanceOf(StoreFault)
    expect(fault).toMatchObject({ code: "E_STATE_UNUSABLE" })
  })
})
