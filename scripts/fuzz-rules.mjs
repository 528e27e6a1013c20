#!/usr/bin/env node
/**
 * Throws broken rule files at the built loader (`npm run build` first): COUNT
 * mutations of real rule files and COUNT random byte strings. Whatever the bytes,
 * the answer must be a rule set and findings: never an exception, never a hang.
 *
 *   node scripts/fuzz-rules.mjs [--count N] [--seed S]
 *
 * Inline, without the worker, because a worker's stop would hide a crash; with
 * budgets so tight that a loop ends at once. The same seed gives the same files.
 * Exits 1 when a file crashed the loader or took more than two seconds; such a
 * file is told with its number, and `--only KIND:NUMBER` runs it alone and prints it.
 */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { parseArgs } from "node:util"
import { buildRules } from "../dist/reload/build.js"
import { RuleSet } from "../dist/rules/rule-set.js"

const ROOT = fileURLToPath(new URL("../", import.meta.url))
const SLOW_MS = 2000
const LIMITS = { instructions: 100_000, deadlineMs: 500, stringBytes: 1 << 18, memoryBytes: 32 << 20 }
const REPLIES = [
  "421 4.7.0 busy, try again later",
  "554 5.7.1 blocked",
  "",
  "450 \u00e9\ud800 aaaaaaaaaaaaaaaaaaaa",
]

/** Words that rule files are made of, and characters that break them. */
const TOKENS = [
  ..."and break do else elseif end false for function if in local nil not or repeat return then true until while goto".split(
    " ",
  ),
  ..."{ } ( ) [ ] [[ ]] [=[ ]=] = == ~= != , ; : . .. ... + - * / ^ % # < > <= >= << >> & | ~ ^^ \\ ! :: //".split(
    " ",
  ),
  ..."'' \"\" \" ' -- --[[ 0 08 0x 1e9 1e999 0/0 3.5 2147483648".split(" "),
  ..."responses configuration code trigger action message phase observe Rules rules".split(" "),
  ...'"suspend" "blackhole" "throttle" "down" "greylisted" "warmup" "transcode" "reduce_connections" "2 hours" "5/60" "1"'.split(
    " ",
  ),
  ..."max_outbound_connections outbound_throttle_messages require('msys.adaptive') msys.adaptive.registerRules(rules) setmetatable _G error pcall".split(
    " ",
  ),
  '"^421 (a+)+$"',
  '"(?i)[[:alpha:]]"',
  '"\\\\d{3}"',
  '"(?<n>a)\\\\k<n>"',
  '"*"',
  '"["',
  '"mx:.x.test"',
  '"*"',
  "\u201c",
  "\u2019",
  "\u00a0",
  "\ufeff",
  "\0",
  "\r",
  "\n",
  "\t",
  "\x1b",
  "\u00e9",
]

export function corpus() {
  const files = ["rules/adaptive_rules.lua"]
  const folders = ["rules/examples", "test/testdata/rules", "test/testdata/rules/shared"]
  for (const folder of folders) files.push(...luaFilesIn(folder))
  return files.map((file) => new Uint8Array(readFileSync(join(ROOT, file))))
}

function luaFilesIn(folder) {
  try {
    return readdirSync(join(ROOT, folder))
      .filter((name) => name.endsWith(".lua"))
      .sort()
      .map((name) => `${folder}/${name}`)
  } catch {
    return []
  }
}

/** A small generator of its own: the same numbers on every machine (mulberry32). */
function makeRandom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const below = (limit) => Math.floor(next() * limit)
  return { below, pick: (list) => list[below(list.length)] }
}

const encode = (text) => new Uint8Array(Buffer.from(text, "utf8"))

function splice(bytes, at, remove, insert) {
  return new Uint8Array(Buffer.concat([bytes.subarray(0, at), insert, bytes.subarray(at + remove)]))
}

/** Where lines begin. */
function lineStarts(bytes) {
  const starts = [0]
  for (let i = 0; i < bytes.length; i++) if (bytes[i] === 10) starts.push(i + 1)
  return starts
}

const WORD = /[A-Za-z_]\w*|\d+(?:\.\d+)?|"[^"\n]*"|'[^'\n]*'|\S/g

function wordAt(bytes, random) {
  const text = Buffer.from(bytes).toString("latin1")
  const words = [...text.matchAll(WORD)]
  if (words.length === 0) return { at: 0, length: 0, text: "" }
  const word = random.pick(words)
  return { at: word.index, length: word[0].length, text: word[0] }
}

const MUTATIONS = {
  flipByte(bytes, random) {
    if (bytes.length === 0) return bytes
    const out = bytes.slice()
    out[random.below(out.length)] = random.below(256)
    return out
  },
  insertBytes: (bytes, random) =>
    splice(
      bytes,
      random.below(bytes.length + 1),
      0,
      Uint8Array.from({ length: 1 + random.below(4) }, () => random.below(256)),
    ),
  deleteBytes(bytes, random) {
    const at = random.below(bytes.length + 1)
    return splice(bytes, at, Math.min(bytes.length - at, 1 + random.below(8)), new Uint8Array())
  },
  truncate: (bytes, random) => bytes.slice(0, random.below(bytes.length + 1)),
  deleteLine(bytes, random) {
    const starts = lineStarts(bytes)
    const i = random.below(starts.length)
    const end = starts[i + 1] ?? bytes.length
    return splice(bytes, starts[i], end - starts[i], new Uint8Array())
  },
  repeatLine(bytes, random) {
    const starts = lineStarts(bytes)
    const i = random.below(starts.length)
    const line = bytes.subarray(starts[i], starts[i + 1] ?? bytes.length)
    return splice(bytes, random.pick(starts), 0, line)
  },
  swapLines(bytes, random) {
    const starts = lineStarts(bytes)
    const i = random.below(starts.length)
    const line = bytes.slice(starts[i], starts[i + 1] ?? bytes.length)
    const without = splice(bytes, starts[i], line.length, new Uint8Array())
    return splice(without, random.pick(lineStarts(without)), 0, line)
  },
  deleteWord(bytes, random) {
    const { at, length } = wordAt(bytes, random)
    return splice(bytes, at, length, new Uint8Array())
  },
  replaceWord(bytes, random) {
    const { at, length } = wordAt(bytes, random)
    return splice(bytes, at, length, encode(random.pick(TOKENS)))
  },
  copyWord(bytes, random) {
    const { text } = wordAt(bytes, random)
    const { at, length } = wordAt(bytes, random)
    return splice(bytes, at, length, new Uint8Array(Buffer.from(text, "latin1")))
  },
  insertToken: (bytes, random) =>
    splice(bytes, random.below(bytes.length + 1), 0, encode(` ${random.pick(TOKENS)} `)),
  splitFile(bytes, random, files) {
    const other = random.pick(files)
    return splice(
      bytes,
      random.below(bytes.length + 1),
      bytes.length,
      other.subarray(random.below(other.length + 1)),
    )
  },
}

/** One to five mutations of a real file; the largest files are drawn less often, because time goes with size. */
function mutated(random, files) {
  let bytes = random.pick(files)
  if (bytes.length > 8192 && random.below(10) !== 0) bytes = random.pick(files)
  // A large file is cut to a window most of the time: mutations then meet, and thousands of files fit into a second.
  if (bytes.length > 4096 && random.below(20) !== 0) {
    const starts = lineStarts(bytes)
    const from = random.pick(starts)
    bytes = bytes.slice(from, from + 2048)
  }
  for (let n = random.below(2) === 0 ? 1 : 2 + random.below(4); n > 0; n--) {
    bytes = MUTATIONS[random.pick(Object.keys(MUTATIONS))](bytes, random, files)
  }
  return bytes
}

const KEYS = [
  ...'"a.test" "b.test" "A.test" "*" "mx:.a.test" "mx:" " a" "" 1 2 3 0 true 1.5 {} print'
    .split(" ")
    .map((key) => `[${key}]`),
  ..."responses configuration code trigger action message phase observe rules max_outbound_connections retry_interval".split(
    " ",
  ),
]
const VALUES = [
  ...'"a.test" "b.test" "mx:.a.test" "^421 x" "x(" "(a+)+$" "1" "5/60" "1/1" "0/1" "suspend" "throttle" "down" "2 hours" "454"'.split(
    " ",
  ),
  ..."0 1 -1 1e308 0/0 1/0 nil true false print coroutine.create(print) setmetatable({},{}) function()end".split(
    " ",
  ),
]

/** A table with the keys of rule files in any place, and values of any type. */
function randomTable(random, depth) {
  const fields = Array.from({ length: random.below(5) }, () => {
    const value = depth > 0 && random.below(3) > 0 ? randomTable(random, depth - 1) : random.pick(VALUES)
    return random.below(3) === 0 ? value : `${random.pick(KEYS)} = ${value}`
  })
  return `{ ${fields.join(", ")} }`
}

/** Random bytes: of all values, of ASCII, whole tokens in no order, or tables of any shape. */
function randomBytes(random) {
  const length = random.below(random.below(8) === 0 ? 2000 : 200)
  switch (random.below(4)) {
    case 3:
      return encode(`require('msys.adaptive') msys.adaptive.registerRules(${randomTable(random, 5)})`)
    case 0:
      return Uint8Array.from({ length }, () => random.below(256))
    case 1:
      return Uint8Array.from({ length }, () => 32 + random.below(95))
    default:
      return encode(Array.from({ length: length >> 3 }, () => random.pick(TOKENS)).join(" "))
  }
}

/** Loads one text and asks what was loaded for a match. Throws only for a fault of ours. */
function loadOne(bytes) {
  const { data } = buildRules({
    sources: [{ file: "fuzz.lua", bytes }],
    roots: [],
    nowSec: 1_790_000_000,
    extensions: true,
    limits: LIMITS,
    findings: [],
  })
  const rules = new RuleSet(data)
  for (const { key } of data.domains.slice(0, 3)) {
    const list = rules.listOf(key)
    for (const reply of REPLIES) list.first(reply)
  }
  for (const { line, column, message, hint } of data.diagnostics) {
    if (!(line >= 1 && column >= 1 && message !== "" && hint !== ""))
      throw new Error(`a finding without place or words: ${message}`)
  }
  structuredClone(data)
  return data
}

/**
 * Runs `count` cases of each kind.
 * @returns counts, and one entry per crash or slow file
 */
export function fuzz({ count, seed, only = null, onProgress = (_result) => {} }) {
  const files = corpus()
  const result = { cases: 0, loaded: 0, rules: 0, findings: 0, codes: new Map(), failures: [], tookMs: 0 }
  const makers = { mutation: (random) => mutated(random, files), random: randomBytes }
  const startMs = performance.now()
  for (const [kind, make] of Object.entries(makers)) {
    for (let i = 0; i < count; i++) {
      if (only !== null && only !== `${kind}:${i}`) continue
      // Every case has a generator of its own, so that one can be run alone.
      const bytes = make(makeRandom(seed * 1_000_003 + i * 2 + (kind === "random" ? 1 : 0)))
      if (only !== null) process.stdout.write(`${Buffer.from(bytes).toString("latin1")}\n`)
      runCase(`${kind}:${i}`, bytes, result)
      if (++result.cases % 5000 === 0) onProgress(result)
    }
  }
  result.tookMs = performance.now() - startMs
  return result
}

function runCase(name, bytes, result) {
  const startMs = performance.now()
  try {
    const data = loadOne(bytes)
    if (data.counts.responses > 0) result.loaded++
    result.rules += data.counts.responses
    result.findings += data.diagnostics.length
    for (const { code } of data.diagnostics) result.codes.set(code, (result.codes.get(code) ?? 0) + 1)
  } catch (error) {
    result.failures.push({
      name,
      what: error instanceof Error ? (error.stack ?? error.message) : String(error),
    })
  }
  const tookMs = performance.now() - startMs
  if (tookMs > SLOW_MS) result.failures.push({ name, what: `took ${Math.round(tookMs)} ms` })
}

function main() {
  const { values } = parseArgs({
    options: {
      count: { type: "string", default: "10000" },
      seed: { type: "string", default: "1" },
      only: { type: "string" },
    },
  })
  const count = Number(values.count)
  const seed = Number(values.seed)
  if (!Number.isInteger(count) || count < 1 || !Number.isInteger(seed)) {
    process.stderr.write("fuzz-rules: --count and --seed take whole numbers\n")
    process.exit(2)
  }
  let unhandled = 0
  process.on("unhandledRejection", (error) => {
    unhandled++
    process.stderr.write(`unhandled rejection: ${error}\n`)
  })
  const onProgress = ({ cases, failures }) =>
    process.stderr.write(`${cases} files, ${failures.length} failures\n`)
  const { cases, loaded, rules, findings, codes, failures, tookMs } = fuzz({
    count,
    seed,
    only: values.only ?? null,
    onProgress,
  })
  for (const { name, what } of failures) process.stdout.write(`FAILED ${name} (seed ${seed}): ${what}\n`)
  const perSecond = Math.round((cases * 1000) / tookMs)
  process.stdout.write(
    `${cases} files in ${Math.round(tookMs / 1000)} s (${perSecond}/s): ${loaded} with rules (${rules} rules), ` +
      `${findings} findings of ${codes.size} codes, ${failures.length} failures, ${unhandled} unhandled rejections\n`,
  )
  process.exitCode = failures.length === 0 && unhandled === 0 ? 0 : 1
}

if (process.argv[1] === fileURLToPath(import.meta.url)) main()
