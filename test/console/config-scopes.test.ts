/** `config` over the scopes of a configuration. Source: console.md section 4. */
import { expect, test } from "vitest"
import { config } from "../../src/console/config.js"
import { ConsoleFault, wordsOf } from "../../src/console/words.js"
import { Store } from "../../src/store/store.js"
import { configured } from "./configuring.js"

const TEXT = `
max_outbound_connections = 30
Relay_Hosts = ( "10.0.0.1" "10.0.0.2" )
adaptive_sweep_rule "all" { codes = ("bc:10") low_threshold = 2 }
adaptive { suspend_sweep_interval = 5 log_base = "/var/log/a" }
alerting { }
inbound_audit { monitors = ("300,6") }
scriptlet "s" { script "adaptive" { source = "msys.adaptive" } }
domain "x.com" { max_outbound_connections = 20 adaptive_default_suspension = "2 hours" }
binding_group "g" {
  max_outbound_connections = 5
  domain "x.com" { max_outbound_connections = 7 adaptive_max_outbound_connections = (2 8) }
  binding "b" { max_outbound_connections = 15 suspend_delivery = yes }
  binding "c" { }
}
binding "d" { EHLO_Hostname = "mail.example.com" }
`

function session(...lines: string[]): string[] {
  const { configuration, diagnostics } = configured(TEXT)
  expect(diagnostics).toEqual([])
  const store = new Store()
  let changes = 0
  const target = {
    configuration,
    store,
    changed: () => void changes++,
    reload: () => ({ ok: false, text: "why" }),
  }
  return lines.map((line) => {
    const before = changes
    try {
      const reply = config(wordsOf(line).slice(1), target)
      return changes === before ? reply : `* ${reply}`
    } catch (fault) {
      if (!(fault instanceof ConsoleFault)) throw fault
      expect(changes).toBe(before)
      return `refused: ${fault.message}`
    }
  })
}

test.each([
  // What a scope itself sets, and what holds there.
  ["config get max_outbound_connections", "Max_Outbound_Connections = 30"],
  ["config get binding_group g binding b max_outbound_connections", "        Max_Outbound_Connections = 15"],
  ["config get domain X.COM max_outbound_connections", "        Max_Outbound_Connections = 20"],
  ["config get blackhole", "Option 'Blackhole' is not set in scope ''."],
  [
    "config get binding_group g binding c max_outbound_connections",
    "Option 'Max_Outbound_Connections' is not set in scope 'binding_group g binding c'.",
  ],
  [
    "config eval binding_group g binding b domain x.com max_outbound_connections",
    "Max_Outbound_Connections = 7",
  ],
  [
    "config eval binding_group g binding b domain y.com max_outbound_connections",
    "Max_Outbound_Connections = 15",
  ],
  ["config eval binding c domain y.com max_outbound_connections", "Max_Outbound_Connections = 5"],
  ["config eval binding d domain x.com MAX_OUTBOUND_CONNECTIONS", "Max_Outbound_Connections = 20"],
  ["config eval binding nosuch domain nosuch.com max_outbound_connections", "Max_Outbound_Connections = 30"],
  [
    "config eval binding_group nosuch binding b domain x.com max_outbound_connections",
    "Max_Outbound_Connections = 20",
  ],
  // How values print.
  ["config get relay_hosts", "Relay_Hosts = (\n  10.0.0.1\n  10.0.0.2\n  )"],
  ["config get binding d ehlo_hostname", '        EHLO_Hostname = "mail.example.com"'],
  ["config get domain x.com adaptive_default_suspension", '        Adaptive_Default_Suspension = "2 hours"'],
  ["config eval domain y.com adaptive_default_suspension", 'Adaptive_Default_Suspension = "4 hours"'],
  ["config eval domain y.com suspend_delivery", "Suspend_Delivery = 0"],
  ["config eval binding b domain y.com suspend_delivery", "Suspend_Delivery = yes"],
  ["config eval retry_interval", "Retry_Interval = 1200"],
  [
    "config eval adaptive_notification_events",
    "Adaptive_Notification_Events = (\n  throttle\n  suspension\n  blackhole\n  )",
  ],
  [
    "config get binding_group g domain x.com adaptive_max_outbound_connections",
    "        Adaptive_Max_Outbound_Connections = (\n          2\n          8\n          )",
  ],
  // Modules and sweep rules.
  ["config get adaptive suspend_sweep_interval", "        Suspend_Sweep_Interval = 5"],
  ["config eval adaptive bounce_sweep_interval", "Bounce_Sweep_Interval = 3600"],
  ["config get adaptive log_base", '        Log_Base = "/var/log/a"'],
  ["config get adaptive_sweep_rule all low_threshold", "        Low_Threshold = 2"],
  ["config eval adaptive_sweep_rule all high_threshold", "High_Threshold = 10"],
  ["config eval adaptive_sweep_rule all high_action", "High_Action = (\n  suspend\n  4 hours\n  )"],
  // Refused.
  [
    "config eval max_outbund_connections",
    "refused: Unknown option 'max_outbund_connections'; did you mean 'max_outbound_connections'?",
  ],
  [
    "config set domain x.com adaptive_enabled maybe",
    'refused: adaptive_enabled cannot be "maybe"; write on or off (true, yes, enabled and 1 are the same as on)',
  ],
  [
    "config set binding nosuch max_retries 3",
    "refused: No such scope: binding 'nosuch' is not in the configuration",
  ],
  [
    "config set binding_group nosuch max_retries 3",
    "refused: No such scope: binding_group 'nosuch' is not in the configuration",
  ],
  [
    "config set binding d suspend_sweep_interval 5",
    "refused: Option 'Suspend_Sweep_Interval' belongs to adaptive: write adaptive before it",
  ],
  [
    "config set binding d adaptive_cache_size 5",
    "refused: option 'adaptive_cache_size' is not valid in scope binding; it is valid in adaptive",
  ],
  [
    "config unset max_outbound_connections",
    "refused: Options of the global scope cannot be unset; set another value",
  ],
  ["config unset binding d max_retries", "refused: Option 'Max_Retries' is not set in scope 'binding d'."],
  ["config get binding d domain", "refused: Missing name of domain"],
  ["config get binding d binding e max_retries", "refused: binding is named twice"],
  [
    "config show nosuch",
    "refused: No such scope 'nosuch'\nUsage: config {show|showrecurse} [SCOPE [INSTANCE]]…",
  ],
  ["config reload", "refused: Reconfigure failed\nwhy"],
  ["config show binding_group g binding b", "max_outbound_connections = 15\nsuspend_delivery = yes"],
  [
    "config showrecurse binding_group g",
    'max_outbound_connections = 5\nbinding "b" {\n  max_outbound_connections = 15\n  suspend_delivery = yes\n}\nbinding "c" {\n}\ndomain "x.com" {\n  max_outbound_connections = 7\n  adaptive_max_outbound_connections = (2 8)\n}',
  ],
])("%s", (command, want) => {
  expect(session(command)).toEqual([want])
})

test.each([
  [
    "set binding d suspend_delivery = enabled",
    "Suspend_Delivery = enabled",
    "eval binding d domain q.com suspend_delivery",
    "Suspend_Delivery = enabled",
  ],
  [
    "set binding_group g domain x.com max_outbound_connections 9",
    "Max_Outbound_Connections = 9",
    "eval binding c domain x.com max_outbound_connections",
    "Max_Outbound_Connections = 9",
  ],
  [
    "set domain new.com max_outbound_connections=3",
    "Max_Outbound_Connections = 3",
    "eval binding d domain new.com max_outbound_connections",
    "Max_Outbound_Connections = 3",
  ],
  [
    "set adaptive suspend_sweep_interval 7",
    "Suspend_Sweep_Interval = 7",
    "get adaptive suspend_sweep_interval",
    "        Suspend_Sweep_Interval = 7",
  ],
  [
    "set domain x.com adaptive_default_suspension 3 hours",
    'Adaptive_Default_Suspension = "3 hours"',
    "get domain x.com adaptive_default_suspension",
    '        Adaptive_Default_Suspension = "3 hours"',
  ],
  [
    "set adaptive_sweep_rule all low_threshold 4",
    "Low_Threshold = 4",
    "eval adaptive_sweep_rule all low_threshold",
    "Low_Threshold = 4",
  ],
  [
    "unset binding_group g domain x.com max_outbound_connections",
    '"Max_Outbound_Connections" has been unset. Effective value is now:\n        Max_Outbound_Connections = 5',
    "eval binding c domain x.com max_outbound_connections",
    "Max_Outbound_Connections = 5",
  ],
])("config %s", (command, want, question, answer) => {
  expect(session(`config ${command}`, `config ${question}`)).toEqual([`* ${want}`, answer])
})

test("what showrecurse prints is a configuration that says the same", () => {
  const [first] = session("config showrecurse") as [string]
  const again = configured(first)
  expect(again.diagnostics).toEqual([])
  const target = {
    configuration: again.configuration,
    store: new Store(),
    changed() {},
    reload: () => ({ ok: true, text: "" }),
  }
  expect(config(["showrecurse"], target).split("\n").sort()).toEqual(first.split("\n").sort())
})

test("a change reaches the sweep rules of a scope", () => {
  const { configuration } = configured(TEXT)
  const target = {
    configuration,
    store: new Store(),
    changed() {},
    reload: () => ({ ok: true, text: "" }),
  }
  config("set adaptive_sweep_rule all low_threshold 4".split(" "), target)
  const [rule] = configuration.sweepRules({ group: "", binding: "d", domain: "x.com" })
  expect(rule).toMatchObject({ name: "all", low: { percent: 4 }, high: { percent: 10 } })
})

test("a change that makes a sweep rule wrong is refused and changes nothing; an empty name is no scope", () => {
  expect(
    session(
      "config set adaptive_sweep_rule all low_action ( thottle down )",
      "config set adaptive_sweep_rule all codes ( bc:10 fbl:abuse )",
      "config get adaptive_sweep_rule all low_action",
      'config unset binding "" max_outbound_connections',
      'config set domain "" max_outbound_connections 3',
      "config get max_outbound_connections",
      "config help",
    ).map((reply) => reply.split("\n")[0]),
  ).toEqual([
    expect.stringMatching(/^refused: .*thottle/),
    expect.stringMatching(/^refused: /),
    expect.not.stringMatching(/thottle/),
    "refused: Missing name of binding",
    "refused: Missing name of domain",
    "Max_Outbound_Connections = 30",
    expect.stringMatching(/config get/),
  ])
})

test("what is the mail server's own is kept and shown", () => {
  const text =
    'esmtp_listener "in" {\n  listen ":25" {\n    enable = true\n  }\n}\nhost "mx" {\n  rollup_mx = true\n}'
  const { configuration } = configured(`adaptive_enabled = on\n${text}`)
  const target = { configuration, store: new Store(), changed() {}, reload: () => ({ ok: true, text: "" }) }
  expect(config(["showrecurse"], target)).toBe(`adaptive_enabled = on\n${text}`)
  expect(config(["show"], target)).toBe("adaptive_enabled = on")
})

test("default group and binding are there unwritten; a pattern is not made; a grouped binding is named with its group", () => {
  expect(
    session(
      "config set binding_group default max_outbound_connections 7",
      "config get binding_group default max_outbound_connections",
      "config set binding default max_outbound_connections 8",
      "config eval binding default max_outbound_connections",
      "config set domain /zz$/ max_outbound_connections 9",
      "config set binding b max_outbound_connections 9",
    ),
  ).toEqual([
    "* Max_Outbound_Connections = 7",
    "        Max_Outbound_Connections = 7",
    "* Max_Outbound_Connections = 8",
    "Max_Outbound_Connections = 8",
    "refused: No such scope: the pattern /zz$/ is not in the configuration",
    "refused: No such scope: binding 'b' is in binding_group 'g'; write binding_group g before it",
  ])
})

test("the User Guide's defaults, where the documents disagree", () => {
  const { configuration } = configured("adaptive_enabled = on")
  const nowhere = { group: "", binding: "", domain: "" }
  const seen = () => [
    configuration.sweepRules(nowhere).map(({ name, codes }) => [name, ...codes]),
    configuration.lookup(nowhere, "enable_jlog"),
  ]
  expect(seen()).toEqual([
    [
      ["default_bounce_rule", "bc:10", "bc:24"],
      ["default_fbl_rule", "fbl:abuse"],
    ],
    null,
  ])
  configuration.followsGuide = true
  expect(seen()).toEqual([
    [
      ["default_bounce_rule", "bc:10"],
      ["default_fbl_rule", "fbl:abuse"],
    ],
    "true",
  ])
})

test("a sweep rule falls back as a whole: the most specific one of its name answers", () => {
  const rule = "adaptive_sweep_rule all"
  expect(
    session(
      `config eval binding_group g binding b ${rule} low_threshold`,
      `config eval binding_group g binding b ${rule} high_threshold`,
      `config get binding_group g binding b ${rule} low_threshold`,
      "config eval binding d adaptive_sweep_rule nosuch low_threshold",
    ),
  ).toEqual([
    "Low_Threshold = 2",
    "High_Threshold = 10",
    "Option 'Low_Threshold' is not set in scope 'binding_group g binding b adaptive_sweep_rule all'.",
    "refused: No such scope 'binding d adaptive_sweep_rule nosuch'",
  ])
})

test("the mail server's own options that are there can be set; others are no options", () => {
  expect(
    session(
      "config set binding d ehlo_hostname = out.example.com",
      "config eval binding d ehlo_hostname",
      "config set binding d ehlo_hostnam = out.example.com",
    ),
  ).toEqual([
    "* EHLO_Hostname = out.example.com",
    "EHLO_Hostname = out.example.com",
    "refused: Unknown option 'ehlo_hostnam'",
  ])
})

test("blanks between quotes stand for themselves", () => {
  expect(
    session(
      'config set adaptive_default_suspension = "2  hours"',
      "config get adaptive_default_suspension",
      'config set domain "x.com" adaptive_default_suspension="3 hours"',
      "config get domain x.com adaptive_default_suspension",
      'config set ehlo_hostname "half',
    ),
  ).toEqual([
    '* Adaptive_Default_Suspension = "2  hours"',
    'Adaptive_Default_Suspension = "2  hours"',
    '* Adaptive_Default_Suspension = "3 hours"',
    '        Adaptive_Default_Suspension = "3 hours"',
    expect.stringMatching(/^refused: /),
  ])
})

test("nothing is managed unless named: an empty list has no element", () => {
  const { configuration } = configured("adaptive_enabled = on")
  const target = { configuration, store: new Store(), changed() {}, reload: () => ({ ok: false, text: "" }) }
  expect(config(["eval", "adaptive_notification_events"], target)).toMatch(
    /^Adaptive_Notification_Events = \(/,
  )
  expect(config(["eval", "adaptive", "adaptive_manage_options"], target)).not.toMatch(/\n *\n/)
})
