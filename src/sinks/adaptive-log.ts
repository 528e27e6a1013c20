/** The adaptive log on disk: one file, or one for each binding. Source: engine.md section 10; seed "adaptive", Logging. */
import { join } from "node:path"
import type { LogSettings } from "../config/output-settings.js"
import type { Decision } from "../model/decision.js"
import { logLines } from "../report/adaptive-log.js"
import type { AlertingHost } from "./alerts.js"
import { fileNameOf } from "./file-name.js"
import { LineFile } from "./line-file.js"
import type { Sink, TellFault } from "./sink.js"

export class AdaptiveLog implements Sink {
  readonly #settings: LogSettings
  readonly #alertingHost: AlertingHost
  readonly #tell: TellFault
  /** By name; "adaptive" where there is only one. */
  readonly #files = new Map<string, LineFile>()

  constructor(settings: LogSettings, alertingHost: AlertingHost, tell: TellFault) {
    this.#settings = settings
    this.#alertingHost = alertingHost
    this.#tell = tell
  }

  decision(decision: Decision, group: string): void {
    const { least, isSplit } = this.#settings
    const alertingHost = decision.alerts.length === 0 ? null : this.#alertingHost(decision, group)
    const lines = logLines(decision, { least, alertingHost })
    if (lines.length === 0) return
    const file = this.#file(isSplit ? fileNameOf(decision.binding) : "adaptive")
    for (const line of lines) file.line(line)
  }

  async flush(): Promise<void> {
    // One after the other: there may be more of them than a process may have open.
    for (const file of this.#files.values()) await file.flush()
  }

  async close(): Promise<void> {
    for (const file of this.#files.values()) await file.close()
  }

  #file(name: string): LineFile {
    let file = this.#files.get(name)
    if (file === undefined) {
      file = new LineFile(join(this.#settings.directory, `${name}.log`), { unit: "line", tell: this.#tell })
      this.#files.set(name, file)
    }
    return file
  }
}
