-- A second argument that is neither "augment" nor "replace".
require('msys.adaptive')
msys.adaptive.registerRules({ ["a.test"] = { responses = {} } }, "Augment")
