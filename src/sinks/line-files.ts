/**
 * Files of lines, by their path: whoever writes to one path writes to one file, so
 * that settings may change while lines wait. What waits goes where it was to go
 * when it was taken. A file that nothing waits for is forgotten.
 */
import { dirname } from "node:path"
import { LineFile } from "./line-file.js"
import type { SinkFault, TellFault } from "./sink.js"

/** Of files that fail together, as all those of a directory that is gone. */
const MAX_TOLD = 10

export class LineFiles {
  readonly #unit: string
  readonly #tell: TellFault
  readonly #files = new Map<string, LineFile>()
  /** Faults told since all could be written. */
  #told = 0

  /** @param unit what a line is called when some are lost: "line", "record" */
  constructor(unit: string, tell: TellFault) {
    this.#unit = unit
    this.#tell = tell
  }

  /** To be asked for anew for each line. */
  of(path: string): LineFile {
    let file = this.#files.get(path)
    if (file === undefined) {
      file = new LineFile(path, { unit: this.#unit, tell: (fault) => this.#tellSome(path, fault) })
      this.#files.set(path, file)
    }
    return file
  }

  /** Why files cannot be written that cannot, by their paths. */
  get troubles(): ReadonlyMap<string, string> {
    const troubles = new Map<string, string>()
    for (const { path, trouble } of this.#files.values()) if (trouble !== null) troubles.set(path, trouble)
    return troubles
  }

  /** Writes what waits. Never rejects: what goes wrong is told. */
  async flush(): Promise<void> {
    // One after the other: there may be more of them than a process may have open.
    for (const file of [...this.#files.values()]) {
      await file.flush()
      // Another flush may have forgotten it meanwhile, and somebody may have asked for it again.
      if (file.isIdle && this.#files.get(file.path) === file) this.#files.delete(file.path)
    }
    if (this.troubles.size === 0) this.#told = 0
  }

  async close(): Promise<void> {
    this.#told = 0
    for (const file of this.#files.values()) await file.close()
  }

  #tellSome(path: string, fault: SinkFault): void {
    if (this.#told < MAX_TOLD) this.#tell(fault)
    else if (this.#told === MAX_TOLD)
      this.#tell({
        ...fault,
        message: `${dirname(path)}: more files than ${MAX_TOLD} cannot be written: the others are not told`,
      })
    this.#told++
  }
}
