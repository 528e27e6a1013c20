/**
 * The name of a binding as the name of a file: it may hold anything, and must
 * neither leave the directory nor meet the file of another binding.
 */
import { createHash } from "node:crypto"

/** File systems take 255 bytes; an ending is added. */
const MAX_BYTES = 200

/**
 * Letters, digits, "_", "-" and dots stand as they are, except a dot at the beginning; any other byte
 * becomes `%XX`, "%" too. A long name is cut and told apart by a hash behind "~", which no other name has.
 */
export function fileNameOf(name: string): string {
  const safe = name.replace(/[^\w.-]|^\./gu, (character) =>
    Buffer.from(character, "utf8").toString("hex").toUpperCase().replace(/../g, "%$&"),
  )
  if (safe !== "" && safe.length <= MAX_BYTES) return safe
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 32)
  return `${safe.slice(0, MAX_BYTES - 33)}~${hash}`
}
