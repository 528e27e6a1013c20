/**
 * Numerals of the dialect: which are well formed, what double they stand for,
 * and how that double is written so that Lua 5.3 reads it back as a float.
 * Source: lua-dialect.md, section B, rows "Integer literal" to "hex floats".
 */

const DECIMAL = /^(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/
const HEXADECIMAL = /^0[xX][0-9a-fA-F]+$/
const OCTAL = /^0[0-7]*$/

/** Hexadecimal and octal are read through C's `strtol`, which stops here. */
const LARGEST_LONG = (1n << 63n) - 1n

/** @returns null for a malformed numeral */
export function readNumeral(text: string): number | null {
  // A leading zero not followed by a point selects octal, hence `08` and `0e1` are malformed.
  if (text.length > 1 && text[0] === "0" && text[1] !== ".") {
    if (HEXADECIMAL.test(text)) return readLong(text)
    return OCTAL.test(text) ? readLong(`0o${text}`) : null
  }
  return DECIMAL.test(text) ? Number(text) : null
}

function readLong(digits: string): number {
  const value = BigInt(digits)
  return Number(value > LARGEST_LONG ? LARGEST_LONG : value)
}

/** Always a float to Lua 5.3: its integers are 32 bits wide in the VM and wrap. */
export function writeNumeral(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "1e999"
  if (Number.isInteger(value) && value < 1e21) return `${value}.0`
  return String(value)
}
