--[[
  Warm-up plan for new sending addresses, written out day by day.

  When
    A receiver or a consultant gave you numbers, or a domain of importance to you
    is not in the system file. The large providers have a plan there already, and
    "augment" does not overrule it: set such a domain's options by "replace", in
    the configuration of the product, or in your copy of the system file.

  What the merge does ("augment")
    * An option is added where the system file sets none for that domain; these
      settings win over those of "*".
    * Rules of "*" still serve the domains below.

  The function
    curr  value from the configuration; 0 means no limit
    last  value last set by adaptive delivery, or curr
    age   age of the binding in seconds, 0 for a new one
    mc    always 0
    Result: messages per hour. Fractions are allowed: 0.5 is one in two hours. 0
    would mean "no limit", so a plan never returns it.
    Keep it pure: no globals, no clock; it runs again whenever a value is needed.

  How to check
    adaptive check rules/adaptive_rules.lua FILE
]]

require("msys.adaptive")

local DAY = 86400

-- { up to this day of the binding, messages per hour }
local plan = {
  { 1, 20 },
  { 3, 50 },
  { 5, 120 },
  { 7, 300 },
  { 10, 700 },
  { 14, 1500 },
  { 21, 4000 },
}
local FULL = 8000

local function by_plan(curr, last, age, mc)
  local day = age / DAY
  local rate = FULL
  for i = #plan, 1, -1 do
    if day < plan[i][1] then
      rate = plan[i][2]
    end
  end
  -- A lower limit in the configuration is somebody's decision: keep it.
  if curr > 0 and curr < rate then
    return curr
  end
  return rate
end

-- Connections grow too, by one every three days.
local function connections(curr, last, age, mc)
  local days = age / DAY
  local allowed = 1 + (days - days % 3) / 3
  return math.min(allowed, 10, curr > 0 and curr or 10)
end

local rules = {
  ["receiver.example"] = {
    configuration = {
      outbound_throttle_messages = by_plan,
      max_outbound_connections = connections,
      max_deliveries_per_connection = 20,
    },
    responses = {
      -- A young address that annoys goes back to its first day, for all domains.
      -- The number is the new age in seconds, without a unit.
      {
        code = "^4\\d\\d[ -].*new sender refused",
        trigger = "9/600",
        action = { { "warmup", "1" }, { "suspend", "4 hours" } },
        message = "receiver.example: too early for this volume, warm-up starts again",
      },
    },
  },
  ["other.example"] = "receiver.example",
}

msys.adaptive.registerRules(rules, "augment")
