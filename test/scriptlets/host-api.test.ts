/**
 * What a Lua test cannot see: timers when the clock advances, console commands,
 * deferred functions, modules, and what a script could do to the API itself.
 */
import { describe, expect, test } from "vitest"
import { literal } from "../../src/lua/args.js"
import { CALL_LIMITS } from "../../src/lua/budget.js"
import { LUA_REGISTRYINDEX, lua } from "../../src/lua/fengari.js"
import { Store } from "../../src/store/store.js"
import { makeHost, START_SEC } from "./host.js"

describe("timers", () => {
  test("fire in the order of their due times, then of their scheduling", () => {
    const host = makeHost()
    host.eval(`
      msys.timer.after(20, function() print("after 20") end)
      msys.timer.after(10, function() print("after 10") end)
      msys.timer.at(${START_SEC + 10}, function() print("at 10") end)
      msys.timer.at(5, function() print("past") end)
      msys.timer.every(15, function() print("every 15") end)`)
    expect(host.api.nextTimerSec).toBe(5)
    expect(host.api.runDueTimers()).toEqual({ fired: 1, failures: [] })
    expect(host.printed.splice(0)).toEqual(["past"])
    expect(host.api.nextTimerSec).toBe(START_SEC + 10)
    host.clock.nowSec += 9.999
    expect(host.api.runDueTimers().fired).toBe(0)
    host.clock.nowSec = START_SEC + 20
    expect(host.api.runDueTimers().fired).toBe(4)
    expect(host.printed.splice(0)).toEqual(["after 10", "at 10", "every 15", "after 20"])
    host.clock.nowSec = START_SEC + 29.9
    expect(host.api.runDueTimers().fired).toBe(0)
    host.clock.nowSec = START_SEC + 30
    expect(host.api.runDueTimers().fired).toBe(1)
    expect(host.api.nextTimerSec).toBe(START_SEC + 45)
  })

  test("a periodic timer fires once after a jump, and keeps its grid", () => {
    const host = makeHost()
    host.eval("msys.timer.every(10, function() print(os.time()) end)")
    host.clock.nowSec += 86_405
    expect(host.api.runDueTimers().fired).toBe(1)
    expect(host.api.nextTimerSec).toBe(START_SEC + 86_410)
    expect(host.printed).toEqual([String(START_SEC + 86_405)])
  })

  test("stop, start, and a timer that stops or starts itself", () => {
    const host = makeHost()
    host.eval(`
      once = msys.timer.after(5, function() print("once") end)
      stopped = msys.timer.after(5, function() print("never") end)
      stopped:stop()
      again = msys.timer.after(5, function() print("again") again:start() end)
      left = 2
      every = msys.timer.every(5, function() left = left - 1 print("every") if left == 0 then every:stop() end end)`)
    for (let i = 0; i < 4; i++) {
      host.clock.nowSec += 5
      host.api.runDueTimers()
    }
    expect(host.printed.splice(0)).toEqual(["once", "again", "every", "again", "every", "again", "again"])
    host.eval("once:start() stopped:start() again:stop()")
    host.clock.nowSec += 5
    host.api.runDueTimers()
    expect(host.printed).toEqual(["once", "never"])
    expect(host.api.nextTimerSec).toBe(null)
  })

  test("one that another stops in the same run does not fire", () => {
    const host = makeHost()
    host.eval(`
      first = msys.timer.after(1, function() second:stop() end)
      second = msys.timer.after(2, function() print("never") end)`)
    host.clock.nowSec += 5
    expect(host.api.runDueTimers().fired).toBe(1)
    expect(host.printed).toEqual([])
  })

  test("what a callback schedules waits for the next run", () => {
    const host = makeHost()
    host.eval("function again() print('ran') msys.timer.after(0, again) end again()")
    expect(host.api.runDueTimers().fired).toBe(1)
    expect(host.api.runDueTimers().fired).toBe(1)
    expect(host.printed).toEqual(["ran", "ran", "ran"])
  })

  test("a callback that fails is logged and stops nobody", () => {
    const host = makeHost()
    host.eval(`
      msys.timer.after(1, function() error("broken") end, "mine")
      msys.timer.after(1, function() while true do end end)
      msys.timer.every(1, function() print("still here") end)`)
    host.clock.nowSec += 1
    const { fired, failures } = host.api.runDueTimers(CALL_LIMITS)
    expect(fired).toBe(3)
    expect(failures.map(({ code }) => code)).toEqual(["E_LUA_RUNTIME", "E_LUA_BUDGET"])
    expect(host.logged).toEqual([
      'err: the timer "mine" failed: test:2: broken',
      "err: the timer after(1) failed: the script ran more than 200000 instructions",
    ])
    expect(host.printed).toEqual(["still here"])
    host.clock.nowSec += 1
    expect(host.api.runDueTimers().fired).toBe(1)
  })

  test("a script that no longer holds its timer still gets it", () => {
    const host = makeHost()
    host.eval("msys.timer.after(1, function() print('fired') end) collectgarbage()")
    host.clock.nowSec += 1
    host.api.runDueTimers()
    expect(host.printed).toEqual(["fired"])
  })

  test("one-shot timers and stopped ones leave nothing behind", () => {
    const host = makeHost()
    for (let round = 0; round < 3; round++) {
      host.eval("for i = 1, 500 do msys.timer.after(0, print) msys.timer.every(5, print):stop() end")
      expect(host.api.runDueTimers().fired).toBe(500)
    }
    const { L } = host.vm
    lua.lua_getfield(L, LUA_REGISTRYINDEX, literal("adaptive.kept"))
    lua.lua_pushnil(L)
    expect(lua.lua_next(L, -2)).toBeFalsy()
  })
})

describe("console commands", () => {
  test("words are 0-based, print is the output", () => {
    const host = makeHost()
    host.eval(`msys.registerControl("hello", function(cc)
      print(cc.argc, #cc.argv, cc.argv[0], cc.argv[1])
      print("second line")
    end)`)
    expect(host.api.controls).toEqual(["hello"])
    expect(host.api.runControl(["hello", "wörld"])).toEqual({
      output: "2\t2\thello\twörld\nsecond line\n",
      failure: null,
    })
    expect(host.printed).toEqual([])
    host.eval('print("outside")')
    expect(host.printed).toEqual(["outside"])
  })

  test("the longest prefix wins, the later registration replaces", () => {
    const host = makeHost()
    host.eval(`
      for _, prefix in ipairs({ "adaptive", "adaptive  show", " adaptive show " }) do
        local mark = (mark or 0) + 1
        msys.registerControl(prefix, function(cc) print(prefix, cc.argc) end)
      end`)
    expect(host.api.controls).toEqual(["adaptive", "adaptive show"])
    expect(host.api.runControl(["adaptive", "show", "x"])?.output).toBe(" adaptive show \t3\n")
    expect(host.api.runControl(["adaptive", "hide"])?.output).toBe("adaptive\t2\n")
    expect(host.api.runControl(["adapt"])).toBe(null)
    expect(host.api.runControl([])).toBe(null)
  })

  test.each([
    [
      "cc.argv[2]",
      "cc.argv index out of range: this command has cc.argv[0] to cc.argv[1]; ask cc.argc (2) first",
    ],
    ["cc.argv[-1]", "cc.argv index out of range"],
    ["cc.argv[0.5]", "cc.argv index out of range"],
    ["cc.argv[0/0]", "cc.argv index out of range"],
    ["cc.argv.length", "cc.argv index out of range"],
    ["cc.argv[1e300]", "cc.argv index out of range"],
    ["cc.args", "cc.args is not available in this runtime; there are cc.argc and cc.argv"],
    ["cc[1]", "cc.? is not available"],
  ])("%s is refused", (expression, message) => {
    const host = makeHost()
    host.eval(
      `msys.registerControl("c", function(cc) print("before") local x = ${expression} print("after") end)`,
    )
    const result = host.api.runControl(["c", "a"])
    expect(result?.output).toBe("before\n")
    expect(result?.failure?.message).toContain(message)
    expect(result?.failure?.message).toMatch(/^test:1: /)
  })

  test("a failing or endless command ends, and print is the script's again", () => {
    const host = makeHost()
    host.eval(`
      msys.registerControl("broken", function() print("a") error("no") end)
      msys.registerControl("endless", function() while true do pcall(error) end end)
      msys.registerControl("loud", function() local line = ("x"):rep(1000) while true do print(line) end end)`)
    expect(host.api.runControl(["broken"])).toMatchObject({
      output: "a\n",
      failure: { code: "E_LUA_RUNTIME" },
    })
    expect(host.api.runControl(["endless"], CALL_LIMITS)?.failure?.code).toBe("E_LUA_BUDGET")
    const loud = host.api.runControl(["loud"], CALL_LIMITS)
    expect(loud?.failure?.code).toMatch(/^E_LUA_/)
    expect(loud?.output.length).toBeLessThan((1 << 20) + 200)
    expect(loud?.output).toContain("the output is cut here")
    host.eval("print('x')")
    expect(host.printed).toEqual(["x"])
  })
})

describe("deferred functions", () => {
  test("run when the host says so, in order, with what they defer", () => {
    const host = makeHost()
    host.eval(`
      msys.runInPool("IO", function() print("one") msys.runInPool("IO", function() print("three") end, true) end, true)
      msys.runInPool("IO", function() print("two") error("broken") end, true)
      print("zero")`)
    expect(host.printed).toEqual(["zero"])
    const failures = host.api.runDeferred()
    expect(host.printed).toEqual(["zero", "one", "two", "three"])
    expect(failures.map(({ message }) => message)).toEqual(["test:3: broken"])
    expect(host.logged).toEqual(["err: a function of msys.runInPool failed: test:3: broken"])
    expect(host.api.runDeferred()).toEqual([])
  })

  test("one that defers itself comes to an end", () => {
    const host = makeHost()
    host.eval("count = 0 function again() count = count + 1 msys.runInPool('IO', again, true) end again()")
    host.api.runDeferred()
    expect(host.eval("return count")).toEqual(["1001"])
  })

  test("timers and commands run theirs", () => {
    const host = makeHost()
    host.eval(`
      msys.timer.after(0, function() msys.runInPool("IO", function() print("after a timer") end, true) end)
      msys.registerControl("c", function() msys.runInPool("IO", function() print("after a command") end, true) end)`)
    host.api.runDueTimers()
    expect(host.api.runControl(["c"])?.output).toBe("")
    expect(host.printed).toEqual(["after a timer", "after a command"])
  })
})

describe("modules", () => {
  test("are listed with what never runs; deinit is called in reverse", () => {
    const host = makeHost()
    host.eval(`
      local a = {}
      function a:init() print("init a", self == a) return true end
      function a:deinit() print("deinit a", self == a) return true end
      function a:validate_rcptto() end
      function a:validate_data() end
      msys.registerModule("a", a)
      msys.registerModule("b", { deinit = function() print("deinit b") end })
      msys.registerModule("c", { deinit = function() error("broken") end })
      msys.registerModule("a", {})`)
    expect(host.api.modules).toEqual([
      { name: "a", notRun: ["validate_data", "validate_rcptto"] },
      { name: "b", notRun: [] },
      { name: "c", notRun: [] },
      { name: "a", notRun: [] },
    ])
    expect(host.logged.splice(0)).toEqual([
      'notice: registerModule: validate_data, validate_rcptto of "a" never run here: there is no mail flow',
      'warning: registerModule: the name "a" is registered twice; both stay',
    ])
    host.api.deinitModules()
    expect(host.printed).toEqual(["init a\ttrue", "deinit b", "deinit a\ttrue"])
    expect(host.logged).toEqual([
      'err: deinit of "c" failed: test:9: broken',
      'warning: deinit of "b" did not return true: it may hold on to something',
    ])
    host.api.deinitModules()
    expect(host.printed.length).toBe(3)
  })

  test("a module whose init fails is not registered", () => {
    const host = makeHost()
    expect(host.refusal('msys.registerModule("m", { init = function() return 1 end })')).toBe(
      'test:1: msys.registerModule: init of "m" (a string) returned 1; it must return true',
    )
    expect(host.api.modules).toEqual([])
  })
})

describe("services", () => {
  test("those that the host does not lend answer so", () => {
    const host = makeHost()
    expect(host.eval('return msys.config("get", "x")')).toEqual(["nil", "this run has no configuration"])
    expect(host.eval('return msys.readfile("x")')).toEqual(["nil", "this run has no script roots"])
    expect(host.refusal('msys.cidr.define("x", { type = "rbldnsd", source = "x" })')).toContain(
      "this run has no script roots",
    )
    expect(host.refusal('msys.bounce.classify_smtp_response("x")')).toContain("this run has no classifier")
  })

  test("log takes the level's name", () => {
    const host = makeHost()
    host.eval(
      'for _, n in ipairs({ "EMERG", "ERR", "DEBUG" }) do msys.log(msys.core["LOG_" .. n], n) end msys.sleep(0.25)',
    )
    expect(host.logged).toEqual([
      "emerg: EMERG",
      "err: ERR",
      "debug: DEBUG",
      "info: msys.sleep(0.25): not waited for",
    ])
  })

  test("a log line is cut", () => {
    const host = makeHost()
    host.eval('msys.log(3, ("x"):rep(2^20))')
    expect(host.logged[0]).toMatch(/^err: x{8192}… \(cut: 1048576 characters\)$/)
  })

  test("bad lines of a block list are logged", () => {
    const bytes = new TextEncoder().encode(
      "192.0.2.1\nnonsense\n192.0.2.9-1\n1.2.3.4/33\n1.2.3.256\na\nb\nc\n",
    )
    const host = makeHost({ readFile: () => bytes })
    host.eval('msys.cidr.define("x", { type = "rbldnsd", source = "x" })')
    expect(host.logged).toEqual(["warning: msys.cidr: x: no entry in line 2, 3, 4, 5, 6 and 2 more: skipped"])
  })

  test("a reload that fails keeps the old list", () => {
    let text: string | null = "192.0.2.1"
    const host = makeHost({
      readFile: () => (text === null ? { reason: "it is gone" } : new TextEncoder().encode(text)),
    })
    host.eval('msys.cidr.define("x", { type = "rbldnsd", source = "x" })')
    text = "192.0.2.2"
    host.eval('msys.cidr.reload("x")')
    expect(host.eval('return msys.cidr.query("x", "192.0.2.1"), msys.cidr.query("x", "192.0.2.2")')).toEqual([
      "nil",
      "127.0.0.2",
    ])
    text = null
    expect(host.refusal('msys.cidr.reload("x")')).toBe('test:1: msys.cidr.reload: "x" (a string): it is gone')
    expect(host.eval('return msys.cidr.query("x", "192.0.2.2")')).toEqual(["127.0.0.2"])
  })

  test("two VMs with the same stores share their counts", () => {
    const stores = new Store()
    const one = makeHost({ stores })
    const two = makeHost({ stores })
    one.eval(`
      msys.counter.inc("/c")
      msys.gauge_cache.define("g", 10, 60) msys.gauge_cache.inc("g", "k")
      msys.audit_series.define("s", "string", 300, 6) msys.audit_series.add("s", "k")`)
    expect(
      two.eval(`
      msys.audit_series.define("s", "string", 300, 6)
      return msys.counter.read("/c"), msys.gauge_cache.get("g", "k"), msys.audit_series.count("s", "k")`),
    ).toEqual(["1", "1", "1"])
  })
})

describe("what a script does to the API", () => {
  test("redefining basic functions does not reach the scriptlets", () => {
    const host = makeHost()
    expect(
      host.eval(`
      type = nil tostring = nil ipairs = nil pairs = nil select = nil string = nil error = nil next = nil
      setfenv(0, {})
      msys.audit_series.define("s", "string", 300, 6)
      return msys.dumper.Dumper({ 1 }), msys.type("x")`),
    ).toEqual(["return { [1]=1 }", "string"])
  })

  test("replacing a function of msys is the script's own affair", () => {
    const host = makeHost()
    expect(host.eval("msys.log = function() return 'mine' end return msys.log(), msys.asyncOk()")).toEqual([
      "mine",
      "false",
    ])
  })

  test("scriptlets leave no globals behind", () => {
    const host = makeHost()
    const before =
      "local t = {} for k in pairs(_G) do t[#t + 1] = k end table.sort(t) return table.concat(t, ' ')"
    const names = host.eval(before)
    host.eval(`
      for _, n in ipairs({ "adaptive", "audit_series", "bounce", "cidr", "core", "counter", "dumper", "gauge_cache", "pcre", "timer" }) do
        require("msys." .. n)
      end
      msys.asyncOk() thread.mutex()`)
    expect(host.eval(before)).toEqual(names)
  })

  test("an API call in a coroutine or in a protected call is at the script's line", () => {
    const host = makeHost()
    expect(
      host.refusal(
        "\nlocal ok, m = coroutine.resume(coroutine.create(function()\nmsys.sleep()\nend))\nerror(m, 0)",
      ),
    ).toBe(
      "test:3: msys.sleep: seconds is nil, not a number; write e.g. 0.2; is the name of the variable spelt right?",
    )
    expect(host.refusal("error(select(2, pcall(msys.sleep)), 0)")).toMatch(/^test:1: msys\.sleep: /)
  })

  test("patterns that take too long end the script, not the host", () => {
    const host = makeHost({}, CALL_LIMITS)
    const outcome = host.vm.protect(() => 0)
    expect(outcome.ok).toBe(true)
    expect(
      host.refusal(`
      local subject = ("a"):rep(200000)
      for i = 1, 1e6 do msys.pcre.replace(subject, "a", "b") end`),
    ).toContain("instructions")
  })
})
