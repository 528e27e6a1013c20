/**
 * An event log as a stream of server-sent events: from the id a client had last,
 * or from now on. What a client does not take stays in the log, not in a queue of
 * its own; one that is too slow for the log is told in a `gap` event what it has
 * lost. Pauses are made by a timer that is given.
 * Source: WHATWG HTML, "Server-sent events".
 */
import type { Timer } from "./desk.js"
import type { EventLog, Lost } from "./event-log.js"
import { HttpFault, shown } from "./fault.js"
import type { HttpRequest, SseSource } from "./request.js"

export interface StreamOptions {
  readonly log: EventLog
  /** The last id the client has; null: it wants what comes from now on. */
  readonly afterId: number | null
  /** Between two signs of life where nothing else is sent: less than a connection may idle. */
  readonly heartbeatMs: number
  readonly timer: Timer
}

/** Made into text at a time; what comes after waits in the log. */
const BATCH_EVENTS = 256
const BATCH_BYTES = 64 << 10

/**
 * The stream. It begins with the id from which it goes on, and tells with each sign
 * of life how far it has come: whoever is cut off before the first event has an id
 * to come back with. Neither is an event: a block without data is none. A `gap` event has the data `{"lost":{"from":8,"to":41}}`, both
 * included; its own id is the last one lost, so that a client that comes back is
 * not told again. A client that knows ids which were never given, as after a loss
 * of state, is told `{"lost":null,"latest":12}` and gets all that is kept.
 */
export function followEvents({ log, afterId, heartbeatMs, timer }: StreamOptions): SseSource {
  return async function* (signal) {
    let id = afterId ?? log.latestId
    yield comment(id, "here begins the stream")
    if (id > log.latestId) {
      const kept = (log.oldestId ?? log.latestId + 1) - 1
      yield eventText(kept, JSON.stringify({ lost: null, latest: log.latestId }), "gap")
      id = kept
    }
    while (!signal.aborted) {
      const { lost, events, toId } = log.since(id, BATCH_EVENTS, BATCH_BYTES)
      if (lost !== null) yield gapText(lost)
      if (events.length > 0) yield events.map(({ id, data }) => eventText(id, data)).join("")
      id = toId
      if (log.hasAfter(id) || signal.aborted) continue
      if (await isQuiet(log, id, signal, timer, heartbeatMs)) {
        // Numbers without an event may have been given meanwhile.
        id = Math.max(id, log.latestId)
        yield comment(id, "still here")
      }
    }
  }
}

/** Waits for an event, a heartbeat or the end. */
async function isQuiet(
  log: EventLog,
  id: number,
  signal: AbortSignal,
  timer: Timer,
  heartbeatMs: number,
): Promise<boolean> {
  const over = new AbortController()
  const end = (): void => over.abort()
  signal.addEventListener("abort", end)
  const beat = timer(heartbeatMs, over.signal).catch(() => {})
  await Promise.race([log.after(id, over.signal), beat])
  signal.removeEventListener("abort", end)
  end()
  return !log.hasAfter(id) && !signal.aborted
}

/**
 * The last id a client has: `?after=`, or the header `Last-Event-ID`, which says
 * more where both are there, since a browser sends it when it comes back.
 * @throws HttpFault E_HTTP_VALUE
 */
export function lastIdOf({ headers, query }: Pick<HttpRequest, "headers" | "query">): number | null {
  const header = headers["last-event-id"]
  const given = header === undefined || header === "" ? query.get("after") : String(header)
  if (given === null) return null
  const id = Number(given)
  if (/^\d+$/.test(given) && Number.isSafeInteger(id)) return id
  throw new HttpFault(
    400,
    "E_HTTP_VALUE",
    `${header === undefined || header === "" ? "after" : "Last-Event-ID"} is ${shown(given)}`,
    "send the id of the last event that came, a whole number; 0 for all that are kept",
  )
}

/** @param id up to which everything has been sent before this */
function comment(id: number, text: string): string {
  return `id: ${id}\n: ${text}\n\n`
}

function gapText(lost: Lost): string {
  return eventText(lost.to, JSON.stringify({ lost }), "gap")
}

function eventText(id: number, data: string, event?: string): string {
  const lines = data.split(/\r\n|\r|\n/).map((line) => `data: ${line}\n`)
  return `id: ${id}\n${event === undefined ? "" : `event: ${event}\n`}${lines.join("")}\n`
}
