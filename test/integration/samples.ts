/** Rule files that the tests of several commands share. */

export const GOOD = `require('msys.adaptive')
msys.adaptive.registerRules({
  ["a.test"] = {
    responses = {
      { code = "^421 busy", trigger = "5/60", action = {"suspend", "30 minutes"}, message = "busy" },
      { code = "^450", trigger = "1", action = {{"throttle", "down"}, {"reduce_connections", 2}} },
      { code = "^451", trigger = "1", action = {"transcode", "554"}, observe = true },
    },
    configuration = { outbound_throttle_messages = 1000 },
  },
  ["b.test"] = "a.test",
})
`
export const BAD = `local rules = {
\t["a.test"] = { responses = { { code = "^421", trigger = "0/1", action = {"suspend", "1 hour"} } } },
  ["b.test"] = "nowhere.test",
}
msys.adaptive.registerRules(rules)
`
export const WARN = `msys.adaptive.registerRules({ ["C.test"] = {} })\n`
export const SYSTEM = `module("msys.adaptive_rules", package.seeall)
Rules = { ["a.test"] = { responses = { { code = "^421", trigger = "1", action = {"suspend", "1 hour"} } } } }
`
