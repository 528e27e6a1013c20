/**
 * A bouncelog repeats the failures of the mainlog and adds their class. Twins
 * are found while both wait to be put in order; either may be read first.
 * Source: traffic-formats.md section 3.
 */
import type { Reply } from "./reader.js"

type Waiting = Map<string, Reply[]>

export class Joiner {
  readonly #failures: Waiting = new Map()
  readonly #copies: Waiting = new Map()

  /** A failure of the mainlog came in. */
  failure(reply: Reply): void {
    const copy = take(this.#copies, reply)
    if (copy === undefined) add(this.#failures, reply)
    else marry(reply, copy)
  }

  /** A bouncelog's copy came in. */
  copy(copy: Reply): void {
    const failure = take(this.#failures, copy)
    if (failure === undefined) add(this.#copies, copy)
    else marry(failure, copy)
  }

  /** A failure or a copy goes out: nobody can be its twin any more. */
  leave(reply: Reply): void {
    if (reply.joinKey === null || reply.joined === true) return
    for (const waiting of [this.#failures, this.#copies]) {
      const list = waiting.get(reply.joinKey)
      const at = list?.indexOf(reply) ?? -1
      if (list === undefined || at < 0) continue
      list.splice(at, 1)
      if (list.length === 0) waiting.delete(reply.joinKey)
    }
  }
}

function marry(failure: Reply, copy: Reply): void {
  failure.bounceClass = copy.bounceClass
  failure.joined = true
  copy.joined = true
}

function add(waiting: Waiting, reply: Reply): void {
  if (reply.joinKey === null) return
  const list = waiting.get(reply.joinKey)
  if (list === undefined) waiting.set(reply.joinKey, [reply])
  else list.push(reply)
}

function take(waiting: Waiting, { joinKey }: Reply): Reply | undefined {
  if (joinKey === null) return undefined
  const list = waiting.get(joinKey)
  const found = list?.shift()
  if (list?.length === 0) waiting.delete(joinKey)
  return found
}
