/**
 * Values by network address, as rbldnsd files list them; the smallest block
 * that holds an address decides. One entry a line:
 *
 *   192.0.2.1            an address       10.79        all of 10.79.0.0/16
 *   192.0.2.0/24         a block          192.0.2.4-9  a range of addresses
 *   !192.0.2.7           not listed, though a larger block is
 *   192.0.2.1 :127.0.0.3:text    with its own values; `:3:` is short for `:127.0.0.3:`
 *   192.0.2.1 text       with its own text
 *   :127.0.0.2:text      values of the entries below that have none
 *   2001:db8::/32 :2:x   IPv6; a blank must stand before the colon
 *
 * `#` and `;` begin comments; `$…` lines steer the DNS server and are skipped.
 * Source: lua-dialect.md E, `msys.cidr`; the column rule from the reference page.
 */
import { type Address, type Block, blockOf, parseAddress, parseBlock } from "../../../model/address.js"

export interface CidrValue {
  /** The A record, e.g. "127.0.0.2". */
  readonly a: string
  readonly txt: string
}

export interface ParsedCidr {
  readonly table: CidrTable
  /** Lines that are no entry, by number; they are skipped. */
  readonly badLines: readonly number[]
  readonly lines: number
}

const DEFAULT_VALUE: CidrValue = { a: "127.0.0.2", txt: "" }

export class CidrTable {
  /** By family and prefix, the longest first; null = excluded. */
  readonly #levels = new Map<
    string,
    { readonly block: Block; readonly values: Map<bigint, CidrValue | null> }
  >()
  #order: string[] | null = null

  add(block: Block, value: CidrValue | null): void {
    const name = `${block.family}/${block.prefix}`
    let level = this.#levels.get(name)
    if (level === undefined) {
      level = { block, values: new Map() }
      this.#levels.set(name, level)
      this.#order = null
    }
    level.values.set(block.first, value)
  }

  find(address: Address): CidrValue | null {
    this.#order ??= [...this.#levels.keys()].sort((a, b) => Number(b.slice(2)) - Number(a.slice(2)))
    for (const name of this.#order) {
      const { block, values } = this.#levels.get(name) as {
        block: Block
        values: Map<bigint, CidrValue | null>
      }
      if (block.family !== address.family) continue
      const value = values.get(blockOf(address, block.prefix).first)
      if (value !== undefined) return value
    }
    return null
  }
}

/** Reads a whole file. */
export function parseCidrFile(text: string): ParsedCidr {
  const table = new CidrTable()
  const badLines: number[] = []
  const lines = text.split(/\r\n|\n|\r/)
  let fallback = DEFAULT_VALUE
  for (const [i, raw] of lines.entries()) {
    const line = raw.trim()
    if (line === "" || /^[#;$]/.test(line)) continue
    if (line.startsWith(":") && !startsWithIpv6(line)) {
      fallback = parseValue(line, DEFAULT_VALUE)
      continue
    }
    const excluded = line.startsWith("!")
    const { subject, rest } = splitEntry(excluded ? line.slice(1).trim() : line)
    const blocks = parseSubject(subject)
    if (blocks === null) badLines.push(i + 1)
    else for (const block of blocks) table.add(block, excluded ? null : parseValue(rest, fallback))
  }
  return { table, badLines, lines: lines.length }
}

/** `::1` is an address, although `:` begins a line of values. */
function startsWithIpv6(line: string): boolean {
  return line.startsWith("::") && parseBlock(/^\S+/.exec(line)?.[0] ?? "") !== null
}

/** The address part ends at a blank; in IPv4 also at a colon. */
function splitEntry(line: string): { subject: string; rest: string } {
  const match = /^(\d+\.[\d./-]*):/.exec(line) ?? /^(\S+)\s*/.exec(line)
  const subject = match?.[1] ?? ""
  return { subject, rest: line.slice(subject.length).trim() }
}

function parseValue(text: string, fallback: CidrValue): CidrValue {
  if (text === "") return fallback
  const match = /^:([^:]*)(?::(.*))?$/s.exec(text)
  if (match === null) return { a: fallback.a, txt: text }
  const a = (match[1] as string).trim()
  const txt = match[2]?.trim() ?? fallback.txt
  return { a: a === "" ? fallback.a : /^\d{1,3}$/.test(a) ? `127.0.0.${a}` : a, txt }
}

function parseSubject(subject: string): Block[] | null {
  const range = /^([\d.]+)-([\d.]+)$/.exec(subject)
  if (range !== null) return parseRange(range[1] as string, range[2] as string)
  const short = /^(\d+(?:\.\d+){0,2})(?:\/(\d+))?$/.exec(subject)
  if (short !== null) {
    const parts = (short[1] as string).split(".").length
    const full = (short[1] as string) + ".0".repeat(4 - parts)
    const block = parseBlock(`${full}/${short[2] ?? parts * 8}`)
    return block === null ? null : [block]
  }
  const block = parseBlock(subject)
  return block === null ? null : [block]
}

/** `192.0.2.4-9` or `192.0.2.4-192.0.2.9` as the fewest blocks. */
function parseRange(from: string, to: string): Block[] | null {
  const first = parseAddress(from)
  const last = parseAddress(to.includes(".") ? to : `${from.slice(0, from.lastIndexOf("."))}.${to}`)
  if (first?.family !== 4 || last?.family !== 4 || last.value < first.value) return null
  const blocks: Block[] = []
  let next = first.value
  while (next <= last.value) {
    let prefix = 32
    while (prefix > 0) {
      const size = 1n << BigInt(33 - prefix)
      if (next % size !== 0n || next + size - 1n > last.value) break
      prefix--
    }
    blocks.push({ family: 4, first: next, prefix })
    next += 1n << BigInt(32 - prefix)
  }
  return blocks
}
