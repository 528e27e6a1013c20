-- Classes for fixtures that classify bounces.
msys.bounce.registerClassification({
  classes = {
    ["invalid-recipient"] = { code = 10, description = "there is no such mailbox" },
    ["mailbox-full"] = { code = 22, description = "the mailbox is full" },
    ["transient"] = 70,
  },
  providers = { ["mx:.google.com"] = { { class = "mailbox-full", markers = { "out of storage" } } } },
  general = { { class = "transient", reply = "4xx" } },
})
