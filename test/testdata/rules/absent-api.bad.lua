-- A part of the original's API that is not here: the call says so.
-- expect: E_LUA_RUNTIME 4:1 msys.dnsLookup is not available in this runtime: the rest of this script is not run
-- counts: domains 0, aliases 0, responses 0, configurations 0; live 0 rules, 0 actions
msys.dnsLookup("example.com", "mx")
