/**
 * Records of changes on disk, for programs that read them one after the other. The
 * original's files are of its own library; ours are text: PATH has one record a
 * line, and PATH.SUBSCRIBER, for each subscriber, the position in bytes up to
 * which it has read, as a decimal number. We make a cursor that is not there,
 * with 0, and never touch it again: it is the subscriber's, who begins anew when
 * PATH has become shorter. Source: engine.md section 10 and O13.
 */
import { writeFile } from "node:fs/promises"
import type { Decision } from "../model/decision.js"
import type { JlogFile } from "../model/jlog-file.js"
import { jlogRecords } from "../report/jlog.js"
import type { LineFiles } from "./line-files.js"
import type { Sink, TellFault } from "./sink.js"

export class Jlog implements Sink {
  readonly #path: string
  readonly #files: LineFiles
  readonly #tell: TellFault
  /** Cursors that are not known to be there. */
  #unseen: readonly string[]
  /** Those that could not be made. */
  readonly #told = new Set<string>()

  constructor({ path, subscribers }: JlogFile, files: LineFiles, tell: TellFault) {
    this.#path = path
    this.#files = files
    this.#unseen = subscribers.map((subscriber) => `${path}.${subscriber}`)
    this.#tell = tell
  }

  decision(decision: Decision): void {
    for (const record of jlogRecords(decision)) this.#files.of(this.#path).line(record)
  }

  async flush(): Promise<void> {
    await this.makeCursors()
    await this.#files.flush()
  }

  async close(): Promise<void> {
    await this.makeCursors()
    await this.#files.close()
  }

  /** Where a subscriber has none. What cannot be made is told, and made by a later call. */
  async makeCursors(): Promise<void> {
    const cursors = this.#unseen
    this.#unseen = []
    for (const path of cursors) if (!(await this.#makeCursor(path))) this.#unseen = [...this.#unseen, path]
  }

  /** @returns whether it is there */
  async #makeCursor(path: string): Promise<boolean> {
    try {
      await writeFile(path, "0\n", { flag: "wx" })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === "EEXIST") return true
      if (this.#told.has(path)) return false
      this.#told.add(path)
      this.#tell({
        code: "E_LOG_WRITE",
        message: `${path}: the position of a subscriber cannot be written: ${message}: records are written without it`,
        hint: "make the file, with a 0 in it, or name another path in jlog_file",
      })
      return false
    }
    return true
  }
}
