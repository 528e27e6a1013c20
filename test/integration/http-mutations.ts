/**
 * Requests to a daemon's own routes that are wrong in some way, or in many, as bytes; and what a server may say to
 * them. Made from seeds, so that what fails can be made again.
 */
import { gzipSync } from "node:zlib"
import fc from "fast-check"
import { refusalIn } from "./http-harness.js"

/** Bytes of one connection, and how they are sent. */
export interface Talk {
  readonly pieces: readonly Buffer[]
  /** What the client does after the last of them: end its side and read on, or go away. */
  readonly ending: "half-close" | "reset"
}

/** "NOW" stands for a time of now, so that a seed makes the same request at any time. */
const NOW = "NOW"

const oddText = fc.oneof(
  fc.constantFrom(
    "../../etc/passwd",
    "..%2f..%2fstate",
    "__proto__",
    "constructor",
    "x.test\r\nSet-Cookie: a=b",
    "\0",
    "ÿ",
    "💥.test",
    "x".repeat(300),
    "x".repeat(20_000),
    "",
    "a..b",
    "-",
    "*",
  ),
  fc.string({ maxLength: 20 }),
  fc.string({ unit: "binary", maxLength: 20 }),
)
const oddNumber = fc.constantFrom(0, -1, 1, 1e308, 253_402_300_799, 253_402_300_799_000, 1.5, -62_135_596_800)
const oddValue: fc.Arbitrary<unknown> = fc.oneof(
  oddText,
  oddNumber,
  fc.constantFrom(null, true, [], {}, [[]], { toString: 1 }),
  fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as unknown),
)

const goodEvent = fc.record({
  time: fc.constant(NOW),
  type: fc.constantFrom("transient", "permanent", "delivery", "reception"),
  binding: fc.constantFrom("b1", "b2"),
  domain: fc.constantFrom("x.test", "y.test"),
  response: fc.constantFrom("421 busy", "250 ok", "550 no"),
})
const oddEvent = fc
  .tuple(
    goodEvent,
    fc.dictionary(
      fc.constantFrom(
        "time",
        "type",
        "binding",
        "domain",
        "response",
        "mx",
        "phase",
        "group",
        "__proto__",
        "other",
      ),
      oddValue,
    ),
  )
  .map(([event, odd]) => ({ ...event, ...odd }))
const anyEvent = fc.oneof(goodEvent, oddEvent)

const eventsText = fc.oneof(
  fc.array(anyEvent, { maxLength: 5 }).map((events) => events.map((one) => JSON.stringify(one)).join("\n")),
  fc.array(anyEvent, { maxLength: 5 }).map((events) => JSON.stringify(events)),
  fc
    .array(
      fc.oneof(
        oddText,
        anyEvent.map((one) => JSON.stringify(one)),
      ),
      { maxLength: 5 },
    )
    .map((lines) => lines.join("\n")),
  fc.constantFrom("[".repeat(100_000), '{"time":'.repeat(5000), `"${"x".repeat(50_000)}`, "@".repeat(2000)),
  fc.string({ unit: "binary", maxLength: 200 }),
)
const pairsText = fc.oneof(
  fc
    .record({
      pairs: fc.array(fc.record({ binding: oddValue, domain: oddValue }), { maxLength: 3 }),
      take: oddValue,
    })
    .map((body) => JSON.stringify(body)),
  fc.constant(JSON.stringify({ pairs: [{ binding: "b1", domain: "x.test" }, { domain: "y.test" }] })),
  fc.constant(JSON.stringify({ pairs: Array.from({ length: 10_001 }, () => ({ domain: "x.test" })) })),
  fc.constant(`{"pairs":[{"domain":"x.test","__proto__":{"binding":"b1"}}],"__proto__":null}`),
  fc.constant(`{"pairs":${"[".repeat(50_000)}`),
  fc.json(),
  fc.string({ unit: "binary", maxLength: 100 }),
)

const oddQuery = fc
  .array(fc.tuple(fc.constantFrom("binding", "domain", "take", "after", "format", "x"), oddText), {
    maxLength: 3,
  })
  .chain((fields) =>
    fc
      .boolean()
      .map((isEscaped) =>
        fields.map(([name, text]) => `${name}=${isEscaped ? encodeURIComponent(text) : text}`).join("&"),
      ),
  )
const PATHS = [
  ...["/events", "/v1/decision", "/v1/decisions", "/v1/effects", "/v1/status", "/metrics", "/openapi.json"],
  ...["/healthz", "/readyz"],
]
const oddPath = fc.oneof(
  fc.constantFrom(
    ...[
      "/",
      "//",
      "/../state",
      "/v1/../../etc/passwd",
      "/v1/%2e%2e/status",
      "/v1/status/",
      "/V1/STATUS",
      "*",
    ],
    ...[
      "http://localhost/v1/status",
      "http://elsewhere.test/v1/status",
      "/v1/status#x",
      "/v1/status%00",
      "?",
      "",
    ],
  ),
  oddText,
)
const target = fc.oneof(
  {
    weight: 4,
    arbitrary: fc
      .tuple(fc.constantFrom(...PATHS), oddQuery)
      .map(([path, query]) => (query === "" ? path : `${path}?${query}`)),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "/v1/decision?binding=b1&domain=x.test",
      "/v1/decision?domain=y.test&take=1",
      "/events?format=mainlog",
      "/events?format=powermta",
    ),
  },
  { weight: 1, arbitrary: oddPath },
)
const method = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom("GET", "POST", "HEAD") },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      "PUT",
      "DELETE",
      "OPTIONS",
      "TRACE",
      "CONNECT",
      "PATCH",
      "PRI",
      "get",
      "BREW",
      "",
    ),
  },
)

const lastId: fc.Arbitrary<[string, string]> = fc.tuple(
  fc.constant("last-event-id"),
  fc.constantFrom(
    "0",
    "-1",
    "1e3",
    "99999999999999999999",
    "9007199254740991",
    "1;2",
    "0x1",
    " ",
    "é",
    "NaN",
  ),
)
const oddHeader = fc.oneof(
  lastId,
  fc.tuple(
    fc.constantFrom(
      "content-type",
      "accept",
      "origin",
      "expect",
      "upgrade",
      "content-encoding",
      "transfer-encoding",
      "content-length",
      "host",
      "connection",
      "range",
      "x-odd",
      "cookie",
      "authorization",
    ),
    fc.oneof(
      fc.constantFrom(
        "100-continue",
        "websocket",
        "gzip",
        "deflate",
        "br",
        "chunked",
        "chunked, gzip",
        "identity",
        "0",
        "-1",
        "1e9",
        "99999999999999",
        "17000000",
        "http://elsewhere.test",
        "null",
        "keep-alive",
        "bytes=0-",
      ),
      fc.string({ maxLength: 30 }),
    ),
  ),
)
const headers: fc.Arbitrary<[string, string][]> = fc.oneof(
  { weight: 6, arbitrary: fc.array(oddHeader, { maxLength: 3 }) },
  {
    weight: 1,
    arbitrary: fc.constant(Array.from({ length: 120 }, (_, i): [string, string] => [`x-${i}`, "1"])),
  },
  { weight: 1, arbitrary: fc.constant<[string, string][]>([["x-long", "y".repeat(20_000)]]) },
)

type Framing = "length" | "chunked" | "short" | "none" | "bad-chunks" | "gzip" | "cut-gzip" | "no-gzip"
const framing = fc.oneof(
  { weight: 3, arbitrary: fc.constant<Framing>("length") },
  { weight: 2, arbitrary: fc.constantFrom<Framing>("chunked", "gzip") },
  { weight: 2, arbitrary: fc.constantFrom<Framing>("short", "none", "bad-chunks", "cut-gzip", "no-gzip") },
)

const chunk = (bytes: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n")])

function framed(body: Buffer, how: Framing): { readonly head: string; readonly body: Buffer } {
  const packed = how === "gzip" || how === "cut-gzip" ? gzipSync(body) : body
  const sent = how === "cut-gzip" ? packed.subarray(0, Math.ceil(packed.length / 2)) : packed
  const encoding = how.endsWith("gzip") ? "content-encoding: gzip\r\n" : ""
  const chunks = "transfer-encoding: chunked\r\n"
  switch (how) {
    case "none":
      return { head: "", body: Buffer.alloc(0) }
    case "chunked":
      return {
        head: chunks,
        body: Buffer.concat([...(sent.length > 0 ? [chunk(sent)] : []), Buffer.from("0\r\n\r\n")]),
      }
    case "bad-chunks":
      return { head: chunks, body: Buffer.concat([Buffer.from("zz\r\n"), sent]) }
    case "short":
      return { head: `content-length: ${sent.length + 10}\r\n`, body: sent }
    default:
      return { head: `${encoding}content-length: ${sent.length}\r\n`, body: sent }
  }
}

interface Request {
  readonly method: string
  readonly target: string
  readonly headers: readonly (readonly [string, string])[]
  readonly framing: Framing
  readonly host: string
}

function inBytes(
  { method, target, headers, framing: how, host }: Request,
  events: string,
  pairs: string,
): Buffer {
  const takesBody = method === "POST" || method === "PUT" || method === "PATCH"
  const text = target.startsWith("/v1/decisions") ? pairs : events
  // Quotes included: the time is a number.
  const timed = text.replaceAll(`"${NOW}"`, String(Date.now() / 1000))
  const { head, body } = framed(Buffer.from(takesBody ? timed : ""), takesBody ? how : "none")
  const lines = headers.map(([name, value]) => `${name}: ${value}\r\n`).join("")
  return Buffer.concat([Buffer.from(`${method} ${target} HTTP/1.1\r\n${host}${lines}${head}\r\n`), body])
}

const LOCAL = "Host: localhost\r\n"
/** Understood as far as its route. */
const plain: fc.Arbitrary<Request> = fc.record({
  method: fc.constant("POST"),
  target: fc.constantFrom("/events", "/events", "/v1/decisions", "/events?format=jsonl"),
  headers: fc.constant([]),
  framing,
  host: fc.constant(LOCAL),
})
const asking: fc.Arbitrary<Request> = fc.record({
  method: fc.constantFrom("GET", "GET", "HEAD"),
  target: fc.oneof(
    fc.constantFrom(...PATHS),
    oddQuery.map((query) => `/v1/decision?${query}`),
    oddText.map((text) => `/v1/effects?after=${encodeURIComponent(text)}`),
  ),
  headers: fc.oneof(fc.constant([]), fc.array(lastId, { maxLength: 1 })),
  framing,
  host: fc.constant(LOCAL),
})
const wild: fc.Arbitrary<Request> = fc.record({
  method,
  target,
  headers,
  framing,
  host: fc.constantFrom(LOCAL, LOCAL, LOCAL, "Host: elsewhere.test\r\n", ""),
})
const request = fc
  .tuple(
    fc.oneof(
      { weight: 4, arbitrary: plain },
      { weight: 2, arbitrary: asking },
      { weight: 3, arbitrary: wild },
    ),
    eventsText,
    pairsText,
  )
  .map(([request, events, pairs]) => inBytes(request, events, pairs))

const noRequest = fc.oneof(
  fc.constantFrom(
    Buffer.from("\r\n\r\n"),
    Buffer.from("GET"),
    Buffer.from("GET /metrics HTTP/1.1\r\nHost: local"),
    Buffer.from("GET /metrics HTTP/9.9\r\nHost: localhost\r\n\r\n"),
    Buffer.from("GET /metrics\n\n"),
    Buffer.from("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"),
    Buffer.from([0x16, 3, 1, 0, 200, 1, 0, 0, 196, 3, 3]),
    Buffer.alloc(4096),
    Buffer.alloc(30_000, 0x41),
  ),
  fc.uint8Array({ maxLength: 64 }).map((bytes) => Buffer.from(bytes)),
)

/** Some bytes of a request are others, are missing, or stand twice. */
const damaged = fc
  .tuple(
    request,
    fc.array(fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom("set", "cut", "double")), {
      minLength: 1,
      maxLength: 4,
    }),
  )
  .map(([bytes, changes]) =>
    changes.reduce((all, [place, byte, how]) => {
      // The beginning is where a change means most.
      const at = place % Math.min(all.length, 300)
      if (how === "set") {
        const copy = Buffer.from(all)
        copy[at] = byte
        return copy
      }
      return how === "cut"
        ? Buffer.concat([all.subarray(0, at), all.subarray(at + (byte % 8))])
        : Buffer.concat([all.subarray(0, at + (byte % 8)), all.subarray(at)])
    }, bytes),
  )

const bytes = fc.oneof(
  { weight: 6, arbitrary: request },
  { weight: 3, arbitrary: damaged },
  { weight: 1, arbitrary: noRequest },
)

/** One or several requests on a connection, sent at once or in pieces. */
export const talk: fc.Arbitrary<Talk> = fc
  .record({
    all: fc.array(bytes, { minLength: 1, maxLength: 4 }),
    cuts: fc.array(fc.nat(), { maxLength: 3 }),
    ending: fc.constantFrom<Talk["ending"]>("half-close", "half-close", "half-close", "reset"),
  })
  .map(({ all, cuts, ending }) => {
    const joined = Buffer.concat(all)
    const places = [0, ...cuts.map((cut) => cut % (joined.length + 1)).sort((a, b) => a - b), joined.length]
    return { pieces: places.slice(1).map((to, i) => joined.subarray(places[i], to)), ending }
  })

/** What a server said on one connection. */
export interface Said {
  readonly statuses: readonly number[]
  /** Events that it says it took. */
  readonly taken: number
}

/**
 * Takes answers apart; every refusal has the form of all refusals.
 * @param isHead a HEAD may be among the requests: an answer then may have no body
 * @throws Error for what is no answer
 */
export function judged(text: string, isHead: boolean): Said {
  const statuses: number[] = []
  let taken = 0
  let rest = text
  while (rest !== "") {
    const match = /^HTTP\/1\.1 (\d{3}) [A-Za-z -]*\r\n((?:[\w-]+: [^\r\n]*\r\n)*)\r\n/.exec(rest)
    if (match === null) throw new Error(`no answer: ${JSON.stringify(rest.slice(0, 500))}`)
    const [head, status = "", lines = ""] = match
    rest = rest.slice(head.length)
    if (status === "100") continue
    statuses.push(Number(status))
    const fields = Object.fromEntries(
      lines
        .split("\r\n")
        .map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 2)]),
    )
    if (fields["content-type"] === "text/event-stream") {
      // It is the last of its connection, and begins with an id and a comment; a HEAD has no body at all.
      if (rest !== "" && !/^[0-9a-f]+\r\nid: \d+\n: here begins the stream\n\n/.test(rest))
        throw new Error(`no stream: ${JSON.stringify(rest.slice(0, 200))}`)
      break
    }
    const length = Number(fields["content-length"] ?? Number.NaN)
    if (isHead && (rest === "" || rest.startsWith("HTTP/1.1 "))) continue
    const body = rest.slice(0, length)
    if (body.length !== length) throw new Error(`${length} bytes are told, ${body.length} come`)
    rest = rest.slice(length)
    taken += takenIn(Number(status), fields, Buffer.from(body, "latin1").toString())
  }
  return { statuses, taken }
}

function takenIn(status: number, headers: Readonly<Record<string, string>>, body: string): number {
  const isJson = headers["content-type"] === "application/json"
  if (status === 200) {
    const { taken } = isJson ? (JSON.parse(body) as { taken?: number }) : {}
    return taken ?? 0
  }
  refusalIn({ status, headers, body })
  return Number(/; (\d+) events before that were taken/.exec(body)?.[1] ?? 0)
}
