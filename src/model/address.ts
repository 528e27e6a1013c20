/**
 * IP addresses and blocks as numbers: IPv4 and IPv6, the latter also in
 * brackets and with an IPv4 tail. Strict as `inet_pton`: no leading zeros, no
 * short forms, no zone.
 */

export interface Address {
  readonly family: 4 | 6
  readonly value: bigint
}

export interface Block {
  readonly family: 4 | 6
  /** The first address; bits below the prefix are zero. */
  readonly first: bigint
  /** Bits that are the same in the whole block. */
  readonly prefix: number
}

const BITS = { 4: 32, 6: 128 } as const

/** `192.0.2.1`, `2001:db8::1` or `[2001:db8::1]`; null for anything else. */
export function parseAddress(text: string): Address | null {
  const inner = /^\[(.*)\]$/s.exec(text)?.[1]
  if (inner !== undefined && !inner.includes(":")) return null
  const bare = inner ?? text
  if (bare.length > 45) return null
  const value = bare.includes(":") ? parseIpv6(bare) : parseIpv4(bare)
  if (value === null) return null
  return { family: bare.includes(":") ? 6 : 4, value }
}

/** `ADDRESS` or `ADDRESS/PREFIX`; an address alone is a block of one. */
export function parseBlock(text: string): Block | null {
  const match = /^([^/]*)(?:\/(\d{1,3}))?$/s.exec(text)
  const address = match === null ? null : parseAddress(match[1] as string)
  if (match === null || address === null) return null
  const bits = BITS[address.family]
  const prefix = match[2] === undefined ? bits : Number(match[2])
  if (prefix > bits) return null
  return blockOf(address, prefix)
}

/** The block of that size around an address. */
export function blockOf(address: Address, prefix: number): Block {
  const rest = BigInt(BITS[address.family] - prefix)
  return { family: address.family, first: (address.value >> rest) << rest, prefix }
}

export function isWholeAddress(block: Block): boolean {
  return block.prefix === BITS[block.family]
}

export function contains(block: Block, address: Address): boolean {
  if (block.family !== address.family) return false
  const rest = BigInt(BITS[block.family] - block.prefix)
  return block.first >> rest === address.value >> rest
}

function parseIpv4(text: string): bigint | null {
  const parts = text.split(".")
  if (parts.length !== 4) return null
  let value = 0n
  for (const part of parts) {
    if (!/^(?:0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255) return null
    value = (value << 8n) | BigInt(part)
  }
  return value
}

function parseIpv6(text: string): bigint | null {
  const halves = text.split("::")
  if (halves.length > 2) return null
  const head = parseGroups(halves[0] as string, halves.length === 1)
  const tail = halves.length === 2 ? parseGroups(halves[1] as string, true) : []
  if (head === null || tail === null) return null
  const missing = 8 - head.length - tail.length
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null
  const groups = [...head, ...new Array<bigint>(missing).fill(0n), ...tail]
  return groups.reduce((value, group) => (value << 16n) | group, 0n)
}

/** 16-bit groups between colons; the last may be an IPv4 address where the text ends with it. */
function parseGroups(text: string, isEnd: boolean): bigint[] | null {
  if (text === "") return []
  const groups: bigint[] = []
  const parts = text.split(":")
  for (const [i, part] of parts.entries()) {
    if (part.includes(".")) {
      const ipv4 = isEnd && i === parts.length - 1 ? parseIpv4(part) : null
      if (ipv4 === null) return null
      groups.push(ipv4 >> 16n, ipv4 & 0xffffn)
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(part)) return null
      groups.push(BigInt(`0x${part}`))
    }
  }
  return groups.length > 8 ? null : groups
}
