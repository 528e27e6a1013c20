/**
 * The `configuration` functions of the rules that serve, in a thread of their own:
 * running the scripts once more takes the time of many events, and is done there,
 * before the rules serve. A call waits for its answer, some tens of microseconds;
 * a thread that gives none is given up, and its functions with it.
 */
import { Worker } from "node:worker_threads"
import { CALL_LIMITS } from "../lua/budget.js"
import { workerUrl } from "../model/places.js"
import { RulesFault } from "./fault.js"
import { ASKED, FunctionMail, TURN } from "./function-mail.js"
import type { FunctionWork } from "./function-worker.js"
import type { ConfigurationFunctions, FunctionArguments, FunctionResult } from "./functions.js"

/** The VM ends a call long before; this is for a thread that the machine lets stand. */
const ANSWER_MS = (CALL_LIMITS.deadlineMs ?? 0) + 1500
/** Tables and closures of the largest rule files, as when they are loaded. */
const HEAP_MB = 192
/** Calls make little, and what they make is garbage at once. */
const YOUNG_HEAP_MB = 4

interface ThreadOptions {
  /** Ends the start. */
  readonly signal: AbortSignal
  /** Told once, when it answers no more: from then on every value is kept as it is. */
  readonly failed: (fault: RulesFault) => void
}

export class FunctionThread {
  /** Why it answers no more; null where it does. */
  trouble: string | null = null
  readonly #mail: FunctionMail
  readonly #failed: ThreadOptions["failed"]
  #worker: Worker | null

  private constructor(worker: Worker, mail: FunctionMail, { failed }: ThreadOptions) {
    this.#worker = worker
    this.#mail = mail
    this.#failed = failed
    worker.on("error", ({ message }) => this.#giveUp(message))
    worker.on("exit", () => this.#giveUp("it has ended"))
  }

  /**
   * Runs the scripts; the functions can be called then.
   * @returns null for rules without functions: they need no thread
   * @throws RulesFault E_RULES_WORKER when it does not start; the signal's reason
   */
  static async start(
    functions: ConfigurationFunctions,
    options: ThreadOptions,
  ): Promise<FunctionThread | null> {
    const { source } = functions
    const { signal } = options
    if (source.functionCount === 0) return null
    signal.throwIfAborted()
    const mail = new FunctionMail()
    const worker = new Worker(workerUrl("reload/function-worker.js"), {
      workerData: { source, shared: mail.shared } satisfies FunctionWork,
      resourceLimits: { maxOldGenerationSizeMb: HEAP_MB, maxYoungGenerationSizeMb: YOUNG_HEAP_MB },
    })
    const onAbort = (): void => void worker.terminate()
    signal.addEventListener("abort", onAbort)
    try {
      await new Promise<void>((resolve, reject) => {
        const refuse = (why: string): void => reject(signal.aborted ? signal.reason : notStarted(why))
        worker.once("message", () => resolve())
        worker.once("error", ({ message }) => refuse(message))
        worker.once("exit", () => refuse("it has ended"))
      })
    } finally {
      signal.removeEventListener("abort", onAbort)
    }
    worker.removeAllListeners()
    // It is ended with the rules; until then it keeps no process alive.
    worker.unref()
    return new FunctionThread(worker, mail, options)
  }

  /** Asks function `id` for a value, as `ConfigurationFunctions` does, and waits for it. */
  call(id: number, args: FunctionArguments): FunctionResult {
    const mail = this.#mail
    if (this.#worker === null) return NO_ANSWER
    mail.ask(id, args)
    while (Atomics.load(mail.words, TURN) === ASKED) {
      if (Atomics.wait(mail.words, TURN, ASKED, ANSWER_MS) !== "timed-out") continue
      this.#giveUp(`it gave no answer within ${ANSWER_MS} milliseconds`)
      return NO_ANSWER
    }
    return mail.answered
  }

  /** Ends it; calls have no answer from then on. */
  async close(): Promise<void> {
    const worker = this.#worker
    this.#worker = null
    await worker?.terminate()
  }

  #giveUp(why: string): void {
    if (this.#worker === null) return
    void this.close()
    this.trouble = `the functions of these rules answer no more: ${why}: values of the configuration are kept`
    this.#failed(
      new RulesFault(
        "E_RULES_FUNCTIONS",
        this.trouble,
        "look for a function that takes long; rules that are written anew have their functions again",
      ),
    )
  }
}

const NO_ANSWER: FunctionResult = Object.freeze({
  ok: false,
  reason: "the functions of these rules answer no more",
  isNil: false,
})

function notStarted(why: string): RulesFault {
  return new RulesFault(
    "E_RULES_WORKER",
    `the thread for the functions of the rules does not start: ${why}`,
    "after an upgrade of this program start it again; or else give it more memory",
  )
}
