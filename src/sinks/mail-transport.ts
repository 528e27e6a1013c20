/**
 * Alerts as messages, and on their way to a mail server: the only file that knows
 * nodemailer. Headers are made by it, from addresses that were checked and texts
 * of one line; the same alert is the same bytes.
 * Source: engine.md section 10; RFC 3834 (Auto-Submitted), RFC 5321 section 4.5.5
 * (reports have no return path).
 */
import { createTransport, type NodemailerError } from "nodemailer"
import { hostPart } from "../report/alert.js"
import type { AlertMessage } from "./alerts.js"

/** What became of a message, by recipient. Who is in neither list has it. */
interface Delivery {
  /** To be tried again. */
  readonly deferred: readonly string[]
  /** For good. */
  readonly refused: readonly string[]
  /** The server's words, or why it was not reached; "" where there is nobody to say them of. */
  readonly whyDeferred: string
  readonly whyRefused: string
  /** It was not reached at all: others would fare no better. */
  readonly isServerDown: boolean
}

export interface MailTransport {
  /** How it is named in messages. */
  readonly name: string
  /**
   * @param to those of the recipients who do not have it yet
   * @param signal gives it up: whether somebody has it is not known then, and it counts as put off
   */
  send(message: AlertMessage, to: readonly string[], signal: AbortSignal): Promise<Delivery>
}

export interface SmtpServer {
  readonly host: string
  readonly port: number
}

const WAIT_MS = 30_000

/** Sends to a server, over a connection for each message. */
export function smtpTransport(server: SmtpServer, helo: string): MailTransport {
  const transporter = createTransport({
    ...server,
    name: hostPart(helo),
    connectionTimeout: WAIT_MS,
    greetingTimeout: WAIT_MS,
    socketTimeout: WAIT_MS,
    // As between mail servers: encrypted where it can be, whoever certifies the other side.
    tls: { rejectUnauthorized: false },
  })
  return {
    name: `${server.host}:${server.port}`,
    async send(message, to, signal) {
      try {
        const sent = await transporter.sendMail({ ...mailOf(message, to), signal })
        return partial(sent.rejectedErrors ?? [])
      } catch (error) {
        return failed(error as NodemailerError, to)
      }
    },
  }
}

/** Makes the bytes of a message, and sends nothing. */
export function messageMaker(): (message: AlertMessage) => Promise<Buffer> {
  const transporter = createTransport({ streamTransport: true, buffer: true, newline: "windows" })
  return async (message) => {
    const { message: bytes } = await transporter.sendMail(mailOf(message, message.to))
    return bytes as Buffer
  }
}

function mailOf({ alert, host, sender, to: all }: AlertMessage, to: readonly string[]) {
  const { atMicros, subject, body, messageId, event } = alert
  return {
    envelope: { from: sender ?? "", to: [...to] },
    from: { name: "Adaptive Delivery", address: sender ?? `adaptive@${hostPart(host)}` },
    to: [...all],
    subject,
    text: body,
    date: new Date(Math.floor(atMicros / 1e6) * 1000),
    messageId: `<${messageId}>`,
    headers: { "Auto-Submitted": "auto-generated", "X-Adaptive-Event": event },
    disableFileAccess: true,
    disableUrlAccess: true,
  }
}

/** A server that says this is about to close, whatever it was asked. */
const CLOSING = 421

function failed(error: NodemailerError, to: readonly string[]): Delivery {
  const { code, responseCode, rejectedErrors = [] } = error
  const isAboutMessage = code === "EENVELOPE" || code === "EMESSAGE"
  if (!isAboutMessage || responseCode === CLOSING) return { ...deferredAll(error, to), isServerDown: true }
  if (rejectedErrors.length > 0) return partial(rejectedErrors)
  // Without a reply it is nodemailer itself that would not send it.
  const isForGood = error.permanent ?? responseCode === undefined
  if (!isForGood) return deferredAll(error, to)
  return { deferred: [], whyDeferred: "", refused: to, whyRefused: error.message, isServerDown: false }
}

function deferredAll({ message }: NodemailerError, to: readonly string[]): Delivery {
  return { deferred: to, whyDeferred: message, refused: [], whyRefused: "", isServerDown: false }
}

function partial(errors: readonly NodemailerError[]): Delivery {
  const refusals = errors.filter(({ permanent }) => permanent === true)
  const delays = errors.filter(({ permanent }) => permanent !== true)
  const recipients = (some: readonly NodemailerError[]): string[] =>
    some.flatMap(({ recipient }) => recipient ?? [])
  return {
    deferred: recipients(delays),
    whyDeferred: delays[0]?.message ?? "",
    refused: recipients(refusals),
    whyRefused: refusals[0]?.message ?? "",
    isServerDown: errors.some(({ responseCode }) => responseCode === CLOSING),
  }
}
