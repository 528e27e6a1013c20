/**
 * Alerts on their way to a server that may be down: kept up to a bound, tried
 * again after growing pauses, told when they are refused or lost. Pauses are made
 * by a timer that is given; no clock is read.
 * Source: engine.md section 10.
 */
import { plural } from "../report/words.js"
import type { AlertMessage, MessageTaker } from "./alerts.js"
import type { MailTransport } from "./mail-transport.js"
import type { SinkFault, TellFault } from "./sink.js"

/** Waits; ends early, in any way, when the signal says so. */
type Timer = (ms: number, signal: AbortSignal) => Promise<unknown>

export interface AlertQueueOptions {
  readonly transport: MailTransport
  readonly timer: Timer
  readonly tell: TellFault
  /** Alerts that may wait; more are lost, and told. */
  readonly maxWaiting: number
  /**
   * Times that the server may put one alert off before that one is given up, and
   * times in a row that it may not be there at all before everything is; none: no end.
   */
  readonly maxTries: number | null
}

interface Waiting {
  readonly message: AlertMessage
  /** Who does not have it. */
  to: readonly string[]
  /** Times that the server has put it off. */
  tries: number
}

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 300_000
/** Refusals and delays that are told before only their number is. */
const MAX_TOLD = 100

const LOOK_AFTER = "look after the mail server; alerts are sent as soon as it takes them"
const LOST = "look after the mail server; what was not sent stands in the adaptive log"
const DELAYED = "nothing has to be done unless it lasts: the server's words say why"
const REFUSED =
  "check adaptive_alert_email_destination and adaptive_alert_email_sender, and whom the server takes mail for"

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
  /** Rounds in a row in which the server was not there. */
  #vainRounds = 0
  #lost = 0
  /** What was told of recipients: put off or given up, who, and the code of the reply. */
  readonly #told = new Set<string>()
  /** By recipient: alerts that are not sent there. */
  readonly #refusals = new Map<string, number>()

  constructor(options: AlertQueueOptions) {
    this.#options = options
  }

  get #waiting(): number {
    return this.#fresh.length + this.#deferred.length
  }

  add(message: AlertMessage): void {
    if (this.#ending.signal.aborted || this.#waiting >= this.#options.maxWaiting) {
      if (this.#lost++ === 0 && !this.#ending.signal.aborted)
        this.#tell(
          "E_ALERT_SEND",
          `${plural(this.#waiting, "alert")} wait already: this one is lost, and more may be`,
          LOST,
        )
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
    for (const [recipient, count] of this.#refusals)
      if (count > 1) this.#tell("E_ALERT_SEND", `${count} alerts were not sent to ${recipient}`, REFUSED)
    this.#refusals.clear()
    if (lost > 0)
      this.#tell("E_ALERT_SEND", `${plural(lost, "alert")} ${lost === 1 ? "was" : "were"} not sent`, LOST)
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
      this.#vainRounds = this.#isDown && !this.#isAnswered ? this.#vainRounds + 1 : 0
      this.#isAnswered = false
      if (this.#waiting === 0) return
      const { maxTries } = this.#options
      if (maxTries !== null && this.#vainRounds >= maxTries) {
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
    const tries = this.#isDown ? this.#vainRounds : Math.min(...this.#deferred.map(({ tries }) => tries))
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
    const { transport, maxTries } = this.#options
    const { deferred, refused, whyDeferred, whyRefused, isServerDown } = await transport.send(
      one.message,
      one.to,
    )
    if (deferred.length < one.to.length || !isServerDown) {
      this.#isAnswered = true
      this.#isOutageTold = false
    }
    one.to = deferred
    if (refused.length > 0) this.#refuse(one, refused, whyRefused)
    if (isServerDown) {
      this.#isDown = true
      if (!this.#isOutageTold)
        this.#tell(
          "E_ALERT_DELAYED",
          `${whyDeferred}: ${plural(this.#waiting, "alert")} will be tried again`,
          LOOK_AFTER,
        )
      this.#isOutageTold = true
      return
    }
    if (deferred.length === 0) return
    one.tries++
    if (maxTries !== null && one.tries >= maxTries) {
      one.to = []
      this.#refuse(one, deferred, whyDeferred)
      return
    }
    if (this.#isNews(`later ${deferred.join(", ")} ${replyCode(whyDeferred)}`))
      this.#tell(
        "E_ALERT_DELAYED",
        `"${one.message.alert.subject}" is put off: ${whyDeferred}: it will be tried again`,
        DELAYED,
      )
    this.#deferred.push(one)
  }

  /** Gives up a message for some; the same refusal of the same ones is told once, and counted. */
  #refuse({ message }: Waiting, recipients: readonly string[], why: string): void {
    for (const recipient of recipients)
      this.#refusals.set(recipient, (this.#refusals.get(recipient) ?? 0) + 1)
    const names = recipients.join(", ")
    if (this.#isNews(`never ${names} ${replyCode(why)}`))
      this.#tell(
        "E_ALERT_SEND",
        `${names} will not take "${message.alert.subject}": ${why}: it is not sent there`,
        REFUSED,
      )
  }

  #isNews(known: string): boolean {
    if (this.#told.has(known) || this.#told.size >= MAX_TOLD) return false
    this.#told.add(known)
    return true
  }

  #tell(
    code: Extract<SinkFault["code"], "E_ALERT_SEND" | "E_ALERT_DELAYED">,
    what: string,
    hint: string,
  ): void {
    this.#options.tell({ code, message: `${this.#options.transport.name}: ${what}`, hint })
  }
}

/** Of the server's words what is the same for each message: they may hold the number of one. */
function replyCode(why: string): string {
  return /\b[45]\d\d\b(?:[ -][45]\.\d{1,3}\.\d{1,3})?/.exec(why)?.[0] ?? why
}
