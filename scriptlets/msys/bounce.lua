-- msys.bounce: what kind of failure a reply tells of. The classes are those of
-- the host's classifier; scripts may add to what it knows.
--
-- host.register_classification(table, mode)
-- host.classify(text, domain)

local host, check = ...
local M = {}

-- msys.bounce.registerClassification(table [, mode])
--   table: { classes = …, overrides = …, providers = …, general = … }, see rules/bounce_classification.lua
--   mode: "augment" (default): these entries go before the existing ones
--         "replace": all existing entries are dropped; what classes there are stays
--   errors: table is no table (a misspelt variable is nil); an unknown mode
function M.registerClassification(classification, mode)
  local fn = "msys.bounce.registerClassification"
  check.table(fn, "classification", classification)
  if mode == nil then mode = "augment" end
  host.register_classification(classification, check.one_of(fn, "mode", mode, { "augment", "replace" }))
end

-- msys.bounce.classify_smtp_response(text [, domain]) -> code, name, description
--   text: the reply, e.g. "550 5.1.1 no such user"; domain: whose server said it
--   errors: this run has no classifier
function M.classify_smtp_response(text, domain)
  local fn = "msys.bounce.classify_smtp_response"
  text = check.string(fn, "text", text)
  if domain ~= nil then domain = check.name(fn, "domain", domain) end
  local code, name, description = host.classify(text, domain)
  if not code then check.fail(fn, "this run has no classifier; give the host one") end
  return code, name, description
end

return M
