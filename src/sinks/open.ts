/** The sinks that a configuration asks for, as one. What makes mail is loaded only where alerts are wanted. */
import type { LogSettings } from "../config/output-settings.js"
import type { Settings } from "../config/settings.js"
import type { JlogFile } from "../model/jlog-file.js"
import { AdaptiveLog } from "./adaptive-log.js"
import { AlertFiles } from "./alert-files.js"
import { AlertQueue, type AlertQueueOptions } from "./alert-queue.js"
import { Alerts, type MessageTaker } from "./alerts.js"
import { Jlog } from "./jlog.js"
import { LineFiles } from "./line-files.js"
import type { SmtpServer } from "./mail-transport.js"
import { joined, type Sink, type TellFault } from "./sink.js"

interface AlertPlan {
  /** As alerts name it. */
  readonly host: string
  /** Where messages are sent; null: nowhere. */
  readonly server: SmtpServer | null
  readonly queue: Omit<AlertQueueOptions, "transport" | "tell" | "keeper">
  /** Where they are kept as files; null: nowhere. */
  readonly directory: string | null
}

export interface SinkPlan {
  readonly log: LogSettings | null
  readonly jlog: JlogFile | null
  /** Null: no alert is made. */
  readonly alerts: AlertPlan | null
  readonly settings: Settings
  readonly tell: TellFault
}

export async function openSinks({ log, jlog, alerts: plan, settings, tell }: SinkPlan): Promise<Sink> {
  const alerts =
    plan === null ? null : new Alerts({ host: plan.host, settings, takers: await takersOf(plan, tell), tell })
  const sinks: Sink[] = []
  if (log !== null)
    sinks.push(new AdaptiveLog(log, alerts?.hostOf ?? (() => null), new LineFiles("line", tell)))
  if (jlog !== null) sinks.push(new Jlog(jlog, new LineFiles("record", tell), tell))
  if (alerts !== null) sinks.push(alerts)
  return joined(sinks)
}

/** @param host as alerts name it, and as the server is greeted */
export async function openQueue(
  server: SmtpServer,
  host: string,
  options: Omit<AlertQueueOptions, "transport">,
): Promise<AlertQueue> {
  const { smtpTransport } = await import("./mail-transport.js")
  return new AlertQueue({ ...options, transport: smtpTransport(server, host) })
}

async function takersOf(
  { host, server, queue, directory }: AlertPlan,
  tell: TellFault,
): Promise<MessageTaker[]> {
  const takers: MessageTaker[] = []
  if (server !== null) takers.push(await openQueue(server, host, { ...queue, keeper: null, tell }))
  if (directory !== null) {
    const { messageMaker } = await import("./mail-transport.js")
    takers.push(new AlertFiles({ directory, make: messageMaker(), tell }))
  }
  return takers
}
