/** What goes wrong between a daemon and those who ask it: a code, what was seen, and what to do. */
import { CODES, type Code } from "../errors.js"

export type ControlCode = Extract<Code, `E_CONTROL_${string}`>

export class ControlFault extends Error {
  constructor(
    readonly code: ControlCode,
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

/** A code that another process wrote: one that this version does not know is a request that failed there. */
export function controlCode(code: string): ControlCode {
  return code.startsWith("E_CONTROL_") && Object.hasOwn(CODES, code)
    ? (code as ControlCode)
    : "E_CONTROL_FAILED"
}

/** The code of an error of the operating system, e.g. "ENOENT". */
export function systemCode(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? ""
}
