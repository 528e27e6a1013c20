/** The store side by side with what one would write at first, and with a package; whole processes. */
import { execFileSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { benchAccuracy } from "./throttle-accuracy.mjs"

const SIZES = [10_000, 100_000, 1_000_000]

function child(script, ...args) {
  const path = fileURLToPath(new URL(script, import.meta.url))
  const node = ["--expose-gc", "--max-old-space-size=12000", path, ...args.map(String)]
  return JSON.parse(execFileSync(process.execPath, node, { encoding: "utf8", maxBuffer: 1 << 20 }))
}

export function benchSeries() {
  let first = null
  return SIZES.map((keys) => {
    const ours = child("series-child.mjs", "ours", keys)
    const map = child("series-child.mjs", "map", keys)
    first ??= ours
    return {
      keys,
      "bytes a key": Math.round(ours.bytesPerKey),
      "Map of objects": Math.round(map.bytesPerKey),
      "ns an add, any key": Math.round(ours.addAll),
      "Map, any": Math.round(map.addAll),
      "ns an add, 10,000 hot keys": Math.round(ours.addHot),
      "Map, hot": Math.round(map.addHot),
      "hot, times that at 10,000 keys": (ours.addHot / first.addHot).toFixed(2),
      "ns a count, any": Math.round(ours.countAll),
      "Map, count": Math.round(map.countAll),
    }
  })
}

export function benchThrottles() {
  return SIZES.map((keys) => {
    const ours = child("throttle-child.mjs", "ours", keys)
    const peer = child("throttle-child.mjs", "peer", keys)
    return {
      keys,
      "bytes a key": Math.round(ours.bytesPerKey),
      "rate-limiter-flexible": Math.round(peer.bytesPerKey),
      "ns a question": Math.round(ours.all),
      "r-l-f": Math.round(peer.all),
      ratio: `${(peer.all / ours.all).toFixed(1)} x`,
      "ns, hot keys": Math.round(ours.hot),
      "r-l-f, hot": Math.round(peer.hot),
    }
  })
}

export function benchSnapshots() {
  const folder = mkdtempSync(join(tmpdir(), "adaptive-bench-"))
  try {
    return SIZES.map((keys) => {
      const path = join(folder, String(keys))
      const written = child("snapshot-child.mjs", "write", keys, path)
      const read = child("snapshot-child.mjs", "read", keys, path)
      return {
        keys,
        MB: Math.round(written.megabytes),
        "written in s": written.seconds.toFixed(2),
        "longest wait, ms": written.longest.toFixed(1),
        "read in s": read.seconds.toFixed(2),
        "longest wait when read, ms": read.longest.toFixed(1),
      }
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

export function benchSweeps() {
  return [
    ["one in a thousand", "few"],
    ["every one", "all"],
  ].flatMap(([name, kind]) =>
    SIZES.map((pairs) => {
      const { ours, plain, longest, decisions, bytesAPair } = child("sweep-child.mjs", kind, pairs)
      return {
        pairs,
        firing: name,
        decisions,
        "sweep, ms": Math.round(ours),
        "plain loop, ms": Math.round(plain),
        ratio: `${(ours / plain).toFixed(2)} x`,
        "longest slice, ms": longest.toFixed(1),
        "bytes a pair": Math.round(bytesAPair),
      }
    }),
  )
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.table(benchSeries())
  console.table(benchThrottles())
  console.table(benchAccuracy())
  console.table(benchSnapshots())
  console.table(benchSweeps())
}
