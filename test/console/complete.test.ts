/** What the last word of a line may become. */
import { describe, expect, test } from "vitest"
import { complete } from "../../src/console/complete.js"
import { consoleTarget } from "../../src/console/target.js"
import { Store } from "../../src/store/store.js"

const NOW = 1_790_000_000e6

function target() {
  const store = new Store()
  store.nowMicros = NOW
  for (const [binding, domain] of [
    ["b1", "held.test"],
    ["B2", "low.test"],
    ["b1", "quiet.test"],
    ["b 3", "untypable\u001b.test"],
  ] as const)
    store.pairs.of(binding, domain)
  store.suspend(0, NOW + 1e6)
  store.suspend(3, NOW + 1e6)
  store.adjust(1, "retry_interval", 1200, 900, NOW)
  const audit = store.audits.define("outbound_audit1")
  audit.record(store.pairs, 2, 1, NOW, 5)
  return consoleTarget(store)
}

describe("candidates", () => {
  test.each([
    ["", ["adaptive", "cache", "config", "help", "module", "outbound_audit:outbound_audit1"]],
    ["  ", ["adaptive", "cache", "config", "help", "module", "outbound_audit:outbound_audit1"]],
    ["a", ["adaptive"]],
    ["AD", ["adaptive"]],
    ["adaptive", ["adaptive"]],
    ["config ", ["eval", "get", "reload", "set", "show", "showrecurse", "unset"]],
    ["config get max_outb", ["max_outbound_connections"]],
    ["config get dom", ["domain"]],
    ["config get domain x.test adaptive_max_out", ["adaptive_max_outbound_connections"]],
    ["config get domain x.test bin", ["binding", "binding_group"]],
    ["config eval adaptive suspend_s", ["suspend_sweep_interval"]],
    ["config set adaptive suspend_sweep_interval ", []],
    ["config set adaptive suspend_sweep_interval = ", []],
    ["config set outbound_audit ", ["outbound_audit1"]],
    ["config set outbound_audit outbound_audit1 mon", ["monitor_domains", "monitors"]],
    ["config get binding ", ["B2", "b1", "default"]],
    ["config show domain x.test max", []],
    ["config reload x", []],
    ["x", []],
    ["adaptive ", ["help", "list", "override", "reset", "rules", "suspensions", "warmup"]],
    ["adaptive r", ["reset", "rules"]],
    ["adaptive override ", ["--all", "--binding", "--domain", "enable", "ttl"]],
    ["adaptive override --b", ["--binding"]],
    ["adaptive override enable ", ["--all", "--binding", "--domain"]],
    ["adaptive override ttl ", []],
    ["adaptive list --a", ["--age", "--all"]],
    ["adaptive rules --", ["--binding", "--domain"]],
    ["Adaptive Reset --Binding ", ["B2", "b1", "default"]],
    ["adaptive reset --binding b", ["b1"]],
    ["adaptive reset --binding B", ["B2", "b1"]],
    // Only what there is something to do to.
    ["adaptive override --domain ", ["held.test"]],
    ["adaptive reset --domain ", ["low.test"]],
    ["adaptive rules --binding b1 --domain ", ["held.test", "low.test", "quiet.test"]],
    ["adaptive rules --domain Q", ["quiet.test"]],
    ["adaptive warmup ", ["B2", "b1", "default"]],
    ["adaptive warmup b1 ", []],
    ["adaptive help ", []],
    ["adaptive __proto__ ", []],
    ["cache ", ["help", "list", "stat", "stats"]],
    ["cache list h", ["hit-rate", "hitratio", "hits"]],
    ["cache list hits q", ["query-rate", "queryrate"]],
    ["cache stat ", ["adaptive_bd_cache", "alerting_data", "core:named_throttles"]],
    ["cache stat alerting_data ", []],
    ["cache stats alerting_data c", ["core:named_throttles"]],
    ["cache nonsense ", []],
    ["module ", ["help", "list"]],
    ["module list ", []],
    ["outbound_audit:outbound_audit1 ", ["clear", "domain_list", "help", "show"]],
    ["outbound_audit:outbound_audit1 show d", ["domain", "domains"]],
    ["outbound_audit:outbound_audit1 show domain ", ["quiet.test"]],
    ["outbound_audit:outbound_audit1 domain_list delete ", ["quiet.test"]],
    ["outbound_audit:outbound_audit1 show domain quiet.test ", []],
    ["outbound_audit:outbound_audit1 nonsense ", []],
    ["outbound_audit:other ", []],
    ["nonsense ", []],
  ])("%j", (line, want) => {
    expect(complete(line, target())).toEqual(want)
  })

  test("not more than anyone would read", () => {
    const many = target()
    for (let i = 0; i < 5000; i++) many.store.pairs.of("b1", `d${i}.test`)
    const found = complete("adaptive rules --domain d", many)
    expect(found).toHaveLength(200)
    expect(found[0]).toBe("d0.test")
    expect(complete("adaptive rules --domain d4999", many)).toEqual(["d4999.test"])
  })
})
