/**
 * Numerals of the dialect: which are well formed, what double they stand for,
 * and how that double is written so that Lua 5.3 reads it back as a float.
 * Source: lua-dialect.md, section B, rows "Integer literal" to "hex floats".
 */

const DECIMAL = /^(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const HEXADECIMAL = /^0[xX][0-9a-fA-F]+$/
const OCTAL = /^0[0-7]*$/

/** C's `strtoul` stops here; the dialect reads hexadecimal and octal through it. */
const LARGEST_UNSIGNED = (1n << 64n) - 1n

/** @returns null for a malformed numeral */
export function readNumeral(text: string): number | null {
  // A leading zero not followed by a point selects octal, hence `08` and `0e1` are malformed.
  if (text.length > 1 && text[0] === "0" && text[1] !== ".") {
    if (HEXADECIMAL.test(text)) return unsigned(text)
    return OCTAL.test(text) ? unsigned(`0o${text}`) : null
  }
  return DECIMAL.test(text) ? Number(text) : null
}

function unsigned(digits: string): number {
  const value = BigInt(digits)
  return Number(value > LARGEST_UNSIGNED ? LARGEST_UNSIGNED : value)
}

/** Always a float to Lua 5.3: its integers are 32 bits wide in the VM and wrap. */
export function writeNumeral(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return "1e999"
  if (Number.isInteger(value) && value < 1e21) return `${value}.0`
  return String(value)
}
