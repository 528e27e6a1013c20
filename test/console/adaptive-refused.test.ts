/** `adaptive` commands that are refused: each wrong line with its exact reply. Source: console.md section 1. */
import { describe, expect, test } from "vitest"
import { consoleReply } from "../../src/console/console.js"
import { Store } from "../../src/store/store.js"

const NOW = 1_790_000_000e6

describe("refused, and nothing changed", () => {
  const USAGE = "adaptive override [enable | ttl SECONDS] [--binding NAME] [--domain NAME] [--all]"
  test.each([
    ["adaptive", "Missing command\nUsage: adaptive {suspensions|list|override|reset|rules|warmup|help} …"],
    ["adaptive suspension", "Unknown command 'suspension'; did you mean 'suspensions'?"],
    ["adaptive overide", "Unknown command 'overide'; did you mean 'override'?"],
    [
      "adaptive nonsense",
      "Unknown command 'nonsense'; the commands are suspensions, list, override, reset, rules, warmup, help",
    ],
    ["adpative list", "Unknown command 'adpative'; did you mean 'adaptive'?"],
    ["suspensions", "Unknown command 'suspensions'; did you mean 'adaptive suspensions'?"],
    ["adaptive:adaptive1 list", "'adaptive' has no instances; write adaptive COMMAND"],
    ["cache: list", "'cache' has no instances; write cache COMMAND"],
    ["adaptive override --all --binding b1", "--all cannot stand beside --binding or --domain"],
    ["adaptive suspensions --domain a.test --all", "--all cannot stand beside --binding or --domain"],
    ["adaptive reset --all \u2013domain a.test", "--all cannot stand beside --binding or --domain"],
    ["adaptive override --binding B1", "No such binding 'B1'"],
    ["adaptive override ttl 10 --binding b1 --binding nosuch", "No such binding 'nosuch'"],
    ["adaptive list --binding nosuch", "No such binding 'nosuch'"],
    [
      "adaptive suspensions --binding marketing/b1",
      "No such binding 'marketing/b1'; a group stands before the slash: did you mean 'b1'?",
    ],
    ["adaptive rules --binding default/nosuch --domain a.test", "No such binding 'default/nosuch'"],
    [
      "adaptive warmup default/b1",
      "No such binding 'default/b1'; a group stands before the slash: did you mean 'b1'?",
    ],
    ["adaptive override --bindng b1", "Unknown option '--bindng'; did you mean '--binding'?"],
    ["adaptive override --age", "Unknown option '--age'; did you mean '--all'?"],
    ["adaptive override --", "Unknown option '--'; the options are --binding, --domain, --all"],
    [
      "adaptive override \u2013verbosely",
      "Unknown option '\u2013verbosely'; the options are --binding, --domain, --all",
    ],
    ["adaptive override --binding", "Missing name after --binding"],
    ["adaptive override --domain --binding b1", "Missing name after --domain"],
    ["adaptive override ttl", `Missing number\nUsage: ${USAGE}`],
    ["adaptive override ttl --domain a.test", `Missing number\nUsage: ${USAGE}`],
    ["adaptive override ttl ten", "Invalid number 'ten'"],
    ["adaptive override ttl -1", "Invalid number '-1'"],
    ["adaptive override ttl 1.5", "Invalid number '1.5'"],
    ["adaptive override ttl 1e3", "Invalid number '1e3'"],
    ["adaptive override ttl 0x10", "Invalid number '0x10'"],
    ["adaptive override ttl 2147483648", "Invalid number '2147483648'"],
    ["adaptive override ttl 99999999999999999999", "Invalid number '99999999999999999999'"],
    ["adaptive override ttl 10 enable", "Unexpected 'enable' at the end of the command"],
    ["adaptive override enable ttl 10", "Unexpected 'ttl' at the end of the command"],
    ["adaptive override enabel", "Unknown word 'enabel'; did you mean 'enable'?"],
    ["adaptive override b1::a.test", "Unknown word 'b1::a.test'; the words are enable, ttl"],
    ["adaptive reset b1", "Unexpected 'b1' at the end of the command"],
    ["adaptive suspensions now", "Unexpected 'now' at the end of the command"],
    ["adaptive list --age 5", "Unexpected '5' at the end of the command"],
    ["adaptive warmup nosuch 5", "No such binding 'nosuch'"],
    ["adaptive warmup b1 young", "Invalid number 'young'"],
    ["adaptive warmup b1 5 6", "Unexpected '6' at the end of the command"],
    ["adaptive warmup --binding b1", "Unexpected '--binding' in the command"],
    [`adaptive warmup ${"x".repeat(1 << 20)}`, `No such binding '${"x".repeat(60)}…'`],
    ["adaptive override --binding \u0007", "No such binding '?'"],
  ])("%.70s", (line, want) => {
    const store = new Store()
    store.nowMicros = NOW
    const pair = store.pairs.of("b1", "a.test")
    store.suspend(pair, NOW + 60e6)
    store.adjust(pair, "retry_interval", 1200, 900, NOW)
    const before = [...store.fork().parts()]
    expect(consoleReply(line, store)).toEqual({ ok: false, text: want })
    expect([...store.fork().parts()]).toEqual(before)
  })
})
