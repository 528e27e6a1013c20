-- msys.pcre: Perl-compatible patterns, in UTF-8 mode.
--
-- A pattern that does not compile gives nil, message, offset (bytes from 0); an
-- empty one nil, message, 0. So does a search that is given up because it takes
-- too long. A subject that is not UTF-8 gives a single nil.
--
-- Effects: none.
--
-- host.match, host.replace, host.split

local host, check = ...
local M = {}

local function limit_of(fn, limit)
  if limit == nil then return -1 end
  return check.whole(fn, "limit", limit, -2^31, 2^53, "10")
end

-- msys.pcre.match(subject, pattern) -> table | nil | nil, message, offset
--   table[0]: the whole match; table[1]…: the groups up to the last that took
--   part; one before it that did not is "". Values of (?P<n>…) also stand under
--   n, "" when the group took no part.
function M.match(subject, pattern)
  local fn = "msys.pcre.match"
  return host.match(check.string(fn, "subject", subject), check.string(fn, "pattern", pattern))
end

-- msys.pcre.replace(subject, pattern, replacement [, limit]) -> string | nil, message, offset
--   replacement: a string in which $1 ${1} \1 $0 ${name} stand for groups, \\ and
--     \$ for the characters, and any other $ or \ for nothing; or a function
--     that gets the table of `match` and returns a string, or nil or false to
--     keep the text
--   limit: matches to replace; none or a negative one means all
--   errors: the function returns anything else
function M.replace(subject, pattern, replacement, limit)
  local fn = "msys.pcre.replace"
  subject, pattern = check.string(fn, "subject", subject), check.string(fn, "pattern", pattern)
  if type(replacement) ~= "function" then
    if type(replacement) ~= "string" and type(replacement) ~= "number" then
      check.fail(fn, "replacement is " .. check.shown(replacement) .. ", neither a string nor a function")
    end
    replacement = tostring(replacement)
  end
  return host.replace(subject, pattern, replacement, limit_of(fn, limit))
end

-- msys.pcre.split(subject, pattern [, limit]) -> list | nil, message, offset
--   The pieces between the matches; empty ones are left out. A pattern that
--   matches the empty string splits between characters.
--   limit: number of pieces, the last being all the rest; none, 0 or a negative
--     one means as many as there are
function M.split(subject, pattern, limit)
  local fn = "msys.pcre.split"
  subject, pattern = check.string(fn, "subject", subject), check.string(fn, "pattern", pattern)
  return host.split(subject, pattern, limit_of(fn, limit))
end

return M
