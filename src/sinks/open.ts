/** The sinks that a configuration asks for, as one. What makes mail is loaded only where alerts are wanted. */
import type { LogSettings } from "../config/output-settings.js"
import type { Settings } from "../config/settings.js"
import type { JlogFile } from "../model/jlog-file.js"
import { AdaptiveLog } from "./adaptive-log.js"
import { AlertFiles } from "./alert-files.js"
import { AlertQueue, type AlertQueueOptions } from "./alert-queue.js"
import { Alerts, type MessageTaker } from "./alerts.js"
import { Jlog } from "./jlog.js"
import type { SmtpServer } from "./mail-transport.js"
import { joined, type Sink, type TellFault } from "./sink.js"

interface AlertPlan {
  /** As alerts name it. */
  readonly host: string
  /** Where messages are sent; null: nowhere. */
  readonly server: SmtpServer | null
  readonly queue: Omit<AlertQueueOptions, "transport" | "tell">
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
  if (log !== null) sinks.push(new AdaptiveLog(log, alerts?.hostOf ?? (() => null), tell))
  if (jlog !== null) sinks.push(new Jlog(jlog, tell))
  if (alerts !== null) sinks.push(alerts)
  return joined(sinks)
}

async function takersOf(
  { host, server, queue, directory }: AlertPlan,
  tell: TellFault,
): Promise<MessageTaker[]> {
  const { messageMaker, smtpTransport } = await import("./mail-transport.js")
  const takers: MessageTaker[] = []
  if (server !== null) takers.push(new AlertQueue({ ...queue, transport: smtpTransport(server, host), tell }))
  if (directory !== null) takers.push(new AlertFiles({ directory, make: messageMaker(), tell }))
  return takers
}
