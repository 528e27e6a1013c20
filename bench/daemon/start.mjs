/** A daemon of its own for a bench: the built command, on a free port. */
import { spawn } from "node:child_process"
import { join } from "node:path"
import { fileURLToPath } from "node:url"

const MAIN = fileURLToPath(new URL("../../dist/cli/main.js", import.meta.url))

/**
 * @param dir where its state and its socket are
 * @param args besides
 * @returns when it is ready: the process, and where it answers
 */
export async function startDaemon(dir, args) {
  const given = ["--listen", "127.0.0.1:0", "--state", join(dir, "state"), "--socket", join(dir, "s.sock")]
  const child = spawn(process.execPath, [MAIN, "run", ...given, ...args], {
    stdio: ["ignore", "ignore", "pipe"],
  })
  let text = ""
  const url = await new Promise((resolve, reject) => {
    child.on("exit", () => reject(new Error(text)))
    child.stderr.on("data", (bytes) => {
      text += bytes
      const found = /"listen":"(http[^"]+)"/.exec(text)
      if (found !== null) resolve(found[1])
    })
  })
  child.removeAllListeners("exit")
  return { child, url }
}
