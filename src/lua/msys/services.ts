/**
 * What the host lends to the Lua-visible API: time, output, rules, files. The
 * API itself reads no clock, no file and no configuration, so the same scripts
 * run the same way in a replay, in a test and in the daemon.
 */
import type { LuaBytes, LuaState } from "../fengari.js"
import type { LuaVm } from "../vm.js"
import type { HostStores } from "./stored.js"

/** Severities of `msys.log`, the most severe first; the place in the list is the value of `LOG_…` in Lua. */
export const LOG_LEVELS = ["emerg", "alert", "crit", "err", "warning", "notice", "info", "debug"] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

export type RegisterMode = "augment" | "replace"

/** One option of the runtime's configuration: its value, and the line a console would show. */
interface ConfigAnswer {
  readonly value: string | number | boolean
  readonly text: string
}

/** A bounce class: number, short name, sentence. */
interface Classification {
  readonly code: number
  readonly name: string
  readonly description: string
}

export interface HostServices {
  /** Now, in seconds since 1970, possibly with a fraction. */
  readonly nowSec: () => number
  /** Takes one line of `msys.log`, or a note of the API itself (a timer that failed). */
  readonly log: (level: LogLevel, text: string) => void
  /** Takes the rules table at stack index `index`, as it is now. */
  readonly registerRules: (L: LuaState, index: number, mode: RegisterMode) => void
  /** Takes the classification table at stack index `index`, as it is now. */
  readonly registerClassification: (L: LuaState, index: number, mode: RegisterMode) => void
  /** Looks an option up, e.g. `["domain", "example.com", "max_outbound_connections"]`; null = there is none. */
  readonly config?: (path: readonly string[]) => ConfigAnswer | null
  /** Reads a file below the script roots; `reason` tells a person why not. */
  readonly readFile?: (path: string) => LuaBytes | { readonly reason: string }
  /** Classifies a reply's text. */
  readonly classify?: (text: string, domain: string | null) => Classification
  /** Where counts live; without it, in memory that belongs to this VM. */
  readonly stores?: HostStores
}

/** What the host half of every module is made of. */
export interface HostContext {
  readonly vm: LuaVm
  readonly services: HostServices
  readonly stores: HostStores
}
