-- msys.adaptive: how a custom script hands its rules to the runtime.
--
-- Effects: the host takes a copy of the table as it is now.
--
-- host.register_rules(rules, mode)

local host, check = ...
local M = {}

-- msys.adaptive.registerRules(rules [, mode])
--   rules: table, domain -> alias or { responses = …, configuration = … }
--   mode: "augment" (default): these rules go before the existing ones of their domains
--         "replace": all existing rules of all domains are dropped
--   errors: rules is not a table (a misspelt variable is nil); an unknown mode
function M.registerRules(rules, mode)
  local fn = "msys.adaptive.registerRules"
  check.table(fn, "rules", rules)
  if mode == nil then mode = "augment" end
  host.register_rules(rules, check.one_of(fn, "mode", mode, { "augment", "replace" }))
end

return M
