/**
 * C's number formatting on doubles, to the digit: `%d %u %o %x %e %f %g` with
 * flags, width and precision. JavaScript has no printf, and `toString` differs
 * from `%.14g` in many ways (1e21, 1e-7, Infinity). Used by `tostring` (through
 * fengari) and by `string.format`. Knows nothing of Lua.
 */

/** Flags and sizes of one printf conversion. `precision` is null when it was not given. */
export interface NumberSpec {
  readonly conversion: "d" | "i" | "u" | "o" | "x" | "X" | "c" | "e" | "E" | "f" | "g" | "G"
  readonly leftAlign: boolean
  readonly plus: boolean
  readonly blank: boolean
  readonly alternate: boolean
  readonly zero: boolean
  readonly width: number
  readonly precision: number | null
}

/** A number as Lua 5.1 prints it: `%.14g`. Source: lua-dialect.md C, "printed" row. */
export function formatNumber(n: number): string {
  if (Number.isInteger(n) && n > -1e14 && n < 1e14) return Object.is(n, -0) ? "-0" : String(n)
  if (!Number.isFinite(n)) return nonFinite(n)
  return general(n, 14, false)
}

/**
 * The vendor's interpreter prints both infinities as `inf`: lua-dialect.md C
 * measured `-1/0` as `inf`. Its sign is lost there, so it is lost here.
 */
function nonFinite(n: number): string {
  return Number.isNaN(n) ? "nan" : "inf"
}

/** Applies one conversion to a number and returns the text, padded to its width. */
export function formatWith(spec: NumberSpec, n: number): string {
  const { conversion } = spec
  const integer = conversion === "d" || conversion === "i"
  if (integer || conversion === "u" || conversion === "o" || conversion === "x" || conversion === "X") {
    return integerText(spec, n)
  }
  return floatText(spec, n)
}

const UINT64 = 1n << 64n

/** C casts the double to a 64-bit integer: toward zero; what does not fit becomes the smallest one. */
export function toInt64(n: number): bigint {
  if (!(n >= -(2 ** 63) && n < 2 ** 63)) return -(1n << 63n)
  return BigInt(Math.trunc(n))
}

function integerText(spec: NumberSpec, n: number): string {
  let value = toInt64(n)
  let sign = ""
  let prefix = ""
  let digits: string
  if (spec.conversion === "d" || spec.conversion === "i") {
    if (value < 0n) {
      sign = "-"
      value = -value
    } else if (spec.plus) sign = "+"
    else if (spec.blank) sign = " "
    digits = value.toString()
  } else {
    // What x86-64 makes of the cast: beyond 2^64 nothing is left.
    if (n >= 2 ** 63) value = n < 2 ** 64 ? BigInt(Math.trunc(n)) : 0n
    if (value < 0n) value += UINT64
    const radix = spec.conversion === "u" ? 10 : spec.conversion === "o" ? 8 : 16
    digits = value.toString(radix)
    if (spec.conversion === "X") digits = digits.toUpperCase()
    if (spec.alternate && value !== 0n && radix === 16) prefix = spec.conversion === "X" ? "0X" : "0x"
  }
  if (spec.precision !== null) {
    digits = spec.precision === 0 && value === 0n ? "" : digits.padStart(spec.precision, "0")
  }
  if (spec.alternate && spec.conversion === "o" && !digits.startsWith("0")) digits = `0${digits}`
  return pad(spec, sign + prefix, digits, spec.precision === null)
}

function floatText(spec: NumberSpec, n: number): string {
  const negative = n < 0 || Object.is(n, -0)
  const sign = negative ? "-" : spec.plus ? "+" : spec.blank ? " " : ""
  const upper = spec.conversion === "E" || spec.conversion === "G"
  if (!Number.isFinite(n)) {
    const word = Number.isNaN(n) ? "nan" : "inf"
    const signed = Number.isNaN(n) ? word : sign + word
    return pad(spec, "", upper ? signed.toUpperCase() : signed, false)
  }
  const magnitude = Math.abs(n)
  const precision = spec.precision ?? 6
  let digits: string
  if (spec.conversion === "f") digits = fixed(magnitude, precision, spec.alternate)
  else if (spec.conversion === "e" || spec.conversion === "E") {
    digits = exponential(magnitude, precision, spec.alternate)
  } else digits = general(magnitude, precision, spec.alternate)
  return pad(spec, sign, upper ? digits.toUpperCase() : digits, true)
}

function pad(spec: NumberSpec, sign: string, digits: string, zeroAllowed: boolean): string {
  const room = spec.width - sign.length - digits.length
  if (room <= 0) return sign + digits
  if (spec.leftAlign) return sign + digits + " ".repeat(room)
  if (spec.zero && zeroAllowed) return sign + "0".repeat(room) + digits
  return " ".repeat(room) + sign + digits
}

/**
 * The decimal expansion of a finite double, exactly: every double is m·2^e.
 * `toFixed` and `toExponential` round halves away from zero on the shortest
 * decimal; C rounds halves to even on the exact value (`%.0f` of 2.5 is 2).
 */
function exactDigits(magnitude: number): { digits: string; point: number } {
  if (magnitude === 0) return { digits: "0", point: 1 }
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, magnitude)
  const bits = view.getBigUint64(0)
  const rawExponent = Number((bits >> 52n) & 0x7ffn)
  const fraction = bits & 0xfffffffffffffn
  const mantissa = rawExponent === 0 ? fraction : fraction | (1n << 52n)
  const exponent = (rawExponent === 0 ? 1 : rawExponent) - 1075
  if (exponent >= 0) {
    const digits = (mantissa << BigInt(exponent)).toString()
    return { digits, point: digits.length }
  }
  // m / 2^k = m·5^k / 10^k
  const k = -exponent
  const digits = (mantissa * 5n ** BigInt(k)).toString()
  return { digits, point: digits.length - k }
}

/** Rounds a digit string to `keep` digits, halves to even. A carry lengthens it by one. */
function roundDigits(digits: string, keep: number): { digits: string; carried: boolean } {
  if (keep < 0) return { digits: "", carried: false }
  if (keep >= digits.length) return { digits: digits.padEnd(keep, "0"), carried: false }
  const kept = digits.slice(0, keep)
  const next = digits.charCodeAt(keep) - 48
  const rest = /[1-9]/.test(digits.slice(keep + 1))
  const last = keep === 0 ? 0 : digits.charCodeAt(keep - 1) - 48
  const up = next > 5 || (next === 5 && (rest || last % 2 === 1))
  if (!up) return { digits: kept, carried: false }
  const raised = (BigInt(kept === "" ? "0" : kept) + 1n).toString().padStart(keep, "0")
  return { digits: raised, carried: raised.length > keep }
}

function fixed(magnitude: number, precision: number, alternate: boolean): string {
  const exact = exactDigits(magnitude)
  const rounded = roundDigits(exact.digits, exact.point + precision)
  const point = exact.point + (rounded.carried ? 1 : 0)
  const all = rounded.digits
  const whole = point > 0 ? all.slice(0, point) : "0"
  const fraction = (point > 0 ? all.slice(point) : "0".repeat(-point) + all).padStart(precision, "0")
  const shown = fraction.slice(0, precision).padEnd(precision, "0")
  return precision === 0 ? whole + (alternate ? "." : "") : `${whole}.${shown}`
}

function exponential(magnitude: number, precision: number, alternate: boolean): string {
  const { digits, exponent } = scientific(magnitude, precision + 1)
  const fraction = digits.slice(1)
  return `${digits[0]}${fraction === "" ? (alternate ? "." : "") : `.${fraction}`}e${exponentText(exponent)}`
}

function scientific(magnitude: number, significant: number): { digits: string; exponent: number } {
  const exact = exactDigits(magnitude)
  const rounded = roundDigits(exact.digits, significant)
  const digits = rounded.carried ? rounded.digits.slice(0, significant) : rounded.digits
  const exponent = magnitude === 0 ? 0 : exact.point - 1 + (rounded.carried ? 1 : 0)
  return { digits, exponent }
}

function exponentText(exponent: number): string {
  return `${exponent < 0 ? "-" : "+"}${String(Math.abs(exponent)).padStart(2, "0")}`
}

/** `%g`: fixed or exponential, whichever C picks, without trailing zeros. */
function general(n: number, precision: number, alternate: boolean): string {
  const sign = n < 0 ? "-" : ""
  const significant = precision === 0 ? 1 : precision
  const { digits, exponent } = scientific(Math.abs(n), significant)
  const join = (whole: string, fraction: string): string => {
    if (alternate) return `${whole}.${fraction}`
    const shown = fraction.replace(/0+$/, "")
    return shown === "" ? whole : `${whole}.${shown}`
  }
  if (exponent < -4 || exponent >= significant) {
    return `${sign}${join(digits.slice(0, 1), digits.slice(1))}e${exponentText(exponent)}`
  }
  if (exponent >= 0) return sign + join(digits.slice(0, exponent + 1), digits.slice(exponent + 1))
  return sign + join("0", "0".repeat(-exponent - 1) + digits)
}
