/** Alerts as files, `0001.eml` and so on, as they would be sent: what a replay leaves instead of mail. */
import { mkdir, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { AlertMessage, MessageTaker } from "./alerts.js"
import type { TellFault } from "./sink.js"

export interface AlertFilesOptions {
  readonly directory: string
  /** Makes the bytes of a message. */
  readonly make: (message: AlertMessage) => Promise<Buffer>
  readonly tell: TellFault
}

export class AlertFiles implements MessageTaker {
  readonly #options: AlertFilesOptions
  #count = 0
  #lost = 0
  #waiting: (readonly [name: string, message: AlertMessage])[] = []
  #writing: Promise<void> = Promise.resolve()

  constructor(options: AlertFilesOptions) {
    this.#options = options
  }

  add(message: AlertMessage): void {
    this.#waiting.push([`${String(++this.#count).padStart(4, "0")}.eml`, message])
  }

  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write())
    return this.#writing
  }

  async close(): Promise<void> {
    await this.flush()
    if (this.#lost === 0) return
    const { directory, tell } = this.#options
    const some = this.#lost === 1 ? "1 alert is" : `${this.#lost} alerts are`
    tell({
      code: "E_LOG_WRITE",
      message: `${directory}: ${some} not written`,
      hint: "make room, or name a directory that can be written to",
    })
  }

  async #write(): Promise<void> {
    const { directory, make, tell } = this.#options
    const messages = this.#waiting
    this.#waiting = []
    for (const [name, message] of messages) {
      const path = join(directory, name)
      try {
        await mkdir(directory, { recursive: true })
        await writeFile(path, await make(message), { flag: "wx" })
      } catch (error) {
        // Half a message would look like one.
        if ((error as NodeJS.ErrnoException).code !== "EEXIST")
          await rm(path, { force: true }).catch(() => {})
        if (this.#lost++ > 0) continue
        tell({
          code: "E_LOG_WRITE",
          message: `${path}: cannot be written: ${(error as Error).message}: the alert is left out`,
          hint: "make room, or name a directory that can be written to",
        })
      }
    }
  }
}
