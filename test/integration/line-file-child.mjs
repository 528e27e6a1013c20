/** Adds numbered lines to a file until it is killed: `node line-file-child.mjs PATH FIRST`. Tells how far it certainly is. */
import { LineFile } from "../../dist/sinks/line-file.js"

const [path, first] = process.argv.slice(2)
const file = new LineFile(path, { unit: "line", tell: ({ message }) => console.error(message) })
for (let i = Number(first); ; i++) {
  file.line(`${i} ${"x".repeat(i % 997)}`)
  if (i % 500 === 0) {
    await file.flush()
    process.stdout.write(`${i}\n`)
  }
}
