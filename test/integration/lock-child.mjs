/**
 * Takes a state directory and keeps it until its input ends. Tells "taken", or what it is refused with.
 * With "begin" in the arguments it waits for a line of input first, so that many can start at once.
 */
import { once } from "node:events"
import { StateDirectory } from "../../dist/store/backing/state-directory.js"

const [, , path, begin] = process.argv
if (begin === "begin") {
  process.stdout.write("waits\n")
  await once(process.stdin, "data")
}
try {
  const state = await StateDirectory.open(path)
  process.stdout.write("taken\n")
  process.stdin.resume()
  await once(process.stdin, "end")
  await state.close()
} catch (error) {
  process.stdout.write(`${error.code} ${error.message}\n`)
}
process.exit(0)
