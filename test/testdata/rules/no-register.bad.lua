-- A custom script that builds a table and forgets to register it.
local rules = { ["a.test"] = { responses = {} } }
