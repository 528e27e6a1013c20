-- A system file: the module line, a global `Rules`, both separators, functions, aliases.
-- counts: domains 2, aliases 1, responses 2, configurations 2; live 2 rules, 3 actions
module("msys.adaptive_rules", package.seeall)

local HOUR = 3600

function warm(curr, last, age, mc)
  return math.max(0.5, math.floor(age / HOUR))
end

Rules = {
  ["a.test"] = {
    responses = {
      { code = "^421 busy"; trigger = "1"; action = {"suspend", "30 minutes"}; message = "a.test: busy" };
      { code = "^450 slow", trigger = "3/10", action = {{"throttle", "down"}, {"reduce_connections", 2}} },
    };
    configuration = { max_outbound_connections = {5, 20}; outbound_throttle_messages = warm, };
  },
  ["b.test"] = "a.test";
  ["c.test"] = { configuration = { max_retries = 3 } },
}
