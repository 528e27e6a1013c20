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

/** The mail server of `--alert-smtp`. @throws UsageError */
export function readAlertServer(text: string): HostPort {
  const server = readHostPort(text)
  if (server !== null && server.port > 0) return server
  throw new UsageError(
    `--alert-smtp "${text}" is no server`,
    "write HOST:PORT, e.g. localhost:25 or [::1]:25",
  )
}
