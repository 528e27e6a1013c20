-- Entries of a classification: mistyped and empty ones. What is wrong is left out; an entry with nothing left is disabled.
-- system: shared/bounce-classes.lua
-- expect: E_BOUNCE_FIELD 27:31 unknown field "marker": it is ignored
-- expect: E_BOUNCE_CLASS 28:15 there is no class "mailbox-ful": the entry is disabled
-- expect: E_BOUNCE_CLASS 29:15 class is 22: the entry is disabled
-- expect: E_BOUNCE_CLASS 30:5 class is nothing: the entry is disabled
-- expect: E_BOUNCE_FIELD 31:5 the entry has nothing to look for: it is disabled, as it would take every reply
-- expect: E_BOUNCE_CLASS 32:61 code is 222, which is no class number: that of the class is used
-- expect: E_BOUNCE_MARKER 33:43 the marker "" is empty: it is ignored
-- expect: E_BOUNCE_MARKER 33:48 the marker "user@example.com" holds an address, and addresses are taken out of a reply first: it is ignored
-- expect: E_BOUNCE_FIELD 33:68 markers holds true: it is ignored
-- expect: E_BOUNCE_FIELD 33:76 "stray" stands in the entry without a field name: it is ignored
-- expect: E_BOUNCE_FIELD 34:41 markers is not a plain list: what has a name, or follows a gap, is ignored
-- expect: E_BOUNCE_FIELD 34:66 unknown field "note": it is ignored
-- expect: E_PATTERN_SYNTAX 35:44 missing closing parenthesis at character 6 of the pattern: it is ignored
-- expect: E_CODE_COST 35:53 the pattern can try exponentially many ways to match; it is run with a limit, and a reply that reaches it counts as not matched
-- expect: E_BOUNCE_CODE 36:41 "5,2.2" is no reply code: it is ignored
-- expect: E_BOUNCE_CODE 36:50 "" is no reply code: it is ignored
-- expect: E_BOUNCE_CODE 36:54 "999" is no reply code: it is ignored
-- expect: E_BOUNCE_CODE 36:61 "x.2.2-" is no reply code: it is ignored
-- expect: E_BOUNCE_CODE 36:81 "4.x" is no reply code: it is ignored
-- expect: E_BOUNCE_UNREACHABLE 37:5 the marker "quota" stands in line 32 already: here it never decides
-- expect: E_BOUNCE_SHAPE 38:5 "mailbox-full" stands where an entry is expected: it is ignored
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
msys.bounce.registerClassification({
  general = {
    { class = "mailbox-full", marker = { "full" }, codes = { "x.2.2" } },
    { class = "mailbox-ful", markers = { "full" } },
    { class = 22, markers = { "full" } },
    { markers = { "full" } },
    { class = "mailbox-full" },
    { class = "mailbox-full", markers = { "quota" }, code = 222 },
    { class = "mailbox-full", markers = { "" , "user@example.com", true }, "stray" },
    { class = "mailbox-full", markers = { "one", nil, "three" }, note = "kept" },
    { class = "mailbox-full", patterns = { "full(", "(a+)+b" } },
    { class = "mailbox-full", codes = { "5,2.2", "", "999", "x.2.2-" }, reply = "4.x" },
    { class = "mailbox-full", markers = { "Quota" } },
    "mailbox-full",
  },
})
