/**
 * Many events as a few columns, for the way from the thread that reads to the
 * one that judges. Names of pairs travel once, when they are new, groups of
 * bindings with the first event that names them; only failures bring texts.
 */
import {
  EVENT_TYPES,
  type EventType,
  isPlainType,
  NOT_TOLD,
  PHASES,
  type Phase,
  TYPE_NUMBER,
} from "../model/event.js"
import type { PairTable } from "../model/pair-table.js"
import { emptyEvent, type TrafficConsumer, type TrafficEvent } from "./traffic.js"

/** Events of a batch: enough to make its passing cheap, few enough to pass often. */
const CAPACITY = 8192
/** In the column of types: time passes, nothing happens. */
const CLOCK = EVENT_TYPES.length
const LOCAL = 0x80

export interface EventBatch {
  readonly count: number
  readonly at: Float64Array
  readonly lineNumbers: Float64Array
  readonly lines: Float64Array
  /** By the number of the sender's table; -1 for none. */
  readonly pairs: Int32Array
  readonly files: Int32Array
  readonly types: Uint8Array
  /** How long deliveries took; null where nobody asked. */
  readonly deliveryMicros: Float64Array | null
  /** 1 for all but plain events, and for those with a text; their texts stand in order below. */
  readonly hasText: Uint8Array
  readonly texts: readonly string[]
  /** Of each text: its phase, from 1, and whether our own side made it. */
  readonly marks: readonly number[]
  /** Of each text, or null where none has one. */
  readonly mx: readonly (string | null)[] | null
  readonly bounceClasses: readonly (string | null)[] | null
  readonly fblTypes: readonly (string | null)[] | null
  /** Binding and domain of each pair that is new, in the order of their numbers. */
  readonly names: readonly string[]
  /** Groups of bindings, in the order of the events that are the first to name them. */
  readonly groups: readonly BatchGroup[]
  /** Receptions that are no events of it. */
  readonly receptions: Receptions
}

interface Receptions {
  readonly count: number
  readonly firstMicros: number
  readonly lastMicros: number
}

const NO_RECEPTIONS: Receptions = Object.freeze({ count: 0, firstMicros: 0, lastMicros: 0 })

/** What a reader is asked for. */
export interface BatchOptions {
  /** Times of deliveries travel too. */
  readonly audits: boolean
  /** Receptions are only counted. */
  readonly countsReceptions: boolean
}

interface BatchGroup {
  /** Place of the event in its batch. */
  readonly event: number
  readonly group: string
}

/** Fills batches. */
export class BatchWriter {
  readonly #pairs: PairTable
  readonly #send: (batch: EventBatch) => void
  readonly #options: BatchOptions
  #countsReceptions = false
  #receptions = 0
  #firstReception = 0
  #lastReception = 0
  #told = 0
  #columns: ReturnType<typeof emptyColumns>
  #count = 0
  #texts: string[] = []
  #marks: number[] = []
  #mx: (string | null)[] = []
  #bounceClasses: (string | null)[] = []
  #fblTypes: (string | null)[] = []
  #groups: BatchGroup[] = []

  constructor(pairs: PairTable, options: BatchOptions, send: (batch: EventBatch) => void) {
    this.#pairs = pairs
    this.#options = options
    this.#send = send
    this.#columns = emptyColumns(options.audits)
  }

  clock(atMicros: number): void {
    this.#columns.at[this.#count] = atMicros
    this.#columns.types[this.#count] = CLOCK
    this.#advance()
  }

  event(event: TrafficEvent): void {
    // The first event of all is told: from it on sweeps are reckoned.
    if (event.typeNumber === TYPE_NUMBER.reception && this.#countsReceptions) {
      const { atMicros } = event
      const isFirst = this.#receptions++ === 0
      if (isFirst || atMicros < this.#firstReception) this.#firstReception = atMicros
      if (isFirst || atMicros > this.#lastReception) this.#lastReception = atMicros
      return
    }
    this.#countsReceptions = this.#options.countsReceptions
    const i = this.#count
    const columns = this.#columns
    columns.at[i] = event.atMicros
    columns.lineNumbers[i] = event.lineNumber
    columns.lines[i] = event.line
    columns.pairs[i] = event.pair
    columns.files[i] = event.file
    columns.types[i] = event.typeNumber
    if (columns.deliveryMicros !== null) columns.deliveryMicros[i] = event.deliveryMicros
    if (event.group !== null) this.#groups.push({ event: i, group: event.group })
    if (!isPlainType(event.typeNumber) || event.response !== "" || event.mx !== null) {
      columns.hasText[i] = 1
      this.#texts.push(event.response)
      const phase = event.phase === null ? 0 : PHASES.indexOf(event.phase as Phase) + 1
      this.#marks.push(phase | (event.local ? LOCAL : 0))
      this.#mx.push(event.mx)
      this.#bounceClasses.push(event.bounceClass)
      this.#fblTypes.push(event.fblType)
    }
    this.#advance()
  }

  /** Sends what there is. */
  flush(): void {
    if (this.#count === 0 && this.#receptions === 0) return
    const names: string[] = []
    for (; this.#told < this.#pairs.count; this.#told++) {
      const { binding, domain } = this.#pairs.name(this.#told)
      names.push(binding, domain)
    }
    const isNull = (value: string | null): boolean => value === null
    this.#send({
      count: this.#count,
      ...this.#columns,
      texts: this.#texts,
      marks: this.#marks,
      mx: this.#mx.every(isNull) ? null : this.#mx,
      bounceClasses: this.#bounceClasses.every(isNull) ? null : this.#bounceClasses,
      fblTypes: this.#fblTypes.every(isNull) ? null : this.#fblTypes,
      names,
      groups: this.#groups,
      receptions:
        this.#receptions === 0
          ? NO_RECEPTIONS
          : {
              count: this.#receptions,
              firstMicros: this.#firstReception,
              lastMicros: this.#lastReception,
            },
    })
    // The columns belong to the other side now.
    this.#columns = emptyColumns(this.#options.audits)
    this.#count = 0
    this.#receptions = 0
    this.#texts = []
    this.#marks = []
    this.#mx = []
    this.#bounceClasses = []
    this.#fblTypes = []
    this.#groups = []
  }

  #advance(): void {
    this.#count++
    if (this.#count === CAPACITY) this.flush()
  }
}

/** The buffers of a batch, to be moved instead of copied. */
export function buffersOf({
  at,
  lineNumbers,
  lines,
  pairs,
  files,
  types,
  hasText,
  deliveryMicros,
}: EventBatch): ArrayBuffer[] {
  const columns = [at, lineNumbers, lines, pairs, files, types, hasText]
  if (deliveryMicros !== null) columns.push(deliveryMicros)
  return columns.map(({ buffer }) => buffer as ArrayBuffer)
}

function emptyColumns(audits: boolean) {
  return {
    at: new Float64Array(CAPACITY),
    lineNumbers: new Float64Array(CAPACITY),
    lines: new Float64Array(CAPACITY),
    pairs: new Int32Array(CAPACITY),
    files: new Int32Array(CAPACITY),
    types: new Uint8Array(CAPACITY),
    hasText: new Uint8Array(CAPACITY),
    deliveryMicros: audits ? new Float64Array(CAPACITY) : null,
  }
}

type BatchConsumer = Pick<TrafficConsumer, "event" | "clock" | "receptions">

/** Hands on the events of batches, with the numbers of a table of its own. */
export class BatchReader {
  readonly #pairs: PairTable
  readonly #consumer: BatchConsumer
  /** The sender's numbers to ours. */
  #numbers = new Int32Array(1024)
  #known = 0
  readonly #event = emptyEvent()
  /** The event holds what came with a text. */
  #hasText = false

  constructor(pairs: PairTable, consumer: BatchConsumer) {
    this.#pairs = pairs
    this.#consumer = consumer
  }

  take(batch: EventBatch): void {
    this.#learn(batch.names)
    this.#tell(batch)
    const { count, firstMicros, lastMicros } = batch.receptions
    if (count > 0) this.#consumer.receptions?.(count, firstMicros, lastMicros)
  }

  #tell(batch: EventBatch): void {
    const event = this.#event
    let text = 0
    let groups = 0
    let nextGroup = batch.groups[0]?.event ?? -1
    for (let i = 0; i < batch.count; i++) {
      const type = batch.types[i] as number
      const atMicros = batch.at[i] as number
      if (type === CLOCK) {
        this.#consumer.clock(atMicros)
        continue
      }
      const pair = batch.pairs[i] as number
      event.atMicros = atMicros
      event.type = EVENT_TYPES[type] as EventType
      event.typeNumber = type
      event.pair = pair < 0 ? pair : (this.#numbers[pair] as number)
      event.deliveryMicros = batch.deliveryMicros === null ? NOT_TOLD : (batch.deliveryMicros[i] as number)
      event.lineNumber = batch.lineNumbers[i] as number
      event.file = batch.files[i] as number
      event.line = batch.lines[i] as number
      if (batch.hasText[i] === 1) {
        const marks = batch.marks[text] as number
        const phase = marks & ~LOCAL
        event.response = batch.texts[text] as string
        event.phase = phase === 0 ? null : (PHASES[phase - 1] as Phase)
        event.local = (marks & LOCAL) !== 0
        event.mx = batch.mx?.[text] ?? null
        event.bounceClass = batch.bounceClasses?.[text] ?? null
        event.fblType = batch.fblTypes?.[text] ?? null
        text++
        this.#hasText = true
      } else if (this.#hasText) {
        this.#hasText = false
        event.response = ""
        event.phase = null
        event.local = false
        event.mx = null
        event.bounceClass = null
        event.fblType = null
      }
      event.group = null
      if (i === nextGroup) {
        const { group } = batch.groups[groups] as BatchGroup
        if (this.#pairs.noteGroup(this.#pairs.bindingOf(event.pair), group)) event.group = group
        nextGroup = batch.groups[++groups]?.event ?? -1
      }
      this.#consumer.event(event)
    }
  }

  #learn(names: readonly string[]): void {
    const count = this.#known + names.length / 2
    if (count > this.#numbers.length) {
      const larger = new Int32Array(Math.max(count, this.#numbers.length * 2))
      larger.set(this.#numbers)
      this.#numbers = larger
    }
    for (let i = 0; i < names.length; i += 2)
      this.#numbers[this.#known++] = this.#pairs.of(names[i] as string, names[i + 1] as string)
  }
}
