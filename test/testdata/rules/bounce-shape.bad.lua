-- Parts of a classification that have the wrong form. The others are used.
-- system: shared/bounce-classes.lua
-- expect: E_BOUNCE_CLASS 24:17 the class "profanity" has the number 199: it is ignored
-- expect: E_BOUNCE_CLASS 25:11 the class "odd" has the number "50": it is ignored
-- expect: E_BOUNCE_CLASS 26:32 class 10 is Momentum's "Invalid Recipient": the name "My own" is ignored
-- expect: E_BOUNCE_FIELD 26:42 unknown field "colour" of a class: it is ignored
-- expect: E_BOUNCE_FIELD 27:32 name is 5: it is ignored
-- expect: E_BOUNCE_CLASS 28:5 "nameless" has no class name ([1]): it is ignored
-- expect: E_BOUNCE_SHAPE 30:3 unknown part "provider": it is ignored
-- expect: E_DOMAIN_KEY 31:17 a table has no domain name ([1]): it is ignored
-- expect: E_DOMAIN_CASE 33:5 the key "A.test" is read as "a.test": domains are compared in lower case
-- expect: E_ALIAS_DANGLING 34:18 "b.test" is an alias of "c.test", which is not in the classification: it has no entries
-- expect: E_DOMAIN_KEY 35:5 "mx:" names no MX host suffix: it never matches
-- expect: E_BOUNCE_SHAPE 36:18 the list has a named field or a gap: what is not in the list is ignored
-- expect: E_BOUNCE_SHAPE 37:18 ["e.test"] is 5, not a list: it is ignored
-- expect: E_BOUNCE_SHAPE 39:13 ["general"] is "none", not a list: it is ignored
-- expect: E_BOUNCE_SHAPE 40:3 a table stands directly in the classification ([1]): it is ignored
-- expect: E_BOUNCE_SHAPE 42:48 classes is 1: it is ignored
-- expect: E_BOUNCE_SHAPE 42:63 overrides is 2: it is ignored
-- expect: E_BOUNCE_SHAPE 42:78 providers is 3: it is ignored
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
msys.bounce.registerClassification({
  classes = {
    profanity = { code = 199 },
    odd = "50",
    hard = { code = 10, name = "My own", colour = "red" },
    slow = { code = 97, name = 5 },
    "nameless",
  },
  provider = {},
  overrides = { { class = "transient", markers = { "x" } } },
  providers = {
    ["A.test"] = { { class = "transient", markers = { "busy" } } },
    ["b.test"] = "c.test",
    ["mx:"] = {},
    ["d.test"] = { class = "transient", markers = { "busy" } },
    ["e.test"] = 5,
  },
  general = "none",
  { class = "transient", reply = "4xx" },
})
msys.bounce.registerClassification({ classes = 1, overrides = 2, providers = 3 })
