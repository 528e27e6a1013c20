/**
 * Where decisions go in the end: files, mail. A sink takes a decision at once and
 * writes later, many at a time; what cannot be written is told, and counted when
 * it is lost. No sink decides anything.
 */
import type { Code } from "../errors.js"
import type { Decision } from "../model/decision.js"

export interface Sink {
  /** @param group of the binding */
  decision(decision: Decision, group: string): void
  /** Writes what has been taken so far, as far as that can be done now; settled when alerts are sent, or given up. */
  flush(): Promise<void>
  /** The last one; tells what is lost. */
  close(): Promise<void>
}

/** What went wrong with a sink. */
export interface SinkFault {
  readonly code: Extract<
    Code,
    "E_LOG_WRITE" | "E_ALERT_SEND" | "E_ALERT_DELAYED" | "E_ALERT_ADDRESS" | "E_ALERT_NOBODY"
  >
  /** What was seen, and what happens now. */
  readonly message: string
  readonly hint: string
}

export type TellFault = (fault: SinkFault) => void

/** Several sinks as one. */
export function joined(sinks: readonly Sink[]): Sink {
  return {
    decision(decision, group) {
      for (const sink of sinks) sink.decision(decision, group)
    },
    async flush() {
      await Promise.all(sinks.map((sink) => sink.flush()))
    },
    async close() {
      await Promise.all(sinks.map((sink) => sink.close()))
    },
  }
}
