/**
 * The bounce class of a reply: our classifier with the shipped classification,
 * side by side with a plain loop over the same markers, patterns and codes
 * (`includes` and RegExp, in order, on a reply normalised in the same way).
 */
import { readFileSync } from "node:fs"
import { Classifier } from "../../dist/classify/classifier.js"
import { normaliseReply, readReply } from "../../dist/classify/normalise.js"
import { buildRules } from "../../dist/reload/build.js"
import { readShippedClassification } from "../../dist/reload/source.js"

const ROUNDS = 7
const REPLIES = 20_000

/** The replies of the shipped rules' tests, each time from another address. */
function makeReplies() {
  const { replies } = JSON.parse(
    readFileSync(new URL("../../test/rules-shipped/replies.json", import.meta.url), "utf8"),
  )
  return Array.from({ length: REPLIES }, (_, i) => {
    const { response, domain, mx } = replies[i % replies.length]
    return { response: response.replace(/\d+\.\d+\.\d+\.\d+/, `10.${i >> 8}.${i & 255}.7`), domain, mx }
  })
}

/** What one would write without a matcher; general entries only, which favours it. */
function plainLoop({ general }) {
  const isIn = (value, [first, last]) => value >= first && value <= last
  const entries = general.map((entry) => ({
    ...entry,
    patterns: entry.patterns.map((source) => new RegExp(source, "u")),
  }))
  return (text) => {
    const reply = readReply(normaliseReply(text))
    const [kind, subject, detail] = [reply.status / 1e6, (reply.status / 1000) % 1000, reply.status % 1000]
    return entries.find(
      ({ reply: limits, markers, patterns, codes }) =>
        (limits.length === 0 || limits.some((range) => isIn(reply.code, range))) &&
        (markers.some((marker) => reply.text.includes(marker)) ||
          patterns.some((pattern) => pattern.test(reply.text)) ||
          codes.some(
            ({ reply: range, status }) =>
              (range === null || isIn(reply.code, range)) &&
              (status === null ||
                (reply.status !== 0 &&
                  (status.kind ?? Math.floor(kind)) === Math.floor(kind) &&
                  isIn(Math.floor(subject), status.subject) &&
                  isIn(detail, status.detail))),
          )),
    )
  }
}

function median(classify, replies) {
  const times = Array.from({ length: ROUNDS }, () => {
    const start = performance.now()
    for (const reply of replies) classify(reply)
    return ((performance.now() - start) * 1e6) / replies.length
  })
  return times.sort((a, b) => a - b)[ROUNDS >> 1]
}

export function benchClassify() {
  const { source } = readShippedClassification([])
  const request = { sources: [], base: source, roots: [], nowSec: 0, extensions: true, findings: [] }
  const { classification } = buildRules(request)
  const classifier = new Classifier(classification)
  const loop = plainLoop(classification)
  const replies = makeReplies()
  const ours = median(({ response, domain, mx }) => classifier.classNumber(response, domain, mx), replies)
  const plain = median(({ response }) => loop(response), replies)
  return [
    { ours: Math.round(ours), "plain loop": Math.round(plain), ratio: `${(plain / ours).toFixed(1)} x` },
  ]
}
