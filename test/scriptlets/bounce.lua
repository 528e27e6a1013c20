local expect = require("expect")
local bounce = require("msys.bounce")

expect.results({ 3, 10, "Invalid Recipient", "550 no such user at example.com" },
  bounce.classify_smtp_response("550 no such user", "example.com"))
expect.results({ 3, 10, "Invalid Recipient", "550 at ?" }, bounce.classify_smtp_response(550))
expect.results({ 3, 10, "Invalid Recipient", " at ?" }, bounce.classify_smtp_response(""))
expect.results({ 0 }, bounce.registerClassification({}))
expect.results({ 0 }, bounce.registerClassification({}, "augment"))
expect.results({ 0 }, bounce.registerClassification({}, "replace"))
expect.all_refused(bounce.registerClassification, {
  { "msys.bounce.registerClassification: classification is nil, not a table; is the name of the variable spelt right?" },
  { 'classification is "general" (a string), not a table', "general" },
  { 'mode is "merge" (a string); write "augment" or "replace"', {}, "merge" },
  { "mode is true", {}, true },
})
expect.all_refused(bounce.classify_smtp_response, {
  { "text is nil" },
  { "text is a table", {} },
  { "domain is a table", "x", {} },
  { "domain is empty", "x", "" },
})
