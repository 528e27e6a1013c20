/**
 * A real Postfix, started by the test: it sends through loopback to receivers that
 * answer in all kinds of ways, and what it logs is replayed. Needs root, for the
 * namespaces that keep it apart from the machine.
 */
import { spawnSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, expect, test } from "vitest"
import { Workplace } from "./command.js"

const SCRIPT = fileURLToPath(new URL("../record/record.sh", import.meta.url))
const isPossible =
  process.getuid?.() === 0 &&
  existsSync("/usr/sbin/postfix") &&
  spawnSync("unshare", ["--net", "--mount", "--uts", "true"]).status === 0
if (!isPossible) console.log("a real Postfix: skipped, as it needs root, Postfix and namespaces")

const place = new Workplace()
afterAll(() => place.remove())

test.skipIf(!isPossible)(
  "everything that a real Postfix logs is read",
  async () => {
    const recorded = await place.run("bash", [
      SCRIPT,
      place.path("mail.log"),
      "--minutes",
      "0.4",
      "--messages",
      "150",
    ])
    expect(recorded.code, recorded.stderr).toBe(0)
    const log = readFileSync(place.path("mail.log"), "latin1")
    const count = (status: string): number =>
      [...log.matchAll(new RegExp(`/smtp\\[\\d+\\]: .* status=${status} `, "g"))].length
    const ended = await place.adaptive(["dry-run", "--traffic", "mail.log", "--year", "2026", "--json"])
    expect(ended).toMatchObject({ code: 0, stderr: "" })
    const summary = JSON.parse(ended.stdout.toString("utf8").trimEnd().split("\n").at(-1) ?? "")
    expect(summary.lines.bad).toBe(0)
    expect(summary.events).toMatchObject({ delivery: count("sent"), permanent: count("bounced") })
    expect(count("sent")).toBeGreaterThan(50)
    expect(count("deferred")).toBeGreaterThan(5)
  },
  120_000,
)
