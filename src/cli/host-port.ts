/** `HOST:PORT` as options take it; an address of IPv6 stands in brackets. */
import { UsageError } from "./context.js"

export interface HostPort {
  readonly host: string
  readonly port: number
}

/** Null for a text that is none; port 0 is one. */
export function readHostPort(text: string): HostPort | null {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/@[\]]+)):(\d{1,5})$/.exec(text)
  const host = match?.[1] ?? match?.[2]
  const port = Number(match?.[3])
  return host === undefined || port > 65_535 ? null : { host, port }
}

/**
 * The mail server of `--alert-smtp`; null where there is none.
 * @param isAlerting a configuration from a file without that module mails nothing
 * @throws UsageError
 */
export function readAlertServer(
  { alertSmtp, config }: { readonly alertSmtp?: string; readonly config?: string },
  isAlerting: boolean,
): HostPort | null {
  if (alertSmtp === undefined) return null
  const server = alertServerOf(alertSmtp)
  if (isAlerting) return server
  throw new UsageError(
    `--alert-smtp ${alertSmtp} has nothing to send: ${config} has no alerting stanza`,
    "write alerting { } there, or leave --alert-smtp out",
  )
}

function alertServerOf(text: string): HostPort {
  const server = readHostPort(text)
  if (server !== null && server.port > 0) return server
  throw new UsageError(
    `--alert-smtp "${text}" is no server`,
    "write HOST:PORT, e.g. localhost:25 or [::1]:25",
  )
}
