/**
 * `cache`: figures of what remembers. Which of our columns correspond to the
 * original's caches is told by the target; here are the formats.
 * Source: console.md section 5.
 */
import type { CacheFacts, ConsoleTarget } from "./target.js"
import { ConsoleFault, commandWord, nearestWord, noMore, singleWord } from "./words.js"

export const CACHE_WORDS = ["list", "stat", "stats", "help"] as const

export const CACHE_COMMANDS = `  list [ATTRIBUTE…]        the caches; with figures of each, or a summary
  stat NAME                all figures of a cache
  stats [NAME…]            a table of them`

/** What is asked per second is not counted: it would cost time at every event. */
const QUERIES_A_SECOND = 0

const loads = ({ hits, misses }: CacheFacts): number => hits + misses
const utilization = ({ entries, capacity }: CacheFacts): number => percent(entries, capacity)
const hitRate = (cache: CacheFacts): number => percent(cache.hits, loads(cache))
/** How much of the work is reading. */
const workload = (cache: CacheFacts): number => percent(loads(cache), loads(cache) + cache.stores)

type Column = (cache: CacheFacts) => string

const count =
  (figure: (cache: CacheFacts) => number): Column =>
  (cache) =>
    String(figure(cache)).padStart(10)
const share =
  (figure: (cache: CacheFacts) => number): Column =>
  (cache) =>
    percentage(figure(cache), 6)

/** In the order in which `all` shows them. Nothing is dropped by hand. */
const ATTRIBUTES: Readonly<Record<string, Column>> = {
  capacity: count(({ capacity }) => capacity),
  entries: count(({ entries }) => entries),
  utilization: share(utilization),
  loads: count(loads),
  stores: count(({ stores }) => stores),
  hits: count(({ hits }) => hits),
  misses: count(({ misses }) => misses),
  forced: count(() => 0),
  expired: count(({ expired }) => expired),
  lru: count(({ evicted }) => evicted),
  "hit-rate": share(hitRate),
  workload: share(workload),
  "query-rate": count(() => QUERIES_A_SECOND),
}

/** The words of later manuals. */
const OTHER_WORDS: Readonly<Record<string, string>> = {
  used: "utilization",
  replaced: "lru",
  hitratio: "hit-rate",
  queryrate: "query-rate",
}

export const CACHE_ATTRIBUTES = [...Object.keys(ATTRIBUTES), ...Object.keys(OTHER_WORDS), "all", "summary"]

const UNKNOWN_ATTRIBUTE = `Valid attributes are [capacity,entries,utilization,loads,stores,hits,misses,
 forced,expired,lru,hit-rate,workload,query-rate]`

const STATS_HEAD = `cache name                      lookups %                  deletions %
                       elts  hit miss pend  total  inserts man ttl lru  total
---------------------- ----- -------------------- -------- ------------------
`

export function cache(words: readonly string[], target: ConsoleTarget): string {
  const [first, ...rest] = words
  switch (commandWord(first, CACHE_WORDS, `cache {${CACHE_WORDS.join("|")}} …`)) {
    case "list":
      return list(rest, target.caches())
    case "stat": {
      const [name, ...more] = rest
      if (name === undefined) throw new ConsoleFault("Missing name\nUsage: cache stat NAME")
      noMore(more)
      return stat(cacheNamed(name, target.caches()))
    }
    case "stats": {
      const caches = target.caches()
      const chosen = rest.length === 0 ? caches : rest.map((name) => cacheNamed(name, caches))
      return [STATS_HEAD, ...chosen.map(statsRow)].join("\n")
    }
    default:
      return CACHE_COMMANDS
  }
}

function list(words: readonly string[], caches: readonly CacheFacts[]): string {
  const names = words.map((word) => word.toLowerCase())
  const isSummary = names.includes("summary")
  const columns = names
    .filter((name) => name !== "summary")
    .flatMap((name) => {
      if (name === "all") return Object.values(ATTRIBUTES)
      const known = Object.hasOwn(OTHER_WORDS, name) ? (OTHER_WORDS[name] as string) : name
      const column = Object.hasOwn(ATTRIBUTES, known) ? ATTRIBUTES[known] : undefined
      if (column === undefined) throw new ConsoleFault(UNKNOWN_ATTRIBUTE)
      return [column]
    })
  const lines = isSummary
    ? ["CAPACITY    ENTRIES     USED    HT/TL   RD/WR CACHE", ...caches.map(summaryRow)]
    : caches.map((one) => `${columns.map((column) => column(one)).join(" ")} ${one.name}`)
  return [...lines, "", ` ${caches.length} caches listed.`].join("\n")
}

function summaryRow(cache: CacheFacts): string {
  return [
    String(cache.capacity).padEnd(13),
    String(cache.entries).padEnd(6),
    percentage(utilization(cache), 6),
    percentage(hitRate(cache), 7),
    percentage(workload(cache), 6),
    cache.name,
  ].join(" ")
}

function stat(cache: CacheFacts): string {
  const { name, capacity, entries, hits, misses, stores, expired, evicted } = cache
  const lines: readonly (readonly [string, string | number])[] = [
    ["Name", name],
    ["Capacity", capacity],
    ["Entries", entries],
    ["Utilization", percentage(utilization(cache), 6)],
    ["Query Rate", `${QUERIES_A_SECOND} q/s`],
    ["Loads", loads(cache)],
    ["  Hits", hits],
    ["  Misses", misses],
    ["  Pending", 0],
    ["Stores", stores],
    ["Invalidations", expired + evicted],
    ["  Forced", 0],
    ["  Expired", expired],
    ["  Capacity", evicted],
    ["Hit Rate", percentage(hitRate(cache), 6)],
    ["Workload (R/W)", percentage(workload(cache), 6)],
    ["  Reads", loads(cache)],
    ["  Writes", stores],
  ]
  return lines.map(([label, value]) => `${label.padEnd(14)}: ${value}`).join("\n")
}

function statsRow(cache: CacheFacts): string {
  const { name, entries, hits, misses, stores, expired, evicted } = cache
  const asked = loads(cache)
  const dropped = expired + evicted
  const left = name.padEnd(22) + String(entries).padStart(5)
  const shares = [percent(hits, asked), percent(misses, asked), 0].map(whole).join(" ")
  const gone = [0, percent(expired, dropped), percent(evicted, dropped)].map(whole).join(" ")
  const wide = (number: number): string => String(number).padStart(8)
  return `${left} ${shares} ${wide(asked)} ${wide(stores)} ${gone} ${wide(dropped)}`
}

function cacheNamed(name: string, caches: readonly CacheFacts[]): CacheFacts {
  const found = caches.find((one) => one.name === name)
  if (found !== undefined) return found
  const guess = nearestWord(
    name,
    caches.map((one) => one.name),
  )
  throw new ConsoleFault(
    `No such cache '${singleWord(name)}'${guess === null ? "; cache list tells the names" : `; did you mean '${guess}'?`}`,
  )
}

function whole(share: number): string {
  return String(Math.round(share)).padStart(3)
}

function percentage(share: number, width: number): string {
  return `${share.toFixed(2).padStart(width)}%`
}

function percent(part: number, all: number): number {
  return all === 0 ? 0 : (part / all) * 100
}
