local expect = require("expect")
local pcre = require("msys.pcre")

-- match
expect.equal(pcre.match("abc", "b"), { [0] = "b" })
expect.results({ 1, nil }, pcre.match("abc", "x"))
expect.equal(pcre.match("abc", "(a)(b)(c)"), { [0] = "abc", "a", "b", "c" })
expect.equal(pcre.match("a", "(a)(b)?"), { [0] = "a", "a" }, "trailing groups are nil")
expect.equal(pcre.match("ac", "(a)(b)?(c)"), { [0] = "ac", "a", "", "c" }, "inner ones are empty")
expect.equal(pcre.match("ac", "(b)|(c)"), { [0] = "c", "", "c" })
expect.equal(pcre.match("k=v", "(?P<key>\\w)=(?P<value>\\w)"), { [0] = "k=v", "k", "v", key = "k", value = "v" })
expect.equal(pcre.match("k", "(?P<key>\\w)(?P<rest>=)?"), { [0] = "k", "k", key = "k", rest = "" })
expect.equal(pcre.match("ABC", "(?i)b"), { [0] = "B" })
expect.results({ 1, nil }, pcre.match("ABC", "b"))
expect.equal(pcre.match("", "^$"), { [0] = "" })
expect.equal(pcre.match("421 4.7.0 [TSS04]", "^421.*\\[TSS(\\d+)\\]"), { [0] = "421 4.7.0 [TSS04]", "04" })
expect.equal(pcre.match(550, 5), { [0] = "5" }, "numbers serve as strings")

-- UTF-8
expect.equal(pcre.match("grün", "gr.n"), { [0] = "grün" })
expect.equal(pcre.match("grün", "gr(.)n"), { [0] = "grün", "ü" })
expect.equal(pcre.match("a😀b", "a(.)b"), { [0] = "a😀b", "😀" })
expect.equal(#pcre.match("\239\187\191x", "^..")[0], 4, "a byte order mark is a character")
expect.results({ 1, nil }, pcre.match("gr\252n", "n"))
expect.results({ 1, nil }, pcre.replace("gr\252n", "n", "x"))
expect.results({ 1, nil }, pcre.split("gr\252n", "n"))

-- bad patterns
local function refuses(offset, ...)
  local value, message, at = ...
  expect.equal(value, nil)
  expect.equal(type(message) == "string" and #message > 0, true)
  expect.equal(at, offset)
end
refuses(0, pcre.match("x", ""))
refuses(0, pcre.replace("x", "", ""))
refuses(0, pcre.split("x", ""))
refuses(0, pcre.match("x", "\255"))
refuses(2, pcre.match("x", "a(")) -- bytes
refuses(3, pcre.match("x", "ü("))
refuses(0, pcre.match("x", "*a"))
expect.equal(select("#", pcre.replace("x", "a(", "")), 3)
expect.equal(select("#", pcre.split("x", "a(")), 3)

-- replace: templates
for _, case in ipairs({
  { "abc", "b", "x", "axc" },
  { "abcb", "b", "x", "axcx" },
  { "abc", "x", "y", "abc" },
  { "", "x", "y", "" },
  { "abc", "b", "", "ac" },
  { "ab", "(a)(b)", "$2$1", "ba" },
  { "ab", "(a)(b)", "\\2\\1", "ba" },
  { "ab", "(a)(b)", "${2}0${1}", "b0a" },
  { "ab", "(a)(b)", "[$0]", "[ab]" },
  { "ab", "(a)(b)", "$3|$99|", "||" },
  { "ab", "(?P<one>a)(b)", "${one}${two}${2}", "ab" },
  { "ac", "(a)(b)?(c)", "<$2>", "<>" },
  { "a", "a", "\\$1", "$1" },
  { "a", "a", "\\\\1", "\\1" },
  { "a", "a", "1 $ 2", "1  2" },
  { "a", "a", "1\\n2", "1n2" },
  { "a", "a", "$", "" },
  { "a", "a", "x${0", "xa" },
  { "a", "a", "${nothing", "" },
  { "a", "a", "100%", "100%" },
  { "a", "a", "\255", "\255" },
  { "grün", "ü", "ue", "gruen" },
  { "a1b2", "\\d", 7, "a7b7" },
}) do
  expect.equal(pcre.replace(case[1], case[2], case[3]), case[4], case[1] .. " / " .. case[2] .. " / " .. case[3])
end

-- replace: empty matches, as Perl does
expect.equal(pcre.replace("abc", "x*", "-"), "-a-b-c-")
expect.equal(pcre.replace("aaa", "a*", "x"), "xx")
expect.equal(pcre.replace("baac", "a*", "x"), "xbxxcx")
expect.equal(pcre.replace("ab", "a|", "x"), "xxbx")
expect.equal(pcre.replace("b", "x*|b", "-"), "---", "a match that is not empty at the same place")
expect.equal(pcre.replace("ü😀", "", "-"), nil)
expect.equal(pcre.replace("ü😀", "x?", "-"), "-ü-😀-")
expect.equal(pcre.replace("ab", "\\b", "|"), "|ab|")
expect.equal(pcre.replace("a\nb", "(?m)^", "> "), "> a\n> b")

-- replace: limit
expect.equal(pcre.replace("aaaa", "a", "b", 2), "bbaa")
expect.equal(pcre.replace("aaaa", "a", "b", 0), "aaaa")
expect.equal(pcre.replace("aaaa", "a", "b", -1), "bbbb")
expect.equal(pcre.replace("aaaa", "a", "b", 9), "bbbb")
expect.equal(pcre.replace("abc", "x*", "-", 2), "-a-bc")
expect.equal(pcre.replace("ab", "a?", "-", 1), "-b")

-- replace: functions
expect.equal(pcre.replace("a1b22", "\\d+", function(m) return "<" .. m[0] .. ">" end), "a<1>b<22>")
expect.equal(pcre.replace("k=v", "(?P<k>\\w)=(\\w)", function(m) return m.k .. m[2] .. m[1] end), "kvk")
expect.equal(pcre.replace("abc", "[ab]", function(m) return m[0] == "a" and "x" or nil end), "xbc")
expect.equal(pcre.replace("abc", "[ab]", function() return false end), "abc")
expect.equal(pcre.replace("abc", "b", function() return 5 end), "a5c")
expect.equal(pcre.replace("abc", "b", function() return "$0" end), "a$0c", "no template")
expect.equal(pcre.replace("abc", "b", function() end), "abc")
expect.refused("the function returned a table; it must return a string, nil or false", pcre.replace, "abc", "b", function() return {} end)
expect.refused("the function returned a boolean", pcre.replace, "abc", "b", function() return true end)
expect.refused("mine", pcre.replace, "abc", "b", function() error("mine") end)

-- split
expect.equal(pcre.split("a,b,c", ","), { "a", "b", "c" })
expect.equal(pcre.split(",a,,b,", ","), { "a", "b" }, "empty pieces are dropped")
expect.equal(pcre.split("abc", ","), { "abc" })
expect.equal(pcre.split("", ","), {})
expect.equal(pcre.split(",", ","), {})
expect.equal(pcre.split("a, b ,c", "\\s*,\\s*"), { "a", "b", "c" })
expect.equal(pcre.split("a,b,c,d", ",", 2), { "a", "b,c,d" })
expect.equal(pcre.split(",a,,b,c", ",", 2), { "a", ",b,c" })
expect.equal(pcre.split("a,b", ",", 1), { "a,b" })
expect.equal(pcre.split("a,b", ",", 0), { "a", "b" })
expect.equal(pcre.split("a,b", ",", -1), { "a", "b" })
expect.equal(pcre.split("a,b", ",", 9), { "a", "b" })
expect.equal(pcre.split("abc", "x*"), { "a", "b", "c" }, "an empty match splits between characters")
expect.equal(pcre.split("grün", "(?<=ü)"), { "grü", "n" })

-- refused
for _, name in ipairs({ "match", "replace", "split" }) do
  expect.all_refused(pcre[name], {
    { "subject is nil", nil, "a", "b", n = 3 },
    { "subject is a table, not a string", {}, "a", "b" },
    { "pattern is nil", "a", nil, "b", n = 3 },
    { "pattern is true", "a", true, "b" },
  })
end
expect.all_refused(pcre.replace, {
  { "replacement is nil, neither a string nor a function", "a", "a" },
  { "replacement is a table", "a", "a", {} },
  { "limit is nan", "a", "a", "b", 0 / 0 },
  { "limit is 1.5; write a whole number", "a", "a", "b", 1.5 },
  { 'limit is "all"', "a", "a", "b", "all" },
})
expect.refused("limit is a table", pcre.split, "a", "a", {})

-- the result is bounded, and so is the search
expect.refused("the result is longer than", pcre.replace, ("a"):rep(2^16), "a", ("b"):rep(2^10))
local value, message, at = pcre.match(("a"):rep(5000), "^(a+)+\\1$(?<!a)")
expect.equal(value, nil)
if message then expect.equal({ message:find("match limit", 1, true) ~= nil, at }, { true, 0 }) end

-- outside the mail server the module is called pcre
expect.equal(require("pcre").match("abc", "b")[0], "b")
