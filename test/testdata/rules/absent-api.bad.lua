-- A part of the original's API that is not here: the call says so.
msys.dnsLookup("example.com", "mx")
