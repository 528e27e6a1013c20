/**
 * What a browser's EventSource makes of a stream: which events it hands on, and the
 * id that it comes back with. Source: WHATWG HTML, 9.2.6 "Interpreting an event stream".
 */
export class EventSourceReader {
  /** Of the events that were handed on. */
  readonly ids: string[] = []
  /** Sent as `Last-Event-ID` when it comes back; nothing is sent while it is empty. */
  lastEventId = ""
  #rest = ""
  #id = ""
  #data: string[] = []

  read(text: string): void {
    const lines = `${this.#rest}${text}`.split("\n")
    this.#rest = lines.pop() as string
    for (const line of lines) this.#line(line)
  }

  /** The connection is gone: a block that is not whole is dropped, and the next stream is read with empty buffers. */
  reconnect(): void {
    this.#rest = ""
    this.#data = []
    this.#id = ""
  }

  #line(line: string): void {
    if (line === "") this.#dispatch()
    const [, field, value = ""] = /^([^:]+)(?:: ?(.*))?$/.exec(line) ?? []
    if (field === "id" && !value.includes("\0")) this.#id = value
    else if (field === "data") this.#data.push(value)
  }

  #dispatch(): void {
    // The id counts whether or not there is anything to hand on.
    this.lastEventId = this.#id
    if (this.#data.length > 0) this.ids.push(this.lastEventId)
    this.#data = []
  }
}
