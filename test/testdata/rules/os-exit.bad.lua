-- A script that reaches for the machine: the call is refused by name.
require('msys.adaptive')
msys.adaptive.registerRules({ ["a.test"] = { responses = {} } })
os.exit(0)
