/**
 * How a chunk is called in messages, byte for byte as the original shortens it:
 * `=name` as it is, `@path` without its beginning, text by its first line.
 * Both the compiler's and fengari's own messages use it, so that they agree.
 */

/** Bytes of an identifier, the closing zero included: the compiler shows more of a name than the rest. */
export const COMPILER_ID_SIZE = 80
const ID_SIZE = 60
const EQUALS = 0x3d
const AT = 0x40
const encoder = new TextEncoder()
const DOTS = encoder.encode("...")
const OPEN = encoder.encode('[string "')
const CLOSE = encoder.encode('"]')
const PATH_MARGIN = " '...' ".length + 1
const TEXT_MARGIN = ' [string "..."] '.length + 1

export function chunkIdBytes(chunkName: Uint8Array, size = ID_SIZE): Uint8Array {
  const zero = chunkName.indexOf(0)
  const name = zero === -1 ? chunkName : chunkName.subarray(0, zero)
  if (name[0] === EQUALS) return name.slice(1, size)
  if (name[0] === AT) {
    const path = name.subarray(1)
    const room = size - PATH_MARGIN
    return path.length > room ? join(DOTS, path.subarray(path.length - room)) : path.slice()
  }
  const lineEnd = name.findIndex((byte) => byte === 10 || byte === 13)
  const shown = name.subarray(0, Math.min(size - TEXT_MARGIN, lineEnd === -1 ? name.length : lineEnd))
  return shown.length < name.length ? join(OPEN, shown, DOTS, CLOSE) : join(OPEN, shown, CLOSE)
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
