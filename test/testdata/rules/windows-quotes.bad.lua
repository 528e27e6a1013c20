-- The same from a Windows-1252 editor: bytes 0x93 and 0x94, which are not UTF-8 either.
local rules = {
  [“a.test”] = { responses = {} },
}
msys.adaptive.registerRules(rules)
