-- A module name that would leave the script roots.
require("../secrets")
