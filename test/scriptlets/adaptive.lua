-- What is registered is the host's affair: see test/rules.
local expect = require("expect")
local adaptive = require("msys.adaptive")

expect.results({ 0 }, adaptive.registerRules({}))
expect.results({ 0 }, adaptive.registerRules({}, "augment"))
expect.results({ 0 }, adaptive.registerRules({}, "replace"))
expect.all_refused(adaptive.registerRules, {
  { "msys.adaptive.registerRules: rules is nil, not a table; is the name of the variable spelt right?" },
  { 'rules is "rules" (a string), not a table', "rules" },
  { 'mode is "merge" (a string); write "augment" or "replace"', {}, "merge" },
  { "mode is true", {}, true },
})
