/**
 * Random patterns and subjects for the property tests and the oracle. A pattern is drawn
 * by a `choose(n)` that yields 0 … n-1: from a seeded generator in the oracle's long
 * runs, from a fast-check array (which shrinks) in the property tests.
 */

export type Choose = (n: number) => number

/** A small seeded generator (mulberry32). */
export function seeded(seed: number): Choose {
  let state = seed >>> 0
  return (n) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296) * n)
  }
}

/** Choices from a list, zeros when it is used up. */
export function fromTape(tape: readonly number[]): Choose {
  let at = 0
  return (n) => (tape[at++] ?? 0) % n
}

const KELVIN = "\u212a"
const LONG_S = "\u017f"
const ALPHABET = [
  ...["a", "a", "b", "b", "c", "A", "B", "k", "K", KELVIN, "s", LONG_S],
  ...["é", "😀", "\n", "\r", " ", "1", "_"],
]

export function randomSubject(choose: Choose, maxLength: number): string {
  return Array.from({ length: choose(maxLength + 1) }, () => ALPHABET[choose(ALPHABET.length)]).join("")
}

const ITEMS = [
  ...["\\d", "\\w", "\\s", "\\W", "\\S", "\\D", "\\h", "\\v", "\\H", "\\V", "\\N", "\\R"],
  ...["[ab]", "[^a]", "[^ab\\n]", "[a-c]", "(?i:[a-k])", "[[:alpha:]]", "[[:^lower:]\\n]"],
  ...["(?i:k)", "(?i:[^k])", `(?i:${LONG_S})`, ".", "(?s:.)"],
]
const EDGES = ["^", "$", "\\b", "\\B", "\\A", "\\Z", "\\z", "\\G", "(?m:^)", "(?m:$)", "\\K"]
const QUANTIFIERS = ["*", "+", "?", "{2}", "{1,2}", "{0,2}", "{2,}", "{0,1}"]
const FIXED = ["a", "b", ".", "[ab]", "\\w", "(a)", "(a|b)", "ab", "^", "(?=a)", "(?>a)", "a{2}", "(a|b){2}"]

/** Any construct of the syntax that is supported, references to three groups included. */
export function randomPattern(choose: Choose): string {
  const oneIn = (n: number): boolean => choose(n) === n - 1
  const pick = <T>(list: readonly T[]): T => list[choose(list.length)] as T
  let groups = 0

  const literal = (): string => {
    const ch = pick(ALPHABET)
    if (ch === "\n") return "\\n"
    if (ch === "\r") return "\\r"
    return ch === " " || ch === "_" ? `\\${ch}` : ch
  }
  const fixed = (): string => {
    let text = pick(FIXED)
    while (oneIn(3)) text += pick(FIXED)
    return oneIn(4) ? `${text}|${pick(FIXED)}` : text
  }
  const group = (opening: string, depth: number): string => `${opening}${alternatives(depth - 1)})`
  const capture = (depth: number): string => {
    groups++
    return group("(", depth)
  }
  const forms: readonly ((depth: number) => string)[] = [
    capture,
    capture,
    (depth) => group("(?:", depth),
    (depth) => group("(?:", depth),
    (depth) => group("(?>", depth),
    (depth) => group("(?=", depth),
    (depth) => group("(?!", depth),
    () => `${pick(["(?<=", "(?<!"])}${fixed()})`,
    () => `\\${1 + choose(3)}`,
    () => `(?i:\\${1 + choose(3)})`,
    () => `(?${choose(3)})`,
    (depth) => `(?(${pick(["1", "2", "R", "R1"])})${sequence(depth - 1)}|${sequence(depth - 1)})`,
    (depth) => `(?(${pick(["?=", "?!", "?<=", "?<!"])}${pick(["a", "b", "."])})${sequence(depth - 1)})`,
    (depth) => `(?|${capture(depth)}|${capture(depth)})`,
    () => "(*F)",
  ]
  const atom = (depth: number): string => {
    const kind = choose(12)
    if (kind < 5) return literal()
    if (kind < 7) return pick(ITEMS)
    if (kind < 8) return pick(EDGES)
    return depth > 0 ? pick(forms)(depth) : "a"
  }
  const quantified = (item: string): string => {
    if (choose(5) < 3) return item
    return item + pick(QUANTIFIERS) + pick(["", "?", "+"])
  }
  const sequence = (depth: number): string =>
    Array.from({ length: choose(5) }, () => quantified(atom(depth))).join("")
  const alternatives = (depth: number): string => {
    let text = sequence(depth)
    while (oneIn(4)) text += `|${sequence(depth)}`
    return text
  }

  let pattern = alternatives(1 + choose(4))
  if (/\\[1-3]|\(\?\(?[12]/.test(pattern)) {
    for (; groups < 3; groups++) pattern += pick(["(c)?", "()", "(a|b)?"])
  }
  return pattern
}

const SYNTAX = [
  ...[
    "a",
    "é",
    "😀",
    "0",
    "1",
    "9",
    "-",
    ",",
    "{",
    "}",
    "{2}",
    "{1,3}",
    "{2,}",
    "[",
    "]",
    "^",
    "$",
    ".",
    "|",
  ],
  ...["(", ")", "(?:", "(?=", "(?!", "(?<=", "(?<!", "(?>", "(?|", "(?<n>", "(?'m'", "(?P<n>", "(?P=n)"],
  ...["(?&n)", "(?1)", "(?R)", "(?-1)", "(?i)", "(?x)", "(?xx)", "(?s-i:", "(?^)", "(?U)", "(?n)", "(?#c)"],
  ...["(?(1)", "(?(<n>)", "(?(R)", "(?(DEFINE)", "(?(?=", "*", "+", "?", "\\", "\\Q", "\\E", "\\d", "\\h"],
  ...[
    "\\N",
    "\\R",
    "\\b",
    "\\A",
    "\\K",
    "\\g",
    "\\k",
    "\\1",
    "\\9",
    "\\10",
    "\\81",
    "\\x",
    "\\x{41}",
    "\\cA",
  ],
  ...["\\p{L}", "\\e", "\\_", "[[:alpha:]]", "[:alpha:]", "[^", "[]", "[a-z]", "[[:<:]]", "<", ">", "'", "n"],
  ...["\\g{-1}", "\\g<1>", "\\k<n>", "(*F)", "(*pla:", "(*ACCEPT)", "\\N{U+41}", " ", "\n", "#", ":", "="],
]

/** Pieces of syntax strung together; mostly not a pattern. */
export function randomSyntax(choose: Choose): string {
  const text = Array.from({ length: 1 + choose(9) }, () => SYNTAX[choose(SYNTAX.length)]).join("")
  const open = [...text].reduce((sum, ch) => sum + Number(ch === "(") - Number(ch === ")"), 0)
  return open > 0 && choose(2) === 1 ? text + ")".repeat(open) : text
}

const CLASS_PARTS = [
  ...[
    "a",
    "b",
    "z",
    "Z",
    "k",
    KELVIN,
    "0",
    "-",
    "-",
    "]",
    "[",
    "^",
    "\\]",
    "\\-",
    "\\d",
    "\\w",
    "\\S",
    "\\h",
  ],
  ...["\\b", "\\n", "\\x41", "\\x{100}", "\\101", "\\E", "\\Q", "[:alpha:]", "[:^digit:]", "[:", "[.", ":"],
  ...["é", "ÿ", "😀", LONG_S, " ", "&&", "\\cA", "|", "."],
]

export function randomClass(choose: Choose): string {
  const parts = Array.from({ length: 1 + choose(6) }, () => CLASS_PARTS[choose(CLASS_PARTS.length)])
  const options = ["", "(?i)", "(?xx)", "(?x)", "(?ixx)"][choose(5)]
  return `${options}[${["", "^"][choose(2)]}${parts.join("")}]${["", "+", "*", "{2}"][choose(4)]}`
}

const WORDS = [
  ...[
    "421",
    "550",
    "4.7.0",
    "5.7.1",
    "blocked",
    "Blocked",
    "rate",
    "limit",
    "too many",
    "connections",
    "from",
  ],
  ...["IP", "host", "temporarily", "deferred", "[TSS04]", "(S3150)", "spam", "see", "http://x.example/"],
]

/** What an operator writes: words, runs, a group of alternatives, perhaps `(?i)` or a code in front. */
export function randomRule(choose: Choose): string {
  const pick = <T>(list: readonly T[]): T => list[choose(list.length)] as T
  const word = (): string => pick(WORDS).replace(/[.[\]()]/g, "\\$&")
  const part = (): string =>
    pick([
      word,
      word,
      word,
      () => `(${word()}|${word()})`,
      () => `(?:${word()})?`,
      () => `${pick(["\\d", "[0-9]", "[a-z]", "\\w"])}${pick(["", "+", "*", "{2}"])}`,
      () => pick(["IP(s)?", "S31[45]0", "\\[TSS?0[0-9]\\]", "\\bhost\\b", "$"]),
    ])()
  const head = pick(["", "", "(?i)", "^421 ", "^55[04] ", "^4\\d\\d ", "^(421|450) "])
  let pattern = head + part()
  while (choose(3) > 0 && pattern.length < 60)
    pattern += pick([".*", " ", ".+", ".*?", "\\s+", "[^.]*"]) + part()
  return pattern
}

export function randomReply(choose: Choose): string {
  const pick = <T>(list: readonly T[]): T => list[choose(list.length)] as T
  const words = Array.from({ length: choose(9) }, () =>
    choose(12) === 0
      ? pick(["é", "😀", KELVIN, `${LONG_S}pam`, "\n", "bloc\u212aed", "12", "abc"])
      : pick(WORDS),
  )
  return [pick(["421", "550", "450", "554", "250", ""]), ...words].join(pick([" ", " ", ""]))
}
