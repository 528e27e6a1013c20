/** A store built up again from the parts of another, as after a restart. */
import type { Part } from "../../src/store/part.js"
import { Store } from "../../src/store/store.js"

export function rebuilt(store: Store): Store {
  const copy = new Store()
  for (const { name, facts, columns } of store.fork().parts()) {
    const own = Object.entries(columns).map(([key, column]) => [key, column.slice()])
    const part = { name, facts: JSON.parse(JSON.stringify(facts)), columns: Object.fromEntries(own) } as Part
    for (const _ of copy.takePart(part));
  }
  return copy
}
