/**
 * Alerts on their way to a server that may be down: kept up to a bound, tried
 * again after growing pauses, told when they are refused or lost. Pauses are made
 * by a timer that is given; no clock is read.
 * Source: engine.md section 10.
 */
import { plural } from "../report/words.js"
import type { AlertMessage, MessageTaker } from "./alerts.js"
import type { MailTransport } from "./mail-transport.js"
import type { TellFault } from "./sink.js"

/** Waits; ends early, in any way, when the signal says so. */
type Timer = (ms: number, signal: AbortSignal) => Promise<unknown>

export interface AlertQueueOptions {
  readonly transport: MailTransport
  readonly timer: Timer
  readonly tell: TellFault
  /** Alerts that may wait; more are lost, and told. */
  readonly maxWaiting: number
  /** Tries in a row in which nothing at all is taken, after which what waits is given up; none: never. */
  readonly maxTries: number | null
}

interface Waiting {
  readonly message: AlertMessage
  /** Who does not have it. */
  to: readonly string[]
  tries: number
}

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 300_000
const HINT = "look after the mail server; alerts are sent as soon as it takes them"

export class AlertQueue implements MessageTaker {
  readonly #options: AlertQueueOptions
  /** Not tried since the last pause. */
  #fresh: Waiting[] = []
  /** Put off by the server. */
  #deferred: Waiting[] = []
  #running: Promise<void> | null = null
  #wake: () => void = () => {}
  readonly #ending = new AbortController()
  #isDown = false
  #isOutageTold = false
  #isAnswered = false
  /** Tries in a row that nothing came of. */
  #vainTries = 0
  #lost = 0

  constructor(options: AlertQueueOptions) {
    this.#options = options
  }

  get #waiting(): number {
    return this.#fresh.length + this.#deferred.length
  }

  add(message: AlertMessage): void {
    if (this.#ending.signal.aborted || this.#waiting >= this.#options.maxWaiting) {
      if (this.#lost++ === 0 && !this.#ending.signal.aborted)
        this.#fault(`${plural(this.#waiting, "alert")} wait already: this one is lost, and more may be`)
      return
    }
    this.#fresh.push({ message, to: message.to, tries: 0 })
    this.#wake()
    if (this.#running === null) this.#start()
  }

  /** Until all are sent, refused or given up. */
  async flush(): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  /** Tries no more; what still waits is lost, and told. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.flush()
    const lost = this.#lost + this.#waiting
    this.#fresh = []
    this.#deferred = []
    this.#lost = 0
    if (lost > 0) this.#fault(`${plural(lost, "alert")} ${lost === 1 ? "was" : "were"} not sent`)
  }

  #start(): void {
    this.#running = this.#run().finally(() => {
      this.#running = null
      // Something may have been added when the end was in sight.
      if (this.#waiting > 0 && !this.#ending.signal.aborted) this.#start()
    })
  }

  async #run(): Promise<void> {
    const { signal } = this.#ending
    while (!signal.aborted) {
      await this.#sendFresh()
      this.#vainTries = this.#isAnswered ? 0 : this.#vainTries + 1
      this.#isAnswered = false
      if (this.#waiting === 0) return
      const { maxTries } = this.#options
      if (maxTries !== null && this.#vainTries >= maxTries) {
        this.#ending.abort()
        return
      }
      await this.#pause()
    }
  }

  /** Waits for the time to try again; meanwhile, what is added is sent, unless the server is down. */
  async #pause(): Promise<void> {
    const { signal } = this.#ending
    let isOver = false
    const over = this.#options.timer(this.#pauseMs(), signal).then(
      () => {
        isOver = true
      },
      () => {
        isOver = true
      },
    )
    while (!isOver && !signal.aborted) {
      const added = new Promise<void>((resolve) => {
        this.#wake = resolve
      })
      await Promise.race([over, added])
      if (!isOver && !this.#isDown) await this.#sendFresh()
    }
    this.#wake = () => {}
    this.#isDown = false
    this.#fresh = [...this.#deferred, ...this.#fresh]
    this.#deferred = []
  }

  #pauseMs(): number {
    const tries = this.#isDown ? this.#vainTries : Math.min(...this.#deferred.map(({ tries }) => tries))
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(Math.max(0, tries - 1), 20))
  }

  async #sendFresh(): Promise<void> {
    while (!this.#isDown && !this.#ending.signal.aborted) {
      const next = this.#fresh[0]
      if (next === undefined) return
      await this.#send(next)
      // One that could not even be offered keeps its turn.
      if (!this.#isDown || next.to.length === 0) this.#fresh.shift()
    }
  }

  async #send(one: Waiting): Promise<void> {
    const { transport } = this.#options
    const sent = await transport.send(one.message, one.to)
    const { deferred, refused, whyDeferred, whyRefused, isServerDown } = sent
    const { subject } = one.message.alert
    if (deferred.length < one.to.length) {
      this.#isAnswered = true
      this.#isOutageTold = false
    }
    one.to = deferred
    one.tries++
    if (refused.length > 0)
      this.#fault(`${refused.join(", ")} will not take "${subject}": ${whyRefused}: it is not sent there`)
    if (isServerDown) {
      this.#isDown = true
      if (!this.#isOutageTold)
        this.#fault(`${whyDeferred}: ${plural(this.#waiting, "alert")} will be tried again`)
      this.#isOutageTold = true
    } else if (deferred.length > 0) {
      if (one.tries === 1) this.#fault(`"${subject}" is put off: ${whyDeferred}: it will be tried again`)
      this.#deferred.push(one)
    }
  }

  #fault(what: string): void {
    this.#options.tell({
      code: "E_ALERT_SEND",
      message: `${this.#options.transport.name}: ${what}`,
      hint: HINT,
    })
  }
}
