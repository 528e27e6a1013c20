/**
 * Recorded traffic as one stream of events in the order of their times: several
 * files of several formats, read side by side, each only as far as the others.
 * Memory is bounded by the reorder window and by what waits in it, never by the
 * length of a file. Knows no rules.
 */
import { EVENT_TYPES, type EventType, NOT_TOLD, TYPE_NUMBER } from "../model/event.js"
import { PairTable } from "../model/pair-table.js"
import { type BadLine, Collector, type Common, type Counts, KIND_CLOCK, KIND_COPY } from "./collector.js"
import { detectFormat, FORMATS, type FormatName } from "./detect.js"
import { EventQueue, type QueuedEvent } from "./event-queue.js"
import { Joiner } from "./join.js"
import type { ReaderOptions, Reply } from "./reader.js"
import { BrokenArchive, type Compression, openSource, type Source, SourceError } from "./source.js"

export interface TrafficOptions extends ReaderOptions {
  readonly files: readonly string[]
  /** The format of all files; null = each tells its own. */
  readonly format: FormatName | null
  /** Events this many seconds out of order are put in order. */
  readonly reorderSec: number
  /** More waiting events than this are let go before their time. */
  readonly maxWaiting?: number
  readonly pairs?: PairTable
  /** Receptions are told with their pair and deliveries with their time: an audit asks for it. */
  readonly audits?: boolean
  /** Bytes read at a time; for tests. */
  readonly chunkBytes?: number
}

/** One event; the object is filled anew for each and valid during the call only. */
export interface TrafficEvent {
  atMicros: number
  type: EventType
  /** The same as a TYPE_NUMBER. */
  typeNumber: number
  /** Number in the pair table; -1 for events of no pair that matters. */
  pair: number
  mx: string | null
  phase: string | null
  response: string
  local: boolean
  bounceClass: string | null
  /** Kind of a feedback report in lower case; null for all other types. */
  fblType: string | null
  /** Group of the pair's binding, where this is the first event to name one; the pair table has it. */
  group: string | null
  /**
   * Microseconds that a delivery took, from what on depends on its file's format; -1 where the traffic
   * does not tell, for all other types, and without `audits`.
   */
  deliveryMicros: number
  /** Lines up to this one in the order of replay: the line's number where one file in order is read. */
  lineNumber: number
  /** Index of its file, and its line there. */
  file: number
  line: number
}

/** An event to be filled. */
export function emptyEvent(): TrafficEvent {
  return {
    atMicros: 0,
    type: "reception",
    typeNumber: TYPE_NUMBER.reception,
    pair: -1,
    mx: null,
    phase: null,
    response: "",
    local: false,
    bounceClass: null,
    fblType: null,
    group: null,
    deliveryMicros: NOT_TOLD,
    lineNumber: 0,
    file: 0,
    line: 0,
  }
}

/** Fills an event with what has come out of the queue. Notes the group of a binding that had none. */
export function fillEvent(event: TrafficEvent, head: QueuedEvent, type: EventType, pairs: PairTable): void {
  const { reply } = head
  event.atMicros = head.atMicros
  event.type = type
  event.typeNumber = TYPE_NUMBER[type]
  event.pair = head.pair
  event.mx = reply === null ? null : reply.mx
  event.phase = reply === null ? null : reply.phase
  event.response = reply === null ? "" : reply.response
  event.local = reply?.local ?? false
  event.bounceClass = reply === null ? null : reply.bounceClass
  event.fblType = reply === null ? null : reply.fblType
  // When it goes out, not when its line is read: how far files are read ahead must not decide which comes first.
  const group = reply === null ? null : reply.group
  event.group = group !== null && pairs.noteGroup(pairs.bindingOf(head.pair), group) ? group : null
  event.deliveryMicros = head.deliveryMicros
  event.file = head.file
  event.line = head.line
}

export interface TrafficConsumer {
  /** Settled when events can be taken: until then files are read ahead. What it is rejected with ends the reading. */
  readonly ready?: Promise<unknown>
  event(event: TrafficEvent): void
  /** Time passes without an event. */
  clock(atMicros: number): void
  /**
   * For a consumer that only counts receptions: a reader may tell many at once, with the times of the
   * first and the last of them, after the events that came between. The first event of all is never among
   * them. Half of all traffic is receptions.
   */
  receptions?(count: number, firstMicros: number, lastMicros: number): void
  bad(line: BadLine): void
  /** Called between pieces: for progress, and to wait until output has been taken. */
  pause(progress: { readonly doneBytes: number; readonly totalBytes: number | null }): Promise<void> | void
}

export interface FileReport {
  readonly path: string
  /** Null for an empty file. */
  readonly format: FormatName | null
  readonly counts: Counts
  /** Set when compressed data ended early or was damaged. */
  readonly broken: {
    readonly compression: Compression
    readonly isCut: boolean
    readonly detail: string
  } | null
}

const CHUNK_BYTES = 1 << 20
/** With many files: their buffers together stay small. */
const SMALL_CHUNK_BYTES = 64 << 10
/** Enough of a file to tell its format by. */
const HEAD_BYTES = 32 << 10
const MAX_WAITING = 1 << 19
/** Events read ahead before the consumer is ready, as a share of those that may wait. */
const READ_AHEAD = 0.9

interface Input {
  readonly source: Source
  readonly head: Buffer[]
  readonly format: FormatName | null
  collector: Collector
  isDone: boolean
  broken: FileReport["broken"]
}

/**
 * Reads traffic to its end.
 * @throws SourceError when a file cannot be read or its format cannot be told; nothing has been consumed then
 */
export async function readTraffic(options: TrafficOptions, consumer: TrafficConsumer): Promise<FileReport[]> {
  const sources: Source[] = []
  try {
    const chunkBytes = options.chunkBytes ?? (options.files.length > 1 ? SMALL_CHUNK_BYTES : CHUNK_BYTES)
    for (const path of options.files) sources.push(await openSource(path, { chunkBytes }))
    return await new Reading(options, consumer).run(sources)
  } finally {
    for (const source of sources) await source.close()
  }
}

class Reading {
  readonly #options: TrafficOptions
  readonly #consumer: TrafficConsumer
  readonly #queue: EventQueue
  readonly #pairs: PairTable
  readonly #maxWaiting: number
  #isReady: boolean
  #inputs: Input[] = []
  #joiner: Joiner | null = null
  #common: Common | null = null
  #lineNumber = 0
  readonly #event = emptyEvent()

  constructor(options: TrafficOptions, consumer: TrafficConsumer) {
    this.#options = options
    this.#queue = new EventQueue(options.audits === true)
    this.#consumer = consumer
    this.#pairs = options.pairs ?? new PairTable()
    this.#maxWaiting = options.maxWaiting ?? MAX_WAITING
    this.#isReady = consumer.ready === undefined
    // A rejection is met where the reading waits for it.
    consumer.ready?.then(
      () => {
        this.#isReady = true
      },
      () => {},
    )
  }

  async run(sources: readonly Source[]): Promise<FileReport[]> {
    await this.#open(sources)
    for (let input = this.#behind(); input !== null; input = this.#behind()) {
      if (!this.#isReady && this.#queue.size > this.#maxWaiting * READ_AHEAD) await this.#becomeReady()
      await this.#read(input)
      if (this.#isReady) this.#drain()
      const sizes = sources.map(({ size }) => size)
      await this.#consumer.pause({
        doneBytes: sources.reduce((sum, { position }) => sum + position, 0),
        totalBytes: sizes.includes(null) ? null : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0),
      })
    }
    await this.#becomeReady()
    this.#drain()
    return this.#inputs.map(({ source, format, collector, broken }) => ({
      path: source.path,
      format,
      counts: collector.counts,
      broken,
    }))
  }

  /** Waits for the consumer; throws what its readiness was rejected with. */
  async #becomeReady(): Promise<void> {
    await this.#consumer.ready
    this.#isReady = true
  }

  /** Reads the head of every file, tells its format, and makes its reader. */
  async #open(sources: readonly Source[]): Promise<void> {
    const opened: Omit<Input, "collector">[] = []
    for (const source of sources) {
      const { head, isDone, broken } = await readHead(source)
      const bytes = Buffer.concat(head)
      const format = bytes.length === 0 ? null : (this.#options.format ?? detectFormat(bytes))
      if (format === null && bytes.length > 0) throw unknownFormat(source.path, bytes)
      opened.push({ source, head, format, isDone, broken })
    }
    const formats = opened.map(({ format }) => format)
    this.#joiner = formats.includes("mainlog") && formats.includes("bouncelog") ? new Joiner() : null
    const common: Common = {
      queue: this.#queue,
      pairs: this.#pairs,
      joiner: this.#joiner,
      audits: this.#options.audits === true,
      emittedMicros: Number.NEGATIVE_INFINITY,
      reorderSec: this.#options.reorderSec,
      maxWaiting: this.#maxWaiting,
      letGo: () => {
        if (this.#queue.pop()) this.#emit()
      },
      bad: (line) => this.#consumer.bad(line),
    }
    this.#common = common
    this.#inputs = opened.map((input, file) => ({
      ...input,
      collector: new Collector(
        input.source.path,
        file,
        common,
        FORMATS[input.format ?? "jsonl"],
        this.#options,
      ),
    }))
    for (const input of this.#inputs) {
      for (const piece of input.head.splice(0)) input.collector.feed(piece)
      if (input.isDone) input.collector.end(input.broken !== null)
    }
  }

  /** The file that is least far: the one to read on. */
  #behind(): Input | null {
    let least: Input | null = null
    for (const input of this.#inputs) {
      if (input.isDone) continue
      if (least === null || input.collector.latestMicros < least.collector.latestMicros) least = input
    }
    return least
  }

  async #read(input: Input): Promise<void> {
    const { source, collector } = input
    try {
      const piece = await source.next()
      if (piece !== null) collector.feed(piece)
      else {
        input.isDone = true
        collector.end(false)
      }
    } catch (error) {
      if (!(error instanceof BrokenArchive)) throw error
      input.broken = { compression: error.compression, isCut: error.isCut, detail: error.message }
      input.isDone = true
      collector.end(true)
    }
  }

  /** Lets go what no file can bring anything earlier than. */
  #drain(): void {
    const queue = this.#queue
    const open = this.#inputs.filter(({ isDone }) => !isDone)
    const latest = Math.min(...open.map(({ collector }) => collector.latestMicros))
    const limit = latest - this.#options.reorderSec * 1e6
    while (queue.nextMicros() <= limit && queue.pop()) this.#emit()
  }

  #emit(): void {
    const { head } = this.#queue
    const common = this.#common as Common
    common.emittedMicros = head.atMicros
    this.#lineNumber += head.lines
    const { reply } = head
    if (reply !== null && reply.joinKey !== null) this.#joiner?.leave(reply)
    if (head.kind === KIND_CLOCK) {
      this.#consumer.clock(head.atMicros)
      return
    }
    let type = EVENT_TYPES[head.kind]
    if (type === undefined) {
      type = head.kind === KIND_COPY ? "transient" : "permanent"
      if (this.#isCopyOnly(reply as Reply, head.atMicros, head.file)) return
      const { events } = (this.#inputs[head.file] as Input).collector.counts
      events[TYPE_NUMBER[type]] = (events[TYPE_NUMBER[type]] as number) + 1
    }
    const event = this.#event
    fillEvent(event, head, type, this.#pairs)
    event.lineNumber = this.#lineNumber
    this.#consumer.event(event)
  }

  /** A bouncelog's copy stands for a failure only where no mainlog tells of that time. */
  #isCopyOnly(reply: Reply, atMicros: number, file: number): boolean {
    const { collector } = this.#inputs[file] as Input
    if (reply.joined === true) {
      collector.skip("joined")
      return true
    }
    const isCovered = this.#inputs.some(
      ({ format, collector: { firstMicros, latestMicros } }) =>
        format === "mainlog" && firstMicros <= atMicros && latestMicros >= atMicros,
    )
    if (isCovered) collector.skip("not-in-mainlog")
    return isCovered
  }
}

/** What some editors put in front of UTF-8; no format begins with it. */
const BOM = Buffer.from("\ufeff")

async function readHead(
  source: Source,
): Promise<{ head: Buffer[]; isDone: boolean; broken: FileReport["broken"] }> {
  const head: Buffer[] = []
  let length = 0
  try {
    while (length < HEAD_BYTES) {
      const piece = await source.next()
      if (piece === null) return { head, isDone: true, broken: null }
      const start = length === 0 && piece.subarray(0, BOM.length).equals(BOM) ? BOM.length : 0
      head.push(Buffer.from(piece.subarray(start)))
      length += piece.length
    }
    return { head, isDone: false, broken: null }
  } catch (error) {
    if (!(error instanceof BrokenArchive)) throw error
    const { compression, isCut, message } = error
    return { head, isDone: true, broken: { compression, isCut, detail: message } }
  }
}

const MAX_SHOWN = 80

function unknownFormat(path: string, head: Buffer): SourceError {
  const line = head.toString("latin1", 0, 4096).split("\n", 1)[0] ?? ""
  const shown = JSON.stringify(line.length > MAX_SHOWN ? `${line.slice(0, MAX_SHOWN)}…` : line)
  return new SourceError(
    "E_TRAFFIC_FORMAT",
    path,
    `is in no format known here; it begins with ${shown}`,
    `the formats are ${Object.keys(FORMATS).join(", ")}; name one with --format if the file is in it`,
  )
}
