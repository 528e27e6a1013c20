/**
 * A unix socket that takes events: whatever a program writes into it, in any of the
 * formats of logs. When the program has ended its side it is told how many were
 * taken; until then it is slowed down to what the journal takes.
 */
import { createServer, type Socket } from "node:net"
import { listenOn } from "../control/socket-file.js"
import type { FormatName } from "../ingest/detect.js"
import { type StreamHost, takeStream } from "./stream.js"

export interface EventSocketOptions extends StreamHost {
  readonly path: string
  readonly format: FormatName | null
}

/** At once; more wait in the kernel's queue. */
const MAX_CLIENTS = 64

/** @throws ControlFault for a path that cannot be listened on */
export async function startEventSocket(options: EventSocketOptions): Promise<{ close(): Promise<void> }> {
  const { path, format } = options
  const clients = new Set<Socket>()
  let count = 0
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    clients.add(socket)
    socket.on("error", () => socket.destroy())
    socket.on("close", () => clients.delete(socket))
    // The side that answers stays open when the other one has ended.
    const chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>
    takeStream(`client ${++count} of ${path}`, format, chunks, options).then(
      (sum) => socket.end(`${JSON.stringify(sum)}\n`),
      () => socket.destroy(),
    )
  })
  server.maxConnections = MAX_CLIENTS
  await listenOn(server, path, { called: "the socket for events", option: "--event-socket" })
  return {
    close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      for (const socket of clients) socket.destroy()
      return closed
    },
  }
}
