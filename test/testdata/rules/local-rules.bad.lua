-- A system file with a local `Rules`: the host reads it from the module table.
module("msys.adaptive_rules", package.seeall)
local Rules = { ["a.test"] = { responses = {} } }
