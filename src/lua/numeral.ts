/**
 * Text to number as the vendor's Lua converts strings at run time: a leading
 * zero means octal or, with `x`, hexadecimal. Numerals in source code are read
 * by the syntax room.
 * Source: lua-dialect.md C, rows `tonumber("010")` and `tonumber("0xFFFFFFFF")`.
 */

const SPACE = "[ \\t\\n\\v\\f\\r]*"
const DECIMAL = new RegExp(`^${SPACE}[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d+)?${SPACE}$`)
const HEX = new RegExp(`^${SPACE}([+-]?)0[xX]([0-9a-fA-F]+)${SPACE}$`)
const OCTAL = new RegExp(`^(-?)(0[0-7]*)${SPACE}$`)
const WORD = new RegExp(`^${SPACE}([+-]?)(inf|infinity|nan)${SPACE}$`, "i")

/**
 * The number a string stands for, or null. The original hands a text that
 * begins with `0` to strtol, all others to strtod; so a blank or plus sign in
 * front switches the octal reading off: "010" is 8, "08" and "0e1" are nothing,
 * " 010" is 10.
 */
export function parseNumeral(text: string): number | null {
  const hex = HEX.exec(text)
  if (hex !== null) return signed(hex[1], Number.parseInt(hex[2] as string, 16))
  if (/^-?0(?!\.)/.test(text)) {
    const octal = OCTAL.exec(text)
    return octal === null ? null : signed(octal[1], Number.parseInt(octal[2] as string, 8))
  }
  if (DECIMAL.test(text)) return Number(text.trim())
  const word = WORD.exec(text)
  if (word === null) return null
  return signed(word[1], (word[2] as string).toLowerCase() === "nan" ? Number.NaN : Number.POSITIVE_INFINITY)
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
  let value = 0
  for (const char of digits) {
    const digit = Number.parseInt(char, 36)
    if (digit >= base) return null
    value = value * base + digit
  }
  return match[1] === "-" && value !== 0 ? 2 ** 64 - value : value
}

function signed(sign: string | undefined, value: number): number {
  return sign === "-" ? -value : value
}
