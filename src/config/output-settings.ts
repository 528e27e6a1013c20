/**
 * What is written, and where: the adaptive log and the records of changes, as
 * the options of the adaptive module have them.
 * Source: configuration.md section 3; seed "adaptive".
 */
import type { JlogFile } from "../model/jlog-file.js"
import type { LogLevel } from "../model/log-level.js"
import type { OptionType } from "../model/options.js"
import { defaultOf } from "./catalogue.js"
import { NOWHERE, type OptionLookup } from "./lookup.js"
import { readOption } from "./values.js"

export interface LogSettings {
  /** `log_base`. */
  readonly directory: string
  /** Lines of a lower level are not written. */
  readonly least: LogLevel
  /** A file for each binding. */
  readonly isSplit: boolean
}

export interface OutputSettings {
  /** Null: no log is kept. */
  readonly log: LogSettings | null
  /** Null: no records are kept. */
  readonly jlog: JlogFile | null
}

export function readOutputSettings(lookup: OptionLookup): OutputSettings {
  const read = <T extends OptionType>(option: string, type: T) => {
    const standard = defaultOf(option) ?? ""
    // A text that cannot be read was refused before.
    return readOption(type, lookup.lookup(NOWHERE, option) ?? standard) ?? readOption(type, standard)
  }
  const log: LogSettings = {
    directory: read("log_base", "text") ?? "",
    least: read("operational_log_level", "level") ?? "notice",
    isSplit: read("split_logs_by_binding", "switch") === true,
  }
  return {
    log: read("enable_logging", "switch") === true ? log : null,
    jlog: read("enable_jlog", "switch") === true ? read("jlog_file", "jlog") : null,
  }
}
