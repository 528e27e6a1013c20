/**
 * A file that lines are added to, many at a time. It is opened for each batch: a
 * file that was moved away by log rotation is left alone without being told, and
 * a thousand bindings with a log each need no thousand open files. A whole line
 * always begins on a line of its own, even after a process that died within one.
 * When it cannot be written, lines are kept up to a bound and tried again at the
 * next flush; beyond the bound they are counted, and told when it can be written
 * again, or at the end. Of a file that can be written
 * none is left out, however many are added before it is its turn: whoever adds
 * them waits for a flush now and then.
 */
import { type FileHandle, open } from "node:fs/promises"
import type { TellFault } from "./sink.js"

const BATCH_BYTES = 64 << 10
/** Of lines that wait for one file that cannot be written. */
const MAX_WAITING_BYTES = 4 << 20
const NEWLINE = 0x0a

export interface LineFileOptions {
  /** What a line is called when some are lost: "line", "record". */
  readonly unit: string
  readonly tell: TellFault
}

export class LineFile {
  readonly path: string
  readonly #options: LineFileOptions
  #waiting: string[] = []
  #waitingBytes = 0
  /** Whole lines of a batch that was not written. */
  #rest = Buffer.alloc(0)
  #writing: Promise<void> = Promise.resolve()
  #trouble: string | null = null
  #lost = 0

  constructor(path: string, options: LineFileOptions) {
    this.path = path
    this.#options = options
  }

  /** Why it cannot be written; null where it can, as far as is known. */
  get trouble(): string | null {
    return this.#trouble
  }

  /** Nothing waits to be written. */
  get isIdle(): boolean {
    return this.#waitingBytes === 0
  }

  line(text: string): void {
    const bytes = Buffer.byteLength(text) + 1
    if (this.#trouble !== null && this.#waitingBytes + bytes > MAX_WAITING_BYTES) {
      this.#lost++
      return
    }
    this.#waiting.push(`${text}\n`)
    this.#waitingBytes += bytes
    if (this.#waitingBytes >= BATCH_BYTES && this.#trouble === null) void this.flush()
  }

  /** Writes what waits. Never rejects: what goes wrong is told. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async close(): Promise<void> {
    await this.flush()
    this.#lost += this.#rest.reduce((count, byte) => count + (byte === NEWLINE ? 1 : 0), 0)
    this.#tellLost()
  }

  async #write(): Promise<void> {
    if (this.#waitingBytes === 0) return
    const batch = Buffer.concat([this.#rest, Buffer.from(this.#waiting.join(""), "utf8")])
    this.#waiting = []
    let written = 0
    try {
      const file = await open(this.path, "a+", 0o644)
      try {
        if (await endsWithinALine(file)) await file.write("\n")
        while (written < batch.length) written += (await file.write(batch, written)).bytesWritten
      } finally {
        await file.close()
      }
      this.#trouble = null
      this.#tellLost()
    } catch (error) {
      this.#fail(error as NodeJS.ErrnoException)
    }
    // A line that was not written to its end is written again as a whole.
    const done = written === batch.length ? written : batch.lastIndexOf(NEWLINE, written - 1) + 1
    this.#rest = batch.subarray(written === 0 ? 0 : done)
    this.#waitingBytes += this.#rest.length - batch.length
  }

  #fail({ message }: Error): void {
    const isNews = this.#trouble === null
    this.#trouble = `cannot be written: ${message}`
    if (!isNews) return
    const { unit, tell } = this.#options
    tell({
      code: "E_LOG_WRITE",
      message: `${this.path}: ${this.#trouble}: ${unit}s are kept and tried again, up to ${MAX_WAITING_BYTES >> 20} MiB of them`,
      hint: "make room, or name a directory that is there and can be written to",
    })
  }

  #tellLost(): void {
    const lost = this.#lost
    this.#lost = 0
    if (lost === 0) return
    const { unit, tell } = this.#options
    tell({
      code: "E_LOG_WRITE",
      message: `${this.path}: ${lost} ${unit}${lost === 1 ? " is" : "s are"} lost`,
      hint: "make room, or name a directory that can be written to",
    })
  }
}

/** Did whoever wrote last end before the line did? */
async function endsWithinALine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat()
  if (size === 0) return false
  const last = Buffer.alloc(1)
  await file.read(last, 0, 1, size - 1)
  return last[0] !== NEWLINE
}
