/** Reads a log and splits every line into its fields: what any program in this language has to pay. */
import { openSync, readSync } from "node:fs"

const file = openSync(process.argv[2], "r")
const buffer = Buffer.allocUnsafe(1 << 20)
let rest = 0
let lines = 0
let fields = 0
for (;;) {
  const read = readSync(file, buffer, rest, buffer.length - rest, null)
  if (read === 0) break
  const filled = rest + read
  let start = 0
  for (let end = buffer.indexOf(10, start); end >= 0 && end < filled; end = buffer.indexOf(10, start)) {
    fields += buffer.toString("latin1", start, end).split("@").length
    lines++
    start = end + 1
  }
  buffer.copy(buffer, 0, start, filled)
  rest = filled - start
}
console.log(`${lines} lines, ${fields} fields`)
