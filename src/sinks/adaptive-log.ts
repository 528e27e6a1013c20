/** The adaptive log on disk: one file, or one for each binding. Source: engine.md section 10; seed "adaptive", Logging. */
import { join } from "node:path"
import type { LogSettings } from "../config/output-settings.js"
import type { Decision } from "../model/decision.js"
import { logLines } from "../report/adaptive-log.js"
import type { AlertingHost } from "./alerts.js"
import { fileNameOf } from "./file-name.js"
import type { LineFiles } from "./line-files.js"
import type { Sink } from "./sink.js"

export class AdaptiveLog implements Sink {
  readonly #settings: LogSettings
  readonly #alertingHost: AlertingHost
  readonly #files: LineFiles

  constructor(settings: LogSettings, alertingHost: AlertingHost, files: LineFiles) {
    this.#settings = settings
    this.#alertingHost = alertingHost
    this.#files = files
  }

  decision(decision: Decision, group: string): void {
    const { least, isSplit, directory } = this.#settings
    const alertingHost = decision.alerts.length === 0 ? null : this.#alertingHost(decision, group)
    const lines = logLines(decision, { least, alertingHost })
    if (lines.length === 0) return
    const name = isSplit ? fileNameOf(decision.binding) : "adaptive"
    const file = this.#files.of(join(directory, `${name}.log`))
    for (const line of lines) file.line(line)
  }

  flush(): Promise<void> {
    return this.#files.flush()
  }

  close(): Promise<void> {
    return this.#files.close()
  }
}
