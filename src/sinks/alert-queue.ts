/**
 * Alerts on their way to a server that may be down: kept up to a bound, tried
 * again after growing pauses, told when they are refused or lost. What waits may be
 * kept by somebody beyond the end of the process. Pauses are made by a timer that is
 * given; no clock is read.
 * Source: engine.md section 10.
 */
import { plural } from "../report/words.js"
import type { AlertMessage, MessageTaker } from "./alerts.js"
import type { MailTransport } from "./mail-transport.js"
import type { SinkFault, TellFault } from "./sink.js"

/** Waits; ends early, in any way, when the signal says so. */
type Timer = (ms: number, signal: AbortSignal) => Promise<unknown>

/** An alert, and who does not have it yet. */
export interface WaitingAlert {
  readonly message: AlertMessage
  readonly to: readonly string[]
}

/** Keeps what waits beyond the end of the process. */
export interface AlertKeeper {
  /** What an earlier run left, in order. */
  readonly left: readonly WaitingAlert[]
  /** Called whenever something else waits. @param waiting what does, when it is asked */
  changed(waiting: () => readonly WaitingAlert[]): void
}

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
  /** Null: what waits at the end is lost. */
  readonly keeper: AlertKeeper | null
}

interface Waiting extends WaitingAlert {
  to: readonly string[]
  /** Times that the server has put it off. */
  tries: number
}

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 300_000
/** At the end, the alert that is on its way gets so long. */
const LAST_WORD_MS = 1000
/** Refusals and delays that are told before only their number is. */
const MAX_TOLD = 100

const LOOK_AFTER = "look after the mail server; alerts are sent as soon as it takes them"
const LOST = "look after the mail server; what was not sent stands in the adaptive log"
const NEXT_RUN =
  "nothing has to be done, as long as the next run has the same state directory and --alert-smtp"
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
  readonly #cutting = new AbortController()
  /** Message-Ids that an earlier run left: what is decided again after a restart may be among them. */
  readonly #left: ReadonlySet<string>
  #isDown = false
  /** Since when it was told: why the server was not there. */
  #outage: string | null = null
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
    const left = options.keeper?.left ?? []
    this.#left = new Set(left.map(({ message }) => message.alert.messageId))
    this.#fresh = left.map(({ message, to }) => ({ message, to, tries: 0 }))
    if (left.length > 0) this.#start()
  }

  /** Why nothing is sent; null while the server is there, as far as is known. */
  get trouble(): string | null {
    if (this.#outage === null) return null
    return `${this.#options.transport.name}: ${this.#outage}: ${wait(this.#waiting)}`
  }

  get #waiting(): number {
    return this.#fresh.length + this.#deferred.length
  }

  add(message: AlertMessage): void {
    if (this.#left.has(message.alert.messageId)) return
    if (this.#ending.signal.aborted || this.#waiting >= this.#options.maxWaiting) {
      if (this.#lost++ === 0 && !this.#ending.signal.aborted)
        this.#tell("E_ALERT_SEND", `${wait(this.#waiting)} already: this one is lost, and more may be`, LOST)
      return
    }
    this.#fresh.push({ message, to: message.to, tries: 0 })
    this.#changed()
    this.#wake()
    if (this.#running === null) this.#start()
  }

  /** Until all are sent, refused or given up. */
  async flush(): Promise<void> {
    while (this.#running !== null) await this.#running
  }

  /** Tries no more; what still waits is told: it is kept, or lost. */
  async close(): Promise<void> {
    this.#ending.abort()
    await this.#lastWord()
    const isKept = this.#options.keeper !== null
    const left = this.#waiting
    const lost = this.#lost + (isKept ? 0 : left)
    this.#lost = 0
    if (!isKept) {
      this.#fresh = []
      this.#deferred = []
    } else if (left > 0)
      this.#tell(
        "E_ALERT_DELAYED",
        `${wait(left)}: the next run will send ${left === 1 ? "it" : "them"}`,
        NEXT_RUN,
      )
    for (const [recipient, count] of this.#refusals)
      if (count > 1) this.#tell("E_ALERT_SEND", `${count} alerts were not sent to ${recipient}`, REFUSED)
    this.#refusals.clear()
    if (lost > 0)
      this.#tell("E_ALERT_SEND", `${plural(lost, "alert")} ${lost === 1 ? "was" : "were"} not sent`, LOST)
  }

  /** A server that says nothing any more must not keep the process. */
  async #lastWord(): Promise<void> {
    if (this.#running === null) return
    const done = new AbortController()
    this.#options.timer(LAST_WORD_MS, done.signal).then(
      () => this.#cutting.abort(),
      () => {},
    )
    await this.flush()
    done.abort()
  }

  #changed(): void {
    this.#options.keeper?.changed(() => [...this.#deferred, ...this.#fresh])
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
      if (this.#waiting === 0 || signal.aborted) return
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
    // Those put off may be more than a call may have arguments.
    const fewest = this.#deferred.reduce((least, { tries }) => Math.min(least, tries), Infinity)
    const tries = this.#isDown ? this.#vainRounds : fewest
    return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(Math.max(0, tries - 1), 20))
  }

  async #sendFresh(): Promise<void> {
    while (!this.#isDown && !this.#ending.signal.aborted) {
      const next = this.#fresh[0]
      if (next === undefined) return
      const { length } = next.to
      await this.#send(next)
      // One that could not even be offered keeps its turn.
      if (!this.#isDown || next.to.length === 0) this.#fresh.shift()
      if (!this.#isDown || next.to.length < length) this.#changed()
    }
  }

  async #send(one: Waiting): Promise<void> {
    const { transport, maxTries } = this.#options
    const { deferred, refused, whyDeferred, whyRefused, isServerDown } = await transport.send(
      one.message,
      one.to,
      this.#cutting.signal,
    )
    if (deferred.length < one.to.length || !isServerDown) {
      this.#isAnswered = true
      this.#outage = null
    }
    one.to = deferred
    if (refused.length > 0) this.#refuse(one, refused, whyRefused)
    if (isServerDown) {
      this.#isDown = true
      const isNews = this.#outage === null && !this.#cutting.signal.aborted
      this.#outage = whyDeferred
      if (isNews)
        this.#tell(
          "E_ALERT_DELAYED",
          `${whyDeferred}: ${plural(this.#waiting, "alert")} will be tried again`,
          LOOK_AFTER,
        )
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

function wait(count: number): string {
  return `${plural(count, "alert")} ${count === 1 ? "waits" : "wait"}`
}

/** Of the server's words what is the same for each message: they may hold the number of one. */
function replyCode(why: string): string {
  return /\b[45]\d\d\b(?:[ -][45]\.\d{1,3}\.\d{1,3})?/.exec(why)?.[0] ?? why
}
