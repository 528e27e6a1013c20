-- msys.gauge_cache: counts that go up and down, by cache name and key.
--
-- An entry is forgotten `ttl` seconds after its last change. When a new key
-- comes to a full cache, the entry whose last change lies furthest back goes.
-- A key is a string of 1 to 1,024 bytes without zero bytes.
--
-- Effects: the store of gauges, on the host's clock.
--
-- host.spec, host.define, host.inc, host.dec, host.get, host.remove

local host, check = ...
local M = {}

-- msys.gauge_cache.define(name, maxelems, ttl [, replicated])
--   maxelems: 1 to 1,000,000 keys; ttl: seconds, more than 0
--   replicated: boolean, accepted and without effect: there is no cluster
--   The same definition again changes nothing.
--   errors: a different definition of a known name
function M.define(name, maxelems, ttl, replicated)
  local fn = "msys.gauge_cache.define"
  name = check.name(fn, "name", name)
  maxelems = check.whole(fn, "maxelems", maxelems, 1, 1e6, "1000")
  ttl = check.within(fn, "ttl", ttl, 0, 1e9, "300")
  if ttl == 0 then check.fail(fn, "ttl is 0; an entry would be gone at once: write e.g. 300") end
  check.flag(fn, "replicated", replicated)
  local was_max, was_ttl = host.spec(name)
  if not was_max then
    if not host.define(name, maxelems, ttl) then
      check.fail(fn, "there are 10000 caches already; use one cache with many keys")
    end
  elseif was_max ~= maxelems or was_ttl ~= ttl then
    check.fail(fn, ("%s is defined as %.14g, %.14g, not %.14g, %.14g; use another name, or the same definition in all scripts")
      :format(check.shown(name), was_max, was_ttl, maxelems, ttl))
  end
end

local function judge(fn, name, key)
  name = check.name(fn, "cache", name)
  if not host.spec(name) then
    check.fail(fn, "there is no cache " .. check.shown(name) .. "; call msys.gauge_cache.define first")
  end
  return name, check.key(fn, "key", key)
end

-- msys.gauge_cache.inc(cache, key): adds 1; a key that is not there counts as 0
--   errors: unknown cache; no key or an empty one
function M.inc(name, key)
  host.inc(judge("msys.gauge_cache.inc", name, key))
end

-- msys.gauge_cache.dec(cache, key): takes 1 away, but never goes below 0
--   At 0, and for a key that is not there, nothing changes.
--   errors: unknown cache; no key or an empty one
function M.dec(name, key)
  host.dec(judge("msys.gauge_cache.dec", name, key))
end

-- msys.gauge_cache.get(cache, key) -> number, 0 for a key that is not there
--   errors: unknown cache; no key or an empty one
function M.get(name, key)
  return host.get(judge("msys.gauge_cache.get", name, key))
end

-- msys.gauge_cache.remove_item(cache, key): forgets the key
--   errors: unknown cache; no key or an empty one
function M.remove_item(name, key)
  host.remove(judge("msys.gauge_cache.remove_item", name, key))
end

return M
