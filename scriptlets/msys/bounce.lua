-- msys.bounce: what kind of failure a reply tells of. The classes are those of
-- the host's classifier.
--
-- host.classify(text, domain)

local host, check = ...
local M = {}

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
