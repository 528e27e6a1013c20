-- Replace drops the targets of aliases too.
-- system: shared/system.lua
require('msys.adaptive')
msys.adaptive.registerRules({ ["e.test"] = "a.test" }, "replace")
