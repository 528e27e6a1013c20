-- expect: the checks of the Lua tests. A failing check is noted with its line and
-- the values seen, and the test goes on; the runner asks for the notes at the end.

local M = { count = 0 }
local notes = {}
local show = require("msys.dumper").Dumper

local function text(value)
  return (show(value):gsub("^return ", ""))
end

-- level: how many functions of this file lie between the test and `place`
local function place(level)
  local _, where = pcall(error, "", level + 3)
  return where
end

local function note(level, message)
  notes[#notes + 1] = place(level + 1) .. message
end

-- expect.equal(got, want [, label]): the same value; tables by content
function M.equal(got, want, label)
  M.count = M.count + 1
  if text(got) ~= text(want) then
    note(1, (label and label .. ": " or "") .. "got " .. text(got) .. ", want " .. text(want))
  end
end

-- expect.results(want, ...): exactly these values were returned; want = { n, v1, v2, … }
function M.results(want, ...)
  M.count = M.count + 1
  local got = { select("#", ...), ... }
  for i = 1, math.max(want[1], got[1]) + 1 do
    if text(got[i]) ~= text(want[i]) then
      note(1, "got " .. text(got) .. ", want " .. text(want))
      return
    end
  end
end

-- expect.refused(want, fn, ...): fn raises, with `want` in the message
function M.refused(want, fn, ...)
  M.count = M.count + 1
  local ok, message = pcall(fn, ...)
  if ok then
    note(1, "no error, want one with " .. text(want))
  elseif type(message) ~= "string" or not message:find(want, 1, true) then
    note(1, "got the error " .. text(message) .. ", want one with " .. text(want))
  end
end

-- expect.all_refused(fn, cases): the negative table; each case = { want, argument… }
--   Arguments that are nil in the middle: give `n`.
function M.all_refused(fn, cases)
  for i, case in ipairs(cases) do
    M.count = M.count + 1
    local ok, message = pcall(fn, unpack(case, 2, case.n and case.n + 1 or table.maxn(case)))
    if ok then
      note(1, "case " .. i .. ": no error, want one with " .. text(case[1]))
    elseif type(message) ~= "string" or not message:find(case[1], 1, true) then
      note(1, "case " .. i .. ": got the error " .. text(message) .. ", want one with " .. text(case[1]))
    end
  end
end

-- expect.notes() -> the failures as one text, and the number of checks
function M.notes()
  return table.concat(notes, "\n"), M.count
end

return M
