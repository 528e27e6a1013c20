/**
 * Bytes of recorded traffic from a path or from standard input, plain or
 * compressed: what a file holds is told by its first bytes, not by its name.
 * A compressed file that ends too early gives all that could be read of it
 * before it says so. Knows nothing of lines or formats.
 */
import { type FileHandle, open } from "node:fs/promises"
import { createGunzip } from "node:zlib"
import { Decompress as Zstd } from "fzstd"
import unbzip2 from "unbzip2-stream"
import type { Code } from "../errors.js"

export type Compression = "gzip" | "bzip2" | "zstd"

/** A path that cannot be read as traffic. */
export class SourceError extends Error {
  constructor(
    readonly code: Extract<Code, `E_TRAFFIC_${string}`>,
    readonly path: string,
    message: string,
    readonly hint: string,
  ) {
    super(message)
  }
}

/** Compressed data that ends, or goes wrong, before its end; what came before has been handed over. */
export class BrokenArchive extends Error {
  constructor(
    readonly compression: Compression,
    /** True when the data is just not all there; false when it is wrong. */
    readonly isCut: boolean,
    detail: string,
  ) {
    super(detail)
  }
}

export interface Source {
  readonly path: string
  /** Bytes on disk; null where that is unknown (a pipe). */
  readonly size: number | null
  /** Bytes of the path consumed so far, compressed ones where it is compressed. */
  readonly position: number
  /** Set once the first chunk was asked for. */
  readonly compression: Compression | null
  /** The next piece, valid until the one after it is asked for; null at the end. @throws BrokenArchive */
  next(): Promise<Buffer | null>
  close(): Promise<void>
}

/** One file is read in large pieces; many at a time in smaller ones, so that memory does not grow with their number. */
export interface OpenOptions {
  readonly chunkBytes: number
}

export const STDIN = "-"

/** Opens a path, `-` being standard input. @throws SourceError */
export async function openSource(path: string, options: OpenOptions): Promise<Source> {
  const raw = path === STDIN ? new PipeInput() : await openFile(path, options.chunkBytes)
  return new SniffedSource(path, raw)
}

interface RawInput {
  readonly size: number | null
  readonly position: number
  next(): Promise<Buffer | null>
  close(): Promise<void>
}

async function openFile(path: string, chunkBytes: number): Promise<RawInput> {
  try {
    const handle = await open(path, "r")
    const stat = await handle.stat()
    if (!stat.isDirectory()) return new FileInput(handle, stat.isFile() ? stat.size : null, chunkBytes)
    await handle.close()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === "ENOENT")
      throw new SourceError(
        "E_TRAFFIC_MISSING",
        path,
        "no such file",
        "check the path; several files are named by repeating --traffic",
      )
    throw new SourceError(
      "E_TRAFFIC_UNREADABLE",
      path,
      `cannot be read: ${code ?? String(error)}`,
      "check who may read it",
    )
  }
  throw new SourceError(
    "E_TRAFFIC_DIRECTORY",
    path,
    "is a directory",
    `name the files in it, e.g. --traffic ${path.replace(/\/$/, "")}/*`,
  )
}

/** A file, the next piece being read while the present one is worked on. */
class FileInput implements RawInput {
  readonly size: number | null
  position = 0
  readonly #handle: FileHandle
  #buffers: [Buffer, Buffer]
  #ahead: Promise<number> | null = null

  constructor(handle: FileHandle, size: number | null, chunkBytes: number) {
    this.#handle = handle
    this.size = size
    this.#buffers = [Buffer.allocUnsafeSlow(chunkBytes), Buffer.allocUnsafeSlow(chunkBytes)]
  }

  async next(): Promise<Buffer | null> {
    const length = await (this.#ahead ?? this.#read())
    if (length === 0) return null
    this.position += length
    const [filled, spare] = this.#buffers
    this.#buffers = [spare, filled]
    this.#ahead = this.#read()
    // An error belongs to the call that waits for it.
    this.#ahead.catch(() => {})
    return filled.subarray(0, length)
  }

  async close(): Promise<void> {
    await this.#ahead?.catch(() => {})
    await this.#handle.close()
  }

  async #read(): Promise<number> {
    const { bytesRead } = await this.#handle.read(this.#buffers[0], 0, this.#buffers[0].length)
    return bytesRead
  }
}

class PipeInput implements RawInput {
  readonly size = null
  position = 0
  readonly #chunks = process.stdin[Symbol.asyncIterator]() as AsyncIterator<Buffer>

  async next(): Promise<Buffer | null> {
    const { value, done } = await this.#chunks.next()
    if (done === true) return null
    this.position += value.length
    return value
  }

  async close(): Promise<void> {
    await this.#chunks.return?.()
  }
}

const MAGIC: readonly (readonly [Compression, Buffer])[] = [
  ["gzip", Buffer.from([0x1f, 0x8b, 0x08])],
  ["bzip2", Buffer.from("BZh")],
  ["zstd", Buffer.from([0x28, 0xb5, 0x2f, 0xfd])],
]
/** Longest of the above. */
const MAGIC_BYTES = 4

class SniffedSource implements Source {
  readonly path: string
  compression: Compression | null = null
  readonly #raw: RawInput
  #pieces: AsyncGenerator<Buffer> | null = null

  constructor(path: string, raw: RawInput) {
    this.path = path
    this.#raw = raw
  }

  get size(): number | null {
    return this.#raw.size
  }

  get position(): number {
    return this.#raw.position
  }

  async next(): Promise<Buffer | null> {
    this.#pieces ??= await this.#begin()
    const { value, done } = await this.#pieces.next()
    return done === true ? null : value
  }

  async close(): Promise<void> {
    await this.#raw.close()
  }

  async #begin(): Promise<AsyncGenerator<Buffer>> {
    let head = Buffer.alloc(0)
    let first = await this.#raw.next()
    // A pipe may give a byte at a time.
    while (first !== null && head.length + first.length < MAGIC_BYTES) {
      head = Buffer.concat([head, first])
      first = await this.#raw.next()
    }
    const start = head.length === 0 ? first : Buffer.concat([head, first ?? Buffer.alloc(0)])
    this.compression = MAGIC.find(([, magic]) => start?.subarray(0, magic.length).equals(magic))?.[0] ?? null
    const pieces = following(start, this.#raw)
    return this.compression === null ? pieces : decompressed(pieces, this.compression)
  }
}

async function* following(first: Buffer | null, raw: RawInput): AsyncGenerator<Buffer> {
  for (let piece = first; piece !== null; piece = await raw.next()) if (piece.length > 0) yield piece
}

/** How much is decompressed at a time: a hostile file can make a thousand times as much of it. */
const COMPRESSED_BYTES = 16 << 10

async function* decompressed(
  pieces: AsyncGenerator<Buffer>,
  compression: Compression,
): AsyncGenerator<Buffer> {
  const codec = CODECS[compression]()
  for await (const piece of pieces) {
    for (let at = 0; at < piece.length; at += COMPRESSED_BYTES) {
      // A copy: the piece's memory is filled anew while a codec may still hold it.
      yield* handedOver(codec, Buffer.from(piece.subarray(at, at + COMPRESSED_BYTES)), compression)
    }
  }
  yield* handedOver(codec, null, compression)
}

/** What a codec makes of one piece; null is the end. An error comes after what was made before it. */
async function* handedOver(
  codec: Codec,
  piece: Buffer | null,
  compression: Compression,
): AsyncGenerator<Buffer> {
  let fault: BrokenArchive | null = null
  try {
    await (piece === null ? codec.end() : codec.write(piece))
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error)
    // The bzip2 reader has no word for it: it stumbles over the piece that is not there.
    const isCut = error instanceof TypeError || /unexpected e(nd|of)|prematurely|EOF/i.test(text)
    fault = new BrokenArchive(compression, isCut, isCut ? "unexpected end" : text)
  }
  yield* codec.taken()
  if (fault !== null) throw fault
}

interface Codec {
  write(piece: Buffer): Promise<void> | void
  end(): Promise<void> | void
  /** What has been made since the last call. */
  taken(): Buffer[]
}

const CODECS: Readonly<Record<Compression, () => Codec>> = { gzip: gunzip, bzip2: bunzip2, zstd: unzstd }

function gunzip(): Codec {
  const made: Buffer[] = []
  const stream = createGunzip()
  let fault: Error | null = null
  stream.on("data", (piece: Buffer) => made.push(piece))
  stream.on("error", (error) => {
    fault = error
  })
  const settled = (start: (done: () => void) => void): Promise<void> =>
    new Promise((resolve, reject) => {
      const finish = (): void => (fault === null ? resolve() : reject(fault))
      if (fault !== null) return finish()
      stream.once("error", finish)
      start(() => {
        stream.off("error", finish)
        finish()
      })
    })
  return {
    write: (piece) => settled((done) => stream.write(piece, done)),
    end: () =>
      settled((done) => {
        stream.once("end", done)
        stream.end()
      }),
    taken: () => made.splice(0),
  }
}

function bunzip2(): Codec {
  const made: Buffer[] = []
  const stream = unbzip2()
  let fault: Error | null = null
  stream.on("data", (piece: Buffer) => made.push(piece))
  stream.on("error", (error: Error) => {
    fault = error
  })
  const judged = (): void => {
    if (fault !== null) throw fault
  }
  return {
    write: (piece) => {
      stream.write(piece)
      judged()
    },
    end: () => {
      stream.end()
      judged()
    },
    taken: () => made.splice(0),
  }
}

function unzstd(): Codec {
  const made: Buffer[] = []
  const stream = new Zstd(
    (piece) => void made.push(Buffer.from(piece.buffer, piece.byteOffset, piece.length)),
  )
  return {
    write: (piece) => stream.push(piece),
    end: () => stream.push(new Uint8Array(0), true),
    taken: () => made.splice(0),
  }
}
