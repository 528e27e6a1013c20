/**
 * What all connections of one server share: its routes, bounds and guard, and
 * where refusals are told. Holds no sockets.
 */
import type { Code } from "../errors.js"
import type { Guard } from "./guard.js"
import type { HttpLimits } from "./limits.js"
import type { RouteTable } from "./request.js"
import type { TokenBuckets } from "./token-buckets.js"

/** Waits; ends early, in any way, when the signal says so. */
export type Timer = (ms: number, signal: AbortSignal) => Promise<unknown>

/** A request, or a connection, that was refused or failed. */
export interface HttpEvent {
  readonly code: Code
  readonly status: number
  readonly message: string
  readonly hint: string
  /** The address of the other side; "" where it is gone already. */
  readonly client: string
  /** Null where nothing was understood. */
  readonly method: string | null
  /** As it was sent: of any form, and long. */
  readonly target: string | null
  /** What a handler threw; it is not told to the client. */
  readonly cause?: unknown
}

export interface Desk {
  readonly routes: RouteTable
  readonly limits: HttpLimits
  readonly guard: Guard
  readonly buckets: TokenBuckets
  readonly nowMs: () => number
  readonly timer: Timer
  readonly log: (event: HttpEvent) => void
  /** Running requests are answered, others are refused. */
  isClosing: boolean
  /** Of long replies that are not read yet. */
  unreadBytes: number
}

/** Of all clients together; a reply that is no longer than the second of them is always made. */
export const MAX_UNREAD_BYTES = 64 << 20
export const SHORT_REPLY_BYTES = 64 << 10

/** Of every reply. */
export const USUAL_HEADERS = {
  "cache-control": "no-store",
  "x-content-type-options": "nosniff",
} as const

/**
 * How long a refused client may go on sending. Closing at once would reset the
 * connection, and the client might lose the reply that says why.
 */
export const LINGER_MS = 2000
/** How much it may send meanwhile. */
export const LINGER_BYTES = 4 << 20
