/** `module list`: the modules there are, each as a block. Source: console.md section 5. */
import type { ConsoleTarget, ModuleFacts } from "./target.js"
import { commandWord, noMore, printable } from "./words.js"

export const MODULE_WORDS = ["list", "help"] as const

export const MODULE_COMMANDS = "  list                     the modules, and what they are"

export function module(words: readonly string[], target: ConsoleTarget): string {
  const [first, ...rest] = words
  const command = commandWord(first, MODULE_WORDS, "module list")
  noMore(rest)
  return command === "list" ? target.modules().map(block).join("\n") : MODULE_COMMANDS
}

function block({ scope, instance, api, description }: ModuleFacts): string {
  return [
    `Module: ${scope}${instance === null ? "" : `:${instance}`}`,
    `  Scope_Name: ${scope}`,
    ...(instance === null ? [] : [`  Instance_Name: ${instance}`]),
    "  Enabled: enabled",
    `  API: ${api}`,
    `  Name: ${scope}`,
    `  Description: ${description}`,
  ]
    .map(printable)
    .join("\n")
}
