/**
 * The shipped classification against labelled replies: those of the providers
 * in the shipped rules (the first 40 are the agreed samples), and those of
 * common servers in `tuning.txt`, `held-back.txt` and `found.txt`. What is judged wrong is
 * shown with what it was taken for.
 * Source: receivers.md, "Bounce classification" and "40 test responses".
 */
import { readFileSync } from "node:fs"
import { describe, expect, test } from "vitest"
import { shipped } from "./shipped.js"

interface Labelled {
  readonly category: string
  readonly response: string
  readonly domain: string | null
  readonly mx: string | null
}

const { classifier, findings } = shipped()

const { replies } = JSON.parse(
  readFileSync(new URL("../rules-shipped/replies.json", import.meta.url), "utf8"),
) as { replies: readonly Labelled[] }

function readText(name: string): Labelled[] {
  const lines = readFileSync(new URL(name, import.meta.url), "utf8")
    .trim()
    .split("\n")
  return lines
    .filter((line) => !line.startsWith("#"))
    .map((line) => {
      const [, category = "", ...response] = line.split("|")
      return { category, response: response.join("|"), domain: null, mx: null }
    })
}

function wrong(list: readonly Labelled[], by: "with its domain" | "without a domain"): string[] {
  return list.flatMap(({ category, response, domain, mx }) => {
    const found =
      by === "without a domain" ? classifier.classify(response) : classifier.classify(response, domain, mx)
    return found.label === category ? [] : [`${category}, not ${found.label}: ${response}`]
  })
}

test("the shipped file has no findings", () => {
  expect(findings).toEqual([])
})

describe.each(["with its domain", "without a domain"] as const)("a reply %s", (by) => {
  test("the 40 agreed samples", () => {
    expect(wrong(replies.slice(0, 40), by)).toEqual([])
  })

  test("the providers of the shipped rules", () => {
    expect(wrong(replies, by)).toEqual([])
  })
})

test.each(["tuning.txt", "held-back.txt", "found.txt"])("common servers: %s", (name) => {
  expect(wrong(readText(name), "without a domain")).toEqual([])
})

test("every category is among the labels", () => {
  const labels = new Set([...replies, ...readText("tuning.txt")].map(({ category }) => category))
  expect([...labels].sort()).toEqual([
    "auth-failure",
    "connection",
    "dns-failure",
    "expired",
    "greylist",
    "inactive",
    "invalid-recipient",
    "loop",
    "mailbox-full",
    "policy-block",
    "protocol",
    "rate-limit",
    "relay-denied",
    "sender-dns",
    "spam-block",
    "spam-content",
    "tls",
    "too-large",
    "transient",
    "undetermined",
  ])
})
