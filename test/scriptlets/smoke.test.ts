import { expect, test } from "vitest"
import { makeHost } from "./host.js"

test("smoke", () => {
  const host = makeHost()
  for (const src of [
    "return msys.core.get_now_ts(), msys.type(nil), msys.asyncOk()",
    "local d = require('msys.dumper') return d.Dumper({1,2,a={b='x\\n'},[true]=1/3,['a b']=print})",
    "require 'json' local o = json.decode('{\"a\":[1,2,null,{\"b\":\"\\\\u00e9\"}]}') return o, #o.a, o.a[4].b, json.encode{1,{x=2}}",
    "for k,v in json.decode('[5,null,7]') do print(k,v) end",
    "return thread.mutex(), msys.db, msys.db.query, msys.core.dns_lookup",
    "require 'msys.audit_series' msys.audit_series.define('s','cidr',300,6) msys.audit_series.add('s','10.0.0.1') msys.audit_series.add('s','10.0.0.2') return msys.audit_series.count('s','10.0.0.0/24')",
    "return msys.pcre.replace('hello world','o(?P<x>.)?','<$1${x}>')",
  ]) {
    try { console.log(host.eval(src)) } catch (e) { console.log("ERR", src, (e as Error).message, (e as Error).stack) }
  }
  console.log(host.printed)
  for (const src of [
    "msys.audit_series.add(myseries)", "\n\nmsys.audit_series.add('s','10.0.0.0/24')", "msys.core.x()", "require('msys.db').query()", "json.encode(print)","local t={} t.t=t json.encode(t)",
    "msys.core.FOO = 1", "msys.timer.after('soon')"
  ]) console.log(host.refusal(src))
  expect(1).toBe(1)
})
