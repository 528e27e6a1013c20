/** Options of `adaptive run` that are refused before anything is begun. */
import { expect, test } from "vitest"
import { checkWebhooks } from "../../src/cli/run-options.js"

const TWICE = "--webhook http://h.test/hook is given twice"

test.each<[string, readonly string[], string | null]>([
  ["one", ["http://h.test/hook"], null],
  ["two paths", ["http://h.test/hook", "http://h.test/Hook"], null],
  ["two queries", ["http://h.test/hook?to=a", "http://h.test/hook?to=b"], null],
  ["http and https", ["http://h.test/hook", "https://h.test/hook"], null],
  ["what is no URL is refused elsewhere", ["nowhere", "nowhere"], null],
  ["the same", ["http://h.test/hook", "https://other.test/", "http://h.test/hook"], TWICE],
  ["the same, written otherwise", ["http://h.test/hook", "HTTP://H.test:80/x/../hook#a"], TWICE],
  ["the same with a key", ["http://h.test/hook?key=abc", "http://h.test/hook?key=abc"], TWICE],
])("webhooks: %s", (_, webhook, message) => {
  const check = (): void => checkWebhooks({ webhook })
  if (message === null) expect(check).not.toThrow()
  else expect(check).toThrow(expect.objectContaining({ message, hint: "give each URL once" }))
})
