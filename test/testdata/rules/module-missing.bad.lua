-- A module that no script root has.
require("our.helpers")
