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
import { LineFile } from "./line-file.js"
import type { Sink, TellFault } from "./sink.js"

export class Jlog implements Sink {
  readonly #file: LineFile
  readonly #tell: TellFault
  /** Subscribers whose cursor is not known to be there. */
  #unseen: readonly string[]

  constructor({ path, subscribers }: JlogFile, tell: TellFault) {
    this.#file = new LineFile(path, { unit: "record", tell })
    this.#unseen = subscribers.map((subscriber) => `${path}.${subscriber}`)
    this.#tell = tell
  }

  decision(decision: Decision): void {
    for (const record of jlogRecords(decision)) this.#file.line(record)
  }

  async flush(): Promise<void> {
    const cursors = this.#unseen
    this.#unseen = []
    for (const path of cursors) await this.#makeCursor(path)
    await this.#file.flush()
  }

  async close(): Promise<void> {
    await this.flush()
    await this.#file.close()
  }

  async #makeCursor(path: string): Promise<void> {
    try {
      await writeFile(path, "0\n", { flag: "wx" })
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      if (code === "EEXIST") return
      this.#tell({
        code: "E_LOG_WRITE",
        message: `${path}: the position of a subscriber cannot be written: ${message}: records are written without it`,
        hint: "make the file, with a 0 in it, or name another path in jlog_file",
      })
    }
  }
}
