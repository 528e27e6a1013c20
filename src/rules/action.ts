/**
 * The `action` field: three accepted forms, one result, a list of actions that
 * each take exactly one argument. A bad action is dropped; the others stay.
 * Source: rule-files.md section 4.
 */
import { ARGUMENT_FORM, isActionName, readAction } from "../model/action.js"
import type { Place } from "../model/diagnostic.js"
import { nearest } from "../model/nearest.js"
import type { RawEntry, RawTable, RawValue } from "../model/raw.js"
import { ACTION_NAMES, type Action, type ActionName } from "../model/rule.js"
import { describe, isTable, listOf, namedEntries } from "./raw-table.js"
import type { Report } from "./report.js"

const FORMS = 'write {"suspend", "2 hours"}, or several as {{"throttle", "down"}, {"suspend", "2 hours"}}'

/** All usable actions of a rule, in the order they are carried out. */
export function compileActions(entry: RawEntry, report: Report): Action[] {
  const { value } = entry
  const place = entry.valuePlace
  if (!isTable(value)) {
    report.add(
      "E_RULE_VALUE",
      place,
      `action is ${describe(value)}, not a list: nothing would be done`,
      FORMS,
    )
    return []
  }
  const actions: Action[] = []
  for (const list of actionLists(value, report)) compileFlat(list, actions, report)
  return actions
}

/** `{{…}, {…}}` gives its inner lists, `{"suspend", …}` gives itself. */
function actionLists(table: RawTable, report: Report): RawTable[] {
  for (const { key, keyPlace } of namedEntries(table)) {
    report.add("E_ACTION_ARGUMENT", keyPlace, `the action list has a field "${key}", which is ignored`, FORMS)
  }
  const elements = listOf(table)
  if (!elements.some((element) => isTable(element.value))) return [table]
  const lists: RawTable[] = []
  for (const element of elements) {
    if (isTable(element.value)) lists.push(element.value)
    else {
      const seen = describe(element.value)
      report.add(
        "E_ACTION_ARGUMENT",
        element.valuePlace,
        `${seen} stands between action lists: it is dropped`,
        FORMS,
      )
    }
  }
  return lists
}

function compileFlat(table: RawTable, actions: Action[], report: Report): void {
  const elements = listOf(table)
  if (elements.length > 2) {
    report.add(
      "E_ACTION_FLAT",
      table.place,
      "several actions stand in one flat list; they are read as name, value, name, value",
      "put each action into braces of its own",
    )
  }
  for (let i = 0; i < elements.length; i += 2) {
    const name = elements[i] as RawEntry
    const action = compileAction(name, elements[i + 1], report)
    if (action !== null) actions.push(action)
  }
}

function compileAction(nameEntry: RawEntry, argEntry: RawEntry | undefined, report: Report): Action | null {
  const name = nameEntry.value
  if (typeof name !== "string" || !isActionName(name)) {
    const guess = typeof name === "string" ? nearest(name, ACTION_NAMES) : null
    report.add(
      "E_ACTION_UNKNOWN",
      nameEntry.valuePlace,
      `unknown action ${describe(name)}: it is dropped`,
      guess === null ? `the actions are ${ACTION_NAMES.join(", ")}` : `did you mean "${guess}"?`,
    )
    return null
  }
  if (argEntry === undefined) {
    report.add(
      "E_ACTION_ARGUMENT",
      nameEntry.valuePlace,
      `"${name}" has no argument: it is dropped`,
      ARGUMENT_FORM[name],
    )
    return null
  }
  const action = compileArgument(name, argEntry.value, argEntry.valuePlace, report)
  if (action === null) {
    const seen = describe(argEntry.value)
    report.add(
      "E_ACTION_ARGUMENT",
      argEntry.valuePlace,
      `"${name}" cannot take ${seen}: it is dropped`,
      ARGUMENT_FORM[name],
    )
  }
  return action
}

function compileArgument(
  name: ActionName,
  value: RawValue,
  place: Place | null,
  report: Report,
): Action | null {
  if (typeof value !== "string" && typeof value !== "number") return null
  const text = String(value)
  const action = readAction(name, text)
  if (action?.name === "warmup" && !/^\d+$/.test(text)) {
    report.add(
      "E_WARMUP_UNIT",
      place,
      `warmup takes seconds; "${text}" is read as ${action.seconds}`,
      `write ${action.seconds}`,
    )
  }
  return action
}
