/**
 * How much of everything one server takes. Each bound has a default that suits a
 * daemon on a mail host; none can be switched off, since what has no bound is what
 * a hostile client looks for.
 */

export interface HttpLimits {
  /** Of a body as it is sent, compressed or not. */
  readonly maxBodyBytes: number
  /** Of a body once it is inflated. */
  readonly maxInflatedBytes: number
  /** Of the request line and all headers together. */
  readonly maxHeaderBytes: number
  readonly maxHeaders: number
  /** Until all headers are here, from the first byte or the opening of the connection. */
  readonly headerTimeoutMs: number
  /** Until the whole request is here, however slowly a handler takes it. */
  readonly requestTimeoutMs: number
  /** Of a connection on which nothing moves: between requests, or a reply that is not read. */
  readonly idleTimeoutMs: number
  readonly maxConnections: number
  /** So that one client does not keep all others out. */
  readonly maxClientConnections: number
  /** Of one client address (IPv6: one /64), sustained. */
  readonly requestsPerSec: number
  /** That one client may make at once, after a rest. */
  readonly requestBurst: number
}

const DEFAULT_LIMITS: HttpLimits = {
  maxBodyBytes: 16 << 20,
  maxInflatedBytes: 64 << 20,
  maxHeaderBytes: 16 << 10,
  maxHeaders: 100,
  headerTimeoutMs: 10_000,
  requestTimeoutMs: 60_000,
  idleTimeoutMs: 30_000,
  maxConnections: 256,
  maxClientConnections: 128,
  requestsPerSec: 1000,
  requestBurst: 2000,
}

/** @throws RangeError for a bound that bounds nothing: a mistake of the program, not of a person */
export function checkedLimits(given: Partial<HttpLimits>): HttpLimits {
  const limits = { ...DEFAULT_LIMITS, ...given }
  for (const [name, value] of Object.entries(limits))
    if (!(Number.isFinite(value) && value > 0))
      throw new RangeError(`limits.${name} is ${value}, not above 0`)
  return limits
}
