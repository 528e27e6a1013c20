/**
 * How a chunk is called in messages, byte for byte as the original shortens it:
 * `=name` as it is, `@path` without its beginning, text by its first line.
 * Both the compiler's and fengari's own messages use it, so that they agree.
 */

/** LUA_IDSIZE: bytes of an identifier, the closing zero included. */
const ID_SIZE = 60
const EQUALS = 0x3d
const AT = 0x40
const encoder = new TextEncoder()
const DOTS = encoder.encode("...")
const OPEN = encoder.encode('[string "')
const CLOSE = encoder.encode('"]')
const PATH_ROOM = ID_SIZE - " '...' ".length - 1
const TEXT_ROOM = ID_SIZE - ' [string "..."] '.length - 1

export function chunkIdBytes(chunkName: Uint8Array): Uint8Array {
  const zero = chunkName.indexOf(0)
  const name = zero === -1 ? chunkName : chunkName.subarray(0, zero)
  if (name[0] === EQUALS) return name.slice(1, ID_SIZE)
  if (name[0] === AT) {
    const path = name.subarray(1)
    return path.length > PATH_ROOM ? join(DOTS, path.subarray(path.length - PATH_ROOM)) : path.slice()
  }
  const lineEnd = name.findIndex((byte) => byte === 10 || byte === 13)
  const shown = name.subarray(0, Math.min(TEXT_ROOM, lineEnd === -1 ? name.length : lineEnd))
  return shown.length < name.length ? join(OPEN, shown, DOTS, CLOSE) : join(OPEN, shown, CLOSE)
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts))
}
