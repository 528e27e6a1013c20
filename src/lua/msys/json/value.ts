/**
 * JSON as data that scripts share by reference: a value may stand in several
 * places, but never inside itself. Strings hold one char per byte, so that what
 * a script stored comes back byte for byte. Knows no Lua.
 */

export type Json = null | boolean | number | string | JsonObject | JsonArray

export class JsonObject {
  readonly fields = new Map<string, Json>()
}

export class JsonArray {
  readonly items: Json[] = []
}

/** A number, string or boolean by itself, as `json.encode(42)` gives it. */
export class JsonScalar {
  constructor(readonly value: boolean | number | string) {}
}

/** A value that cannot be built or written; the message is for the script's author. */
export class JsonFault extends Error {
  override readonly name = "JsonFault"
}

/** Levels that `toText` follows. */
const MAX_DEPTH = 200

/** Whether `inner` is `outer` or stands somewhere in it, and how many values that took to find out. */
export function reaches(
  outer: Json,
  inner: JsonObject | JsonArray,
): { readonly found: boolean; readonly steps: number } {
  const seen = new Set<Json>()
  const open: Json[] = [outer]
  let steps = 0
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    steps++
    if (value === inner) return { found: true, steps }
    if (!(value instanceof JsonObject || value instanceof JsonArray) || seen.has(value)) continue
    seen.add(value)
    for (const child of value instanceof JsonObject ? value.fields.values() : value.items) open.push(child)
  }
  return { found: false, steps }
}

/**
 * The value as text, in the spacing of the original: `{ "a": [ 1, 2 ] }`.
 * @throws JsonFault when it nests too deep or the text grows beyond `maxLength`
 */
export function toText(value: Json, maxLength: number): string {
  const parts: string[] = []
  let length = 0
  const put = (text: string): void => {
    parts.push(text)
    length += text.length
    if (length > maxLength) throw new JsonFault(`the JSON text is longer than ${maxLength} bytes`)
  }
  const write = (value: Json, depth: number): void => {
    if (depth > MAX_DEPTH) throw new JsonFault(`the JSON value nests deeper than ${MAX_DEPTH} levels`)
    if (value instanceof JsonArray) {
      put("[")
      value.items.forEach((item, i) => {
        put(i === 0 ? " " : ", ")
        write(item, depth + 1)
      })
      put(" ]")
    } else if (value instanceof JsonObject) {
      put("{")
      let separator = " "
      for (const [name, field] of value.fields) {
        put(`${separator}${quote(name)}: `)
        write(field, depth + 1)
        separator = ", "
      }
      put(" }")
    } else put(typeof value === "string" ? quote(value) : JSON.stringify(value))
  }
  write(value, 1)
  return parts.join("")
}

const SHORT: Record<string, string> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
}

/** Bytes above 127 stay as they are. */
function quote(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON escapes exactly these
  const escaped = text.replace(/["\\\u0000-\u001f]/g, (char) => {
    return SHORT[char] ?? `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
  })
  return `"${escaped}"`
}
