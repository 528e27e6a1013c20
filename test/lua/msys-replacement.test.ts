// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are the templates under test
/** Replacement texts of `msys.pcre.replace`. */
import { expect, test } from "vitest"
import { parseTemplate } from "../../src/lua/msys/replacement.js"

const show = (template: string): string =>
  parseTemplate(template)
    .map((part) =>
      part.kind === "text" ? part.text : part.kind === "group" ? `<${part.group}>` : `<${part.name}>`,
    )
    .join("|")

test.each([
  ["", ""],
  ["plain", "plain"],
  ["$1", "<1>"],
  ["$12", "<12>"],
  ["${1}2", "<1>|2"],
  ["\\1\\0", "<1>|<0>"],
  ["a${name}b", "a|<name>|b"],
  ["\\$1", "$1"],
  ["\\\\1", "\\1"],
  ["\\\\\\1", "\\|<1>"],
  ["$", ""],
  ["\\", ""],
  ["a$b\\c", "abc"],
  ["$$1", "<1>"],
  ["${", "<>"],
  ["${open", "<open>"],
  ["${1", "<1>"],
  ["${1x}", "<1>|x}"],
  ["${}", "<>"],
  ["\\{0}", "{0}"],
])("%j", (template, want) => {
  expect(show(template)).toBe(want)
})
