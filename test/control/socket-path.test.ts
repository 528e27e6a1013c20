/** Where the control socket is looked for and made. */
import { describe, expect, test } from "vitest"
import { checkSocketPath, defaultSocketPath, socketPlaces } from "../../src/control/socket-path.js"

describe("the socket of who names none", () => {
  // environment | is /run/adaptive there? | path
  test.each([
    [{ ADAPTIVE_SOCKET: "x.sock", XDG_RUNTIME_DIR: "/run/user/7" }, true, "x.sock"],
    [{ XDG_RUNTIME_DIR: "/run/user/7" }, true, "/run/user/7/adaptive.sock"],
    [{ ADAPTIVE_SOCKET: "", XDG_RUNTIME_DIR: "/run/user/7//" }, false, "/run/user/7/adaptive.sock"],
    [{ XDG_RUNTIME_DIR: "run" }, true, "/run/adaptive/adaptive.sock"],
    [{ XDG_RUNTIME_DIR: "" }, true, "/run/adaptive/adaptive.sock"],
    [{}, true, "/run/adaptive/adaptive.sock"],
    [{}, false, "adaptive-state/adaptive.sock"],
  ])("%j, %j: %s", (env, isThere, want) => {
    expect(defaultSocketPath(env, (path) => isThere && path === "/run/adaptive")).toBe(want)
  })

  test("other places, for who finds none", () => {
    expect(socketPlaces({ XDG_RUNTIME_DIR: "/run/user/7" })).toEqual([
      "/run/user/7/adaptive.sock",
      "/run/adaptive/adaptive.sock",
      "adaptive-state/adaptive.sock",
    ])
    expect(socketPlaces({})).toEqual(["/run/adaptive/adaptive.sock", "adaptive-state/adaptive.sock"])
  })
})

describe("what can be an address", () => {
  test.each([["a.sock"], ["x".repeat(107)], ["\u00e9".repeat(53)]])("%s can", (path) => {
    expect(() => checkSocketPath(path)).not.toThrow()
  })

  test.each([
    ["x".repeat(108), "a path of 108 bytes is too long for a unix socket, which holds 107"],
    ["\u00e9".repeat(54), "a path of 108 bytes is too long"],
    ["", '"" is no path of a socket'],
    ["\u0000abstract", "is no path of a socket"],
  ])("%j cannot", (path, message) => {
    expect(() => checkSocketPath(path)).toThrow(
      expect.objectContaining({ code: "E_CONTROL_PATH", message: expect.stringContaining(message) }),
    )
  })
})
