/**
 * The event log told to other programs: by POST, in order, each event until it is
 * acknowledged. Nothing is queued here: a receiver that is down for long finds in
 * the log what is still kept, and is told which ids are lost. Pauses and time are
 * given; where the last acknowledged id is kept is the caller's business.
 */
import { createHmac } from "node:crypto"
import type { Timer } from "./desk.js"
import type { EventLog, Lost } from "./event-log.js"
import { HttpStartFault, shown } from "./fault.js"
import type { WebhookTransport } from "./webhook-transport.js"

/** What went wrong with a webhook. */
export interface WebhookFault {
  readonly code: "E_HTTP_WEBHOOK" | "E_HTTP_DELAYED" | "E_HTTP_LOST"
  /** What was seen, and what happens now. */
  readonly message: string
  readonly hint: string
}

export interface WebhookOptions {
  /** http or https, without a user or password. */
  readonly url: string
  /** Of the signature, known to the receiver. */
  readonly secret: string
  readonly log: EventLog
  /** The last id that the receiver has acknowledged; 0: it wants all that is kept. */
  readonly afterId: number
  /** In one request, at most. */
  readonly maxEvents: number
  /** Of the data of one request, unless one event alone has more. */
  readonly maxBytes: number
  /** For a request with its answer. */
  readonly timeoutMs: number
  readonly transport: WebhookTransport
  readonly timer: Timer
  /** Seconds since 1970, of the signature. */
  readonly nowSec: () => number
  /** Must not throw. */
  readonly tell: (fault: WebhookFault) => void
  /** All events up to this id have come, or are lost; it rises with each call. Must not throw. */
  readonly acknowledged: (id: number) => void
}

type State = "delivering" | "waiting" | "retrying" | "disabled" | "closed"

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 300_000
const MIN_SECRET = 16

export class Webhook {
  readonly #options: WebhookOptions
  /** As it stands in messages: without its query, which may hold a key. */
  readonly #name: string
  readonly #ending = new AbortController()
  #id: number
  #state: State = "waiting"
  /** Why events do not arrive, with its name; null where they do. */
  trouble: string | null = null
  /** In a row. */
  #failures = 0
  /** Told of the outage that lasts. */
  #isTold = false
  #lostId = 0
  readonly #running: Promise<void>

  /**
   * Begins to deliver at once.
   * @throws HttpStartFault E_HTTP_WEBHOOK for a url or secret that cannot be used
   */
  constructor(options: WebhookOptions) {
    const url = checkedUrl(options.url)
    checkSecret(options.secret)
    this.#options = options
    this.#name = `webhook ${url.origin}${url.pathname}`
    const { log, afterId } = options
    // An id that was never given comes from a state that is lost: all that is kept is news.
    this.#id = afterId > log.latestId ? (log.oldestId ?? log.latestId + 1) - 1 : afterId
    this.#running = this.#run()
  }

  /** The last id that was acknowledged, or is lost. */
  get afterId(): number {
    return this.#id
  }

  get state(): State {
    return this.#state
  }

  /** Ends; a request on its way is broken off, and its events will come again. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#running
    if (this.#state !== "disabled") this.#state = "closed"
  }

  async #run(): Promise<void> {
    const { log } = this.#options
    const { signal } = this.#ending
    while (!signal.aborted && this.#state !== "disabled") {
      if (!log.hasAfter(this.#id)) {
        this.#state = "waiting"
        await log.after(this.#id, signal)
      } else await this.#deliver()
    }
  }

  async #deliver(): Promise<void> {
    const { log, maxEvents, maxBytes, acknowledged } = this.#options
    const { lost, events, toId } = log.since(this.#id, maxEvents, maxBytes)
    if (lost !== null) this.#tellLost(lost)
    this.#state = this.#failures > 0 ? "retrying" : "delivering"
    const list = events.map(({ id, data }) => `{"id":${id},"event":${data}}`).join(",")
    const gap = lost === null ? "" : `"lost":${JSON.stringify(lost)},`
    const { status, why, retryAfterMs } = await this.#post(`{${gap}"events":[${list}]}`)
    if (this.#ending.signal.aborted && status === null) return
    if (status !== null && status >= 200 && status < 300) {
      this.#failures = 0
      this.#isTold = false
      this.trouble = null
      this.#id = toId
      acknowledged(toId)
    } else if (status === 410) {
      this.#state = "disabled"
      this.trouble = `${this.#name}: it answers 410, gone: nothing more is sent`
      this.#tell(
        "E_HTTP_WEBHOOK",
        `it answers 410, gone: nothing more is sent; ${this.#id} is the last id it has acknowledged`,
        "take it out of the configuration, or give the url that the receiver has now",
      )
    } else await this.#pause(why, retryAfterMs)
  }

  async #post(body: string): Promise<Outcome> {
    const { url, secret, transport, timeoutMs, timer, nowSec } = this.#options
    const { signal } = this.#ending
    const over = new AbortController()
    const end = (): void => over.abort()
    signal.addEventListener("abort", end)
    let isLate = false
    const late = timer(timeoutMs, over.signal).then(
      () => {
        isLate = !over.signal.aborted
        end()
      },
      () => {},
    )
    try {
      const { status, retryAfterSec } = await transport({
        url,
        headers: {
          "content-type": "application/json",
          "x-adaptive-signature": signature(secret, body, Math.floor(nowSec())),
        },
        body,
        signal: over.signal,
      })
      const isRedirect = status >= 300 && status < 400
      const why = `it answers ${status}${isRedirect ? ", elsewhere, where it is not followed" : ""}`
      return { status, why, retryAfterMs: retryAfterSec === null ? 0 : retryAfterSec * 1000 }
    } catch (error) {
      const why = isLate ? `it has not answered in ${timeoutMs} ms` : (error as Error).message
      return { status: null, why, retryAfterMs: 0 }
    } finally {
      end()
      signal.removeEventListener("abort", end)
      await late
    }
  }

  async #pause(why: string, retryAfterMs: number): Promise<void> {
    const pauseMs = FIRST_PAUSE_MS * 2 ** Math.min(this.#failures, 20)
    this.#failures++
    this.#state = "retrying"
    this.trouble = `${this.#name}: ${why}: events after ${this.#id} wait`
    if (!this.#isTold)
      this.#tell(
        "E_HTTP_DELAYED",
        `${why}: events after ${this.#id} will be sent again, in order`,
        "look after the receiver; events are sent as soon as it takes them",
      )
    this.#isTold = true
    const boundedMs = Math.min(LONGEST_PAUSE_MS, Math.max(pauseMs, retryAfterMs))
    await this.#options.timer(boundedMs, this.#ending.signal).catch(() => {})
  }

  /** Once for each id that is lost, however often it is tried. */
  #tellLost({ from, to }: Lost): void {
    if (to <= this.#lostId) return
    const first = Math.max(from, this.#lostId + 1)
    this.#lostId = to
    this.#tell(
      "E_HTTP_LOST",
      `the events ${first} to ${to} are no longer kept and will not be sent`,
      "let the receiver ask for the state as it is now; keep more events if this happens often",
    )
  }

  #tell(code: WebhookFault["code"], what: string, hint: string): void {
    this.#options.tell({ code, message: `${this.#name}: ${what}`, hint })
  }
}

interface Outcome {
  /** Null where there was no answer. */
  readonly status: number | null
  readonly why: string
  readonly retryAfterMs: number
}

/**
 * The header that shows who sent a body: `t=SECONDS,v1=HEX`, the HMAC-SHA256 of
 * "SECONDS.BODY". Receivers refuse what is old, so that nobody can send it again.
 */
function signature(secret: string, body: string, atSec: number): string {
  return `t=${atSec},v1=${createHmac("sha256", secret).update(`${atSec}.${body}`).digest("hex")}`
}

function checkedUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url !== null && /^https?:$/.test(url.protocol) && url.username === "" && url.password === "") return url
  // What stands before an @ may be a password.
  throw new HttpStartFault(
    "E_HTTP_WEBHOOK",
    `${shown(text.replace(/\/\/.*@/, "//…@"))} is no url for a webhook`,
    "write http:// or https://, a host and a path, without a user; the signature shows who sends",
  )
}

function checkSecret(secret: string): void {
  if (secret.length >= MIN_SECRET) return
  throw new HttpStartFault(
    "E_HTTP_WEBHOOK",
    `the secret of a webhook has ${secret.length} characters`,
    `give at least ${MIN_SECRET}, e.g. what "openssl rand -hex 24" prints`,
  )
}
