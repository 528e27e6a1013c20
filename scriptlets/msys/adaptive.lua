-- msys.adaptive: how a custom script hands its rules to the runtime.
--
-- host.register_rules(rules, mode) takes a copy of the table as it is now.

local host = ...
local M = {}

-- msys.adaptive.registerRules(rules [, mode])
--   rules: table, domain -> alias or { responses = …, configuration = … }
--   mode: "augment" (default): these rules go before the existing ones of their domains
--         "replace": all existing rules of all domains are dropped
--   errors: rules is not a table (a misspelt variable is nil); an unknown mode
function M.registerRules(rules, mode)
  if type(rules) ~= "table" then
    local hint = rules == nil and "; is the name of the variable spelt right?" or ""
    error("registerRules: rules is " .. type(rules) .. ", not a table" .. hint, 2)
  end
  if mode == nil then mode = "augment" end
  if mode ~= "augment" and mode ~= "replace" then
    error('registerRules: mode is ' .. tostring(mode) .. '; write "augment" or "replace"', 2)
  end
  host.register_rules(rules, mode)
end

return M
