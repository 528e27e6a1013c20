#!/usr/bin/env node
/**
 * The options of a configuration as the README lists them, from the one table
 * that also checks them (`npm run build` first).
 *
 *   node scripts/option-table.mjs            prints the table
 *   node scripts/option-table.mjs --write    puts it into README.md, between its markers
 */
import { readFileSync, writeFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { CATALOGUE, SCOPE_KINDS } from "../dist/config/catalogue.js"

const README = fileURLToPath(new URL("../README.md", import.meta.url))
const BEGIN = "<!-- options: written by scripts/option-table.mjs -->"
const END = "<!-- end of options -->"

const code = (text) => `\`${text}\``

function scopes(stanzas) {
  const isScoped = SCOPE_KINDS.every((kind) => stanzas.includes(kind))
  return isScoped ? "any scope" : stanzas.map(code).join(", ")
}

function row({ name, defaultText, stanzas, idle }) {
  const standard = defaultText === null || defaultText === "" ? "unset" : code(defaultText)
  return `| ${code(name)} | ${scopes(stanzas)} | ${standard} | ${idle === null ? "honoured" : `no effect: ${idle}`} |`
}

const table = ["| option | valid in | default | here |", "|---|---|---|---|", ...CATALOGUE.map(row)].join(
  "\n",
)

if (process.argv.includes("--write")) {
  const readme = readFileSync(README, "utf8")
  const from = readme.indexOf(BEGIN) + BEGIN.length
  const to = readme.indexOf(END)
  if (from < BEGIN.length || to < from) throw new Error(`README.md has no ${BEGIN} … ${END}`)
  writeFileSync(README, `${readme.slice(0, from)}\n\n${table}\n\n${readme.slice(to)}`)
} else console.log(table)
