-- An error with a table as its value, raised two calls deep.
local function inner() error({ reason = "no" }) end
local function outer() inner() end
outer()
