/**
 * Programs that are told of effects by POST. Up to where each has them stands in
 * the journal: after a restart it is told from there on.
 */

import { webhookTransport } from "../http/webhook-transport.js"
import { Webhook, type WebhookFault } from "../http/webhooks.js"
import type { Effects } from "./effects.js"
import type { Ledger } from "./ledger.js"

export interface WebhooksOptions {
  readonly urls: readonly string[]
  readonly secret: string
  readonly effects: Effects
  readonly ledger: Ledger
  readonly timer: (ms: number, signal: AbortSignal) => Promise<unknown>
  /** Seconds since 1970. */
  readonly nowSec: () => number
  readonly tell: (fault: WebhookFault) => void
}

const MAX_EVENTS = 200
const MAX_BYTES = 256 << 10
const TIMEOUT_MS = 10_000

/**
 * Begins to tell them.
 * @returns what does not arrive, and why; and its end: what was not acknowledged by then is told by the next run
 * @throws HttpStartFault E_HTTP_WEBHOOK
 */
export function startWebhooks(options: WebhooksOptions): {
  readonly alarms: () => readonly string[]
  close(): Promise<void>
} {
  const { urls, secret, effects, ledger, timer, nowSec, tell } = options
  const transport = webhookTransport()
  const webhooks = urls.map((url) => {
    const source = `webhook ${url}`
    const known = ledger.positions.get(source)
    // One that was never told before is told what comes from now on.
    const afterId = typeof known === "number" ? known : effects.log.latestId
    const acknowledged = (id: number): void => void ledger.take([], [{ source, state: id }]).catch(() => {})
    if (known === undefined) acknowledged(afterId)
    return new Webhook({
      url,
      secret,
      log: effects.log,
      afterId,
      maxEvents: MAX_EVENTS,
      maxBytes: MAX_BYTES,
      timeoutMs: TIMEOUT_MS,
      transport,
      timer,
      nowSec,
      tell,
      acknowledged,
    })
  })
  return {
    alarms: () => webhooks.flatMap(({ trouble }) => trouble ?? []),
    async close() {
      await Promise.all(webhooks.map((webhook) => webhook.close()))
    },
  }
}
