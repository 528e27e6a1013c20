/**
 * An SMTP server that delivers nothing: it says yes to every message, puts each one
 * off in words that the test chose, or says nothing at all. For a real mail server,
 * or a daemon's alerts, to send to.
 */
import { createServer, type Server, type Socket } from "node:net"

/** A message that was taken. */
export interface TakenMail {
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
}

interface State {
  refusal: string | null
  isSilent: boolean
  readonly mails: TakenMail[]
  accepted: number
  refused: number
}

export class SmtpSink {
  readonly port: number
  readonly #server: Server
  readonly #sockets: Set<Socket>
  readonly #state: State

  private constructor(server: Server, sockets: Set<Socket>, state: State) {
    const address = server.address()
    if (address === null || typeof address === "string") throw new Error("no port")
    this.port = address.port
    this.#server = server
    this.#sockets = sockets
    this.#state = state
  }

  /** @param port 0: one that is free */
  static async listen(port = 0): Promise<SmtpSink> {
    const state: State = { refusal: null, isSilent: false, mails: [], accepted: 0, refused: 0 }
    const sockets = new Set<Socket>()
    const server = createServer((socket) => {
      sockets.add(socket)
      socket.on("close", () => sockets.delete(socket))
      // A client that goes away is no fault of the test.
      socket.on("error", () => {})
      converse(socket, state)
    })
    await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))
    return new SmtpSink(server, sockets, state)
  }

  /** What is answered to MAIL FROM from now on; null: every message is taken. */
  answers(refusal: string | null): void {
    this.#state.refusal = refusal
  }

  /** From now on it takes connections, and says nothing. */
  fallsSilent(): void {
    this.#state.isSilent = true
  }

  get mails(): readonly TakenMail[] {
    return this.#state.mails
  }

  get connections(): number {
    return this.#sockets.size
  }

  get accepted(): number {
    return this.#state.accepted
  }

  get refused(): number {
    return this.#state.refused
  }

  close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }
}

/** One client: line by line, the text of a message unread up to its dot. */
function converse(socket: Socket, state: State): void {
  if (state.isSilent) return
  const say = (line: string): void => void socket.write(`${line}\r\n`)
  let rest = ""
  let isText = false
  let from = ""
  let to: string[] = []
  let text: string[] = []
  say("220 sink.example.com ESMTP")
  socket.on("data", (bytes: Buffer) => {
    const lines = `${rest}${bytes.toString("latin1")}`.split("\r\n")
    rest = lines.pop() as string
    for (const line of lines) {
      if (isText) {
        if (line !== ".") {
          text.push(line)
          continue
        }
        isText = false
        state.mails.push({ from, to, text: text.join("\n") })
        to = []
        text = []
        state.accepted++
        say("250 2.0.0 taken")
        continue
      }
      const verb = line.slice(0, 4).toUpperCase()
      if (verb === "MAIL" && state.refusal !== null) {
        // 421 is the last word on a connection: RFC 5321, 3.8.
        state.refused++
        socket.end(`${state.refusal}\r\n`)
        return
      }
      const address = /<(.*?)>/.exec(line)?.[1] ?? ""
      if (verb === "MAIL") from = address
      if (verb === "RCPT") to.push(address)
      if (verb === "DATA") {
        isText = true
        say("354 go on")
      } else if (verb === "QUIT") {
        socket.end("221 2.0.0 bye\r\n")
        return
      } else say("250 2.0.0 ok")
    }
  })
}
