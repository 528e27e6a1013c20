-- Fields of a domain by other names, and a rule that stands directly in the domain.
local rule = { code = "^421 busy", trigger = "1", action = {"suspend", "1 hour"} }
local rules = {
  ["a.test"] = { rules = { rule } },
  ["b.test"] = { response = { rule }, configurations = { max_retries = 3 } },
  ["c.test"] = { rule, "text" },
  ["d.test"] = { comment = "ours", responses = { rule } },
}
msys.adaptive.registerRules(rules)
