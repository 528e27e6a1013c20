-- A control character in the code, and a letter beyond ASCII.
local rules = {}
local größe = 1
msys.adaptive.registerRules(rules)
