/**
 * Text to number as the vendor's Lua converts strings at run time: a leading
 * zero means octal or, with `x`, hexadecimal. Numerals in source code are read
 * by the syntax room.
 * Source: lua-dialect.md C, rows `tonumber("010")` and `tonumber("0xFFFFFFFF")`.
 */

// No two parts of a pattern may match the same digits: failing would take time squared.
const SPACE = "[ \\t\\n\\v\\f\\r]*"
const DECIMAL = new RegExp(`^${SPACE}[+-]?(?:\\d+(?:\\.\\d*)?|\\.\\d+)(?:[eE][+-]?\\d+)?${SPACE}$`)
const INTEGER = new RegExp(`^(-?)(0[0-7]*|0[xX][0-9a-fA-F]+)${SPACE}$`)
const HEX_FLOAT = new RegExp(
  `^${SPACE}([+-]?)0[xX](?=\\.?[0-9a-fA-F])([0-9a-fA-F]*)(?:\\.([0-9a-fA-F]*))?(?:[pP]([+-]?\\d+))?${SPACE}$`,
)
const WORD = new RegExp(`^${SPACE}([+-]?)(inf|infinity|nan)${SPACE}$`, "i")

/** C's strtol stops here. */
const LARGEST_INTEGER = 2 ** 63

/**
 * The number a string stands for, or null. The original hands a text that
 * begins with `0` to strtol, all others to strtod; so a blank or plus sign in
 * front switches the octal reading off: "010" is 8, "08" and "0e1" are nothing,
 * " 010" is 10.
 */
export function parseNumeral(text: string): number | null {
  if (/^-?0(?!\.)/.test(text)) {
    const integer = INTEGER.exec(text)
    return integer === null ? null : parseLong(integer[1] === "-", integer[2] as string)
  }
  if (DECIMAL.test(text)) return Number(text)
  const hex = HEX_FLOAT.exec(text)
  if (hex !== null) return parseHexFloat(hex)
  const word = WORD.exec(text)
  if (word === null) return null
  return signed(word[1], /^nan$/i.test(word[2] as string) ? Number.NaN : Number.POSITIVE_INFINITY)
}

function parseLong(negative: boolean, digits: string): number {
  const isHex = digits[1] === "x" || digits[1] === "X"
  const value = Math.min(Number(BigInt(isHex || digits === "0" ? digits : `0o${digits}`)), LARGEST_INTEGER)
  return negative && value !== 0 ? -value : value
}

function parseHexFloat(match: RegExpExecArray): number {
  const [, sign, whole = "", fraction = "", exponent = "0"] = match
  const mantissa = Number(BigInt(`0x${whole}${fraction}`))
  return signed(sign, mantissa * 2 ** (Number(exponent) - 4 * fraction.length))
}

/**
 * `tonumber(text, base)`: digits of that base only, null when there is anything
 * else. A minus sign wraps around 2^64, as the C function behind it does.
 */
export function parseInBase(text: string, base: number): number | null {
  const match = /^[ \t\n\v\f\r]*([+-]?)([0-9a-zA-Z]+)[ \t\n\v\f\r]*$/.exec(text)
  if (match === null) return null
  let digits = (match[2] as string).toLowerCase()
  if (base === 16 && /^0x[0-9a-f]/.test(digits)) digits = digits.slice(2)
  let value = 0n
  for (const char of digits) {
    const digit = Number.parseInt(char, 36)
    if (digit >= base) return null
    value = value * BigInt(base) + BigInt(digit)
    // C's strtoul: too large a number is the largest one, whatever its sign.
    if (value > LARGEST_UNSIGNED) return overflowIfDigits(digits, base)
  }
  return Number(match[1] === "-" ? BigInt.asUintN(64, -value) : value)
}

const LARGEST_UNSIGNED = (1n << 64n) - 1n

function overflowIfDigits(digits: string, base: number): number | null {
  const valid = [...digits].every((char) => Number.parseInt(char, 36) < base)
  return valid ? Number(LARGEST_UNSIGNED) : null
}

function signed(sign: string | undefined, value: number): number {
  return sign === "-" ? -value : value
}
