-- Rules that are no table.
require('msys.adaptive')
msys.adaptive.registerRules("a.test", "replace")
