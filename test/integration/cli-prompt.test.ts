/** The prompt after a dry-run: commands from a pipe, and a way through the recorded Postfix log. */
import { spawn } from "node:child_process"
import { fileURLToPath } from "node:url"
import { afterAll, describe, expect, test } from "vitest"
import { MAIN, Workplace } from "./command.js"

const LOG = fileURLToPath(new URL("../testdata/traffic/postfix.log.gz", import.meta.url))
const place = new Workplace()
afterAll(() => place.remove())

const MARK = "config eval max_retries"

/** What the commands answer, without the report before it. */
async function asked(
  ...commands: string[]
): Promise<{ code: number | null; lines: string[]; stderr: string }> {
  const arguments_ = ["dry-run", "--traffic", LOG, "--year", "2026", "--prompt", "--console", MARK]
  const { code, stdout, stderr } = await place.adaptive(arguments_, { input: `${commands.join("\n")}\n` })
  const text = stdout.toString("utf8")
  // Behind the command that was given beforehand, and its answer.
  const answers = text.slice(text.indexOf(`\n> ${MARK}\n`) + 1)
  return { code, lines: answers.split("\n").slice(2), stderr }
}

describe("time travel", () => {
  test("back to a moment, on to the next decisions, and the state there", async () => {
    const { code, lines } = await asked(
      "goto 2026-11-26T23:08:09",
      "adaptive suspensions --domain gmx.net",
      "goto +3 minutes",
      "next",
      "adaptive list --domain comcast.net",
      "goto 23:08:09",
      "adaptive suspensions --binding b4 --domain gmx.net",
      "quit",
      "adaptive suspensions",
    )
    expect(code).toBe(0)
    const text = lines.join("\n")
    expect(text).toContain("2026-11-26 23:08:09: ")
    expect(text).toContain(" from the start of the traffic\n")
    // The same moment is the same state, however it is reached.
    const holds = text.match(/default\/b4 +gmx\.net +\d+ +1/g)
    expect(holds).toHaveLength(2)
    expect(holds?.[0]).toBe(holds?.[1])
    expect(holds?.[0]).toContain("21599")
  })

  test("at the end nothing more is decided", async () => {
    expect(await asked("next", "next 3")).toMatchObject({
      code: 0,
      lines: expect.arrayContaining(["The traffic ends here: only time goes on, with goto"]),
    })
  })

  test("forth from the end time goes on, on the state as it was left", async () => {
    const { code, lines } = await asked(
      "adaptive override ttl 7200 --binding b4 --domain gmx.net",
      "adaptive suspensions --binding b4 --domain gmx.net",
      "goto +1 hours",
      "adaptive suspensions --binding b4 --domain gmx.net",
      "next",
      "goto +8 hours",
      "goto +1 minutes",
    )
    const holds = lines
      .filter((line) => /default\/b4 +gmx\.net/.test(line))
      .map((line) => line.split(/ +/)[2])
    expect(holds).toHaveLength(2)
    expect(Number(holds[0]) - Number(holds[1])).toBe(3600)
    expect(lines.filter((line) => line.endsWith("on the way"))).toEqual([
      expect.stringMatching(/: \d+ decisions? on the way$/),
      expect.stringMatching(/: \d+ decisions? on the way$/),
      expect.stringMatching(/: 0 decisions on the way$/),
    ])
    expect(code).toBe(0)
  })

  test.each([
    ["goto yesterday", /^Invalid time 'yesterday'; write Unix seconds, /],
    ["next zero", /^Invalid number 'zero'; write how many decisions, 1 to 10000$/],
    ["adaptiv list", /^Unknown command 'adaptiv'; did you mean 'adaptive'\?$/],
  ])("%s: refused, the others are answered, and the exit code tells", async (command, want) => {
    const { code, lines } = await asked(command, "adaptive override --domain nosuch.test")
    expect(code).toBe(1)
    expect(lines.some((line) => want.test(line))).toBe(true)
    expect(lines).toContain("Overrode 0 entries")
  })
})

test("what was refused beforehand, or could not be written, still shows in the exit code", async () => {
  place.write({ "one.log": '{"time":1790000000,"type":"delivery","binding":"b1","domain":"x.test"}\n' })
  const prompt = (...args: string[]) =>
    place.adaptive(["dry-run", "--traffic", "one.log", "--prompt", ...args], { input: "adaptive list\n" })
  expect((await prompt()).code).toBe(0)
  expect((await prompt("--console", "cache list nosuch")).code).toBe(1)
})

test("what --audit asks for is there after goto too", async () => {
  place.write({
    "audit.log": [0, 30, 60]
      .map((sec) => `{"time":${1790000000 + sec},"type":"delivery","binding":"b1","domain":"x.test"}\n`)
      .join(""),
  })
  const args = ["dry-run", "--traffic", "audit.log", "--audit", "60,2", "--prompt"]
  const input = "goto 1790000030\noutbound_audit:outbound_audit1 show domains\n"
  const { code, stdout } = await place.adaptive(args, { input })
  expect(code).toBe(0)
  expect(stdout.toString("utf8").split("from the start of the traffic")[1]).toContain("x.test")
})

test("config reload, then goto: the state is as the new configuration makes it", async () => {
  place.write({
    "again.log": '{"time":1790000000,"type":"delivery","binding":"b1","domain":"x.test"}\n',
    "before.conf": "adaptive_enabled = on\nmax_retries = 3\n",
    "after.conf": "adaptive_enabled = on\nmax_retries = 5\n",
  })
  const { stdout } = await place.adaptive(
    ["dry-run", "--traffic", "again.log", "--config", "before.conf", "--prompt"],
    { input: "config reload after.conf\ngoto -1\nconfig eval max_retries\n" },
  )
  expect(stdout.toString("utf8")).toContain("Max_Retries = 5")
})

test("Ctrl-D while a goto is under way leaves the prompt", async () => {
  const lines = Array.from(
    { length: 100_000 },
    (_, i) =>
      `{"time":${1790000000 + i},"type":"transient","binding":"b1","domain":"d${i}.test","response":"421 x"}\n`,
  )
  place.write({ "long.log": lines.join("") })
  const command = `${process.execPath} ${MAIN} dry-run --traffic long.log --prompt`
  const child = spawn("script", ["-qec", command, "/dev/null"], {
    cwd: place.dir,
    env: { PATH: process.env.PATH, HOME: place.dir, TERM: "dumb" },
  })
  let text = ""
  child.stdout.on("data", (chunk: Buffer) => {
    const before = text.includes("adaptive> ")
    text += chunk.toString("latin1")
    if (!before && text.includes("adaptive> ")) child.stdin.write("goto 1790099000\n\u0004")
  })
  const code = await new Promise((resolve) => child.on("close", resolve))
  child.stdin.end()
  expect(code).toBe(0)
  expect(text).not.toContain("from the start of the traffic")
})

test("the traffic cannot come from the prompt", async () => {
  const { code, stderr } = await place.adaptive(["dry-run", "--traffic", "-", "--prompt"], { input: "" })
  expect(code).toBe(2)
  expect(stderr).toBe(
    "adaptive: standard input cannot be both the traffic and the prompt\n  hint: write the traffic to a file\n",
  )
})

test("config reload: from a file, with what was set over it; one with errors changes nothing", async () => {
  place.write({
    "reload.log": '{"time":1790000000,"type":"delivery","binding":"b1","domain":"x.test"}\n',
    "first.conf": 'adaptive_enabled = on\nmax_retries = 3\ndomain "x.test" { retry_interval = 600 }\n',
    "second.conf": 'adaptive_enabled = on\nmax_retries = 5\ndomain "x.test" { retry_interval = 900 }\n',
    "wrong.conf": "adaptive_enabled = maybe\n",
  })
  const questions = ["config eval max_retries", "config eval domain x.test retry_interval"]
  const commands = [
    ...questions,
    "config reload second.conf",
    ...questions,
    "config reload wrong.conf",
    ...questions,
  ]
  const args = [
    "dry-run",
    "--traffic",
    "reload.log",
    "--config",
    "first.conf",
    "--set",
    "max_retries=4",
    "--json",
  ]
  const { stdout, code } = await place.adaptive([
    ...args,
    ...commands.flatMap((command) => ["--console", command]),
  ])
  const lines = stdout.toString("utf8").trimEnd().split("\n").slice(0, -1)
  expect(code).toBe(1)
  expect(lines.map((line) => (JSON.parse(line) as { text: string }).text.split("\n")[0])).toEqual([
    "Max_Retries = 4",
    "Retry_Interval = 600",
    "",
    "Max_Retries = 4",
    "Retry_Interval = 900",
    "Reconfigure failed",
    "Max_Retries = 4",
    "Retry_Interval = 900",
  ])
})
