/**
 * Numbers to text and back, against an oracle that computes with whole numbers
 * of any size: every double is m·2^e, so its decimal digits can be had exactly.
 */
import fc from "fast-check"
import { describe, expect, test } from "vitest"
import { parseInBase, parseNumeral } from "../../src/lua/numeral.js"
import { formatNumber, formatWith, type NumberSpec } from "../../src/model/number-format.js"

const PLAIN: Omit<NumberSpec, "conversion"> = {
  leftAlign: false,
  plus: false,
  blank: false,
  alternate: false,
  zero: false,
  width: 0,
  precision: null,
}

/** |n| = numerator / denominator, exactly. */
function ratio(n: number): { numerator: bigint; denominator: bigint } {
  const view = new DataView(new ArrayBuffer(8))
  view.setFloat64(0, Math.abs(n))
  const bits = view.getBigUint64(0)
  const exponent = Number(bits >> 52n)
  const mantissa = exponent === 0 ? bits : (bits & ((1n << 52n) - 1n)) | (1n << 52n)
  const shift = BigInt(Math.max(exponent, 1) - 1075)
  return shift >= 0n
    ? { numerator: mantissa << shift, denominator: 1n }
    : { numerator: mantissa, denominator: 1n << -shift }
}

/** numerator / denominator, rounded to a whole number, halves to even. */
function divideToEven(numerator: bigint, denominator: bigint): bigint {
  const quotient = numerator / denominator
  const twice = (numerator % denominator) * 2n
  const up = twice > denominator || (twice === denominator && quotient % 2n === 1n)
  return up ? quotient + 1n : quotient
}

function fixedOracle(n: number, precision: number): string {
  const { numerator, denominator } = ratio(n)
  const digits = divideToEven(numerator * 10n ** BigInt(precision), denominator)
    .toString()
    .padStart(precision + 1, "0")
  const whole = digits.slice(0, digits.length - precision)
  const sign = n < 0 || Object.is(n, -0) ? "-" : ""
  return sign + (precision === 0 ? whole : `${whole}.${digits.slice(-precision)}`)
}

function exponentialOracle(n: number, precision: number): string {
  const sign = n < 0 || Object.is(n, -0) ? "-" : ""
  const { numerator, denominator } = ratio(n)
  let exponent = n === 0 ? 0 : Math.floor(Math.log10(Math.abs(n)))
  for (;;) {
    const shift = BigInt(precision - exponent)
    const scaled = shift >= 0n ? numerator * 10n ** shift : numerator
    const digits = divideToEven(scaled, shift >= 0n ? denominator : denominator * 10n ** -shift).toString()
    // log10 is off by one near powers of ten, and rounding may add a digit.
    if (n !== 0 && digits.length > precision + 1) exponent++
    else if (n !== 0 && digits.length < precision + 1) exponent--
    else {
      const shown = digits.padStart(precision + 1, "0")
      const fraction = precision === 0 ? "" : `.${shown.slice(1)}`
      const power = String(Math.abs(exponent)).padStart(2, "0")
      return `${sign}${shown[0]}${fraction}e${exponent < 0 ? "-" : "+"}${power}`
    }
  }
}

/** C's rule for %g, built on the two above. */
function generalOracle(n: number, precision: number): string {
  const significant = precision === 0 ? 1 : precision
  const scientific = exponentialOracle(n, significant - 1)
  const exponent = Number(scientific.slice(scientific.indexOf("e") + 1))
  const strip = (text: string): string => (text.includes(".") ? text.replace(/\.?0+$/, "") : text)
  if (exponent >= -4 && exponent < significant) return strip(fixedOracle(n, significant - 1 - exponent))
  return scientific.replace(/^(.*)e/, (_whole, mantissa: string) => `${strip(mantissa)}e`)
}

const finite = fc.double({ noNaN: true, noDefaultInfinity: true })
/** Numbers as people write them, halves among them: the hard cases of rounding. */
const decimal = fc
  .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: -8, max: 8 }))
  .map(([n, e]) => n / 2 ** e)
const number = fc.oneof(finite, decimal, fc.integer().map(Number), fc.constantFrom(0, -0, 5e-324, 2 ** 1023))

describe("printed numbers equal the exact decimal expansion", () => {
  test.each([
    ["f", fixedOracle, 30],
    ["e", exponentialOracle, 30],
    ["g", generalOracle, 30],
  ] as const)("%%%s", (conversion, oracle, maxPrecision) => {
    fc.assert(
      fc.property(number, fc.integer({ min: 0, max: maxPrecision }), (n, precision) => {
        expect(formatWith({ ...PLAIN, conversion, precision }, n)).toBe(oracle(n, precision))
      }),
      { numRuns: 500 },
    )
  })

  test("tostring is %.14g", () => {
    fc.assert(
      fc.property(number, (n) => {
        expect(formatNumber(n)).toBe(generalOracle(n, 14))
      }),
      { numRuns: 500 },
    )
  })

  test("%d is the number cut toward zero", () => {
    fc.assert(
      fc.property(fc.double({ min: -(2 ** 62), max: 2 ** 62, noNaN: true }), (n) => {
        expect(formatWith({ ...PLAIN, conversion: "d" }, n)).toBe(BigInt(Math.trunc(n)).toString())
      }),
    )
  })

  test("%x %o %u of a negative number are those of its 64-bit complement", () => {
    fc.assert(
      fc.property(fc.integer({ min: -(2 ** 31), max: -1 }), (n) => {
        const bits = BigInt.asUintN(64, BigInt(n))
        expect(formatWith({ ...PLAIN, conversion: "x" }, n)).toBe(bits.toString(16))
        expect(formatWith({ ...PLAIN, conversion: "o" }, n)).toBe(bits.toString(8))
        expect(formatWith({ ...PLAIN, conversion: "u" }, n)).toBe(bits.toString())
      }),
    )
  })

  test("width and flags only add blanks, zeros and a sign", () => {
    const flags = fc.record({
      leftAlign: fc.boolean(),
      plus: fc.boolean(),
      blank: fc.boolean(),
      zero: fc.boolean(),
      width: fc.integer({ min: 0, max: 40 }),
    })
    fc.assert(
      fc.property(number, flags, fc.constantFrom("d", "f", "e", "g"), (n, chosen, conversion) => {
        const bare = formatWith({ ...PLAIN, conversion }, n)
        const shown = formatWith({ ...PLAIN, ...chosen, conversion }, n)
        const sign = bare.startsWith("-") ? "" : chosen.plus ? "+" : chosen.blank ? " " : ""
        const room = " ".repeat(Math.max(0, chosen.width - sign.length - bare.length))
        const zeros = room.replaceAll(" ", "0")
        const digits = bare.replace(/^-/, "")
        if (chosen.leftAlign) expect(shown).toBe(sign + bare + room)
        else if (chosen.zero) expect(shown).toBe(sign + (bare.startsWith("-") ? "-" : "") + zeros + digits)
        else expect(shown).toBe(room + sign + bare)
      }),
    )
  })

  test.each([
    [Number.POSITIVE_INFINITY, "inf"],
    [Number.NEGATIVE_INFINITY, "inf"],
    [Number.NaN, "nan"],
  ])("%d prints as %s", (n, text) => expect(formatNumber(n)).toBe(text))

  test.each([
    ["f", Number.NEGATIVE_INFINITY, "-inf"],
    ["G", Number.POSITIVE_INFINITY, "INF"],
    ["d", Number.NaN, "-9223372036854775808"],
    ["d", 2 ** 63, "-9223372036854775808"],
    ["u", 2 ** 63, "9223372036854775808"],
    ["u", 2 ** 64, "0"],
  ] as const)("%%%s of %d", (conversion, n, text) => {
    expect(formatWith({ ...PLAIN, conversion }, n)).toBe(text)
  })
})

describe("texts that are numbers", () => {
  test("what tostring prints reads back as the nearest double of its digits", () => {
    fc.assert(
      fc.property(number, (n) => {
        const text = formatNumber(n)
        expect(parseNumeral(text)).toBe(text === "-0" ? 0 : Number(text))
      }),
    )
  })

  test("decimal numerals without a leading zero", () => {
    const digits = fc.stringMatching(/^[1-9][0-9]{0,20}$/)
    const fraction = fc.oneof(fc.constant(""), fc.stringMatching(/^\.[0-9]{0,20}$/))
    const power = fc.oneof(fc.constant(""), fc.stringMatching(/^[eE][+-]?[0-9]{1,3}$/))
    const space = fc.stringMatching(/^[ \t\n\v\f\r]{0,2}$/)
    fc.assert(
      fc.property(space, digits, fraction, power, space, (before, whole, part, exponent, after) => {
        expect(parseNumeral(before + whole + part + exponent + after)).toBe(Number(whole + part + exponent))
      }),
    )
  })

  test("octal and hexadecimal", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.boolean(), (n, negative) => {
        const sign = negative ? "-" : ""
        const value = negative && n !== 0 ? -n : n
        expect(parseNumeral(`${sign}0${n.toString(8)}`)).toBe(value)
        expect(parseNumeral(`${sign}0x${n.toString(16)}`)).toBe(value)
        expect(parseNumeral(`${sign}0X${n.toString(16).toUpperCase()} `)).toBe(value)
      }),
    )
  })

  test("any base", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 31 - 1), fc.integer({ min: 2, max: 36 }), (n, base) => {
        expect(parseInBase(` ${n.toString(base)}\t`, base)).toBe(n)
        expect(parseInBase(n.toString(base).toUpperCase(), base)).toBe(n)
      }),
    )
  })

  test("no text throws, and what is read is a number", () => {
    const soup = fc.stringMatching(/^[0-9a-fA-FxXeEpP+\-. \n]{0,12}$/)
    fc.assert(
      fc.property(fc.oneof(soup, fc.string()), (text) => {
        const value = parseNumeral(text)
        expect(value === null || typeof value === "number").toBe(true)
      }),
      { numRuns: 1000 },
    )
  })

  test.each([
    ["010", 8],
    ["-010", -8],
    [" 010", 10],
    ["+010", 10],
    ["08", null],
    ["0e1", null],
    ["00.5", null],
    ["0.5", 0.5],
    ["0", 0],
    ["-0", 0],
    ["-0.0", -0],
    ["0xFFFFFFFF", 4294967295],
    ["0xFFFFFFFFFFFFFFFFF", 2 ** 63],
    ["0x", null],
    ["0x1p4", null],
    [" 0x1p4", 16],
    ["+0x.8", 0.5],
    [" 0x", null],
    [".5", 0.5],
    ["5.", 5],
    [".", null],
    ["1e", null],
    ["1_000", null],
    ["1 2", null],
    ["", null],
    ["  ", null],
    ["inf", Number.POSITIVE_INFINITY],
    [" -Infinity ", Number.NEGATIVE_INFINITY],
    ["NaN", Number.NaN],
    ["1e400", Number.POSITIVE_INFINITY],
    ["\u00a01", null],
  ])("%j", (text, value) => expect(parseNumeral(text)).toBe(value))

  test.each([
    ["-1", 16, 2 ** 64],
    ["0xff", 16, 255],
    ["0x", 16, null],
    ["8", 8, null],
    ["", 10, null],
    ["f".repeat(30), 16, 2 ** 64],
    [`${"f".repeat(30)}g`, 16, null],
  ])("%j in base %d", (text, base, value) => expect(parseInBase(text, base)).toBe(value))

  test("a long text that is no number is refused in time in proportion to its length", () => {
    const n = 1_000_000
    const texts = [
      `${"1".repeat(n)}x`,
      ` 0x${"a".repeat(n)}!`,
      `${" ".repeat(n)}x`,
      `1${" ".repeat(n)}x`,
      `0${"1".repeat(n)}9`,
    ]
    expect(texts.map(parseNumeral)).toEqual(texts.map(() => null))
  })
})
