-- A system file without its module line: `Rules` is a plain global.
Rules = { ["a.test"] = { responses = {} } }
